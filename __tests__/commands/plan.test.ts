// `evenkeel plan`: needs beside what there is, what cannot be planned, and a plan that is refused (P2, P12).
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { type Load, Platform, System, WebService } from '../../lib/constructs';
import { aks, type ClusterDescription, eks, type NodePool, type Target } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { PRODUCTION, SUBNETS, shopApp, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';
import { unchecked } from '../support/unchecked';

const POOL: NodePool = { name: 'default', cpu: '8', memory: '32Gi', pods: 110, nodesPerZone: { min: 1, max: 40 } };

const AZURE = {
  region: 'westeurope',
  zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
  kubernetes: '1.36',
  gateway: { albName: 'alb', albNamespace: 'alb' },
  gatewaySubnets: ['10.30.0.0/24'],
  nodePools: [{ ...POOL, headroom: { pods: 12, cpu: '2', memory: '1Gi' } }],
} as const;
const planned = (change: Partial<Parameters<typeof aks>[0]> = {}) =>
  aks({ ...AZURE, podNetwork: 'overlay', subnets: { nodes: 24, pods: 16 }, ...change });

const LOAD: Load = {
  users: { peak: 30_000, offPeak: 8000 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.04 },
  cpuSecondsPerRequest: 0.01,
  concurrencyPerPod: 8,
  latency: { quantile: 0.98, seconds: 0.2 },
  growthPerSecond: 0.001,
  nodeSeconds: 180,
  margin: 1.25,
};

function sizedOn(cluster: ClusterDescription, load: Partial<Load> = {}, build = (_: WebService) => {}) {
  const size = { load: { ...LOAD, ...load } };
  return () => ({
    app: shopApp((system) => build(new WebService(system, 'web', { ...WEB, resources: { memory: '1Gi' }, size })), {
      cluster,
    }),
  });
}

const several = () => ({ app: twoSystems.app() });

/** Cells of a row of the Markdown. */
const row = (out: string, what: string): string[] | undefined =>
  out
    .split('\n')
    .map((line) => line.slice(2, -2).split(' | '))
    .find((cells) => cells[1] === what);

test('A21: a terminal gets the beginning of long sentences, a pipe all of them', async () => {
  const many = () => ({
    app: shopApp((system) => void ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => new WebService(system, id, WEB)), {
      cluster: planned(),
    }),
  });
  const [piped, watched] = [await cli(['plan'], many), await cli(['plan'], many, { interactive: true })];
  const longest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));
  expect(longest(watched.out)).toBeLessThan(260);
  expect(longest(piped.out)).toBeGreaterThan(longest(watched.out));
  expect(watched.out).toMatch(/… \(\d+ characters\)$/m);
  expect(piped.out).not.toContain('…');
});

describe('needs, beside what the cluster declares, with the sentence', () => {
  test('nodes, pods, addresses, subnets, headroom, targets', async () => {
    const { code, out, err } = await cli(
      ['plan', '--markdown'],
      sizedOn(planned(), {}, (web) => void web.exposeAt('shop.example')),
    );
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\*\*mumbai\*\* on aks, Azure CNI overlay, 3 zones\.$/m);
    expect(row(out, 'nodes a zone off peak')?.[3]).toBe('min 1');
    expect(row(out, 'nodes a zone at the very most')?.slice(3)).toEqual([
      'max 40',
      expect.stringMatching(/^in each of 2 zones: \d+ pods of shop-production\/web, 4 on a node: \d+ nodes$/),
    ]);
    expect(row(out, 'nodes in all')).toEqual([
      '',
      'nodes in all',
      '120',
      '–',
      '40 that the pool allows × 3 zones = 120 nodes',
    ]);
    expect(row(out, 'pods on a node')?.slice(2, 4)).toEqual(['110', '110']);
    expect(row(out, 'smallest subnet of nodes')?.slice(2, 4)).toEqual(['/24', '/24']);
    expect(row(out, 'held for growth')?.[3]).toBe('12 pods, 24 CPU, 12Gi');
    expect(row(out, 'load-balancer targets')?.[4]).toMatch(/^every pod that exists at once: /);
  });

  test('as text, each column as wide as its widest cell', async () => {
    const { out } = await cli(['plan'], sizedOn(planned()));
    expect(out).toMatch(/^mumbai on aks, Azure CNI overlay, 3 zones\nOF +WHAT +PLAN +GIVEN +BECAUSE\n/);
    expect(out).toMatch(/^nodePools\[default\] +nodes a zone off peak +\d+ +min 1 +in each of 3 zones: /m);
  });

  test('as JSON, with what the cluster says', async () => {
    const { out } = await cli(['plan', '--json'], sizedOn(planned()));
    expect(JSON.parse(out)).toMatchObject([
      {
        cluster: 'mumbai',
        provider: 'aks',
        zones: AZURE.zones,
        given: { subnets: { nodes: 24, pods: 16 }, nodePools: [{ name: 'default' }] },
        plan: { mode: 'Azure CNI overlay', pools: [{ name: 'default', most: { because: expect.any(String) } }] },
        headroom: { short: [], held: { pods: 12 } },
        unplanned: [],
      },
    ]);
  });
});

describe('what cannot be planned, and why', () => {
  test('unknown pod addresses are reported, and the headroom is still printed', async () => {
    const { code, out } = await cli(['plan'], sizedOn(aks(AZURE)));
    expect(code).toBe(0);
    expect(out).toContain("not planned: podNetwork: the pod network is not given; expected podNetwork: 'overlay'");
    expect(out).toMatch(/^headroom +held for growth /m);
    expect(out).not.toContain('nodes a zone');
  });

  test('no pools', async () => {
    const { code, out } = await cli(['plan', '--markdown'], sizedOn(planned({ nodePools: [] })));
    expect(code).toBe(0);
    expect(out).toMatch(/^\*\*mumbai\*\* on aks, 3 zones\.\n\n/);
    expect(out).toMatch(/\n\nnot planned: nodePools: the cluster describes no node pools; expected nodePools\n\n$/);
    expect(out.match(/^\| \w.*$/gm)).toEqual([
      expect.stringMatching(/^\| of /),
      expect.stringMatching(/^\| aks \| clusters /),
    ]);
  });
});

describe('headroom', () => {
  const held = (pool: NodePool, change: Partial<Load> = {}) =>
    cli(['plan', '--markdown'], sizedOn(planned({ nodePools: [pool] }), change));

  test('too little: the row says so, with the line to write', async () => {
    const { code, out } = await held(POOL);
    const [, , wanted, given, because] = row(out, 'held for growth') ?? [];
    expect([code, given]).toEqual([0, 'none']);
    expect(wanted).toMatch(/^\d+ pods, \d+ CPU, \d+Gi$/);
    expect(because).toMatch(
      /; too little, it holds 0 of \d+ CPU, 0 of \d+Gi of memory: headroom: \{ pods: \d+, cpu: '2', memory: '1Gi' \}$/,
    );
  });

  test('without growth: held headroom is printed, if any', async () => {
    const still = { growthPerSecond: 0 };
    const { out } = await held({ ...POOL, headroom: { pods: 3, cpu: '2', memory: '1Gi' } }, still);
    expect(row(out, 'held for growth')?.slice(2)).toEqual([
      'none',
      '3 pods, 6 CPU, 3Gi',
      'no component is sized with growth',
    ]);
    expect((await held(POOL, still)).out).not.toContain('held for growth');
  });
});

describe('exit codes', () => {
  test('a plan that is refused is shown, with the finding', async () => {
    const { code, out, err } = await cli(
      ['plan', '--markdown'],
      sizedOn(planned({ nodePools: [{ ...POOL, nodesPerZone: { min: 1, max: 2 } }] })),
    );
    expect(code).toBe(1);
    expect(row(out, 'nodes a zone at the very most')?.[3]).toBe('max 2');
    expect(err).toContain('error provider-plan');
    expect(err).toContain('clusters.mumbai.nodePools[default].nodesPerZone.max');
  });

  test('with any other error there is nothing to trust', async () => {
    const { code, out, err } = await cli(['plan'], sizedOn(planned(), { service: { meanSeconds: 1 } }));
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('error capacity');
  });

  test('a cluster on which nothing lies', async () => {
    const { code, out, err } = await cli(['plan', 'nowhere'], several);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('has no system, or does not exist');
    expect(err).toContain('"nowhere"');
    expect(err).toMatch(/one of .*laptop/);
  });

  test('one cluster only', async () => {
    const { out } = await cli(['plan', 'laptop'], several);
    expect(out).toContain('laptop on local');
    expect(out).not.toContain('mumbai');
  });
});

describe('P2: what the nodes of a pool cost in a month', () => {
  const priced = (prices: unknown, others: readonly NodePool[] = []) =>
    planned({ nodePools: [unchecked<NodePool>({ ...POOL, nodesPerZone: { min: 2, max: 40 }, prices }), ...others] });
  const EURO = { currency: 'EUR', nodeHour: 0.5 };

  test('node-hours and cost off peak, at peak and after growth, each with its sentence', async () => {
    const { code, out } = await cli(['plan', '--markdown'], sizedOn(priced(EURO)));
    expect(code).toBe(0);
    const json = JSON.parse((await cli(['plan', '--json'], sizedOn(priced(EURO)))).out);
    const [{ peak, offPeak, nodes, packedAtPeak }] = json[0].plan.pools;
    const months = ['off peak', 'at peak', 'after growth'].map((load) => row(out, `a month ${load}`));
    const [low, high] = [3 * Math.max(2, offPeak.value), 3 * peak.value];
    expect(packedAtPeak.value).toBeGreaterThan(6);
    expect(packedAtPeak.value).toBeLessThanOrEqual(high);
    const text = (least: number, most: number) =>
      [1, 0.5].map((price) => [...new Set([least, most])].map((count) => Math.round(count * 730 * price)).join(' to '));
    expect(months.map((cells) => cells?.[2])).toEqual(
      [text(6, low), text(packedAtPeak.value, high), text(high, nodes.value)].map(
        ([hours, cost]) => `${hours} node-hours, ${cost} EUR`,
      ),
    );
    expect(nodes.value).toBe(120);
    expect(months[0]?.[4]).toMatch(/ nodes × 730 h × 0\.5 EUR: 6 always run; \d+ in each of 3 zones hold the pods/);
    expect(json[0].plan.costs[2]).toMatchObject({ load: 'after growth', nodes: { least: high, most: 120 } });
  });

  test('without prices there are no costs; of several pools their sum, if each has prices', async () => {
    const other = { ...POOL, name: 'other' };
    expect(row((await cli(['plan', '--markdown'], sizedOn(planned()))).out, 'a month off peak')).toBeUndefined();
    const sums = async (prices: object) => {
      const cluster = priced(EURO, [{ ...other, ...prices }]);
      return (await cli(['plan'], sizedOn(cluster))).out.split('\n').filter((line) => line.includes('a month at peak'));
    };
    expect(await sums({})).toHaveLength(1);
    const lines = await sums({ prices: { ...EURO, nodeHour: 1 } });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('default + other');
    const least = lines.map((line) => Number(/([\d.]+) to [\d.]+ EUR/.exec(line)?.[1]));
    expect(least[2]).toBe((least[0] ?? 0) + (least[1] ?? 0));
  });

  test.each<[string, unknown, string]>([
    ['a price below zero', { ...EURO, nodeHour: -1 }, 'nodePools[default].prices.nodeHour'],
    ['a price of zero', { ...EURO, nodeHour: 0 }, 'nodePools[default].prices.nodeHour'],
    ['a price as a text', { ...EURO, nodeHour: '0.5' }, 'nodePools[default].prices.nodeHour'],
    ['no currency', { nodeHour: 0.5 }, 'nodePools[default].prices.currency'],
    ['a sign for a currency', { ...EURO, currency: '€' }, 'nodePools[default].prices.currency'],
    ['another key', { ...EURO, spot: 0.1 }, 'nodePools[default].prices.spot'],
    ['a number alone', 0.5, 'nodePools[default].prices'],
  ])('%s is refused, once', async (_, prices, field) => {
    const { code, err } = await cli(['plan'], sizedOn(priced(prices)));
    expect(code).toBe(1);
    expect(err.match(/^ {2}field .*$/gm)).toEqual([`  field    clusters.mumbai.${field}`]);
  });

  test('two currencies in one cluster are refused', async () => {
    const other = { ...POOL, name: 'other', prices: { ...EURO, currency: 'USD' } };
    const { code, err } = await cli(['plan'], sizedOn(priced(EURO, [other])));
    expect(code).toBe(1);
    expect(err).toContain('USD beside a pool with prices in EUR');
    expect(err).toContain('nodePools[other].prices.currency');
  });
});

describe('P12: how many clusters a provider allows', () => {
  /** A platform of EKS clusters in one region, and one in another. */
  const many = (count: number) => () => {
    const cluster = (region: string) => eks({ region, kubernetes: '1.36', ...SUBNETS });
    const names = Array.from({ length: count }, (_, index) => `c${index}`);
    const clusters: Record<string, ClusterDescription> = {
      ...Object.fromEntries(names.map((name) => [name, cluster('eu-west-1')])),
      far: cluster('eu-north-1'),
    };
    class Shop extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'shop', target);
      }
    }
    const environments = { production: { ...PRODUCTION, survives: { zones: 0, regions: 0 } } };
    const on = [...names, 'far'];
    const app = new Platform({ home: 'c0', clusters, environments, images: {} })
      .place(Shop, { production: { on, settings: {} } })
      .app();
    return { app };
  };

  test('the plan names the limit, and the clusters of the platform that count', async () => {
    const { out } = await cli(['plan', '--markdown'], sizedOn(planned()));
    expect(row(out, 'clusters in one subscription')).toEqual([
      'aks',
      'clusters in one subscription',
      '1',
      'at most 5000',
      expect.stringMatching(/^mumbai, as if all were in one subscription; .* AKS docs, quotas-skus-regions$/),
    ]);
    const { out: onAws } = await cli(['plan', 'c0', '--markdown'], many(2));
    expect(row(onAws, 'clusters in one account and region')?.slice(2, 4)).toEqual(['2', 'at most 100']);
  });

  test('more are refused, once', async () => {
    expect((await cli(['plan', 'c0'], many(100))).code).toBe(0);
    const { findings } = synthesize(many(101)().app, check);
    expect(findings.filter(({ rule }) => rule === 'provider-plan')).toHaveLength(1);
    const { code, err } = await cli(['plan', 'c0'], many(101));
    expect(code).toBe(1);
    expect(err.match(/eks allows 100 clusters in one account and region \(.*\); 1 too many/g)).toHaveLength(1);
    expect(err).toContain('at most 100 in each account, or a quota from AWS');
  });
});

describe('G2 six nodes over three zones are recommended: a note, no error', () => {
  const zonesOf = async (cluster: ClusterDescription) => {
    const { code, out, err } = await cli(['plan', '--markdown'], () => ({
      app: shopApp((system) => void new WebService(system, 'web', WEB), { cluster, environment: PRODUCTION }),
    }));
    expect([code, err]).toEqual([0, '']);
    return row(out, 'zones')?.slice(2);
  };
  const pool = (min: number) => [{ ...POOL, nodesPerZone: { min, max: 40 } }];

  test('two zones', async () => {
    const zones = ['westeurope-1', 'westeurope-2'];
    expect(await zonesOf(planned({ zones, nodePools: pool(2) }))).toEqual([
      '3 zones, 2 nodes in each',
      '2 zones, 2 nodes in each',
      'recommended: with 3, a lost zone takes a third of the pods, and leaves a majority of three members',
    ]);
  });

  test('one node in a zone; also where no plan can be made', async () => {
    const because = 'recommended: with 2 nodes in each, a lost or drained node leaves its zone one';
    const expected = ['3 zones, 2 nodes in each', '3 zones, 1 node in each', because];
    expect(await zonesOf(planned({ nodePools: pool(1) }))).toEqual(expected);
    expect(await zonesOf(aks({ ...AZURE, nodePools: pool(1) }))).toEqual(expected);
  });

  test('nothing is said of enough', async () => {
    expect(await zonesOf(planned({ nodePools: pool(2) }))).toBeUndefined();
  });
});
