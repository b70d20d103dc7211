// A migration before a release: its file, its waves, and what comes with it.

import { ApiObject } from 'cdk8s';
import {
  CronJob,
  Database,
  ExternalService,
  Migration,
  type MigrationProps,
  type System,
  Volume,
  WebService,
  Worker,
} from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { errors, find, PRODUCTION, shop, TWO_ZONES, WEB } from '../../support/synthesis';

const MIGRATE: MigrationProps = {
  image: 'registry.example/shop/migrate:7',
  resources: { cpu: '100m', memory: '64Mi' },
  deadlineSeconds: 600,
};
const WAVE = 'argocd.argoproj.io/sync-wave';
const WORKER = { ...WEB, size: { replicas: 2 } } as const;
const SINGLE = { ...WEB, size: { replicas: 1 }, survives: { zones: 0, because: 'a test' } } as const;
const ENDS = { image: 'registry.example/shop/report:1', resources: WEB.resources, deadlineSeconds: 60 };

function database(system: System, maxConnections = 100) {
  const limits = { maxConnections, superuserReserved: 3 };
  const credentials = { secret: 'database', keys: ['password'] };
  return new Database(system, 'database', {
    host: 'db.example',
    port: 5432,
    cidrs: ['10.0.0.5/32'],
    limits,
    credentials,
  });
}

/** `Kind name` → phase: the number of the file, and the wave. */
function phases({ objects }: Synthesis): Record<string, string> {
  return Object.fromEntries(
    objects.map(({ entry: { identity, manifest }, file }) => {
      const { annotations = {} } = manifest.metadata as { annotations?: Record<string, string> };
      return [
        `${identity.kind} ${identity.name}`.replace(/-[0-9a-f]{8,10}$/, ''),
        `${file.slice(0, 2)} ${annotations[WAVE] ?? 0}`,
      ];
    }),
  );
}

test('comes before all others, with all that it needs', () => {
  const synthesis = shop((system) => {
    const data = new Volume(system, 'data', { size: '1Gi', oneZone: 'a cache' });
    const db = database(system);
    new WebService(system, 'web', WEB).connectTo(db, { poolSize: 2 });
    new Worker(system, 'mailer', { ...SINGLE, volumes: { '/data': data } });
    new CronJob(system, 'report', { ...ENDS, schedule: '@daily' });
    new Migration(system, 'migrate', { ...MIGRATE, env: { A: 'b' } }).connectTo(db, { poolSize: 1 });
  });
  expect(errors(synthesis)).toEqual([]);
  expect(phases(synthesis)).toMatchObject({
    'Namespace shop-production': '00 0',
    'ResourceQuota shop': '05 0',
    'NetworkPolicy default-deny': '05 0',
    'ServiceAccount migrate': '07 0',
    'NetworkPolicy migrate': '07 0',
    'ConfigMap migrate-config': '07 0',
    'Service database': '07 0',
    'Job migrate-7': '07 1',
    'ServiceAccount web': '10 0',
    'NetworkPolicy web': '10 0',
    'ConfigMap web-config': '10 0',
    'Service web': '10 0',
    'Deployment web': '10 2',
    'PodDisruptionBudget web': '10 2',
    'CronJob report': '10 2',
    'Deployment mailer': '10 2',
    // a claim is not healthy before its first pod
    'PersistentVolumeClaim data': '10 2',
  });
  expect([...synthesis.files.keys()]).toContain('07-shop-production.yaml');
});

test('only those that it names wait for it', () => {
  const synthesis = shop((system) => {
    const web = new WebService(system, 'web', WEB);
    new Worker(system, 'mailer', WORKER);
    new Migration(system, 'migrate', { ...MIGRATE, before: [web] });
  });
  expect(phases(synthesis)).toMatchObject({ 'Deployment web': '10 2', 'Deployment mailer': '10 0' });
});

test('what it connects to, and what makes its Secrets, comes with it', () => {
  const synthesis = shop((system) => {
    new ApiObject(system, 'secret', {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: { name: 'database' },
    });
    const upstream = new ExternalService(system, 'upstream', { host: 'up.example', port: 443, cidrs: ['10.1.0.0/16'] });
    const store = new WebService(system, 'store', WEB).connectTo(upstream);
    const data = new Volume(system, 'data', { size: '1Gi', oneZone: 'a cache' });
    const migrate = new Migration(system, 'migrate', { ...MIGRATE, volumes: { '/data': data } });
    migrate.connectTo(database(system), { poolSize: 1 }).connectTo(store);
  });
  expect(phases(synthesis)).toMatchObject({
    'SealedSecret database': '07 0',
    'Service upstream': '07 0',
    'Deployment store': '07 0',
    'Service store': '07 0',
    'PersistentVolumeClaim data': '07 1',
  });
});

test('a system without one has neither the file nor a wave', () => {
  const found = phases(shop((system) => void new WebService(system, 'web', WEB)));
  expect(Object.values(found).filter((phase) => phase.startsWith('07') || !phase.endsWith(' 0'))).toEqual([]);
});

test('what waits for it is not what it needs', () => {
  const synthesis = shop((system) => {
    const store = new WebService(system, 'store', WEB);
    new Migration(system, 'migrate', { ...MIGRATE, before: [store, system] }).connectTo(store);
  });
  expect(synthesis.findings.map(({ rule, value }) => [rule, value])).toEqual([
    ['migration-order', expect.stringMatching(/store$/)],
    ['migration-order', expect.stringMatching(/shop-production$/)],
  ]);
});

test('a database has its connections beside those of the pods', () => {
  const tight = (maxConnections: number) =>
    errors(
      shop((system) => {
        const db = database(system, maxConnections);
        new Worker(system, 'mailer', SINGLE).connectTo(db, { poolSize: 1 });
        new Migration(system, 'migrate', MIGRATE).connectTo(db, { poolSize: 5 });
      }),
    );
  expect(tight(11)).toEqual([]);
  expect(tight(10)[0]).toMatch(/^budget /);
});

test('its deployer may apply it, on every minor', () => {
  const built = (kubernetes: '1.27' | '1.36') =>
    shop((system) => void new Migration(system, 'migrate', MIGRATE), {
      cluster: { ...TWO_ZONES, kubernetes, groups: { pipeline: 'pipeline' } },
      environment: { ...PRODUCTION, access: { pipeline: 'deployer' } },
    });
  for (const minor of ['1.27', '1.36'] as const) expect(built(minor).findings).toEqual([]);
  expect(find(built('1.36'), 'Role', 'deployer').rules).toEqual(
    expect.arrayContaining([expect.objectContaining({ apiGroups: ['batch'], resources: ['jobs'] })]),
  );
});
