// G9: `evenkeel plan` says how many more previews the nodes have room for, and which of those that are there find none.
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import { aks, type Previews, type Target } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { errors, WEB } from '../support/synthesis';

interface Settings {
  readonly host: string;
}

class Shop extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'shop', target);
    const { image: _, ...web } = WEB;
    new WebService(this, 'web', { ...web, resources: { cpu: '1', memory: '1Gi' } }).exposeAt(this.settings.host);
  }
}

const NONE = { zones: 0, regions: 0 };
const BRANCHES: Previews = { one: {}, two: {}, three: {} };

/** Nodes of 8 CPU in three zones. A shop has 4 pods of 1 CPU while it rolls out. */
function app(
  branches: Previews,
  {
    max = 3,
    planned = true,
    settings = ({ host }: { host: (base: string) => string }) => ({ host: host('shop.example') }),
  } = {},
) {
  const cluster = aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    gatewaySubnets: ['10.30.0.0/24'],
    nodePools: [{ name: 'default', cpu: '8', memory: '32Gi', pods: 110, nodesPerZone: { min: 1, max } }],
    ...(planned ? { podNetwork: 'overlay', subnets: { nodes: 24, pods: 16 } } : {}),
  });
  return new Platform({
    home: 'west',
    clusters: { west: cluster },
    environments: { dev: { survives: NONE, registry: 'shopdev.azurecr.io' } },
    images: { shop: { dev: '1' } },
  })
    .place(Shop, { dev: { on: 'west', settings: { host: 'shop.example' } } })
    .preview(Shop, { of: 'dev', on: 'west', branches, settings })
    .app();
}

const rooms = async (branches: Previews, options: Parameters<typeof app>[1] = {}) => {
  const { out } = await cli(['plan', '--json'], () => ({ app: app(branches, options) }));
  const [{ previews }] = JSON.parse(out);
  return previews;
};

describe('G9: room for previews', () => {
  test('as many as are said to fit do fit, and one more does not', async () => {
    const [{ more, present, unfit, limit }] = await rooms({});
    expect({ present, unfit }).toEqual({ present: 0, unfit: [] });
    expect(limit).toMatchObject({ field: 'nodePools[default].nodesPerZone.max' });
    expect(more).toBeGreaterThan(2);
    const branches = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`b${index}`, {}]));
    expect(errors(synthesize(app(branches(more)), check))).toEqual([]);
    expect(errors(synthesize(app(branches(more + 1)), check))).toEqual([
      'provider-plan clusters.west.nodePools[default].nodesPerZone.max',
    ]);
    expect(await rooms(branches(more))).toMatchObject([{ present: more, more: 0, unfit: [] }]);
  });

  test('what is there already counts', async () => {
    const [{ more }] = await rooms({});
    expect(await rooms(BRANCHES)).toMatchObject([{ system: 'shop', present: 3, more: more - 3, unfit: [] }]);
  });

  test('the last ones that do not fit are named', async () => {
    const [{ more }] = await rooms({}, { max: 1 });
    expect(more).toBeLessThan(3);
    expect(await rooms(BRANCHES, { max: 1 })).toMatchObject([
      { present: 3, more: 0, unfit: ['one', 'two', 'three'].slice(more) },
    ]);
  });

  test('a row of the table', async () => {
    const { code, out } = await cli(['plan', '--markdown'], () => ({ app: app(BRANCHES) }));
    expect(code).toBe(0);
    expect(out).toMatch(/^\| previews \| more of shop \| \d+ \| 3 there \| one more: nodePools\[default\]/m);
    const small = await cli(['plan', '--markdown'], () => ({ app: app(BRANCHES, { max: 1 }) }));
    expect(small.code).toBe(1);
    expect(small.out).toMatch(/^\| previews \| more of shop \| 0 \| 3 there \| no room for .*three; one more: /m);
  });

  test('nothing is said of nodes that cannot be planned', async () => {
    expect(await rooms({}, { planned: false })).toBeUndefined();
  });

  test('a preview that could not be added is an error, before there is one', async () => {
    const same = () => ({ host: 'shop.example' });
    const { code, err } = await cli(['plan'], () => ({ app: app({}, { settings: same }) }));
    expect(code).toBe(1);
    expect(err).toContain('error host-clash');
    expect(err).toContain('one-more-preview');
  });
});
