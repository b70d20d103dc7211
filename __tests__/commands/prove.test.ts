// `evenkeel prove`: the table as text, Markdown and JSON, the working of a cell, and the exit code of a refuted promise.
import { override, WebService } from '../../lib/constructs';
import { local } from '../../lib/model';
import { cli } from '../support/cli';
import { shopApp, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

const few = () => ({ app: twoSystems.app() });

interface Shown {
  readonly system: string;
  readonly environment: string;
  readonly survives: { readonly zones: number };
  readonly cells: readonly { readonly event: string; readonly verdict?: string; readonly results: readonly object[] }[];
}

const EVENTS = [
  'as it is',
  'pod lost',
  'node lost',
  'zone lost',
  'zone lost, scaled in',
  '2 zones lost',
  'zone cannot grow',
  'control plane lost',
  'region lost',
  'node drained',
  'release',
  'two releases',
  'database at its limit',
  'provider changed',
];

describe('as JSON', () => {
  test('each row has all events, and a promise that holds', async () => {
    const { code, out, err } = await cli(['prove', '--json'], few);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows: Shown[] = JSON.parse(out);
    expect(rows.map(({ system }) => system)).toEqual(expect.arrayContaining(['shop', 'blog']));
    for (const { cells } of rows) expect(cells.map(({ event }) => event)).toEqual(EVENTS);
    const promised = rows.filter(({ survives }) => survives.zones > 0);
    expect(promised).toHaveLength(rows.length / 2);
    const zoneLost = promised.map(({ cells }) => cells.find(({ event }) => event === 'zone lost')?.verdict);
    for (const verdict of zoneLost) expect(['holds', 'degraded']).toContain(verdict);
  });
});

describe('as text', () => {
  test('a cluster without zones asks no component for the loss of one', async () => {
    const because = 'the load generator of a test';
    const load = () => ({
      app: shopApp(
        (system) =>
          void new WebService(system, 'load', { ...WEB, size: { replicas: 1 }, survives: { zones: 0, because } }),
        { cluster: local({ kubernetes: '1.36' }), environment: { survives: { zones: 0, regions: 0 } } },
      ),
    });
    expect((await cli(['prove'], load)).out).toMatch(/^ {2}zone lost +– +the cluster declares no zones$/m);
  });

  test('twice the same bytes', async () => {
    const [one, other] = [await cli(['prove'], few), await cli(['prove'], few)];
    expect(one.out).toBe(other.out);
    expect(one.out).toContain('shop/production on mumbai promises to survive 1 zone; 2 zones, 2 to 4 nodes a zone');
  });

  test('the working of one event, with the object that decides', async () => {
    const { out } = await cli(['prove', '--why', 'zone lost'], few);
    expect(out).toContain('shop/production on mumbai, zone lost: degraded');
    expect(out).toContain(
      '3 pods wanted, kept at 65 % of their CPU request, or a tenth more: 3 carry that load at 100 %',
    );
    expect(out).toContain('decided by autoscaling/HorizontalPodAutoscaler shop-production/web /spec/minReplicas');
    expect(out).not.toContain('node drained');
  });

  test('the working of one event in one row', async () => {
    const { out } = await cli(['prove', '--why', 'blog/production Drained'], few);
    expect(out.match(/^\S.* on .*/gm)).toEqual([expect.stringContaining('blog/production on mumbai, node drained: ')]);
  });

  test('words that nothing contains are an error', async () => {
    const { code, out, err } = await cli(['prove', '--why', 'blog/production comet'], few);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('no row and event contain all these words');
    expect(err).toContain('blog/production on mumbai');
  });

  test('the working of one row', async () => {
    const { out } = await cli(['prove', '--why', 'blog/production'], few);
    for (const event of EVENTS) expect(out).toContain(`blog/production on mumbai, ${event}: `);
    expect(out).not.toContain('shop');
  });
});

test('a refuted promise: the table, the finding, exit code 1', async () => {
  const { code, out, err } = await cli(['prove'], () => ({
    app: shopApp((system) => {
      const { deployment } = new WebService(system, 'web', { ...WEB, size: { replicas: 4 } });
      const zone = 'spec.template.spec.topologySpreadConstraints[topology.kubernetes.io/zone]';
      override(deployment).replace(`${zone}.nodeTaintsPolicy`, 'Ignore');
    }),
  }));
  expect(code).toBe(1);
  expect(out).toMatch(/^ {2}zone lost +fails +web: 2 of 4 at once, 2 of 4 after recovery$/m);
  expect(err).toContain('error survives-zones');
});

test('with any other error there is nothing to judge', async () => {
  const { code, out, err } = await cli(['prove'], () => ({
    app: shopApp((system) => void new WebService(system, 'web', { ...WEB, port: 0 })),
  }));
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).not.toBe('');
});
