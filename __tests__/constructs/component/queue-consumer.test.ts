// A queue consumer: its autoscaler on each kind of cluster, and refused input.
import { ApiObject } from 'cdk8s';
import { Broker, type BrokerProps, Database, QueueConsumer, type QueueConsumerProps } from '../../../lib/constructs';
import type { Capability, EnvironmentProps } from '../../../lib/model';
import { at, errors, find, PRODUCTION, shop, TWO_ZONES, WEB } from '../../support/synthesis';

const BROKER: BrokerProps = {
  host: 'rabbitmq.example',
  port: 5671,
  credentials: { secret: 'rabbitmq', keys: ['password'] },
  management: { secret: 'rabbitmq-management', key: 'uri' },
  metrics: { length: 'rabbitmq_queue_messages', rate: 'rabbitmq_queue_publish_rate' },
  nodes: { kind: 'single', messagesPerSecondPerNode: 1000, connectionsPerNode: 100 },
};
const SIZE: QueueConsumerProps['size'] = {
  messagesPerSecondPerPod: 20,
  peakMessagesPerSecond: 100,
  largestBacklog: 6000,
  drainSeconds: 300,
  utilisation: 0.65,
  min: 2,
  cpu: { target: 0.6, atFullWork: 0.9 },
};

interface Change {
  readonly capabilities?: readonly Capability[];
  readonly broker?: Partial<BrokerProps>;
  readonly size?: Partial<QueueConsumerProps['size']>;
  readonly environment?: EnvironmentProps;
  readonly connections?: number;
}

function consumer({ capabilities = [], broker, size, environment = PRODUCTION, connections = 1 }: Change = {}) {
  return shop(
    (system) => {
      const queue = new Broker(system, 'rabbitmq', { ...BROKER, ...broker }).queue('orders');
      const connectionsPerPod = connections;
      const described = { ...WEB, queue, connectionsPerPod, size: { ...SIZE, ...size } };
      new QueueConsumer(system, 'dispatch', described);
    },
    { cluster: { ...TWO_ZONES, capabilities }, environment },
  );
}

const kinds = (synthesis: ReturnType<typeof shop>) =>
  synthesis.objects.map(({ entry }) => entry.identity.kind).filter((kind) => /[Ss]cal|Trigger/.test(kind));

describe('F4a with KEDA', () => {
  const synthesis = consumer({ capabilities: ['keda', 'external-metrics'] });
  const spec = at(find(synthesis, 'ScaledObject', 'dispatch'), 'spec');

  test('one ScaledObject and no other autoscaler', () => {
    expect(errors(synthesis)).toEqual([]);
    expect(kinds(synthesis)).toEqual(['TriggerAuthentication', 'ScaledObject']);
    expect(find(synthesis, 'Deployment', 'dispatch').spec).not.toHaveProperty('replicas');
  });

  // boot 30 s + 15 s: 300 − 45 = 255 s; 6000 ÷ (20 · 255) + 100 ÷ 20 = 6.2 pods; 100 ÷ (0.65 · 20) = 7.7
  test('bounds from the peak, by deriveQueueConsumer', () => {
    expect(spec).toMatchObject({
      minReplicaCount: 2,
      maxReplicaCount: 8,
      fallback: { failureThreshold: 3, replicas: 8 },
    });
    expect(spec).not.toHaveProperty('pollingInterval');
  });

  test('length and rate of the queue by the management API, CPU as well', () => {
    const queued = { protocol: 'http', queueName: 'orders' };
    expect(at(spec, 'triggers')).toEqual([
      {
        type: 'rabbitmq',
        metricType: 'AverageValue',
        metadata: { ...queued, mode: 'QueueLength', value: '1785' },
        authenticationRef: { name: 'dispatch' },
      },
      {
        type: 'rabbitmq',
        metricType: 'AverageValue',
        metadata: { ...queued, mode: 'MessageRate', value: '13' },
        authenticationRef: { name: 'dispatch' },
      },
      { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } },
    ]);
    expect(find(synthesis, 'TriggerAuthentication', 'dispatch').spec).toEqual({
      secretTargetRef: [{ parameter: 'host', name: 'rabbitmq-management', key: 'uri' }],
    });
  });

  test('each bound says how it was derived', () => {
    const notes = at(find(synthesis, 'ScaledObject', 'dispatch'), 'metadata', 'annotations');
    expect(at(notes, 'evenkeel.dev/max-replicas')).toContain('= 8 pods');
    expect(at(notes, 'evenkeel.dev/queue-length')).toContain('1785 messages a pod');
    expect(at(notes, 'evenkeel.dev/limit-rabbitmq')).toContain('bound by connections');
    expect(notes).not.toHaveProperty('evenkeel.dev/queue-unread');
  });

  test('the quota leaves room for its maximum', () => {
    // 8 + 4 pods, twice
    expect(at(find(synthesis, 'ResourceQuota', 'shop'), 'spec', 'hard', 'pods')).toBe('24');
  });

  test('scaled to nothing where the environment promises nothing: KEDA polls, and polling takes time', () => {
    const environment = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
    const none = consumer({ capabilities: ['keda'], size: { min: 0 }, environment });
    expect(errors(none)).toEqual([]);
    const object = find(none, 'ScaledObject', 'dispatch');
    expect(object.spec).toMatchObject({ minReplicaCount: 0, pollingInterval: 15 });
    expect(at(object, 'metadata', 'annotations', 'evenkeel.dev/queue-length')).toContain('60 s to react');
  });

  test('a broker without credentials to read it', () => {
    const { management: _, ...unread } = BROKER;
    const synthesis = shop(
      (system) => {
        const queue = new Broker(system, 'rabbitmq', unread).queue('orders');
        new QueueConsumer(system, 'dispatch', { ...WEB, queue, connectionsPerPod: 1, size: SIZE });
      },
      { cluster: { ...TWO_ZONES, capabilities: ['keda'] } },
    );
    expect(errors(synthesis)).toEqual(['queue-reader queue']);
  });
});

test('F4a with an adapter: an HPA over external metrics, CPU last', () => {
  const synthesis = consumer({ capabilities: ['external-metrics'] });
  expect(errors(synthesis)).toEqual([]);
  expect(kinds(synthesis)).toEqual(['HorizontalPodAutoscaler']);
  const external = (name: string, averageValue: string) => ({
    type: 'External',
    external: {
      metric: { name, selector: { matchLabels: { queue: 'orders' } } },
      target: { type: 'AverageValue', averageValue },
    },
  });
  expect(find(synthesis, 'HorizontalPodAutoscaler', 'dispatch').spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 8,
    metrics: [
      external('rabbitmq_queue_messages', '1785'),
      external('rabbitmq_queue_publish_rate', '13'),
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
    ],
    behavior: { scaleUp: { policies: [{ type: 'Pods', value: 8, periodSeconds: 15 }] } },
  });
});

test('F4a with neither: CPU and memory, and the drawback is stated', () => {
  const synthesis = consumer({ size: { memory: { target: 0.8 } } });
  expect(errors(synthesis)).toEqual([]);
  const autoscaler = find(synthesis, 'HorizontalPodAutoscaler', 'dispatch');
  expect(at(autoscaler, 'spec', 'metrics', 0, 'resource', 'name')).toBe('memory');
  expect(at(autoscaler, 'spec', 'metrics', 1, 'resource', 'name')).toBe('cpu');
  expect(at(autoscaler, 'metadata', 'annotations', 'evenkeel.dev/queue-unread')).toMatch(
    /^nothing in the cluster reads the queue, so pods follow CPU and memory/,
  );
});

test('it knows the queue, its policy allows only the broker, and it has no Service', () => {
  const synthesis = consumer();
  const variables = synthesis.objects.find(({ entry }) => entry.identity.kind === 'ConfigMap')?.entry.manifest;
  expect(at(variables, 'data')).toMatchObject({ RABBITMQ_QUEUE: 'orders', RABBITMQ_PORT: '5671' });
  const policy = at(find(synthesis, 'NetworkPolicy', 'dispatch'), 'spec');
  expect(at(policy, 'egress', 1)).toEqual({ ports: [{ port: 5671, protocol: 'TCP' }] });
  expect(policy).not.toHaveProperty('ingress');
  expect(() => find(synthesis, 'Service', 'dispatch')).toThrow();
});

test("its connections are in the broker's account", () => {
  // 8 wanted + 4 surge + 8 stopping
  const notes = (synthesis: ReturnType<typeof shop>) =>
    at(find(synthesis, 'Service', 'rabbitmq'), 'metadata', 'annotations', 'evenkeel.dev/connections');
  expect(notes(consumer())).toMatch(/^20 of 100: /);
  expect(errors(consumer({ connections: 6 }))).toEqual(['budget dispatch.maxReplicas']);
});

test("a database's account counts its derived maximum", () => {
  const synthesis = shop((system) => {
    const queue = new Broker(system, 'rabbitmq', BROKER).queue('orders');
    const database = new Database(system, 'database', {
      host: 'database.example',
      port: 5432,
      limits: { maxConnections: 50, superuserReserved: 3 },
    });
    const dispatch = new QueueConsumer(system, 'dispatch', { ...WEB, queue, connectionsPerPod: 1, size: SIZE });
    dispatch.connectTo(database, { poolSize: 5 });
  });
  expect(synthesis.findings).toMatchObject([{ rule: 'budget', field: 'dispatch.maxReplicas', value: 8 }]);
});

test.each<[string, Change, string]>([
  ['a drain that no pod can meet', { size: { drainSeconds: 40 } }, 'queue-scaling size.drainSeconds'],
  ['no rate', { size: { messagesPerSecondPerPod: 0 } }, 'input size.messagesPerSecondPerPod'],
  ['nothing to start the first pod', { size: { min: 0 } }, 'queue-scaling size.min'],
])('refused: %s', (_, change, expected) => {
  expect(errors(consumer(change))).toContain(expected);
});

test('refused: a second autoscaler next to KEDA’s', () => {
  const synthesis = shop(
    (system) => {
      const queue = new Broker(system, 'rabbitmq', BROKER).queue('orders');
      new QueueConsumer(system, 'dispatch', { ...WEB, queue, connectionsPerPod: 1, size: SIZE });
      new ApiObject(system, 'other', {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'other' },
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'dispatch' }, maxReplicas: 9 },
      });
    },
    { cluster: { ...TWO_ZONES, capabilities: ['keda'] } },
  );
  expect(errors(synthesis)).toContain('autoscaling-one-per-target /spec/scaleTargetRef');
});
