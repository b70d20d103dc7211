// A queue consumer: the target messages per pod, and the pods that a backlog and a rate need.

import { type Derived, derived, type Outcome, percent, plural, roundUp, show } from '../finding/derivation';
import { drainTime, withoutQueue } from './queue-drain';
import { backlogPerPod, backlogShare, FINEST, findConsumerProblems, type QueueConsumerInput } from './queue-input';

/** The derived scaling. An autoscaler takes the largest result of its metrics. */
export interface QueueConsumerPlan {
  /** Fewest pods. */
  readonly min: Derived;
  /** Most pods: enough for the backlog and the rate together. */
  readonly max: Derived;
  /** Messages in the queue ÷ pods. Absent where nothing reads the queue. */
  readonly queueLengthPerPod?: Derived;
  /** Messages that arrive a second ÷ pods. Absent where nothing reads the queue. */
  readonly messageRatePerPod?: Derived;
  /** Target: CPU in use ÷ CPU requested. */
  readonly cpuTarget: Derived;
  /** Target: memory in use ÷ memory requested. Absent where memory does not scale it. */
  readonly memoryTarget?: Derived;
  /** Longest time to drain the largest backlog at peak, in seconds. */
  readonly drainSeconds: Derived;
  /** The drawback where nothing reads the queue, as a sentence for the user. Absent where something reads it. */
  readonly loss?: string;
}

/**
 * Derives the scaling.
 *
 * With μ = messages a second of a pod, T = drain objective − reaction, u = utilisation: a rate λ needs λ ÷ (u·μ) pods, a
 * backlog B, alone, B ÷ (μ·T). An autoscaler takes the larger of two results, but draining a backlog while messages arrive
 * needs the sum, B ÷ (μ·T) + λ ÷ μ. So the backlog gets the share 1 − u of a pod and the rate the share u: the larger of
 * a ÷ (1 − u) and b ÷ u is never less than a + b.
 *
 * Source: kubernetes.io, "Horizontal Pod Autoscaling" (several metrics: the largest); keda.sh, "RabbitMQ Queue" (`QueueLength`,
 * `MessageRate`, which needs `protocol: http`).
 */
export function deriveQueueConsumer(input: QueueConsumerInput): Outcome<QueueConsumerPlan> {
  const problems = findConsumerProblems(input);
  if (problems.length > 0) return { problems };
  const needed = consumerReplicas(input, input.largestBacklog, input.peakMessagesPerSecond);
  const least = Math.max(1, input.min);
  const max =
    needed.value >= least
      ? needed
      : derived(least, `${plural(least, 'pod')} at least, where the peak needs ${needed.value}`);
  const plan = {
    min: derived(input.min, `${plural(input.min, 'pod')} as given`),
    max,
    cpuTarget: derived(input.cpu.target, `${percent(input.cpu.target)} of the CPU requested, as given`),
    ...(input.memory === undefined
      ? {}
      : { memoryTarget: derived(input.memory.target, `${percent(input.memory.target)} of the memory, as given`) }),
  };
  if (!input.queueIsRead) return { plan: { ...plan, ...withoutQueue(input, max.value) }, problems };
  return {
    plan: { ...plan, ...queueTargets(input), drainSeconds: drainTime(input, max.value, input.reactionSeconds) },
    problems,
  };
}

/** The pods that a backlog and a rate need, for valid input. */
export function consumerReplicas(input: QueueConsumerInput, backlog: number, messagesPerSecond: number): Derived {
  const { messagesPerSecondPerPod: rate, utilisation } = input;
  const seconds = input.drainSeconds - input.reactionSeconds;
  const steady = roundUp(messagesPerSecond / (utilisation * rate));
  const alone = backlog / (rate * seconds);
  const arriving = input.arrivesWhileDraining === false ? 0 : messagesPerSecond / rate;
  const draining = roundUp(alone + arriving);
  const both = arriving === 0 ? '' : ` + ${show(messagesPerSecond)} ÷ ${show(rate)} that keep arriving`;
  const work = `${show(backlog)} messages ÷ (${show(rate)}/s × ${show(seconds)} s)${both} = ${plural(draining, 'pod')}`;
  const flow = `${show(messagesPerSecond)}/s ÷ (${utilisation} × ${show(rate)}/s) = ${plural(steady, 'pod')}`;
  return derived(Math.max(steady, draining), `the larger of ${work}, and ${flow}`);
}

function queueTargets(input: QueueConsumerInput) {
  const { messagesPerSecondPerPod: rate, utilisation, drainSeconds, reactionSeconds } = input;
  const share = backlogShare(input);
  const length = Math.floor(backlogPerPod(input));
  const arrivals = Math.floor((utilisation * rate) / FINEST + 1e-6) * FINEST;
  const kept = share === 1 ? '' : `${show(share)} (what arrivals leave of a pod) × `;
  return {
    queueLengthPerPod: derived(
      length,
      `${kept}${show(rate)} messages/s × (${drainSeconds} s to drain − ${reactionSeconds} s to react) = ${plural(length, 'message')} a pod`,
    ),
    messageRatePerPod: derived(
      Number(arrivals.toFixed(3)),
      `${utilisation} of ${show(rate)} messages/s = ${show(arrivals)} messages/s a pod`,
    ),
  };
}
