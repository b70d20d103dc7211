// The time to drain a backlog: with enough pods at once, and where pods only follow CPU because nothing reads the queue.

import { type Derived, derived, plural, show } from '../finding/derivation';
import { SYNC_SECONDS, syncsToGrow } from '../pods/autoscaler';
import type { QueueConsumerInput } from './queue-input';

/** Time to drain the largest backlog with `pods` pods, of which new ones start to work after `late` seconds. */
export function drainTime(input: QueueConsumerInput, pods: number, late: number): Derived {
  const { messagesPerSecondPerPod: rate, largestBacklog: backlog } = input;
  const arrivals = arrivalsBeside(input);
  const seconds = backlog === 0 ? 0 : Math.ceil(late + backlog / (pods * rate - arrivals));
  return derived(
    seconds,
    `${show(late)} s + ${show(backlog)} messages ÷ (${plural(pods, 'pod')} × ${show(rate)}/s − ${show(arrivals)}/s) = ${seconds} s`,
  );
}

/** The cost of scaling by CPU, which only shows the messages being processed. */
export function withoutQueue(input: QueueConsumerInput, max: number) {
  const { cpu, reactionSeconds: reaction } = input;
  const factor = cpu.atFullWork / cpu.target;
  const syncs = syncsToGrow(input.min, max, factor);
  // Each sync waits for the pods of the one before: until they work, the autoscaler sees too low a mean.
  const growing = syncs * (SYNC_SECONDS + reaction);
  const grown = input.largestBacklog + arrivalsBeside(input) * growing;
  const drain = drainTime({ ...input, largestBacklog: grown }, max, growing);
  return {
    drainSeconds: drain,
    loss:
      `nothing in the cluster reads the queue, so pods follow CPU${input.memory === undefined ? '' : ' and memory'}, which reflect messages in work but no backlog: ` +
      `at most × ${show(Math.min(2, factor))} per sync, ${plural(syncs, 'sync')} from ${input.min} to ${plural(max, 'pod')}, and ${drain.value} s instead of ${input.drainSeconds} s for the largest backlog`,
  };
}

/** Messages a second that arrive at peak while a backlog is drained. */
function arrivalsBeside({ arrivesWhileDraining, peakMessagesPerSecond }: QueueConsumerInput): number {
  return arrivesWhileDraining === false ? 0 : peakMessagesPerSecond;
}
