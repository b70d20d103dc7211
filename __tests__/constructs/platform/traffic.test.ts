// What traffic over several clusters may have wrong: a share that no size carries, weights of nothing, a name that two write (P7, P10).
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { type ExposureOptions, Platform, System, WebService } from '../../../lib/constructs';
import { aks, eks, moveTraffic, type Target, TRAFFIC_STEPS } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { errors, WEB } from '../../support/synthesis';

interface Settings {
  readonly host: (cluster: string) => string;
  readonly options: ExposureOptions;
  readonly sized: boolean;
}

const LOAD = {
  users: { peak: 4000, offPeak: 800 },
  thinkSeconds: 8,
  service: { meanSeconds: 0.06 },
  concurrencyPerPod: 4,
  growthPerSecond: 0.001,
  nodeSeconds: 180,
  margin: 1.25,
  cpuSecondsPerRequest: 0.025,
  latency: { quantile: 0.95, seconds: 0.4 },
} as const;

class Orders extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'orders', target);
    const { host, options, sized } = this.settings;
    const [api, intern] = ['api', 'intern'].map((name) =>
      sized
        ? new WebService(this, name, { ...WEB, resources: { memory: '512Mi' }, size: { load: LOAD } })
        : new WebService(this, name, WEB),
    );
    if (api === undefined || intern === undefined) throw new Error('no components');
    api.connectTo(intern);
    api.exposeAt(host(target.cluster.name), options);
  }
}

const AWS = { kubernetes: '1.36', loadBalancerSubnets: ['10.20.0.0/24'], capabilities: ['external-dns'] } as const;
const AZURE = {
  kubernetes: '1.36',
  gateway: { albName: 'alb', albNamespace: 'alb' },
  gatewaySubnets: ['10.30.0.0/24'],
} as const;
const zonesOf = (region: string) => ['a', 'b', 'c'].map((zone) => `${region}${zone}`);

type Name = 'dublin' | 'london' | 'paris' | 'oslo';

interface Asked {
  readonly on?: readonly Name[];
  readonly traffic?: Readonly<Partial<Record<Name, number>>>;
  readonly regions?: number;
  readonly settings?: Partial<Settings>;
}

function synth({ on = ['dublin', 'london'], traffic, regions = 0, settings = {} }: Asked = {}) {
  const oslo = ['norwayeast-1', 'norwayeast-2', 'norwayeast-3'];
  const app = new Platform({
    home: 'dublin',
    clusters: {
      dublin: eks({ ...AWS, region: 'eu-west-1', zones: zonesOf('eu-west-1') }),
      london: eks({ ...AWS, region: 'eu-west-2', zones: zonesOf('eu-west-2') }),
      paris: eks({ ...AWS, region: 'eu-west-3', zones: zonesOf('eu-west-3') }),
      oslo: aks({ ...AZURE, region: 'norwayeast', zones: oslo }),
    },
    environments: { shop: { survives: { zones: 1, regions }, registry: { external: 'registry.example' } } },
  })
    .place(Orders, {
      shop: {
        on,
        ...(traffic === undefined ? {} : { traffic }),
        settings: {
          host: (cluster) => `${cluster}.orders.example`,
          options: { common: ['orders.example'] },
          sized: true,
          ...settings,
        },
      },
    })
    .app();
  return synthesize(app, check);
}

const traffic = (asked: Asked) => errors(synth(asked)).filter((one) => one.startsWith('traffic'));

describe('a cluster gets no more traffic than it is sized for', () => {
  test.each([
    [0, ['traffic-capacity traffic.dublin']],
    [10, ['traffic-capacity traffic.dublin']],
    [50, []],
    [100, ['traffic-capacity traffic.london']],
  ] as const)('step %i of a move that survives no region: %j', (step, expected) => {
    // api, and intern, which api calls
    const found = traffic({ traffic: moveTraffic('dublin', 'london', step) });
    expect(found).toEqual(expected.flatMap((one) => [one, one]));
  });

  test.each(TRAFFIC_STEPS)('step %i of a move that survives one of two regions is right', (step) => {
    expect(errors(synth({ regions: 1, traffic: moveTraffic('dublin', 'london', step) }))).toEqual([]);
  });

  test('both numbers and the fixes are reported', () => {
    const { findings } = synth({ traffic: moveTraffic('dublin', 'london', 100) });
    const [found] = findings.filter(({ rule }) => rule === 'traffic-capacity');
    expect(found).toMatchObject({
      construct: 'london/orders-shop/api',
      field: 'traffic.london',
      value: 100,
      message:
        'london gets 100 % of the traffic (100 of 100), but api in shop is sized for 50 %: 1/2, with 2 of 2 regions left',
      expected: 'survives.regions: 1 in shop (each region carries all of it), or a weight of at most 50 of 100',
    });
    expect(found?.source).toBeDefined();
  });

  test('the fixes are right: each one is enough, and a weight of one more is not', () => {
    const on = ['dublin', 'london', 'paris'] as const;
    const [found] = synth({ on, traffic: { dublin: 45, london: 30, paris: 25 } }).findings;
    expect(found?.expected).toBe('survives.regions: 1 in shop (each carries 1/2), or a weight of at most 33 of 100');
    expect(traffic({ on, regions: 1, traffic: { dublin: 45, london: 30, paris: 25 } })).toEqual([]);
    expect(traffic({ on, traffic: { dublin: 33, london: 33, paris: 33 } })).toEqual([]);
    expect(traffic({ on, traffic: { dublin: 33, london: 34, paris: 33 } })).not.toEqual([]);
    expect(traffic({ on })).toEqual([]);
  });

  test('where one gets all traffic, another needs a weight too', () => {
    const [found] = synth({ traffic: { dublin: 1 } }).findings;
    expect(found?.expected).toMatch(/or a weight for another cluster too$/);
  });

  test('a size that was not derived is not checked', () => {
    expect(errors(synth({ traffic: { dublin: 1 }, settings: { sized: false } }))).toEqual([]);
  });
});

describe('weights without effect', () => {
  test('no component has a host in common', () => {
    const settings = { options: {} };
    expect(errors(synth({ settings }))).toEqual([]);
    const found = synth({ traffic: { dublin: 1, london: 1 }, settings });
    expect(errors(found)).toEqual(['traffic traffic']);
    expect(found.findings[0]?.message).toContain('orders in shop has no common host');
  });

  test('a single cluster gets all traffic anyway', () => {
    expect(errors(synth({ on: ['dublin'] }))).toEqual([]);
    expect(errors(synth({ on: ['dublin'], traffic: { dublin: 10 } }))).toEqual(['traffic traffic']);
  });

  test('a move from a cluster to itself', () => {
    const found = synth({ traffic: moveTraffic('dublin', 'dublin', 10) });
    expect(errors(found)).toEqual(['traffic traffic.dublin']);
    expect(found.findings[0]).toMatchObject({
      value: 'NaN',
      expected: expect.stringContaining('between two clusters'),
    });
  });
});

describe('one host, written by external-dns of two clusters', () => {
  const host = () => 'orders.example';

  test('is refused, with the name, the clusters and what divides it', () => {
    const found = synth({ settings: { host, options: {} } });
    expect(errors(found)).toEqual(['host-overwritten /metadata/annotations']);
    expect(found.findings[0]).toMatchObject({
      construct: 'dublin/orders-shop/api/exposure/ingress',
      value: 'orders.example',
      message: expect.stringContaining('dublin and london'),
      expected: expect.stringContaining("exposeAt(…, { common: ['orders.example'] })"),
    });
    expect(found.files.size).toBe(0);
  });

  test('is accepted with weights, and where one of the two is written by hand', () => {
    expect(errors(synth())).toEqual([]);
    expect(errors(synth({ on: ['dublin', 'oslo'], settings: { host, options: {} } }))).toEqual([]);
  });
});
