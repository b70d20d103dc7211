// `evenkeel plan`: needs beside what there is, what cannot be planned, and a plan that is refused (P2, P12).
import { type Load, WebService } from '../../lib/constructs';
import { aks, type ClusterDescription, type NodePool } from '../../lib/model';
import { cli } from '../support/cli';
import { shopApp, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

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
    expect(out).toBe(
      '**mumbai** on aks, 3 zones.\n\nnot planned: nodePools: the cluster describes no node pools; expected nodePools\n\n',
    );
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
