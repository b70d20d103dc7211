// A component that processes a queue: its number of pods follows from the messages, as far as the cluster can read them.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import type { Finding } from '../../model/finding/finding';
import { SYNC_SECONDS } from '../../model/pods/autoscaler';
import { deriveQueueConsumer, type QueueConsumerPlan } from '../../model/services/queue';
import type { QueueConsumerInput } from '../../model/services/queue-input';
import { variableName } from '../network/connection';
import { createQueueAutoscaler, POLL_SECONDS, readerOf } from '../scaling/queue-autoscaler';
import type { Queue } from '../services/broker';
import { System } from '../system/system';
import { checkLater } from '../tree/findings';
import { Component, type ComponentProps, type PodNumbers } from './component';

/** What decides the number of consumers. */
export type QueueScaling = Omit<QueueConsumerInput, 'queueIsRead' | 'reactionSeconds'>;

/** Required and optional properties of a consumer. `port` serves its probes only. */
export interface QueueConsumerProps extends ComponentProps {
  /** `broker.queue('orders')`. */
  readonly queue: Queue;
  /** Connections that one pod keeps open to the broker. */
  readonly connectionsPerPod: number;
  /** Messages a second that one pod at full load sends to the same broker. @default 0 */
  readonly messagesSentPerSecondPerPod?: number;
  /** Rates, backlog and promise, from which its bounds and targets are derived. */
  readonly scaling: QueueScaling;
}

/**
 * A consumer of one queue, scaled by the messages in it, by those that arrive, by CPU and by memory.
 *
 * With KEDA it is scaled by a ScaledObject; with an adapter for external metrics, by an autoscaler that reads those; otherwise by
 * CPU and memory only, and an annotation states the drawback. There is always exactly one autoscaler.
 *
 * @throws when it is not inside a System
 */
export class QueueConsumer extends Component<QueueConsumerProps> {
  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id, props);
    const { queue, connectionsPerPod, messagesSentPerSecondPerPod: messagesPerSecondPerPod = 0, scaling } = props;
    this.connectTo(queue, { messagesPerSecondPerPod, connectionsPerPod });
    this.configure({ [`${variableName(queue.connection().name)}_QUEUE`]: queue.queue });
    const { plan } = this.outcome;
    if (plan !== undefined) {
      const { deployment } = this;
      createQueueAutoscaler(this, { deployment, queue, reader: this.reader, plan, notes: () => this.accountNotes });
    }
    this.createBudget(scaling.min);
    checkLater(this, () => this.problems);
  }

  protected get pods(): PodNumbers {
    const { min } = this.props.scaling;
    return { min, max: this.outcome.plan?.max.value ?? Math.max(1, min) };
  }

  protected replicasProblem(): undefined {
    return undefined;
  }

  private get reader() {
    return readerOf(this.props.queue, System.of(this).target.cluster.capabilities);
  }

  private get outcome(): Outcome<QueueConsumerPlan> {
    const { scaling, probes } = this.props;
    // KEDA starts the first pod itself, at its next poll of the queue
    const poll = scaling.min === 0 ? POLL_SECONDS : 0;
    const reactionSeconds = poll + SYNC_SECONDS + probes.startup.budgetSeconds;
    return deriveQueueConsumer({ ...scaling, queueIsRead: this.reader !== 'none', reactionSeconds });
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
          field: `scaling.${problem.field}`,
        }),
      ),
    ];
  }
}
