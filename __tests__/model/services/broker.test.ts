// The broker's budget: single and clustered, messages and connections, and what cannot be.
import {
  type Broker,
  type BrokerBudgetInput,
  deriveBrokerBudget,
  type QueueProducer,
} from '../../../lib/model/services/broker';

const SHOP: QueueProducer = {
  name: 'shop',
  maxReplicas: 10,
  messagesPerSecondPerPod: 400,
  connectionsPerPod: 2,
  replacement: { maxSurge: '50%', terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 40 },
};
const NODE = { messagesPerSecondPerNode: 6000, connectionsPerNode: 100 };
const SINGLE: Broker = { kind: 'single', ...NODE };
const CLUSTER: Broker = { kind: 'clustered', ...NODE, nodes: 3, nodesLost: 1, copies: 3, queues: 10 };
const derive = (broker: Broker, producers: readonly QueueProducer[] = [SHOP]) =>
  deriveBrokerBudget({ broker, producers });
const taken = (broker: Broker) => derive(broker).plan?.limits.map(({ available }) => available.value);

describe('what a broker takes', () => {
  test.each<[string, Broker, number, number]>([
    ['one node', SINGLE, 6000, 100],
    ['one node, beside others', { ...SINGLE, otherMessagesPerSecond: 500, otherConnections: 20 }, 5500, 80],
    ['three nodes, each message on all that are left', CLUSTER, 6000, 200],
    ['five nodes of which two may be away', { ...CLUSTER, nodes: 5, copies: 5, nodesLost: 2 }, 6000, 300],
    ['six nodes, three copies', { ...CLUSTER, nodes: 6 }, 10_000, 500],
    ['six nodes without copies', { ...CLUSTER, nodes: 6, nodesLost: 0, copies: 1 }, 36_000, 600],
    ['six nodes, but a single queue', { ...CLUSTER, nodes: 6, nodesLost: 0, copies: 1, queues: 1 }, 6000, 600],
  ])('%s', (_, broker, messages, connections) => {
    expect(taken(broker)).toEqual([messages, connections]);
  });

  test('with the sentence that derives it', () => {
    expect(derive({ ...CLUSTER, nodes: 6 }).plan?.limits[0]?.available.because).toBe(
      '6 nodes − 1 away: the less of 5 leaders × 6000, and 5 × 6000 ÷ 3 copies, is 10000 messages/s − 0 of others = 10000',
    );
  });
});

describe('producers', () => {
  test('each scales as far as the broker takes, and the limit is named', () => {
    // 15 pods send 6000 messages/s; of 24, 24 + 12 + 12 = 48 pods open 96 connections, and of 25 + 13 + 13 = 51 would open 102.
    const { plan, problems } = derive(SINGLE);
    expect(problems).toEqual([]);
    expect(plan?.clients[0]?.caps.map(({ limit, maxReplicas }) => [limit, maxReplicas.value])).toEqual([
      ['messages/s', 15],
      ['connections', 24],
    ]);
    expect(plan?.clients[0]?.binding?.limit).toBe('messages/s');
  });

  test('connections bind where they leave less: pods on top and stopping ones hold theirs', () => {
    const { plan } = derive({ ...SINGLE, connectionsPerNode: 40 });
    expect(plan?.clients[0]?.binding).toMatchObject({ limit: 'connections', maxReplicas: { value: 10 } });
  });

  test('what others send is taken off', () => {
    const { plan } = derive(SINGLE, [SHOP, { ...SHOP, name: 'app', maxReplicas: 3 }]);
    expect(plan?.clients.map(({ binding }) => binding?.maxReplicas.value)).toEqual([12, 5]);
  });

  test('a consumer sends nothing, and only its connections count', () => {
    const consumer = { ...SHOP, name: 'dispatch', messagesPerSecondPerPod: 0, maxReplicas: 10 };
    const { plan } = derive({ ...SINGLE, connectionsPerNode: 1000 }, [SHOP, consumer]);
    expect(plan?.clients.map(({ binding }) => binding?.limit)).toEqual(['messages/s', 'connections']);
    expect(plan?.clients[0]?.binding?.maxReplicas.value).toBe(15);
  });

  test('the broker comes first', () => {
    expect(derive(SINGLE).plan?.order).toEqual([
      { client: 'shop', first: 'beyond 15 replicas: broker first (more messages/s), then the replicas' },
    ]);
  });

  test('never beyond', () => {
    const { plan, problems } = derive(SINGLE, [{ ...SHOP, maxReplicas: 16 }]);
    expect(plan?.fits).toBe(false);
    expect(problems).toEqual([
      {
        field: 'shop.maxReplicas',
        value: 16,
        message:
          '400 too many messages/s at the worst moment: shop 6400 needed, 6000 available (one node takes 6000 messages/s − 0 of others = 6000)',
        expected: 'shop at most 15 replicas, or a broker for 6400 messages/s before these pods',
      },
    ]);
  });
});

describe('invalid input', () => {
  test.each<[string, Partial<BrokerBudgetInput>, string]>([
    [
      'a broker that takes nothing',
      { broker: { ...SINGLE, messagesPerSecondPerNode: 0 } },
      'broker.messagesPerSecondPerNode',
    ],
    ['a broker without connections', { broker: { ...SINGLE, connectionsPerNode: 0 } }, 'broker.connectionsPerNode'],
    ['a cluster of one', { broker: { ...CLUSTER, nodes: 1, copies: 1, nodesLost: 0 } }, 'broker.nodes'],
    ['more copies than nodes', { broker: { ...CLUSTER, copies: 4 } }, 'broker.copies'],
    ['no queue', { broker: { ...CLUSTER, queues: 0 } }, 'broker.queues'],
    ['a loss that takes the majority', { broker: { ...CLUSTER, nodes: 5, nodesLost: 2 } }, 'broker.nodesLost'],
    ['a loss without copies', { broker: { ...CLUSTER, copies: 1 } }, 'broker.nodesLost'],
    ['no producer', { producers: [] }, 'producers'],
    [
      'a producer that takes messages away',
      { producers: [{ ...SHOP, messagesPerSecondPerPod: -1 }] },
      'producers[shop].messagesPerSecondPerPod',
    ],
    [
      'a producer without connection',
      { producers: [{ ...SHOP, connectionsPerPod: 0 }] },
      'producers[shop].connectionsPerPod',
    ],
    ['endless pods', { producers: [{ ...SHOP, maxReplicas: Infinity }] }, 'producers[shop].maxReplicas'],
  ])('%s', (_, change, field) => {
    const { plan, problems } = deriveBrokerBudget({ broker: SINGLE, producers: [SHOP], ...change });
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });
});
