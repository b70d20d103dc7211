// size.load: promises and measurements become bounds, target and CPU request, each with its sentence.
import { Database, type Load, WebService, type WebServiceProps } from '../../../lib/constructs';
import { eks, type Finding } from '../../../lib/model';
import { type Line, nextLine } from '../../support/next-line';
import { at, errors, find, PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const LOAD: Load = {
  users: { peak: 30_000, offPeak: 2000 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.04 },
  concurrencyPerPod: 8,
  cpuSecondsPerRequest: 0.01,
  latency: { quantile: 0.98, seconds: 0.2 },
  occupancy: 0.65,
  growthPerSecond: 0.001,
  nodeSeconds: 180,
  margin: 1.25,
};
const THREE_ZONES = eks({
  capabilities: ['metrics-server'],
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
  kubernetes: '1.36',
  ...SUBNETS,
});

function sized(load: Partial<Load> = {}, change: Partial<WebServiceProps> = {}) {
  return shop(
    (system) => {
      const resources = { memory: '512Mi' };
      new WebService(system, 'web', { ...WEB, resources, size: { load: { ...LOAD, ...load } }, ...change });
    },
    { cluster: THREE_ZONES, environment: PRODUCTION },
  );
}

describe('P1 30,000 users, 98 % within 200 ms, one of three zones lost', () => {
  const synthesis = sized();
  const autoscaler = find(synthesis, 'HorizontalPodAutoscaler', 'web');

  // kubernetes-facts §5: 130 requests/s a pod, 24 pods, 12 a zone, 36; × 1.25 = 45; 0.65 · 2/3 = 43 %; 4 pods would leave 2
  test('bounds and target', () => {
    expect(errors(synthesis)).toEqual([]);
    expect(autoscaler.spec).toMatchObject({
      minReplicas: 5,
      maxReplicas: 45,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 43 } } }],
    });
  });

  test('CPU request: 8 slots ÷ 0.04 s × 0.01 s', () => {
    const container = at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);
    expect(at(container, 'resources', 'requests')).toEqual({ cpu: '2', memory: '512Mi' });
  });

  test('every number with the sentence that derives it, on the autoscaler alone', () => {
    const notes = at(autoscaler, 'metadata', 'annotations');
    expect(at(notes, 'evenkeel.dev/arrivals')).toBe('30000 users ÷ 10 s of thought = 3000 requests/s');
    expect(at(notes, 'evenkeel.dev/peak-pods')).toContain('× 3 zones = 36 pods');
    expect(at(notes, 'evenkeel.dev/cpu-target')).toContain('= 43 %');
    expect(Object.keys(Object(notes))).toHaveLength(11);
    expect(
      JSON.stringify(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'metadata', 'annotations')),
    ).not.toContain('evenkeel.dev');
  });

  test('the boot counts as the time until a pod serves', () => {
    // 15 s + 15 s + (30 + 10) s + 180 s
    expect(at(autoscaler, 'metadata', 'annotations', 'evenkeel.dev/headroom')).toContain('0.25 × 36 pods = 9 pods');
  });
});

test('alwaysAtPeak raises the minimum', () => {
  expect(find(sized({ alwaysAtPeak: true }), 'HorizontalPodAutoscaler', 'web').spec).toMatchObject({ minReplicas: 36 });
});

test.each<[string, Parameters<typeof sized>, string[]]>([
  ['no think time', [{ thinkSeconds: 0 }], ['input size.load.thinkSeconds']],
  ['a service of no time', [{ service: { meanSeconds: 0 } }], ['input size.load.service.meanSeconds']],
  [
    'a service too slow for any replica count',
    [{ service: { meanSeconds: 0.06 } }],
    ['capacity size.load.service.meanSeconds'],
  ],
  ['all of the requests', [{ latency: { quantile: 1, seconds: 0.2 } }], ['input size.load.latency.quantile']],
  ['growth that no headroom meets', [{ growthPerSecond: 0.05 }], ['capacity size.load.growthPerSecond']],
  ['a CPU request beside it', [{}, { resources: { cpu: '1', memory: '1Gi' } }], ['resources resources.cpu']],
])('refused: %s', (_, args, expected) => {
  expect(errors(sized(...args))).toEqual(expected);
});

// what JavaScript, or a type-stripping runner, lets through; a key that is `undefined` is left out
/** The line of the last web service. */
let call: Line;

/** The findings of a load that no compiler has seen, on a cluster with a pool, beside a database; but for what growth wants of the pool. */
function findingsOf(change: object): readonly Finding[] {
  const load = unchecked<Load>({ ...LOAD, ...change });
  const nodesPerZone = { min: 1, max: 40 };
  const nodePools = [{ name: 'default', cpu: '8', memory: '32Gi', pods: 110, nodesPerZone }];
  const { findings } = shop(
    (system) => {
      const limits = { maxConnections: 1500, superuserReserved: 3 };
      const database = new Database(system, 'database', { host: 'db.example', port: 5432, limits });
      const resources = { memory: '512Mi' };
      call = nextLine();
      const web = new WebService(system, 'web', { ...WEB, resources, size: { load } });
      web.connectTo(database, { poolSize: 10 });
    },
    { cluster: { ...THREE_ZONES, nodePools }, environment: PRODUCTION },
  );
  return findings.filter(({ rule }) => rule !== 'headroom');
}

describe('an invalid load is reported with its key, at the line of the call, without consequences', () => {
  test.each<[string, object, string, unknown, string, string]>([
    ['no users', { users: undefined }, 'users', undefined, 'size.load.users is required', '{ peak, offPeak }'],
    [
      'users without a peak',
      { users: { offPeak: 1 } },
      'users.peak',
      undefined,
      'size.load.users.peak is required',
      'a number, more than 0',
    ],
    [
      'no service',
      { service: null },
      'service',
      null,
      'size.load.service cannot be null',
      '{ meanSeconds, coefficientOfVariation }',
    ],
    [
      'no latency',
      { latency: undefined },
      'latency',
      undefined,
      'size.load.latency is required',
      '{ quantile, seconds }',
    ],
    [
      'a latency that is a number',
      { latency: 0.2 },
      'latency',
      0.2,
      'size.load.latency cannot be 0.2',
      '{ quantile, seconds }',
    ],
    [
      'no think time',
      { thinkSeconds: undefined },
      'thinkSeconds',
      undefined,
      'size.load.thinkSeconds is required',
      'a number, more than 0',
    ],
    [
      'a text',
      { thinkSeconds: '8' },
      'thinkSeconds',
      '8',
      'size.load.thinkSeconds must be a number, not the text "8"',
      'a number, more than 0',
    ],
    [
      'no time of a node',
      { nodeSeconds: undefined },
      'nodeSeconds',
      undefined,
      'size.load.nodeSeconds is required',
      'a number, at least 0',
    ],
    [
      'no CPU',
      { cpuSecondsPerRequest: undefined },
      'cpuSecondsPerRequest',
      undefined,
      'size.load.cpuSecondsPerRequest is required',
      'a number, more than 0',
    ],
    [
      'a negative margin',
      { margin: -1.25 },
      'margin',
      -1.25,
      'size.load.margin cannot be -1.25',
      'a number, at least 1 and at most 100',
    ],
    [
      'a switch that is a text',
      { alwaysAtPeak: 'no' },
      'alwaysAtPeak',
      'no',
      'size.load.alwaysAtPeak cannot be the text "no"',
      'true or false',
    ],
    [
      'a misspelt key',
      { ocupancy: 0.5 },
      'ocupancy',
      undefined,
      "unknown property 'ocupancy' in size.load (did you mean occupancy?)",
      expect.stringContaining('occupancy'),
    ],
    [
      'a misspelt key further in',
      { service: { meanSeconds: 0.04, variation: 2 } },
      'service.variation',
      undefined,
      "unknown property 'variation' in size.load.service (did you mean coefficientOfVariation?)",
      'one of meanSeconds, coefficientOfVariation',
    ],
    [
      'contention by half',
      { contention: { serial: 0 } },
      'contention.crosstalk',
      undefined,
      'size.load.contention.crosstalk is required',
      'a number, at least 0',
    ],
  ])('%s', (_, change, field, value, message, expected) => {
    const [finding, ...more] = findingsOf(change);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'input',
      severity: 'error',
      field: `size.load.${field}`,
      message,
      expected,
    });
    expect(finding?.value).toEqual(value);
    expect(finding?.construct).toBe('mumbai/shop-production/web');
    expect(finding?.source).toMatchObject(call);
  });

  test('NaN, which JSON does not have', () => {
    const { findings } = sized({ service: { meanSeconds: Number.NaN } });
    expect(findings).toMatchObject([{ value: 'NaN', message: 'size.load.service.meanSeconds cannot be NaN' }]);
  });

  test('nothing at all, and all of it at once', () => {
    const nothing = shop((system) => {
      new WebService(system, 'web', { ...WEB, resources: { memory: '1Gi' }, size: { load: unchecked<Load>(null) } });
    });
    expect(errors(nothing)).toEqual(['input size.load']);
    const many = findingsOf({ users: null, latency: undefined, headrom: 1, thinkSeconds: 0, margin: '2' });
    expect(many.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
      'input size.load.headrom',
      'input size.load.latency',
      'input size.load.margin',
      'input size.load.thinkSeconds',
      'input size.load.users',
    ]);
  });

  test('the use of a database by a valid size is reported', () => {
    const found = findingsOf({}).map(({ rule }) => rule);
    expect(found).toEqual([]);
    expect(findingsOf({ margin: 3 }).map(({ rule }) => rule)).toEqual(['budget']);
  });
});

describe('seconds that look like milliseconds cause a warning, and a plan is still made', () => {
  test.each<[string, object, string[]]>([
    ['think time', { thinkSeconds: 8000 }, ['thinkSeconds']],
    ['latency', { latency: { quantile: 0.95, seconds: 300 } }, ['latency.seconds']],
    ['node', { nodeSeconds: 180_000, growthPerSecond: 0 }, ['nodeSeconds']],
    [
      'CPU',
      { cpuSecondsPerRequest: 0.05, concurrencyPerPod: 4, users: { peak: 3000, offPeak: 200 } },
      ['cpuSecondsPerRequest'],
    ],
    [
      'all of a request',
      {
        service: { meanSeconds: 40 },
        latency: { quantile: 0.98, seconds: 200 },
        cpuSecondsPerRequest: 10,
        users: { peak: 30, offPeak: 2 },
        growthPerSecond: 0,
      },
      ['latency.seconds', 'service.meanSeconds'],
    ],
  ])('%s', (_, change, fields) => {
    const found = findingsOf(change);
    expect(found.map(({ rule, severity, field }) => [rule, severity, field])).toEqual(
      fields.map((field) => ['unit', 'warning', `size.load.${field}`]),
    );
    for (const { source } of found) expect(source).toMatchObject(call);
  });

  test('with the likely value', () => {
    expect(findingsOf({ thinkSeconds: 8000 })).toMatchObject([
      {
        value: 8000,
        message: '8000 s between two requests of a user (2.2 hours) looks like milliseconds',
        expected: 'seconds, usually at most 600: 8 for 8000 ms',
      },
    ]);
  });

  test.each<[string, object]>([
    ['ten minutes of thought', { thinkSeconds: 600 }],
    ['an answer within half a minute', { latency: { quantile: 0.98, seconds: 30 } }],
    ['a machine within an hour', { nodeSeconds: 3600, growthPerSecond: 0 }],
  ])('but not %s', (_, change) => {
    expect(findingsOf(change)).toEqual([]);
  });
});

test('a derived CPU request too large for any node names the key from which it follows', () => {
  const found = findingsOf({ cpuSecondsPerRequest: 25, users: { peak: 300, offPeak: 20 } });
  const fits = found.filter(({ severity }) => severity === 'error');
  expect(fits).toMatchObject([
    {
      rule: 'node-fit',
      field: 'size.load.cpuSecondsPerRequest',
      message: 'no node in mumbai is large enough for this pod: 8 slots ÷ 0.04 s × 25 s of CPU a request = 5000 cores',
    },
  ]);
  expect(found.map(({ rule }) => rule)).toContain('unit');
});

test('refused: a missing CPU request', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', { ...WEB, resources: { memory: '512Mi' } });
  });
  expect(errors(synthesis)).toEqual(['resources resources.cpu']);
});
