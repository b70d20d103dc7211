// The broker's budget: messages and connections of producers, and how far each may scale before the broker must grow.

import { checkNumber, derived, type Outcome, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { findReplacementProblems, peakPods, type Replacement } from '../pods/replacement';
import {
  type Budget,
  type BudgetClient,
  findBudgetProblems,
  findClientProblems,
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

/** A component that sends messages or is only connected. */
export interface QueueProducer extends BudgetClient {
  /** Messages a second that one pod at full load sends; 0 for a consumer. */
  readonly messagesPerSecondPerPod: number;
  /** Connections that a pod holds. */
  readonly connectionsPerPod: number;
  /** How a rollout replaces its pods: the old and the new ones have connections at the same time. */
  readonly replacement: Replacement;
}

/** A broker and all that use it. */
export interface BrokerBudgetInput {
  /** The broker's nodes and limits. */
  readonly broker: Broker;
  /** Everything that sends or has connections, consumers too. */
  readonly producers: readonly QueueProducer[];
}

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
export function deriveBrokerBudget({ broker, producers }: BrokerBudgetInput): Outcome<BrokerBudget> {
  const problems = [
    ...findBrokerProblems(broker),
    ...findClientProblems(producers),
    ...producers.flatMap(({ name, ...producer }) => [
      ...checkNumber(`${name}.messagesPerSecondPerPod`, producer.messagesPerSecondPerPod, { atLeast: 0 }),
      ...checkNumber(`${name}.connectionsPerPod`, producer.connectionsPerPod, { atLeast: 1, whole: true }),
      ...findReplacementProblems(`${name}.replacement`, producer.replacement),
    ]),
  ];
  if (problems.length > 0) return { problems };
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

function findBrokerProblems(broker: Broker): Problem[] {
  const { otherMessagesPerSecond: sent = 0, otherConnections: open = 0 } = broker;
  const problems = [
    ...checkNumber('broker.messagesPerSecondPerNode', broker.messagesPerSecondPerNode, { above: 0 }),
    ...checkNumber('broker.connectionsPerNode', broker.connectionsPerNode, { atLeast: 1, whole: true }),
    ...checkNumber('broker.otherMessagesPerSecond', sent, { atLeast: 0 }),
    ...checkNumber('broker.otherConnections', open, { atLeast: 0, whole: true }),
    ...(broker.kind === 'single' ? [] : findClusterProblems(broker)),
  ];
  return problems;
}

function findClusterProblems(broker: Broker & { readonly kind: 'clustered' }): Problem[] {
  const { nodes, nodesLost, copies, queues } = broker;
  const problems = [
    ...checkNumber('broker.nodes', nodes, { atLeast: 2, whole: true }),
    ...checkNumber('broker.nodesLost', nodesLost, { atLeast: 0, whole: true }),
    ...checkNumber('broker.copies', copies, { atLeast: 1, atMost: nodes, whole: true }),
    ...checkNumber('broker.queues', queues, { atLeast: 1, whole: true }),
  ];
  const majority = Math.floor(copies / 2) + 1;
  if (problems.length === 0 && copies - nodesLost < majority) {
    problems.push({
      field: 'broker.nodesLost',
      value: nodesLost,
      message: `losing ${plural(nodesLost, 'node')} can cost a queue of ${plural(copies, 'member')} its majority of ${majority}`,
      expected: `at most ${plural(copies - majority, 'node')} lost, or ${2 * nodesLost + 1} copies`,
    });
  }
  return problems;
}
