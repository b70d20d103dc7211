// What the scaling of a queue's consumer starts from, and which inputs cannot hold together.

import { checkNumber, percent, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { TOLERANCE } from '../pods/autoscaler';

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

/** External metrics are counted in thousandths. */
export const FINEST = 0.001;

/** Share of a pod that works off a backlog: all of it where nothing arrives meanwhile. */
export function backlogShare({ arrivesWhileDraining, utilisation }: QueueConsumerInput): number {
  return arrivesWhileDraining === false ? 1 : 1 - utilisation;
}

/** Messages of a backlog that one pod works off in time. */
export function backlogPerPod(input: QueueConsumerInput): number {
  const seconds = input.drainSeconds - input.reactionSeconds;
  return backlogShare(input) * input.messagesPerSecondPerPod * seconds * (1 + 1e-9);
}

/** Inputs that are out of range, or that no number of pods can serve. */
export function findConsumerProblems(input: QueueConsumerInput): Problem[] {
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
