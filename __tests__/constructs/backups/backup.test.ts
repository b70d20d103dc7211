// G10: what is copied, how, by whom, and from where; what cannot be copied so is refused.

import {
  Backup,
  type BackupProps,
  CronJob,
  PostgreSQL,
  type StatefulServiceProps,
  type System,
  Volume,
  Worker,
} from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model';
import { defined } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { copies, DUMP, ledger, ledgerBackup } from '../../support/backups';
import { equipped, findIn, type PartsWorld } from '../../support/parts';
import { at, errors } from '../../support/synthesis';

const NAMESPACE = 'shop-production';
const build = (make: NonNullable<PartsWorld['build']>, parts = [copies()]): Synthesis =>
  equipped(parts, { build: make });
const job = (found: Synthesis, name: string): JsonObject => findIn(found, NAMESPACE, 'CronJob', name);
const pod = (found: Synthesis, name: string): JsonObject =>
  at(job(found, name), 'spec', 'jobTemplate', 'spec', 'template', 'spec') as JsonObject;
const messages = ({ findings }: Synthesis): string[] => findings.map(({ message }) => message);
const namesOf = ({ objects }: Synthesis): string[] =>
  objects
    .filter(({ entry: { identity } }) => identity.kind === 'CronJob' && identity.namespace === NAMESPACE)
    .map(({ entry }) => entry.identity.name)
    .sort();

const uploads = (system: System): Volume => {
  const volume = new Volume(system, 'uploads', { size: '10Gi', oneZone: 'it is copied' });
  new Worker(system, 'uploader', {
    image: 'registry.example/uploader:1',
    resources: { cpu: '100m', memory: '64Mi' },
    probes: { bootSeconds: 5, liveness: { exec: ['/bin/true'] } },
    size: { replicas: 1 },
    survives: { zones: 0, because: 'the volume is one' },
    volumes: { '/up': volume },
    security: { user: { id: 12_000, reason: 'its image has this user' } },
  });
  return volume;
};

describe('a dump', () => {
  const found = build((_, system) => ledgerBackup(ledger(system), system));

  test('is a CronJob for each store: one that does not answer stops no other', () => {
    expect(errors(found)).toEqual([]);
    expect(namesOf(found)).toEqual(['ledger-backup-far', 'ledger-backup-near']);
  });

  test('is written by the image of the component before it is copied, and neither sees the claim', () => {
    const { initContainers, containers, volumes, affinity } = pod(found, 'ledger-backup-near');
    expect(initContainers).toMatchObject([
      {
        name: 'dump',
        image: 'registry.example/ledger:1',
        command: DUMP,
        env: [{ name: 'HOST', value: 'ledger-0.ledger-members' }],
      },
    ]);
    expect(at(initContainers, 0, 'volumeMounts')).toEqual([
      { name: 'tmp-dump', mountPath: '/tmp' },
      { name: 'scratch-2', mountPath: '/dump' },
    ]);
    expect(at(containers, 0, 'command', 2)).toContain('restic backup /dump\n');
    expect(JSON.stringify(volumes)).not.toContain('persistentVolumeClaim');
    expect(affinity).toBeUndefined();
  });

  test('an empty one does not count as a copy; old copies of the same name go', () => {
    const script = String(at(pod(found, 'ledger-backup-near'), 'containers', 0, 'command', 2)).split('\n');
    expect(script[0]).toMatch(/^find \/dump .* exit 1; }$/);
    expect(script.at(-1)).toBe(
      'restic forget --group-by host --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --prune',
    );
  });

  test('each backup has a repository of its own, named after its cluster and namespace, and a password as a file', () => {
    const texts = found.objects
      .filter(({ entry: { identity } }) => identity.name.startsWith('ledger-backup-'))
      .map(({ entry }) => JSON.stringify(entry.manifest))
      .join();
    const repository = 'mumbai/shop-production/ledger-backup';
    expect(texts).toContain(`s3:https://s3.ap-south-1.amazonaws.com/copies/${repository}`);
    expect(texts).toContain(`s3:https://fsn1.objects.example/copies/${repository}`);
    expect(texts).toContain('"RESTIC_HOST":"shop-production/ledger-backup"');
    expect(texts).toContain('"RESTIC_PASSWORD_FILE":"/etc/restic/password"');
    expect(at(pod(found, 'ledger-backup-near'), 'volumes')).toContainEqual({
      name: 'volume-0',
      secret: { secretName: 'backups', defaultMode: 0o440, items: [{ key: 'password', path: 'password' }] },
    });
  });

  test('reaches the store and the component, which lets it in', () => {
    const own = JSON.stringify(at(findIn(found, NAMESPACE, 'NetworkPolicy', 'ledger-backup-near'), 'spec', 'egress'));
    expect(own).toContain('"port":443');
    expect(own).toContain('"port":5000');
    const other = JSON.stringify(at(findIn(found, NAMESPACE, 'NetworkPolicy', 'ledger'), 'spec', 'ingress'));
    expect(other).toContain('ledger-backup-near');
  });

  test('runs at night, not all at once', () => {
    const schedules = ['near', 'far'].map((store) =>
      String(at(job(found, `ledger-backup-${store}`), 'spec', 'schedule')),
    );
    for (const schedule of schedules) expect(schedule).toMatch(/^\d+ [123] \* \* \*$/);
    expect(new Set(schedules).size).toBe(2);
  });

  test('is one for each pod that has data of its own, and one for members that all have the same', () => {
    const two = build((_, system) => ledgerBackup(ledger(system, { size: { replicas: 2 } }), system));
    expect(errors(two)).toEqual([]);
    expect(namesOf(two)).toEqual(['0-far', '0-near', '1-far', '1-near'].map((end) => `ledger-backup-${end}`));
    expect(at(pod(two, 'ledger-backup-1-near'), 'initContainers', 0, 'env')).toEqual([
      { name: 'HOST', value: 'ledger-1.ledger-members' },
    ]);
    const quorum = build((_, system) => ledgerBackup(ledger(system, { size: { members: 3 } }), system));
    expect(errors(quorum)).toEqual([]);
    expect(at(pod(quorum, 'ledger-backup-near'), 'initContainers', 0, 'env')).toEqual([
      { name: 'HOST', value: 'ledger' },
    ]);
  });

  test('may have another image, variables and times', () => {
    const dump = {
      command: DUMP,
      image: 'registry.example/tools:1',
      env: { TOKEN: { secret: 'ledger', key: 'token' } },
    };
    const given = build((_, system) =>
      ledgerBackup(ledger(system), system, { dump, schedule: '0 */6 * * *', deadlineSeconds: 600 }),
    );
    expect(errors(given)).toEqual([]);
    expect(at(job(given, 'ledger-backup-near'), 'spec', 'schedule')).toBe('0 */6 * * *');
    expect(at(pod(given, 'ledger-backup-near'), 'initContainers', 0)).toMatchObject({
      image: 'registry.example/tools:1',
      env: [{ name: 'HOST' }, { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'ledger', key: 'token' } } }],
    });
  });
});

test('a command is not empty: the image would start its application', () => {
  for (const given of [{ dump: [] }, { dump: DUMP, check: [] }, { dump: { command: [] } }]) {
    const found = build((_, system) => ledgerBackup(ledger(system), system, given));
    expect(messages(found)).toContain('a command has one word or more');
  }
});

describe('a variable that a command uses', () => {
  const found = (props: Partial<BackupProps>) =>
    build((_, system) => ledgerBackup(ledger(system), system, { dump: DUMP, ...props })).findings;
  const sh = (script: string): string[] => ['sh', '-c', script];
  const env = { TOKEN: { secret: 'ledger', key: 'token' } };

  test('is in its env, or is HOST of a dump', () => {
    expect(found({ dump: sh('dump $(TOKEN) > /dump/a') })).toContainEqual(
      expect.objectContaining({
        rule: 'input',
        field: 'dump',
        message: 'no variable TOKEN is defined: $(TOKEN) stays as it is',
        expected: 'env: { TOKEN: … }, or $$(TOKEN) for a literal',
      }),
    );
    expect(found({ check: sh('read $(TOKEN)') })).toContainEqual(
      expect.objectContaining({ field: 'check', message: expect.stringContaining('no variable TOKEN') }),
    );
    const dump = { command: sh('dump $(HOST) $(TOKEN)'), env };
    const check = { command: sh('read $(TOKEN)'), env };
    expect(found({ dump, check }).filter(({ rule }) => rule === 'input')).toEqual([]);
  });

  test('HOST is not in a check: nothing but files is there', () => {
    const check = ['ledger', 'check', '--host=$(HOST)'];
    expect(found({ check })).toContainEqual(
      expect.objectContaining({
        rule: 'input',
        field: 'check',
        message: 'a check has no $(HOST): a drill reads the restored files',
      }),
    );
    const own = { command: check, env: { HOST: 'localhost' } };
    expect(found({ check: own }).filter(({ rule }) => rule === 'input')).toEqual([]);
  });

  test('a literal, and a command of a shell, are none', () => {
    const dump = sh('dump $$(TOKEN) $TOKEN > /dump/$(date +%F)-$(hostname)');
    expect(found({ dump }).filter(({ rule }) => rule === 'input')).toEqual([]);
  });

  test('is not within another $(, where it stays as it is', () => {
    expect(found({ dump: sh('dump $(basename $(HOST))') })).toContainEqual(
      expect.objectContaining({ field: 'dump', message: '$(HOST) stays as it is: it is within another $(' }),
    );
  });

  test('is said once', () => {
    const dump = sh('dump $(TOKEN) $$$(TOKEN) $(OTHER)');
    expect(found({ dump }).filter(({ rule }) => rule === 'input')).toHaveLength(2);
  });
});

test('a component that is refused has that mistake only, and its backup is not said to be missing', () => {
  const found = build((_, system) => ledgerBackup(ledger(system, { image: 1 as never }), system));
  expect(errors(found)).toEqual(['input image']);
  expect(messages(found).join()).not.toMatch(/is copied|no claims/);
  const other = build((_, system) => ledgerBackup({ name: 'ledger' } as never, system));
  expect(errors(other)).toEqual(['input of']);
});

describe('files', () => {
  const FILES = { files: 'files are renamed when they are complete' };

  test('of a component are read on the node of its pod, by its user, and not written', () => {
    const found = build((_, system) => {
      const user = { id: 12_000, reason: 'its image has this user' };
      ledgerBackup(ledger(system, { security: { user } }), system, FILES);
    });
    expect(errors(found)).toEqual([]);
    const { affinity, volumes, securityContext, containers } = pod(found, 'ledger-backup-near');
    expect(affinity).toEqual({
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'ledger-0' } },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    });
    expect(volumes).toContainEqual({
      name: 'volume-1',
      persistentVolumeClaim: { claimName: 'data-ledger-0', readOnly: true },
    });
    expect(at(containers, 0, 'volumeMounts')).toContainEqual({
      name: 'volume-1',
      mountPath: '/data/data-ledger-0',
      readOnly: true,
    });
    expect(securityContext).toMatchObject({ runAsUser: 12_000 });
  });

  test('of a volume are read beside the component that runs, and no second node waits for it', () => {
    const found = build((_, system) => {
      new Backup(system, 'uploads-backup', { of: uploads(system), size: '10Gi', ...FILES });
    });
    expect(errors(found)).toEqual([]);
    expect(JSON.stringify(at(pod(found, 'uploads-backup-far'), 'affinity'))).toContain('uploader');
    expect(at(pod(found, 'uploads-backup-far'), 'securityContext')).toMatchObject({ runAsUser: 12_000 });
  });

  test('of a volume that only Jobs mount have no node', () => {
    const found = build((_, system) => {
      const volume = new Volume(system, 'reports', { size: '1Gi', oneZone: 'it is copied' });
      new CronJob(system, 'report', {
        image: 'registry.example/report:1',
        resources: { cpu: '100m', memory: '64Mi' },
        schedule: '@daily',
        deadlineSeconds: 60,
        volumes: { '/reports': volume },
      });
      new Backup(system, 'reports-backup', { of: volume, size: '1Gi', ...FILES });
    });
    expect(errors(found)).toEqual([]);
    expect(at(pod(found, 'reports-backup-far'), 'affinity')).toBeUndefined();
  });
});

describe('refused:', () => {
  const refusal = (make: NonNullable<PartsWorld['build']>, parts = [copies()]): string =>
    messages(build(make, parts)).join('\n');

  test('nothing that says how, or two ways', () => {
    expect(refusal((_, system) => ledgerBackup(ledger(system), system, {}))).toContain(
      'nothing says how a consistent copy is made',
    );
    expect(refusal((_, system) => ledgerBackup(ledger(system), system, { dump: DUMP, files: 'why' }))).toContain(
      'a backup is a dump or a copy of files, not both',
    );
  });

  const files = (image: string): string =>
    refusal((_, system) => ledgerBackup(ledger(system, { image }), system, { files: 'why' }));

  test.each([
    'postgres:17',
    'docker.io/bitnami/postgresql:17',
    'quay.io/coreos/etcd@sha256:00',
    'mongo',
    'mongodb/mongodb-community-server:8.0',
    'influxdb2:2',
    'timescale/timescaledb-ha:pg17',
    'postgis/postgis:17-3.5',
    'pgvector/pgvector:pg17',
    'mcr.microsoft.com/mssql/server:2022-latest',
    'mcr.microsoft.com/mssql/rhel/server:2022-latest',
    'percona/percona-server-mongodb:8.0',
    'percona/pmm-server:3',
    'ghcr.io/zalando/spilo-17:4.0-p2',
    'apache/kafka:4.1.0',
    'confluentinc/cp-kafka:8.0.0',
    'zookeeper:3.9',
    'registry.example:5000/crunchydata/crunchy-postgres:17',
  ])('files of a running database, %s', (image) => {
    expect(files(image)).toContain(`files of ${image} that are copied while it writes them cannot be relied on`);
  });

  test.each([
    'registry.example/ledger:postgres',
    'registry.example/shop/consultations:1',
    'registry.example/kafkaesque:1',
    'kafka.example.com/kafka/uploader:1',
    'mssql.example.com/uploader:1',
    'quay.io/prometheus/alertmanager:v0.28.1',
  ])('but not files of an image that only has such letters, %s', (image) => {
    expect(files(image)).not.toContain('cannot be relied on');
  });

  test('a dump of a volume, a volume before its component, and a component without claims', () => {
    expect(
      refusal((_, system) => {
        new Backup(system, 'b', { of: uploads(system), dump: DUMP, size: '1Gi' });
      }),
    ).toContain('a dump asks an application, and a volume is none');
    expect(
      refusal((_, system) => {
        new Backup(system, 'b', {
          of: new Volume(system, 'v', { size: '1Gi', oneZone: 'x' }),
          files: 'x',
          size: '1Gi',
        });
      }),
    ).toContain('no component mounts the volume yet');
    expect(refusal((_, system) => ledgerBackup(ledger(system, { claims: {} }), system))).toContain(
      'ledger has no claims, and so no data that stays',
    );
  });

  test('a schedule that never comes', () => {
    expect(
      refusal((_, system) => ledgerBackup(ledger(system), system, { dump: DUMP, schedule: '0 0 30 2 *' })),
    ).toContain('never comes');
  });

  test('a store without identity or keys', () => {
    const stores = { near: { s3: { bucket: 'copies', region: 'ap-south-1' } } };
    expect(
      refusal((_, system) => ledgerBackup(ledger(system), system), [copies({ stores, fewerCopies: 'a test' })]),
    ).toContain(
      'shop-production/ledger-backup-near has no identity on mumbai, under which it could use s3.ap-south-1.amazonaws.com',
    );
  });

  test('a cluster without the part, where the environment survives a loss; elsewhere nothing is made', () => {
    expect(refusal((_, system) => ledgerBackup(ledger(system), system), [])).toContain(
      'no store for backups is known on mumbai',
    );
  });
});

describe('state without a backup', () => {
  const RULE = 'volume-backup';
  const rules = (found: Synthesis): string[] => found.findings.map(({ rule }) => rule);

  test('is a finding, for claims and volumes, unless there is a reason', () => {
    expect(rules(build((_, system) => ledger(system)))).toContain(RULE);
    expect(rules(build((_, system) => uploads(system)))).toContain(RULE);
    const reasoned = build((_, system) => ledger(system, { noBackup: 'it is filled again' }));
    expect(rules(reasoned)).not.toContain(RULE);
    expect(rules(reasoned)).not.toContain('unused-reason');
  });

  test('a reason beside a backup excuses nothing', () => {
    const found = build((_, system) => ledgerBackup(ledger(system, { noBackup: 'why' }), system));
    expect(rules(found)).toContain('unused-reason');
  });
});

describe('a name that no CronJob can have', () => {
  const found = (id: string) =>
    build((_, system) => void new Backup(system, id, { of: ledger(system), dump: DUMP, size: '1Gi' })).findings;
  const refusals = (id: string) => found(id).filter(({ severity }) => severity === 'error');

  test.each(['Ledger_Backup', 'ledger.backup', 'l'.repeat(48)])(
    '%s is one finding, at the line of the backup',
    (id) => {
      expect(refusals(id)).toEqual([
        expect.objectContaining({
          rule: 'input',
          field: 'id',
          message: `${id} cannot be the name of a backup`,
          expected: expect.stringContaining('at most 47'),
          source: expect.objectContaining({ file: '__tests__/constructs/backups/backup.test.ts' }),
        }),
      ]);
      expect(refusals('l'.repeat(47))).toEqual([]);
    },
  );
});

describe('the port of a dump', () => {
  const made = (dump: BackupProps['dump'], props: Partial<StatefulServiceProps> = {}): Synthesis =>
    build((_, system) => {
      const ports = { port: { port: 9187, protocol: 'tcp' }, ports: { sql: { port: 5432, protocol: 'tcp' } } } as const;
      ledgerBackup(ledger(system, { ...ports, ...props }), system, defined({ dump }));
    });
  const policy = (found: Synthesis, name: string): JsonObject =>
    at(findIn(found, NAMESPACE, 'NetworkPolicy', name), 'spec') as JsonObject;
  const numbers = (rules: unknown): unknown[] =>
    [...JSON.stringify(rules).matchAll(/"port":(\d+)/g)].map(([, port]) => Number(port));
  const opened = (found: Synthesis): unknown[] => {
    expect(errors(found)).toEqual([]);
    const [out, into] = [policy(found, 'ledger-backup-near')['egress'], policy(found, 'ledger')['ingress']];
    expect(numbers(into)).toEqual(
      numbers(out)
        .filter((port) => port === 9187 || port === 5432)
        .sort(),
    );
    return numbers(into);
  };
  const HOST = '--host=$(HOST)';

  test.each<[string, BackupProps['dump'], number[]]>([
    ['an option', ['pg_dump', HOST, '--port=5432'], [5432, 9187]],
    ['a short option', ['pg_dump', HOST, '-p', '5432'], [5432, 9187]],
    ['a script', ['sh', '-c', 'pg_dump -h $(HOST) -p 5432 > /dump/a'], [5432, 9187]],
    ['a variable', { command: ['pg_dump', HOST], env: { PGPORT: '5432' } }, [5432, 9187]],
    ['the default of its program', ['pg_dump', HOST], [5432, 9187]],
    ['the main port', ['curl', '-o', '/dump/a', 'http://$(HOST):9187/'], [9187]],
  ])('in %s is open', (_, dump, expected) => {
    expect(opened(made(dump))).toEqual(expected);
  });

  test('of a component with one port is that one', () => {
    expect(opened(made(['ledger', HOST], { ports: {} }))).toEqual([9187]);
  });

  const refusal = (dump: BackupProps['dump'], props: Partial<StatefulServiceProps> = {}) =>
    made(dump, props).findings.filter(({ field }) => field === 'dump');

  test.each<[string, BackupProps['dump']]>([
    ['an option', ['pg_dump', HOST, '--port=5433']],
    ['an option with its value behind it', ['ledger', 'dump', HOST, '--port', '5433']],
    ['a short option', ['/usr/bin/redis-cli', '-h', '$(HOST)', '-p', '5433']],
    ['the address', ['sh', '-c', 'curl http://$(HOST):5433/ > /dump/a']],
    ['a variable', { command: ['ledger', 'dump'], env: { FROM: '$(HOST):5433' } }],
  ])('in %s is one of the component', (_, dump) => {
    expect(refusal(dump)).toEqual([
      expect.objectContaining({
        rule: 'input',
        value: 5433,
        message: 'the dump connects to port 5433, which ledger does not have',
        expected: 'one of 9187 (tcp), 5432 (sql)',
      }),
    ]);
  });

  test.each<[string, BackupProps['dump']]>([
    ['of a program that gets another host', ['pg_dump', '--host=db.example.com', '--port=5433']],
    ['of a script, which may listen itself', ['sh', '-c', 'tunnel --port 5433 $(HOST) && dump']],
    ['that is a password', ['mysqldump', HOST, '-p', '5433']],
  ])('%s is not judged', (_, dump) => {
    expect(refusal(dump)).toEqual([]);
  });

  test('is that of the Service where members share one host, and that of the container otherwise', () => {
    const port = { port: 8080, servicePort: 80 };
    const dump = ['curl', '-o', '/dump/a', 'http://$(HOST):80/'];
    expect(refusal(dump, { port, ports: {} })).toHaveLength(1);
    expect(refusal(dump, { port, ports: {}, size: { members: 3 }, survives: undefined as never })).toEqual([]);
  });

  test('of a PostgreSQL is its own', () => {
    const found = build((_, system) => {
      const of = new PostgreSQL(system, 'ledger', {
        version: '16',
        storage: '1Gi',
        resources: { cpu: '100m', memory: '1Gi' },
        survives: { zones: 0, because: 'a test' },
      });
      new Backup(system, 'ledger-backup', { of, dump: ['pg_dump', HOST, '--port=9187'], size: '1Gi' });
    });
    expect(messages(found)).toContain('the dump connects to port 9187, which ledger does not have');
  });
});
