// A managed RabbitMQ: what producers may send, who is connected, and the queues that consumers process.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import { findingOf } from '../../model/finding/finding';
import { fields, findSchemaProblems, optional, text } from '../../model/finding/schema';
import { orderKey } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import {
  type BrokerBudget,
  deriveBrokerBudget,
  BROKER as NODES,
  type Broker as Nodes,
  PRODUCER_USE,
  type QueueProducer,
} from '../../model/services/broker';
import type { Limited } from '../network/connection';
import { report } from '../tree/findings';
import type { Account } from './clients';
import { LimitedService } from './limited-service';
import { type ExternalServiceProps, OUTSIDE_SERVICE, OUTSIDE_STAND_INS } from './outside-service';

/** The broker outside the cluster, and its limits. */
export interface BrokerProps extends ExternalServiceProps {
  /** Its nodes, and what each can take. */
  readonly nodes: Nodes;
  /**
   * Secret with the URI of the management API (`https://user:password@host/vhost`), by which KEDA reads queues.
   * @default none: KEDA cannot read them
   */
  readonly management?: { readonly secret: string; readonly key: string };
  /**
   * Names under which an adapter for external metrics reports a queue's length and the messages a second sent to it, each with
   * the label `queue`. @default none: only KEDA reads queues
   */
  readonly metrics?: { readonly length: string; readonly rate: string };
}

type Management = NonNullable<BrokerProps['management']>;
type QueueMetrics = NonNullable<BrokerProps['metrics']>;

const BROKER = fields<BrokerProps>({
  ...OUTSIDE_SERVICE,
  nodes: NODES,
  management: optional(fields<Management>({ secret: text('the name of a Secret'), key: text() })),
  metrics: optional(fields<QueueMetrics>({ length: text(), rate: text() })),
});

const QUEUE_NAME = text('the name of a queue');

const NODES_STAND_IN = { kind: 'single', messagesPerSecondPerNode: 1e6, connectionsPerNode: 1e6 } as const;

/** What one pod of a producer sends. */
export type ProducerUse = Omit<QueueProducer, keyof Account>;

/** A queue of a broker, as its consumer knows it. */
export interface Queue extends Limited<ProducerUse> {
  /** Name of the queue in the broker. */
  readonly queue: string;
  /** How KEDA reads it. @default KEDA cannot read it */
  readonly management?: { readonly secret: string; readonly key: string };
  /** How an HPA reads it. @default an HPA cannot read it */
  readonly metrics?: { readonly length: string; readonly rate: string };
}

/**
 * A RabbitMQ outside the cluster. Its producers scale no further than it can take: the broker first, then the replicas.
 *
 * @example orders.connectTo(broker, { messagesPerSecondPerPod: 20, connectionsPerPod: 1 });
 * @example new QueueConsumer(this, 'dispatch', { …, queue: broker.queue('orders') });
 */
export class Broker extends LimitedService<BrokerProps, ProducerUse, BrokerBudget> {
  override readonly use = fields<ProducerUse>(PRODUCER_USE);

  constructor(scope: Construct, id: string, props: BrokerProps) {
    super(scope, id, props, BROKER, { ...OUTSIDE_STAND_INS, nodes: NODES_STAND_IN });
  }

  /** The queue `name`, for its consumer. */
  queue(name: string): Queue {
    const problems = findSchemaProblems(QUEUE_NAME, name, 'queue');
    for (const problem of problems) report(this, findingOf('input', problem));
    const { management, metrics } = this.props;
    return {
      queue: problems.length > 0 ? 'refused' : name,
      ...defined({ management, metrics }),
      use: this.use,
      connection: () => this.connection(),
      join: (client, use) => this.join(client, use),
      notesFor: (client) => this.notesFor(client),
    };
  }

  override notesFor(client: string): Readonly<Record<string, string>> {
    const step = this.outcome.plan?.order.find((entry) => entry.client === client);
    const notes = super.notesFor(client);
    return step === undefined ? notes : { ...notes, [orderKey(this.node.id)]: step.first };
  }

  protected account(producers: readonly (Account & ProducerUse)[]): Outcome<BrokerBudget> {
    return deriveBrokerBudget({ broker: this.props.nodes, producers });
  }
}
