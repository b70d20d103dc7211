// Services with limits: the total use of their clients, the findings, and the annotations for reviewers.
import {
  Broker,
  type BrokerProps,
  Database,
  type DatabaseProps,
  Redis,
  type RedisProps,
  type System,
  WebService,
  type WebServiceProps,
} from '../../../lib/constructs';
import { at, errors, find, PRODUCTION, shop, WEB } from '../../support/synthesis';

const CREDENTIALS = { secret: 'shared', keys: ['password'] };
const DATABASE: DatabaseProps = {
  host: 'database.example',
  port: 5432,
  credentials: CREDENTIALS,
  limits: { maxConnections: 200, superuserReserved: 3, monitoring: 2 },
};
const BROKER: BrokerProps = {
  host: 'rabbitmq.example',
  port: 5671,
  nodes: { kind: 'single', messagesPerSecondPerNode: 1000, connectionsPerNode: 100 },
};
const REDIS: RedisProps = {
  host: 'redis.example',
  port: 6380,
  nodes: { kind: 'ha', replicas: 1, maxClients: 200, operationsPerSecondPerNode: 10_000 },
};

/** A web service scaled from 2 to `max`. */
function scaled(system: System, name: string, max: number, change: Partial<WebServiceProps> = {}): WebService {
  return new WebService(system, name, { ...WEB, ...change, size: { cpu: 0.65, min: 2, max } });
}

const annotations = (synthesis: ReturnType<typeof shop>, kind: string, name: string) =>
  at(find(synthesis, kind, name), 'metadata', 'annotations');

describe('F4b a database', () => {
  // 4 wanted + 2 surge + 4 stopping pods of each
  const two = (poolSize: number) =>
    shop((system) => {
      const database = new Database(system, 'database', DATABASE);
      scaled(system, 'web', 4).connectTo(database, { poolSize });
      scaled(system, 'api', 4).connectTo(database, { poolSize: 5 });
    });

  test('within its connections: the account on its Service, the most of each on its autoscaler', () => {
    const synthesis = two(10);
    expect(errors(synthesis)).toEqual([]);
    expect(at(annotations(synthesis, 'Service', 'database'), 'evenkeel.dev/connections')).toBe(
      '150 of 195: web 100 + api 50 = 150 needed; max_connections 200 − superuser_reserved 3 − reserved 0 − migrations 0 − monitoring 2 = 195',
    );
    expect(at(annotations(synthesis, 'HorizontalPodAutoscaler', 'web'), 'evenkeel.dev/limit-database')).toBe(
      'at most 5 replicas, bound by connections: 195 connections − 50 of others leave 145: 5 replicas take 130, one more would take 150',
    );
    expect(
      JSON.stringify(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'metadata', 'annotations')),
    ).not.toContain('evenkeel.dev');
  });

  test('exceeded: which client, by how much, what to change', () => {
    const synthesis = two(15);
    expect(synthesis.findings).toMatchObject([
      {
        rule: 'budget',
        construct: 'mumbai/shop-production/database',
        field: 'web.maxReplicas',
        value: 4,
        message: expect.stringMatching(/^5 too many connections at the worst moment: .* 200 needed, 195 available/),
        expected: expect.stringMatching(
          /web at most 3 replicas, or .*smaller pools, or max_connections of at least 205/,
        ),
        source: { file: expect.stringContaining('limits.test.ts') },
      },
    ]);
  });

  test('a fixed number of pods has its account on the Deployment', () => {
    const synthesis = shop((system) => {
      const database = new Database(system, 'database', DATABASE);
      new WebService(system, 'web', WEB).connectTo(database, { poolSize: 10 });
    });
    expect(at(annotations(synthesis, 'Deployment', 'web'), 'evenkeel.dev/limit-database')).toContain('at most');
  });

  test('a use that the database limits and that was not measured', () => {
    const limits = { ...DATABASE.limits, iops: 1000 };
    const synthesis = shop((system) => {
      scaled(system, 'web', 4).connectTo(new Database(system, 'database', { ...DATABASE, limits }), { poolSize: 1 });
    });
    expect(errors(synthesis)).toEqual(['budget web.iopsPerPod']);
  });

  test('without clients there are no findings', () => {
    const synthesis = shop((system) => {
      new Database(system, 'database', DATABASE);
    });
    expect(errors(synthesis)).toEqual([]);
    expect(annotations(synthesis, 'Service', 'database')).toBeUndefined();
  });

  test('JavaScript without a pool size is refused', () => {
    const synthesis = shop((system) => {
      const database = new Database(system, 'database', DATABASE);
      Reflect.apply(WebService.prototype.connectTo, scaled(system, 'web', 4), [database]);
    });
    expect(errors(synthesis)).toEqual(['connection connectTo']);
  });
});

describe('F4c a broker', () => {
  const producers = (max: number) =>
    shop((system) => {
      const broker = new Broker(system, 'rabbitmq', BROKER);
      scaled(system, 'web', max).connectTo(broker, { messagesPerSecondPerPod: 100, connectionsPerPod: 1 });
    });

  test('its limits, and that it must grow first', () => {
    const notes = annotations(producers(10), 'HorizontalPodAutoscaler', 'web');
    expect(at(notes, 'evenkeel.dev/limit-rabbitmq')).toMatch(/^at most 10 replicas, bound by messages\/s: /);
    expect(at(notes, 'evenkeel.dev/order-rabbitmq')).toBe(
      'beyond 10 replicas: broker first (more messages/s), then the replicas',
    );
  });

  test('never exceeded', () => {
    expect(producers(11).findings).toMatchObject([{ rule: 'budget', field: 'web.maxReplicas', value: 11 }]);
  });
});

describe('F4d a Redis', () => {
  const client = (change: Partial<RedisProps>, environment = PRODUCTION) =>
    shop(
      (system) => {
        const redis = new Redis(system, 'redis', { ...REDIS, ...change });
        scaled(system, 'web', 4).connectTo(redis, { connectionsPerPod: 5, operationsPerSecondPerPod: 500 });
      },
      { environment },
    );
  const single = { nodes: { kind: 'single', maxClients: 200, operationsPerSecondPerNode: 10_000 } } as const;

  test('connections and operations', () => {
    const synthesis = client({});
    expect(errors(synthesis)).toEqual([]);
    const notes = annotations(synthesis, 'Service', 'redis');
    expect(at(notes, 'evenkeel.dev/connections')).toMatch(/^50 of 199: /);
    expect(at(notes, 'evenkeel.dev/operations-s')).toMatch(/^2000 of 10000: /);
  });

  test('a single one where the environment promises to survive something', () => {
    expect(errors(client(single))).toEqual(['budget redis.kind']);
  });

  test('a single one where it promises nothing, or with a reason, which is kept', () => {
    const environment = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
    expect(errors(client(single, environment))).toEqual([]);
    const synthesis = client({ ...single, withoutCopy: { reason: 'a cache that refills in a minute' } });
    expect(errors(synthesis)).toEqual([]);
    expect(at(annotations(synthesis, 'Service', 'redis'), 'evenkeel.dev/without-copy')).toBe(
      'a cache that refills in a minute',
    );
  });

  test('too many connections', () => {
    expect(errors(client({ nodes: { ...REDIS.nodes, maxClients: 50 } }))).toEqual(['budget web.maxReplicas']);
  });
});

describe('a service with a certificate', () => {
  test.each([
    [true, 'database.example'],
    [false, 'database'],
  ])('tls: %s gives its clients %s', (tls, host) => {
    const synthesis = shop((system) => {
      scaled(system, 'web', 2).connectTo(new Database(system, 'database', { ...DATABASE, tls }), { poolSize: 1 });
    });
    const variables = synthesis.objects.find(({ entry }) => entry.identity.kind === 'ConfigMap')?.entry.manifest;
    expect(at(variables, 'data', 'DATABASE_HOST')).toBe(host);
  });
});
