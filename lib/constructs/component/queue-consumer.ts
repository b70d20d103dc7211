// A component that processes a queue: its number of pods follows from the messages, as far as the cluster can read them.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import type { Finding } from '../../model/finding/finding';
import { fields, like, number, optional } from '../../model/finding/schema';
import { SYNC_SECONDS } from '../../model/pods/autoscaler';
import { deriveQueueConsumer, type QueueConsumerPlan } from '../../model/services/queue';
import { QUEUE_FIELDS, type QueueConsumerInput } from '../../model/services/queue-input';
import { variableName } from '../network/connection';
import { createQueueAutoscaler, POLL_SECONDS, readerOf } from '../scaling/queue-autoscaler';
import type { Queue } from '../services/broker';
import { System } from '../system/system';
import { checkLater } from '../tree/findings';
import { COMPONENT_STAND_INS } from './component-props';
import { LONG_RUNNING, type LongRunningProps, type PodNumbers, StatelessComponent } from './stateless';

/** What decides the number of consumers. */
export type QueueScaling = Omit<QueueConsumerInput, 'queueIsRead' | 'reactionSeconds'>;

const QUEUE_SCALING = fields<QueueScaling>(QUEUE_FIELDS);

/** Stands for a size that is refused. */
const SIZE_STAND_IN: QueueScaling = {
  messagesPerSecondPerPod: 1,
  drainSeconds: 3600,
  utilisation: 0.5,
  peakMessagesPerSecond: 1,
  largestBacklog: 1,
  min: 1,
  cpu: { target: 0.5, atFullWork: 1 },
};

/** Required and optional properties of a consumer. No client is admitted to its `port`, which serves probes. */
export interface QueueConsumerProps extends LongRunningProps {
  /** `broker.queue('orders')`. */
  readonly queue: Queue;
  /** Connections that one pod keeps open to the broker. */
  readonly connectionsPerPod: number;
  /** Messages a second that one pod at full load sends to the same broker. @default 0 */
  readonly messagesSentPerSecondPerPod?: number;
  /** Rates, backlog and promise, from which its bounds and targets are derived. */
  readonly size: QueueScaling;
}

const QUEUE_CONSUMER = fields<QueueConsumerProps>({
  ...LONG_RUNNING,
  queue: like("broker.queue('orders')", isQueue),
  connectionsPerPod: number({ atLeast: 1, whole: true }),
  messagesSentPerSecondPerPod: optional(number({ atLeast: 0 })),
  size: QUEUE_SCALING,
});

function isQueue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'queue' in value && 'connection' in value;
}

/**
 * A consumer of one queue, scaled by the messages in it, by those that arrive, by CPU and by memory.
 *
 * With KEDA it is scaled by a ScaledObject; with an adapter for external metrics, by an autoscaler that reads those; otherwise by
 * CPU and memory only, and an annotation states the drawback. There is always exactly one autoscaler.
 *
 * @throws when it is not inside a System
 */
export class QueueConsumer extends StatelessComponent<QueueConsumerProps> {
  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id, props, QUEUE_CONSUMER, { ...COMPONENT_STAND_INS, connectionsPerPod: 1, size: SIZE_STAND_IN });
    const { queue, connectionsPerPod, messagesSentPerSecondPerPod: messagesPerSecondPerPod = 0, size } = this.props;
    if (queue === undefined) return; // refused
    this.connectTo(queue, { messagesPerSecondPerPod, connectionsPerPod });
    this.configure({ [`${variableName(queue.connection().name)}_QUEUE`]: queue.queue });
    const { plan } = this.outcome;
    if (plan !== undefined) {
      const { deployment } = this;
      createQueueAutoscaler(this, { deployment, queue, reader: this.reader, plan, notes: () => this.accountNotes });
    }
    this.createBudget(size.min);
    checkLater(this, () => this.problems);
  }

  protected get pods(): PodNumbers {
    const { min } = this.props.size;
    return { min, max: this.outcome.plan?.max.value ?? Math.max(1, min) };
  }

  private get reader() {
    return readerOf(this.props.queue, System.of(this).target.cluster.capabilities);
  }

  private get outcome(): Outcome<QueueConsumerPlan> {
    const { size, probes } = this.props;
    // KEDA starts the first pod itself, at its next poll of the queue
    const poll = size.min === 0 ? POLL_SECONDS : 0;
    const reactionSeconds = poll + SYNC_SECONDS + probes.bootSeconds;
    return deriveQueueConsumer({ ...size, queueIsRead: this.reader !== 'none', reactionSeconds });
  }

  private get problems(): Finding[] {
    const unread = this.reader === 'none' && this.system.target.cluster.capabilities.includes('keda');
    const message = 'the cluster has KEDA, but the broker has no credentials to read the queue';
    const expected = 'management: { secret, key } on the broker';
    return [
      ...(unread ? [{ rule: 'queue-reader', severity: 'error', field: 'queue', message, expected } as const] : []),
      ...this.outcome.problems.map(
        (problem): Finding => ({
          ...problem,
          rule: 'queue-scaling',
          severity: 'error',
          field: `size.${problem.field}`,
        }),
      ),
    ];
  }
}
