// Input of the scaling of a queue consumer, and its validation.

import { percent, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { type Fields, fields, findSchemaProblems, flag, number, optional } from '../finding/schema';

import { TOLERANCE } from '../pods/autoscaler';

/** Input of the derivation. Rates are measured on one pod that works without a pause. */
export interface QueueConsumerInput {
  /** Messages a second that one pod processes. */
  readonly messagesPerSecondPerPod: number;
  /** Time within which a backlog must be drained, in seconds. */
  readonly drainSeconds: number;
  /** Time from a message in the queue to a new pod at work, in seconds: poll of the queue + 15 s of the controller + boot. */
  readonly reactionSeconds: number;
  /** Share of a pod's time for messages as they arrive; the rest drains backlogs. Between 0 and 1. */
  readonly utilisation: number;
  /** Messages a second that arrive at peak. */
  readonly peakMessagesPerSecond: number;
  /** Largest backlog that must still be drained in time, in messages. */
  readonly largestBacklog: number;
  /** Fewest pods; 0 only where something reads the queue. */
  readonly min: number;
  /** Whether messages keep arriving while a backlog is drained; false for a single batch. @default true */
  readonly arrivesWhileDraining?: boolean;
  /** Whether the cluster can read the queue's length: by KEDA, or by an adapter for external metrics. */
  readonly queueIsRead: boolean;
  /** CPU in use ÷ CPU requested: the target, and the value of a pod that works without a pause. */
  readonly cpu: { readonly target: number; readonly atFullWork: number };
  /** Target of memory in use ÷ memory requested. @default not scaled on memory */
  readonly memory?: { readonly target: number };
}

const TARGET = number({ above: 0, atMost: 1 });

/** What a user states; what reads the queue is known from elsewhere. */
export const QUEUE_FIELDS: Fields<Omit<QueueConsumerInput, 'queueIsRead' | 'reactionSeconds'>> = {
  messagesPerSecondPerPod: number({ above: 0 }),
  drainSeconds: number({ above: 0 }),
  utilisation: number({ above: 0, below: 1 }),
  peakMessagesPerSecond: number({ atLeast: 0 }),
  largestBacklog: number({ atLeast: 0 }),
  min: number({ atLeast: 0, atMost: 1e6, whole: true }),
  arrivesWhileDraining: optional(flag()),
  cpu: fields<QueueConsumerInput['cpu']>({ target: TARGET, atFullWork: number({ above: 0 }) }),
  memory: optional(fields<NonNullable<QueueConsumerInput['memory']>>({ target: TARGET })),
};

const INPUT = fields<QueueConsumerInput>({
  ...QUEUE_FIELDS,
  reactionSeconds: number({ atLeast: 0 }),
  queueIsRead: flag(),
});

/** External metrics are counted in thousandths. */
export const FINEST = 0.001;

/** Share of a pod that drains a backlog: all of it where nothing arrives meanwhile. */
export function backlogShare({ arrivesWhileDraining, utilisation }: QueueConsumerInput): number {
  return arrivesWhileDraining === false ? 1 : 1 - utilisation;
}

/** Messages of a backlog that one pod processes in time. */
export function backlogPerPod(input: QueueConsumerInput): number {
  const seconds = input.drainSeconds - input.reactionSeconds;
  return backlogShare(input) * input.messagesPerSecondPerPod * seconds * (1 + 1e-9);
}

/** Inputs that are out of range, or that no number of pods can meet. */
export function findConsumerProblems(input: QueueConsumerInput): Problem[] {
  const problems = findSchemaProblems(INPUT, input, '');
  if (problems.length > 0) return problems;
  const { messagesPerSecondPerPod: rate, drainSeconds, reactionSeconds, utilisation, cpu } = input;
  const add = (field: string, value: number, message: string, expected: string) =>
    problems.push({ field, value, message, expected });
  if (drainSeconds <= reactionSeconds) {
    const message = `a new pod works only after ${reactionSeconds} s, too late to drain a backlog in ${drainSeconds} s`;
    add('drainSeconds', drainSeconds, message, `more than ${reactionSeconds}`);
  } else if (input.queueIsRead && backlogPerPod(input) < 1) {
    const least = show(reactionSeconds + 1 / (rate * backlogShare(input)));
    const message = `a message takes ${show(1 / rate)} s, so a pod cannot process even one of a backlog in time`;
    add('drainSeconds', drainSeconds, message, `at least ${least}`);
  }
  if (input.queueIsRead && utilisation * rate < FINEST) {
    const message = `${show(utilisation * rate)} messages/s per pod is too small a target: autoscalers count in thousandths`;
    add('messagesPerSecondPerPod', rate, message, `at least ${show(FINEST / utilisation)}`);
  }
  if (!input.queueIsRead && input.min === 0) {
    add('min', 0, 'without a queue reader, 0 pods would never scale up: there is no CPU to measure', '1 or more');
  }
  if (!input.queueIsRead && cpu.atFullWork <= cpu.target * (1 + TOLERANCE)) {
    const message = `pods at full work use ${percent(cpu.atFullWork)} of their CPU, within tolerance of the target ${percent(cpu.target)}: the autoscaler would never add one`;
    add(
      'cpu.target',
      cpu.target,
      message,
      `less than ${show(cpu.atFullWork / (1 + TOLERANCE))}, or a cluster that reads the queue`,
    );
  }
  return problems;
}
