// G4: a PostgreSQL without an operator is one pod, where nothing is promised.

import type { Construct } from 'constructs';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { check } from '../../../lib/checks';
import { Platform, PostgreSQL, System } from '../../../lib/constructs';
import { eks, type Json, type JsonObject, type Target } from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { DEVELOPMENT, LEDGER, withLedger } from '../../support/databases';
import { at, errors, find, SUBNETS } from '../../support/synthesis';

const found = withLedger();
const pod = (synthesis: Synthesis): Json | undefined =>
  at(find(synthesis, 'StatefulSet', 'ledger'), 'spec', 'template', 'spec');
const kinds = ({ objects }: Synthesis): string[] => objects.map(({ entry }) => entry.identity.kind);
const scriptOf = (synthesis: Synthesis): string => {
  const map = synthesis.objects.find(({ entry }) => /^ledger-files-/.test(entry.identity.name));
  return String(Object.values((map?.entry.manifest['data'] ?? {}) as JsonObject)[0]);
};

describe('G4: one pod', () => {
  test('has no findings, and no object of an operator', () => {
    expect(found.findings).toEqual([]);
    expect(kinds(found)).not.toContain('Cluster');
  });

  test('keeps its data in a folder below its claim, as the user of the image', () => {
    expect(at(find(found, 'StatefulSet', 'ledger'), 'spec', 'volumeClaimTemplates', 0)).toMatchObject({
      metadata: { name: 'data' },
      spec: { resources: { requests: { storage: '20Gi' } } },
    });
    expect(at(pod(found), 'containers', 0, 'volumeMounts')).toContainEqual({
      name: 'data',
      mountPath: '/var/lib/postgresql/data',
    });
    expect(scriptOf(found)).toContain('data=/var/lib/postgresql/data/pgdata\n');
    expect(at(pod(found), 'securityContext')).toMatchObject({ runAsNonRoot: true, runAsUser: 26, fsGroup: 26 });
    expect(at(pod(found), 'containers', 0, 'securityContext', 'readOnlyRootFilesystem')).toBe(true);
  });

  test('runs the image of its version, a quarter of the memory for shared buffers, and room for its clients', () => {
    expect(at(pod(found), 'containers', 0)).toMatchObject({
      image: 'ghcr.io/cloudnative-pg/postgresql:16.14-standard-trixie',
      args: ['-c', 'max_connections=100', '-c', 'shared_buffers=256MB'],
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    });
  });

  test('is ready when it takes connections from the network, and is not restarted while it recovers', () => {
    const container = at(pod(found), 'containers', 0);
    expect(at(container, 'readinessProbe', 'exec', 'command')).toEqual(['pg_isready', '--host=127.0.0.1', '--quiet']);
    expect(at(container, 'livenessProbe')).toBeUndefined();
    expect(at(container, 'startupProbe')).toBeUndefined();
  });

  test('ends sessions at SIGTERM, with a minute to write what is left', () => {
    expect(scriptOf(found)).toContain(`trap 'kill -INT "$server"' TERM INT\n`);
    expect(at(pod(found), 'terminationGracePeriodSeconds')).toBe(65);
    expect(at(pod(found), 'containers', 0, 'lifecycle')).toBeUndefined();
  });

  test('an application has no superuser, and its password is that of the Secret at each start', () => {
    const script = scriptOf(found);
    expect(script).toContain(`create role "app" login'`);
    expect(script).toContain(`alter role "app" password %L', :'password')`);
    expect(script).not.toMatch(/superuser/i);
    expect(scriptOf(withLedger({ owner: 'bank', database: 'books' }))).toContain(
      'create database "books" owner "bank"',
    );
  });

  test('its clients get what those of a Database get, and it lets in no one else', () => {
    const data = found.objects.find(({ entry }) => /^api-config-/.test(entry.identity.name))?.entry.manifest['data'];
    expect(data).toEqual({
      LEDGER_HOST: 'ledger',
      LEDGER_PORT: '5432',
      LEDGER_USERNAME_FILE: '/etc/secrets/ledger/username',
      LEDGER_PASSWORD_FILE: '/etc/secrets/ledger/password',
    });
    expect(at(find(found, 'NetworkPolicy', 'ledger'), 'spec', 'ingress')).toEqual([
      {
        from: [
          {
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api', 'app.kubernetes.io/instance': 'api' } },
          },
        ],
        ports: [{ port: 5432, protocol: 'TCP' }],
      },
    ]);
  });

  test('the Secret is made by hand, or it is the one that is given', () => {
    const listed = (synthesis: Synthesis) =>
      listSecrets(synthesis.objects.map(({ entry }) => entry)).map(({ name, keys, madeBy }) => ({
        name,
        keys,
        madeBy,
      }));
    expect(listed(found)).toEqual([{ name: 'ledger-app', keys: ['password', 'username'], madeBy: undefined }]);
    const credentials = { secret: 'database', keys: ['username', 'password', 'url'] };
    expect(listed(withLedger({ credentials }))).toEqual([
      { name: 'database', keys: ['password', 'url', 'username'], madeBy: undefined },
    ]);
  });

  test('another client may be admitted', () => {
    const other = withLedger(
      {},
      { build: (ledger) => ledger.admit({ namespace: 'reports', podLabels: { app: 'reports' } }) },
    );
    expect(errors(other)).toEqual([]);
    expect(JSON.stringify(at(find(other, 'NetworkPolicy', 'ledger'), 'spec', 'ingress'))).toContain('reports');
  });

  test('overrides reach it', () => {
    const made = withLedger({}, { build: (ledger) => expect(ledger.server?.statefulSet.kind).toBe('StatefulSet') });
    expect(errors(made)).toEqual([]);
  });
});

describe('where a zone is survived', () => {
  const cluster = eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS });
  const environment = { ...DEVELOPMENT, survives: { zones: 1, regions: 0 } };

  test('it is refused, once, with what to write', () => {
    expect(withLedger({}, { cluster, environment }).findings).toMatchObject([
      {
        rule: 'database-copies',
        field: 'survives',
        construct: 'mumbai/shop-production/ledger',
        message:
          'production survives losing a zone, and mumbai has no operator that keeps copies of a PostgreSQL in other zones',
        expected:
          "a Database outside the cluster; capabilities: ['cloudnative-pg', …] on mumbai, where the operator is installed; or survives: { zones: 0, because: '…' }",
        source: { file: expect.stringContaining('databases.ts') },
      },
    ]);
  });

  test('a reason takes it out of the promise, and stays as an annotation', () => {
    const survives = { zones: 0, because: 'sessions may be lost' } as const;
    const made = withLedger({ survives, noBackup: 'sessions' }, { cluster, environment });
    expect(made.findings).toEqual([]);
    expect(at(find(made, 'StatefulSet', 'ledger'), 'metadata', 'annotations')).toMatchObject({
      'evenkeel.dev/zone-loss': 'sessions may be lost',
      'evenkeel.dev/volume-backup-reason': 'sessions',
    });
  });

  test.each([
    ['one pod', []],
    ['by the operator', ['cloudnative-pg']],
  ] as const)('a region is refused: each would have another database: %s', (_, capabilities) => {
    const inTwoRegions = (): Synthesis => {
      class Shop extends System {
        constructor(scope: Construct, target: Target<object>) {
          super(scope, 'shop', target);
          new PostgreSQL(this, 'ledger', { ...LEDGER, noBackup: 'a test' });
        }
      }
      const inRegion = (region: string) => eks({ region, kubernetes: '1.36', capabilities, ...SUBNETS });
      const app = new Platform({
        home: 'west',
        clusters: { west: inRegion('eu-west-1'), east: inRegion('eu-central-1') },
        environments: { production: { ...DEVELOPMENT, survives: { zones: 0, regions: 1 } } },
      })
        .place(Shop, { production: { on: ['west', 'east'], settings: {} } })
        .app();
      return synthesize(app, check);
    };
    const refused = inTwoRegions();
    expect(errors(refused)).toEqual(['database-copies survives', 'database-copies survives']);
    expect(refused.findings[0]).toMatchObject({
      message: 'production survives losing a region, and each region would have a database of its own',
      expected: 'a Database outside the cluster, which all regions reach; or survives.regions: 0',
    });
  });
});
