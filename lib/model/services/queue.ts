// A queue's consumer: how many messages a pod may be asked to hold, and how many pods a backlog and a rate need.

import {
  checkNumber,
  type Derived,
  derived,
  type Outcome,
  percent,
  plural,
  roundUp,
  show,
} from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { TOLERANCE } from '../pods/autoscaler';

import { drainTime, withoutQueue } from './queue-drain';

/** What the derivation starts from. Rates are measured on one pod that works without a pause. */
export interface QueueConsumerInput {
  /** Messages a second that one pod works off. */
  readonly messagesPerSecondPerPod: number;
  /** Within how many seconds a backlog must be worked off. */
  readonly drainSeconds: number;
  /** From a message in the queue to a new pod at work, in seconds: poll of the queue + 15 s of the controller + boot. */
  readonly reactionSeconds: number;
  /** Share of a pod's time that messages as they arrive may take; the rest works off backlogs. Between 0 and 1. */
  readonly utilisation: number;
  /** Messages a second that arrive at peak. */
  readonly peakMessagesPerSecond: number;
  /** Largest backlog that must still be worked off in time, in messages. */
  readonly largestBacklog: number;
  /** Fewest pods; 0 only where something reads the queue. */
  readonly min: number;
  /** Whether messages keep arriving while a backlog is worked off; false for a batch that comes once. @default true */
  readonly arrivesWhileDraining?: boolean;
  /** Whether the cluster has something that reads the queue's length: KEDA, or an adapter for external metrics. */
  readonly queueIsRead: boolean;
  /** CPU in use ÷ CPU requested: what a pod is kept at, and what one has that works without a pause. */
  readonly cpu: { readonly target: number; readonly atFullWork: number };
  /** Memory in use ÷ memory requested that a pod is kept at. @default not scaled on memory */
  readonly memory?: { readonly target: number };
}

/** The derived scaling. An autoscaler takes the largest answer of its metrics. */
export interface QueueConsumerPlan {
  readonly min: Derived;
  readonly max: Derived;
  /** Messages in the queue ÷ pods. Absent where nothing reads the queue. */
  readonly queueLengthPerPod?: Derived;
  /** Messages that arrive a second ÷ pods. Absent where nothing reads the queue. */
  readonly messageRatePerPod?: Derived;
  readonly cpuTarget: Derived;
  readonly memoryTarget?: Derived;
  /** How long the largest backlog takes at peak, at most, in seconds. */
  readonly drainSeconds: Derived;
  /** What is lost where nothing reads the queue, to be told the user. */
  readonly loss?: string;
}

/** External metrics are counted in thousandths. */
const FINEST = 0.001;

/**
 * Derives the scaling.
 *
 * With μ = messages a second of a pod, T = drain objective − reaction, u = utilisation: a rate λ needs λ ÷ (u·μ) pods, a
 * backlog B, alone, B ÷ (μ·T). An autoscaler takes the larger of two answers, but a backlog that is worked off while messages
 * arrive needs the sum, B ÷ (μ·T) + λ ÷ μ. So the backlog is given the share 1 − u of a pod and the rate the share u: of
 * a + b, a ÷ (1 − u) or b ÷ u is never less.
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

/** The pods that a backlog and a rate need; the input must be free of problems. */
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

function backlogShare({ arrivesWhileDraining, utilisation }: QueueConsumerInput): number {
  return arrivesWhileDraining === false ? 1 : 1 - utilisation;
}

function backlogPerPod(input: QueueConsumerInput): number {
  const seconds = input.drainSeconds - input.reactionSeconds;
  return backlogShare(input) * input.messagesPerSecondPerPod * seconds * (1 + 1e-9);
}

function findConsumerProblems(input: QueueConsumerInput): Problem[] {
  const { messagesPerSecondPerPod: rate, drainSeconds, reactionSeconds, utilisation, cpu, memory } = input;
  const found = [
    ...checkNumber('messagesPerSecondPerPod', rate, { above: 0 }),
    ...checkNumber('drainSeconds', drainSeconds, { above: 0 }),
    ...checkNumber('reactionSeconds', reactionSeconds, { atLeast: 0 }),
    ...checkNumber('utilisation', utilisation, { above: 0, below: 1 }),
    ...checkNumber('peakMessagesPerSecond', input.peakMessagesPerSecond, { atLeast: 0 }),
    ...checkNumber('largestBacklog', input.largestBacklog, { atLeast: 0 }),
    ...checkNumber('min', input.min, { atLeast: 0, atMost: 1e6, whole: true }),
    ...checkNumber('cpu.target', cpu.target, { above: 0, atMost: 1 }),
    ...checkNumber('cpu.atFullWork', cpu.atFullWork, { above: 0 }),
    ...(memory === undefined ? [] : checkNumber('memory.target', memory.target, { above: 0, atMost: 1 })),
  ];
  if (found.length > 0) return found;
  const say = (field: string, value: number, message: string, expected: string) =>
    found.push({ field, value, message, expected });
  if (drainSeconds <= reactionSeconds) {
    const message = `a new pod works only after ${reactionSeconds} s, so that no number of pods drains a backlog in ${drainSeconds} s`;
    say('drainSeconds', drainSeconds, message, `more than ${reactionSeconds}`);
  } else if (input.queueIsRead && backlogPerPod(input) < 1) {
    const least = show(reactionSeconds + 1 / (rate * backlogShare(input)));
    const message = `a message takes ${show(1 / rate)} s, so that a pod cannot work off even one of a backlog in time`;
    say('drainSeconds', drainSeconds, message, `at least ${least}`);
  }
  if (input.queueIsRead && utilisation * rate < FINEST) {
    const message = `${show(utilisation * rate)} messages/s a pod cannot be told to an autoscaler, which counts in thousandths`;
    say('messagesPerSecondPerPod', rate, message, `at least ${show(FINEST / utilisation)}`);
  }
  if (!input.queueIsRead && input.min === 0) {
    say(
      'min',
      0,
      'without pods there is no CPU to see, and nothing reads the queue: no pod would ever start',
      '1 or more',
    );
  }
  if (!input.queueIsRead && cpu.atFullWork <= cpu.target * (1 + TOLERANCE)) {
    const message = `pods that work without a pause use ${percent(cpu.atFullWork)} of their CPU, within the autoscaler's tolerance of the target ${percent(cpu.target)}: it would never add one, however long the queue`;
    say(
      'cpu.target',
      cpu.target,
      message,
      `less than ${show(cpu.atFullWork / (1 + TOLERANCE))}, or a cluster that reads the queue`,
    );
  }
  return found;
}
