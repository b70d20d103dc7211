// How long a backlog takes: with enough pods at once, and where pods only follow CPU because nothing reads the queue.

import { type Derived, derived, plural, show } from '../finding/derivation';
import { looksToGrow, SYNC_SECONDS } from '../pods/autoscaler';
import type { QueueConsumerInput } from './queue-input';

/** How long the largest backlog takes with so many pods, of which the new ones come after `late` seconds. */
export function drainTime(input: QueueConsumerInput, pods: number, late: number): Derived {
  const { messagesPerSecondPerPod: rate, largestBacklog: backlog } = input;
  const arrivals = arrivalsBeside(input);
  const seconds = backlog === 0 ? 0 : Math.ceil(late + backlog / (pods * rate - arrivals));
  return derived(
    seconds,
    `${show(late)} s + ${show(backlog)} messages ÷ (${plural(pods, 'pod')} × ${show(rate)}/s − ${show(arrivals)}/s) = ${seconds} s`,
  );
}

/** CPU shows only the messages in work: what that costs. */
export function withoutQueue(input: QueueConsumerInput, max: number) {
  const { cpu, reactionSeconds: reaction } = input;
  const factor = cpu.atFullWork / cpu.target;
  const looks = looksToGrow(input.min, max, factor);
  // Each look waits for the pods of the one before: until they work, the mean that the autoscaler sees says too little.
  const growing = looks * (SYNC_SECONDS + reaction);
  const grown = input.largestBacklog + arrivalsBeside(input) * growing;
  const drain = drainTime({ ...input, largestBacklog: grown }, max, growing);
  return {
    drainSeconds: drain,
    loss:
      `nothing in the cluster reads the queue, so that pods follow CPU${input.memory === undefined ? '' : ' and memory'}, which show the messages in work and no backlog: ` +
      `at most × ${show(Math.min(2, factor))} at a look, ${plural(looks, 'look')} from ${input.min} to ${plural(max, 'pod')}, and ${drain.value} s instead of ${input.drainSeconds} s for the largest backlog`,
  };
}

/** Messages a second that arrive at peak while a backlog is worked off. */
function arrivalsBeside({ arrivesWhileDraining, peakMessagesPerSecond }: QueueConsumerInput): number {
  return arrivesWhileDraining === false ? 0 : peakMessagesPerSecond;
}
