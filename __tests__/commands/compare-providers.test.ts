// `evenkeel compare providers`: systems are the same on every provider; any other difference is refused.

import { App } from 'cdk8s';
import { Database, override, StatefulService, WebService, type WebServiceProps } from '../../lib/constructs';
import type { System } from '../../lib/constructs/system/system';
import type { ClusterDescription, Provider } from '../../lib/model';
import { gke, onPrem } from '../../lib/model';
import { cli } from '../support/cli';
import { shopApp, TWO_ZONES, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

interface Shown {
  readonly placement: readonly { by: string; kind: string; pointer: string }[];
  readonly refused: readonly object[];
}

describe('G14 no lock-in: systems that do not look at their provider', () => {
  const load = () => ({ app: twoSystems.app() });

  test('differ in nothing but the allowed differences', async () => {
    const { code, out, err } = await cli(['compare', 'providers'], load);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [, table = ''] = /^(SYSTEM .*?)\n\n/ms.exec(out) ?? [];
    const cells = table.split('\n').map((line) => line.split(/ {2,}/));
    expect(cells).toEqual([
      ['SYSTEM', 'OBJECTS', 'eks', 'eksAuto', 'aks', 'gke', 'onPrem', 'local', 'as placed'],
      ['blog-local on laptop', '5', '2 allowed', '2 allowed', '=', '4 allowed', '=', '=', '='],
      ['blog-production on mumbai', '5', '2 allowed', '2 allowed', '=', '4 allowed', '=', '=', '2 allowed'],
      ['shop-local on laptop', '13', '2 allowed', '2 allowed', '=', '4 allowed', '=', '=', '='],
      ['shop-production on mumbai', '13', '2 allowed', '2 allowed', '=', '4 allowed', '=', '=', '2 allowed'],
    ]);
  });

  test('changes by the real placement are listed by cause', async () => {
    const { out } = await cli(['compare', 'providers', '--json'], load);
    const { placement, refused }: Shown = JSON.parse(out);
    expect(refused).toEqual([]);
    expect([...new Set(placement.map(({ by }) => by))]).toEqual([
      'provider',
      'minor',
      'zones',
      'capabilities',
      'images, groups, identities and nodes',
    ]);
    const zones = placement.filter(({ by }) => by === 'zones').map(({ kind, pointer }) => `${kind} ${pointer}`);
    expect(zones[0]).toBe('Deployment /spec/template/spec/topologySpreadConstraints');
  });
});

const compareProviders = (build: (system: System) => void, cluster: ClusterDescription = TWO_ZONES) =>
  cli(['compare', 'providers'], () => ({ app: shopApp(build, { cluster }) }));

const web = (system: System, change: Partial<WebServiceProps> = {}) =>
  new WebService(system, 'web', { ...WEB, ...change });

test('accounts of a database follow from the grace period of its clients, which differs behind an ALB', async () => {
  const limits = { maxConnections: 500, superuserReserved: 3 };
  const { code, out, err } = await compareProviders((system) => {
    const database = new Database(system, 'db', { host: 'db.example', port: 5432, limits });
    web(system, { size: { min: 3, max: 40, cpu: 0.6 }, availability: { minReadySeconds: 60 } })
      .connectTo(database, { poolSize: 2 })
      .exposeAt('shop.example');
  });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^eks +Service +\/metadata\/annotations\/evenkeel.dev~1connections +follows from the grace/m);
});

test('the storage class of each claim of a StatefulService is the provider’s own, and nothing else of it', async () => {
  const cart = (system: System) =>
    new StatefulService(system, 'cart', {
      ...WEB,
      claims: {
        '/data': { size: '1Gi' },
        '/log': { size: system.target.cluster.provider.name === wrong ? '2Gi' : '1Gi' },
      },
      size: { replicas: 1 },
      survives: { zones: 0, because: 'a cart may be lost' },
    });
  let wrong = '';
  expect(await compareProviders(cart)).toMatchObject({ code: 0, err: '' });
  wrong = 'gke';
  const { code, err } = await compareProviders(cart);
  expect(code).toBe(1);
  expect(err).toContain('volumeClaimTemplates/1/spec/resources');
});

test('a TLS Secret may be named for providers that read it, where others have certificates elsewhere', async () => {
  const named = (system: System) => web(system).exposeAt('shop.example', { tlsSecret: 'wildcard' });
  const own = onPrem({ distribution: 'k3s', kubernetes: '1.36', zones: ['a', 'b'], capabilities: ['metrics-server'] });
  expect(await compareProviders(named, own)).toMatchObject({ code: 0, err: '' });
  expect(await compareProviders(named)).toMatchObject({ code: 0, err: '' });
});

describe('refused', () => {
  test('a chart that looks at the provider', async () => {
    const { code, out, err } = await compareProviders((system) =>
      web(system, { size: { replicas: system.target.cluster.provider.name === 'gke' ? 5 : 3 } }),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^shop-production on mumbai +4 +(= +){3}1 REFUSED( +=){3}$/m);
    expect(err).toMatch(/^__tests__\/commands\/compare-providers\.test\.ts:\d+:\d+ error provider-difference\n/);
    expect(err).toContain('  5 on gke, 3 by the standard\n');
    expect(err).toContain('  object   apps/Deployment shop-production/web\n  field    /spec/replicas\n  value    5\n');
  });

  test('a chart that leaves an object out on one provider', async () => {
    const { code, err } = await compareProviders((system) => {
      if (system.target.cluster.provider.name !== 'local') web(system);
    });
    expect(code).toBe(1);
    expect(err).toContain('absent on local, "web" by the standard');
  });

  test('an override on one provider only, also of a list', async () => {
    const { code, err } = await compareProviders((system) => {
      const { deployment } = web(system);
      if (system.target.cluster.provider.name !== 'aks') return;
      override(deployment).set('spec.template.spec.tolerations', [{ key: 'a', operator: 'Exists' }]);
    });
    expect(code).toBe(1);
    expect(err).toContain('  field    /spec/template/spec/tolerations\n');
  });

  const GKE = gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' });
  const exposed = (system: System) => void web(system).exposeAt('shop.example');
  const withProvider = (change: Partial<Provider>): ClusterDescription => ({
    ...GKE,
    provider: { ...GKE.provider, ...change },
  });

  test('a profile that changes what its allowed differences do not name; with the list, it passes', async () => {
    expect(await compareProviders(exposed, GKE)).toMatchObject({ code: 0, err: '' });
    const { code, err } = await compareProviders(exposed, withProvider({ allowedDifferences: [] }));
    expect(code).toBe(1);
    expect(err).toContain('"{\\"default\\":\\"web\\"}" on as placed, absent by the standard');
    expect(err).toContain('  field    /metadata/annotations/cloud.google.com~1backend-config\n');
  });

  test('an allowed difference names one field of one kind, and nothing below or beside it', async () => {
    const [line] = GKE.provider.allowedDifferences;
    if (line === undefined) throw new Error('no allowed difference');
    for (const wrong of [
      { ...line, kind: 'Deployment' as const },
      { ...line, pointer: '/metadata/annotations' },
      { ...line, pointer: `${line.pointer}s` },
    ]) {
      const allowedDifferences = [wrong, ...GKE.provider.allowedDifferences.slice(1)];
      expect((await compareProviders(exposed, withProvider({ allowedDifferences }))).code).toBe(1);
    }
  });
});

describe('nothing to compare', () => {
  test('a project with errors', async () => {
    const { code, out, err } = await compareProviders((system) => web(system, { port: 0 }));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('error input\n  port cannot be 0');
  });

  test('an app that no platform built', async () => {
    const { code, err } = await cli(['compare', 'providers'], () => ({ app: new App() }));
    expect(code).toBe(1);
    expect(err).toContain('error no-platform');
  });

  test('a system that fails on another provider is reported with that provider', async () => {
    const { code, err } = await compareProviders((system) =>
      web(system, { port: system.target.cluster.provider.name === 'eksAuto' ? 0 : 8080 }),
    );
    expect(code).toBe(1);
    expect(err).toContain('on eksAuto: port cannot be 0');
  });
});
