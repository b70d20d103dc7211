// `evenkeel prove`: the table as text, Markdown and JSON, the working of a cell, and the exit code of a refuted promise.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PingPong } from '../../charts/pingpong';
import { platform } from '../../charts/platform';
import { ToyTrex } from '../../charts/toytrex';
import { override, Platform, WebService } from '../../lib/constructs';
import { cli } from '../support/cli';
import { SHIPPED } from '../support/placements';
import { PRODUCTION, shopApp, TWO_ZONES, WEB } from '../support/synthesis';

const shipped = () => ({ app: platform.app() });

const nodePools = [{ name: 'general', cpu: '1700m', memory: '6500Mi', pods: 29, nodesPerZone: { min: 2, max: 4 } }];
/** Two of the shipped systems by themselves, where the others would add nothing but time. */
const fewSystems = new Platform({
  home: 'mumbai',
  images: { toytrex: { production: '1' }, pingpong: { production: '1' } },
  clusters: { mumbai: { ...TWO_ZONES, nodePools } },
  environments: { production: PRODUCTION },
})
  .place(ToyTrex, {
    production: { on: 'mumbai', settings: { hosts: ['toytrex.com'], databaseHost: 'db.example' } },
  })
  .place(PingPong, {
    production: { on: 'mumbai', settings: { host: 'pingpong.com', requestsPerSecond: 100, burst: 200 } },
  });
const few = () => ({ app: fewSystems.app() });

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
  'region lost',
  'node drained',
  'release',
  'two releases',
  'database at its limit',
  'provider changed',
];

describe('the shipped systems', () => {
  let markdown: Awaited<ReturnType<typeof cli>>;
  beforeAll(async () => {
    markdown = await cli(['prove', '--markdown'], shipped);
  });

  test('keep their promises', () => {
    expect({ code: markdown.code, err: markdown.err }).toEqual({ code: 0, err: '' });
  });

  test.each([
    ['toytrex', 2],
    ['pingpong', 2],
    ['flaschenpost', 4],
    ['panther', 3],
  ])('the page of %s shows its tables as they are', (system, count) => {
    const page = readFileSync(join(__dirname, `../../docs/systems/${system}.md`), 'utf8');
    const titles = SHIPPED.filter((one) => one.system === system).map(
      ({ environment, cluster }) => `**${system}/${environment} on ${cluster}**`,
    );
    const tables = markdown.out.split(/(?=^\*\*)/m).filter((table) => titles.some((title) => table.startsWith(title)));
    expect(tables).toHaveLength(count);
    for (const table of tables) expect(page).toContain(table.trimEnd());
  });
});

describe('as JSON', () => {
  test('each row has all events, and a promise that holds', async () => {
    const { code, out, err } = await cli(['prove', '--json'], few);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows: Shown[] = JSON.parse(out);
    expect(rows.map(({ system }) => system)).toEqual(expect.arrayContaining(['toytrex', 'pingpong']));
    for (const { cells } of rows) expect(cells.map(({ event }) => event)).toEqual(EVENTS);
    const promised = rows.filter(({ survives }) => survives.zones > 0);
    expect(promised).toHaveLength(rows.length);
    const zoneLost = promised.map(({ cells }) => cells.find(({ event }) => event === 'zone lost')?.verdict);
    for (const verdict of zoneLost) expect(['holds', 'degraded']).toContain(verdict);
  });
});

describe('as text', () => {
  test('twice the same bytes', async () => {
    const [one, other] = [await cli(['prove'], few), await cli(['prove'], few)];
    expect(one.out).toBe(other.out);
    expect(one.out).toContain('toytrex/production on mumbai promises to survive 1 zone; 2 zones, 2 to 4 nodes a zone');
  });

  test('the working of one event, with the object that decides', async () => {
    const { out } = await cli(['prove', '--why', 'zone lost'], few);
    expect(out).toContain('toytrex/production on mumbai, zone lost: degraded');
    expect(out).toContain(
      '3 pods wanted, kept at 65 % of their CPU request, or a tenth more: 3 carry that load at 100 %',
    );
    expect(out).toContain('decided by autoscaling/HorizontalPodAutoscaler toytrex-production/web /spec/minReplicas');
    expect(out).not.toContain('node drained');
  });

  test('the working of one event in one row', async () => {
    const { out } = await cli(['prove', '--why', 'pingpong/production Drained'], few);
    expect(out.match(/^\S.* on .*/gm)).toEqual([
      expect.stringContaining('pingpong/production on mumbai, node drained: '),
    ]);
  });

  test('words that nothing contains are an error', async () => {
    const { code, out, err } = await cli(['prove', '--why', 'pingpong/production comet'], few);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('no row and event contain all these words');
    expect(err).toContain('pingpong/production on mumbai');
  });

  test('the working of one row', async () => {
    const { out } = await cli(['prove', '--why', 'pingpong/production'], few);
    for (const event of EVENTS) expect(out).toContain(`pingpong/production on mumbai, ${event}: `);
    expect(out).not.toContain('toytrex');
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
