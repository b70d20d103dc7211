// Every input of the constructs beside components: each slip in it is one finding, at the user's line, that names the key.

import {
  Broker,
  Database,
  DnsRecord,
  ExternalService,
  LoadTest,
  Redis,
  type System,
  Volume,
  WebService,
} from '../../lib/constructs';
import { shop, WEB } from '../support/synthesis';
import { gapsIn, slipsIn } from '../support/typos';

interface Door {
  /** Hands the input to the construct. */
  readonly enter: (system: System, input: object) => void;
  /** What the fields of its findings begin with. */
  readonly start?: string;
  /** Every key. */
  readonly full: object;
  /** The required keys. */
  readonly least: object;
}

const SERVICE = { host: 'service.example', port: 5432 };
const FULL_SERVICE = {
  ...SERVICE,
  tls: true,
  cidrs: ['10.0.0.0/24'],
  credentials: { secret: 'service', keys: ['password'] },
  acceptsIdentity: true,
};
const LIMITS = { maxConnections: 100, superuserReserved: 3 };
const BROKER = { kind: 'single', messagesPerSecondPerNode: 100, connectionsPerNode: 100 } as const;
const REDIS = { kind: 'ha', replicas: 1, maxClients: 1000, operationsPerSecondPerNode: 1000 } as const;
const LOAD_TEST = {
  users: 10,
  thinkSeconds: 1,
  usersPerSecond: 1,
  seconds: 60,
  requestsPerSecondPerWorker: 100,
  image: 'registry.example/shop/locust:1',
  host: 'shop.example',
  path: '/',
  latency: { quantile: 0.98, seconds: 0.2 },
  memoryPerWorker: '1Gi',
  results: '1Gi',
};

/** What `create` makes of an input that no compiler has seen. */
const construct =
  (create: new (scope: System, id: string, props: never) => unknown): Door['enter'] =>
  (system, input) =>
    void Reflect.construct(create, [system, 'one', input]);

/** Connects a component to a service with limits. */
const use =
  (service: (system: System) => unknown): Door['enter'] =>
  (system, input) =>
    void Reflect.apply(WebService.prototype.connectTo, new WebService(system, 'web', WEB), [service(system), input]);

const DOORS: Readonly<Record<string, Door>> = {
  ExternalService: { enter: construct(ExternalService), least: SERVICE, full: FULL_SERVICE },
  Database: {
    enter: construct(Database),
    least: { ...SERVICE, limits: LIMITS },
    full: { ...FULL_SERVICE, limits: { ...LIMITS, reserved: 1, migrations: 1, monitoring: 1, cpu: 4 } },
  },
  Broker: {
    enter: construct(Broker),
    least: { ...SERVICE, nodes: BROKER },
    full: {
      ...FULL_SERVICE,
      nodes: { ...BROKER, otherConnections: 1 },
      management: { secret: 'management', key: 'uri' },
      metrics: { length: 'queue_length', rate: 'queue_rate' },
    },
  },
  Redis: {
    enter: construct(Redis),
    least: { ...SERVICE, nodes: REDIS },
    full: { ...FULL_SERVICE, nodes: { ...REDIS, sentinels: 3 }, withoutCopy: { reason: 'a cache' } },
  },
  LoadTest: { enter: construct(LoadTest), least: LOAD_TEST, full: LOAD_TEST },
  Volume: {
    enter: construct(Volume),
    least: { size: '10Gi', oneZone: 'a cache', noBackup: 'a cache' },
    full: { size: '10Gi', oneZone: 'a cache', oneRegion: 'a cache', noBackup: 'a cache' },
  },
  DnsRecord: {
    enter: construct(DnsRecord),
    least: { hosts: ['www.shop.example'], target: 'cdn.example' },
    full: { hosts: ['www.shop.example'], target: 'cdn.example' },
  },
  reserve: {
    enter: (system, input) => void Reflect.apply(system.reserve, system, [input]),
    start: 'reserve',
    least: {},
    full: { pods: 2, cpu: '1', memory: '1Gi' },
  },
  'the use of a database': {
    enter: use((system) => new Database(system, 'database', { ...SERVICE, limits: LIMITS })),
    start: 'connectTo',
    least: { poolSize: 5 },
    full: { poolSize: 5, cpuPerPod: 0.1, memoryMiBPerConnection: 1, iopsPerPod: 1 },
  },
  'the use of a broker': {
    enter: use((system) => new Broker(system, 'broker', { ...SERVICE, nodes: BROKER })),
    start: 'connectTo',
    least: { messagesPerSecondPerPod: 1, connectionsPerPod: 1 },
    full: { messagesPerSecondPerPod: 1, connectionsPerPod: 1 },
  },
  'the use of a Redis': {
    enter: use((system) => new Redis(system, 'redis', { ...SERVICE, nodes: REDIS })),
    start: 'connectTo',
    least: { connectionsPerPod: 1, operationsPerSecondPerPod: 1 },
    full: { connectionsPerPod: 1, operationsPerSecondPerPod: 1 },
  },
};

function findings({ enter }: Door, input: object) {
  const { findings } = shop((system) => enter(system, input));
  return findings.map(({ rule, field, message, source }) => ({ rule, field, message, file: source?.file }));
}

describe.each(Object.entries(DOORS))('%s', (_, door) => {
  const { full, least, start } = door;
  const below = (field: string) => (start === undefined ? field : `${start}.${field}`);
  const file = '__tests__/constructs/inputs.test.ts';

  test('every key, and the required ones alone, are accepted', () => {
    expect(findings(door, full)).toEqual([]);
    expect(findings(door, least)).toEqual([]);
  });

  test('a misspelt key, and a value of another type, are one finding with that key', () => {
    for (const { title, input, field, message } of slipsIn(full)) {
      if (field.endsWith('kindx')) continue; // see __tests__/model/inputs.test.ts
      const finding = { rule: 'input', field: below(field), message: expect.stringContaining(message), file };
      expect({ title, findings: findings(door, Object(input)) }).toEqual({ title, findings: [finding] });
    }
  });

  test('a required key that is left out is one finding', () => {
    for (const { title, input, field } of gapsIn(least)) {
      if (door.enter === DOORS.Volume?.enter && field !== 'size') continue;
      const finding = { rule: 'input', field: below(field), message: `${below(field)} is required`, file };
      expect({ title, findings: findings(door, Object(input)) }).toEqual({ title, findings: [finding] });
    }
  });
});

test.each([
  ['left out', undefined, 'connectTo is required'],
  ['a name', 'database', 'connectTo cannot be the text "database"'],
])('a service that is %s is one finding', (_, service, message) => {
  const door = { enter: use(() => service), full: {}, least: {} };
  expect(findings(door, {})).toEqual([{ rule: 'input', field: 'connectTo', message, file: expect.any(String) }]);
});

test.each([undefined, '', 7])('a queue with the name %j is one finding', (name) => {
  const enter: Door['enter'] = (system, nodes) => {
    const broker = new Broker(system, 'broker', { ...SERVICE, nodes: BROKER, ...nodes });
    Reflect.apply(broker.queue, broker, [name]);
  };
  expect(findings({ enter, full: {}, least: {} }, {})).toMatchObject([{ rule: 'input', field: 'queue' }]);
});
