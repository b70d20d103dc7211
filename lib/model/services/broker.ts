// The broker's budget: messages and connections of producers, and how far each may scale before the broker must grow.

import { derived, type Outcome, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import {
  checked,
  choice,
  type Fields,
  fields,
  findSchemaProblems,
  number,
  optional,
  type Schema,
  variant,
} from '../finding/schema';
import { peakPods, REPLACEMENT, type Replacement } from '../pods/replacement';
import {
  BUDGET_CLIENT,
  type Budget,
  type BudgetClient,
  clientList,
  findBudgetProblems,
  type Limit,
  shareBudget,
} from './budget';

/** Limits of every node of a broker, measured with the messages and confirms of production. */
export interface BrokerNode {
  /** Messages a second that one node accepts from producers, each counted once. */
  readonly messagesPerSecondPerNode: number;
  /** Connections that one node accepts. */
  readonly connectionsPerNode: number;
  /** Messages a second of producers that are not listed. @default 0 */
  readonly otherMessagesPerSecond?: number;
  /** Connections of consumers, monitoring and others that are not listed. @default 0 */
  readonly otherConnections?: number;
}

/** One node, or several that share queues. */
export type Broker =
  | (BrokerNode & { readonly kind: 'single' })
  | (BrokerNode & {
      readonly kind: 'clustered';
      readonly nodes: number;
      /** Nodes that may be down at peak. */
      readonly nodesLost: number;
      /** Nodes that keep each message: the members of a quorum queue. 1 for a classic queue. */
      readonly copies: number;
      /** Queues, or partitions, over which the producers spread evenly. One queue has one leader, on one node. */
      readonly queues: number;
    });

const NODE: Fields<BrokerNode> = {
  messagesPerSecondPerNode: number({ above: 0 }),
  connectionsPerNode: number({ atLeast: 1, whole: true }),
  otherMessagesPerSecond: optional(number({ atLeast: 0 })),
  otherConnections: optional(number({ atLeast: 0, whole: true })),
};

type SingleBroker = Extract<Broker, { readonly kind: 'single' }>;
type BrokerCluster = Extract<Broker, { readonly kind: 'clustered' }>;

const CLUSTER = checked<BrokerCluster>(
  fields<BrokerCluster>({
    ...NODE,
    kind: choice(['clustered']),
    nodes: number({ atLeast: 2, whole: true }),
    nodesLost: number({ atLeast: 0, whole: true }),
    copies: number({ atLeast: 1, whole: true }),
    queues: number({ atLeast: 1, whole: true }),
  }),
  findMajorityProblems,
);

export const BROKER: Schema = variant('kind', {
  single: fields<SingleBroker>({ ...NODE, kind: choice(['single']) }),
  clustered: CLUSTER,
});

/** A component that sends messages or is only connected. */
export interface QueueProducer extends BudgetClient {
  /** Messages a second that one pod at full load sends; 0 for a consumer. */
  readonly messagesPerSecondPerPod: number;
  /** Connections that a pod holds. */
  readonly connectionsPerPod: number;
  /** How a rollout replaces its pods: the old and the new ones have connections at the same time. */
  readonly replacement: Replacement;
}

/** What one pod sends and holds open. */
export const PRODUCER_USE: Fields<Omit<QueueProducer, keyof BudgetClient | 'replacement'>> = {
  messagesPerSecondPerPod: number({ atLeast: 0 }),
  connectionsPerPod: number({ atLeast: 1, whole: true }),
};

/** A broker and all that use it. */
export interface BrokerBudgetInput {
  /** The broker's nodes and limits. */
  readonly broker: Broker;
  /** Everything that sends or has connections, consumers too. */
  readonly producers: readonly QueueProducer[];
}

const INPUT = fields<BrokerBudgetInput>({
  broker: BROKER,
  producers: clientList(fields<QueueProducer>({ ...BUDGET_CLIENT, ...PRODUCER_USE, replacement: REPLACEMENT })),
});

/** The account, and for each producer what must grow before its replicas. */
export interface BrokerBudget extends Budget {
  /** By client: beyond how many replicas the broker must grow first, as a sentence. */
  readonly order: readonly { readonly client: string; readonly first: string }[];
}

/**
 * Derives the account. Messages count `maxReplicas` pods, as surge pods share the same load; connections count every existing pod.
 *
 * A cluster accepts what its remaining nodes accept, divided by the copies of each message, and never more than one node per
 * queue. Source: rabbitmq.com, "Quorum Queues" (leader, members, majority), "Clustering".
 */
export function deriveBrokerBudget(input: BrokerBudgetInput): Outcome<BrokerBudget> {
  const problems = findSchemaProblems(INPUT, input, '');
  if (problems.length > 0) return { problems };
  const { broker, producers } = input;
  const limits = brokerLimits(broker);
  const budget = shareBudget(limits, producers);
  const order = budget.clients.flatMap(({ name, binding }) =>
    binding === undefined
      ? []
      : [
          {
            client: name,
            first: `beyond ${plural(binding.maxReplicas.value, 'replica')}: broker first (more ${binding.limit}), then the replicas`,
          },
        ],
  );
  return { plan: { ...budget, order }, problems: findBudgetProblems(limits, producers) };
}

function brokerLimits(broker: Broker): Limit<QueueProducer>[] {
  const { otherMessagesPerSecond: sent = 0, otherConnections: open = 0, connectionsPerNode } = broker;
  const left = broker.kind === 'single' ? 1 : broker.nodes - broker.nodesLost;
  const takes = messagesTaken(broker);
  const connections = left * connectionsPerNode;
  return [
    {
      name: 'messages/s',
      available: derived(
        takes.value - sent,
        `${takes.because} − ${show(sent)} of others = ${show(takes.value - sent)}`,
      ),
      need: (producer, replicas) => {
        const each = producer.messagesPerSecondPerPod;
        return derived(
          replicas * each,
          `${plural(replicas, 'pod')} × ${show(each)} = ${show(replicas * each)} messages/s`,
        );
      },
      remedy: (needed) => `a broker for ${show(needed + sent)} messages/s before these pods`,
    },
    {
      name: 'connections',
      available: derived(
        connections - open,
        `${plural(left, 'node')} × ${connectionsPerNode} connections − ${open} of others = ${connections - open}`,
      ),
      need: (producer, replicas) => {
        const pods = peakPods(replicas, producer.replacement);
        const count = pods.value * producer.connectionsPerPod;
        return derived(
          count,
          `${pods.because}, each with ${producer.connectionsPerPod}: ${plural(count, 'connection')}`,
        );
      },
      remedy: (needed) => `a broker with ${needed + open} connections before these pods`,
    },
  ];
}

/** Messages a second that the broker accepts after the loss of `nodesLost` nodes. */
function messagesTaken(broker: Broker) {
  const rate = broker.messagesPerSecondPerNode;
  if (broker.kind === 'single') return derived(rate, `one node takes ${show(rate)} messages/s`);
  const { nodes, nodesLost, copies, queues } = broker;
  const left = nodes - nodesLost;
  const kept = Math.min(copies, left);
  const leaders = Math.min(queues, left);
  const value = Math.min(leaders * rate, (left * rate) / kept);
  return derived(
    value,
    `${nodes} nodes − ${nodesLost} away: the less of ${plural(leaders, 'leader')} × ${show(rate)}, and ${left} × ${show(rate)} ÷ ${plural(kept, 'copy', 'copies')}, is ${show(value)} messages/s`,
  );
}

function findMajorityProblems({ nodes, nodesLost, copies }: BrokerCluster): Problem[] {
  if (copies > nodes) {
    const message = `${plural(copies, 'copy', 'copies')} of a message on ${nodes} nodes`;
    return [{ field: 'copies', value: copies, message, expected: `at most ${nodes}, one on each node` }];
  }
  const majority = Math.floor(copies / 2) + 1;
  if (copies - nodesLost >= majority) return [];
  const message = `losing ${plural(nodesLost, 'node')} can cost a queue of ${plural(copies, 'member')} its majority of ${majority}`;
  const expected = `at most ${plural(copies - majority, 'node')} lost, or ${2 * nodesLost + 1} copies`;
  return [{ field: 'nodesLost', value: nodesLost, message, expected }];
}
