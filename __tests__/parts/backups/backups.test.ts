// G10: three copies at two providers, one of them elsewhere; a drill for each copy; alerts on the age of both.

import { Backup } from '../../../lib/constructs';
import { conformant, eks, local, onPrem } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { metrics } from '../../../lib/parts';
import { type CopyTarget, findCopyProblems } from '../../../lib/parts/backups/copies';
import { cronJobName } from '../../../lib/parts/backups/names';
import { hostOf } from '../../../lib/parts/part/store';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { copies, ledger, ledgerBackup, STORES } from '../../support/backups';
import { equipped, findIn, type PartsWorld, yamlOf } from '../../support/parts';
import { at, errors, SUBNETS } from '../../support/synthesis';

const NAMESPACE = 'backups-operations';
const DRILL = 'shop-production-ledger-backup-near';
const METRICS = metrics({ retention: '15d', volume: '50Gi', receivers: {} });
const withLedger: PartsWorld = { build: (_, system) => void ledgerBackup(ledger(system), system) };
const messages = ({ findings }: Synthesis): string[] => findings.map(({ message }) => message);

describe('G10: drills', () => {
  const check = ['ledger', 'verify', '/dump/ledger'];
  const found = equipped([copies()], {
    build: (_, system) => void ledgerBackup(ledger(system), system, { dump: ['ledger', 'dump'], check }),
  });
  const job = findIn(found, NAMESPACE, 'CronJob', DRILL);
  const pod = at(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec') as JsonObject;

  test('one for each copy, once a week, in a namespace that has none of the data', () => {
    expect(errors(found)).toEqual([]);
    expect(at(job, 'spec', 'schedule')).toMatch(/^\d+ [567] \* \* [0-6]$/);
    expect(findIn(found, NAMESPACE, 'CronJob', 'shop-production-ledger-backup-far')).toBeDefined();
    const claims = found.objects.filter(({ entry }) =>
      JSON.stringify(entry.manifest).includes('persistentVolumeClaim'),
    );
    expect(claims.map(({ entry }) => entry.identity.namespace)).not.toContain(NAMESPACE);
  });

  test('restore the last copy, let the application check it, and read a part of all copies, without a lock', () => {
    expect(pod).toMatchObject({
      initContainers: [
        { name: 'restore', image: 'docker.io/restic/restic:0.19.1' },
        { name: 'check', image: 'registry.example/ledger:1', command: check },
      ],
    });
    expect(at(pod, 'initContainers', 0, 'command', 2)).toContain(
      'restic restore latest:/dump --target /dump --verify --no-lock',
    );
    expect(at(pod, 'containers', 0, 'command', 2)).toBe('restic check --read-data-subset=5% --no-lock');
  });

  test('the check sees the restored folder, and neither the password nor the keys', () => {
    const own = at(pod, 'initContainers', 1) as JsonObject;
    expect(JSON.stringify(own)).not.toMatch(/\/etc\/restic|AWS_|configMapRef/);
    expect(JSON.stringify(own['volumeMounts'])).toContain('/dump');
  });

  test('have the password of each namespace under its name', () => {
    expect(JSON.stringify(pod['volumes'])).toContain('"items":[{"key":"shop-production","path":"shop-production"}]');
    expect(JSON.stringify(at(pod, 'containers', 0))).not.toContain('"password"');
  });

  test('names that would be too long end with a hash', () => {
    expect(cronJobName(['a'.repeat(50), 'b'])).toBe(`${'a'.repeat(50)}-b`);
    const long = cronJobName(['a'.repeat(43), 'bcdefghijk']);
    expect(long).toHaveLength(52);
    expect(long).not.toBe(cronJobName(['a'.repeat(43), 'bcdefghijl']));
  });

  test('names that other words make too end with a hash, so that there is a drill for each', () => {
    const taken = new Set<string>();
    for (const words of [
      ['shop-production', 'eu-near'],
      ['shop-production-eu', 'near'],
    ]) {
      taken.add(cronJobName(words, (name) => taken.has(name)));
    }
    expect(taken.size).toBe(2);
    expect(taken).toContain('shop-production-eu-near');
  });
});

describe('alerts', () => {
  const found = equipped([METRICS, copies()], withLedger);
  const groups = yamlOf(found, 'metrics-operations', 'prometheus', '/etc/prometheus/rules/evenkeel.yml')['groups'];
  const rules = at(
    (groups as JsonObject[]).find(({ name }) => name === 'evenkeel-backups'),
    'rules',
  ) as { alert: string; expr: string }[];

  test('one for each backup and each drill: too old, never, or gone', () => {
    expect(rules.map(({ alert }) => alert).sort()).toEqual([
      'BackupTooOld',
      'BackupTooOld',
      'RestoreDrillTooOld',
      'RestoreDrillTooOld',
    ]);
    const [first] = rules.filter(({ expr }) => expr.includes('cronjob="ledger-backup-near"'));
    const healthy = 86_400 + 3600 + 3600;
    expect(first?.expr).toContain(`> ${healthy} or (time() - `);
    expect(first?.expr).toContain('unless on (namespace, cronjob)');
    expect(first?.expr).toContain(
      'absent(kube_cronjob_created{namespace="shop-production",cronjob="ledger-backup-near"})',
    );
    const drill = rules.find(({ expr }) => expr.includes(`namespace="${NAMESPACE}"`));
    expect(drill?.expr).toContain(`> ${7 * 86_400 + 3600 + 3600} `);
  });

  test('without the part metrics, there is none, which is said', () => {
    expect(messages(equipped([copies()], withLedger))).toContain('no alert says when a backup of mumbai is too old');
    expect(messages(found)).not.toContain('no alert says when a backup of mumbai is too old');
  });
});

describe('G10: three copies, two providers, one elsewhere:', () => {
  const { near, far } = STORES;
  const azure = (region: string) => ({
    azure: { account: 'copies', container: 'restic', key: { secret: 'copies', key: 'azure' } },
    region,
  });
  const IDENTITIES = {
    'shop-production/ledger-backup-far': 'arn:aws:iam::123456789012:role/copies',
    [`${NAMESPACE}/shop-production-ledger-backup-far`]: 'arn:aws:iam::123456789012:role/drills',
  };
  const build = (stores: typeof STORES, fewerCopies?: string) =>
    equipped([copies({ stores, ...(fewerCopies === undefined ? {} : { fewerCopies }) })], {
      ...withLedger,
      cluster: eks({
        ...SUBNETS,
        region: 'ap-south-1',
        zones: ['ap-south-1a', 'ap-south-1b'],
        kubernetes: '1.36',
        identities: stores['far'] === undefined ? {} : IDENTITIES,
      }),
    });

  test('one store makes two copies', () => {
    expect(messages(build({ far: far ?? azure('westeurope') }))).toContain(
      'with the data itself that is 2 copies, not three',
    );
  });

  test('all at one provider', () => {
    const other = { s3: { bucket: 'copies', region: 'eu-central-1' } };
    expect(messages(build({ near: near ?? other, far: other }))).toContain('the data and all copies are at AWS');
  });

  test('all at one provider, whose endpoint is written out', () => {
    const keys = { secret: 'copies', id: 'id', value: 'secret' };
    const other = { s3: { bucket: 'more', region: 'eu-west-1', endpoint: 's3.eu-west-1.amazonaws.com', keys } };
    expect(messages(build({ near: near ?? other, far: other }))).toContain('the data and all copies are at AWS');
  });

  test('all at Google, by its interface of S3 and by its own', () => {
    const keys = { secret: 'copies', id: 'id', value: 'secret' };
    const targets: readonly CopyTarget[] = [
      { s3: { bucket: 'more', region: 'auto', endpoint: 'storage.googleapis.com', keys } },
      { gcs: { bucket: 'copies' }, region: 'europe-west3' },
    ];
    const said = (name: string) => findCopyProblems(targets, { provider: { name }, region: undefined } as never);
    expect(said('gke')).toEqual([expect.objectContaining({ message: 'the data and all copies are at Google' })]);
    expect(said('eks')).toEqual([]);
  });

  test('one place under two names, also with a reason for fewer copies', () => {
    const one = near ?? azure('x');
    for (const reason of [undefined, 'a trial']) {
      const found = build({ near: one, far: one }, reason);
      expect(errors(found)).toContain('input backups.stores.far');
      expect(messages(found)).toContain('near and far are both s3.ap-south-1.amazonaws.com/copies');
    }
    const other = { s3: { bucket: 'more', region: 'ap-south-1' } };
    expect(messages(build({ near: one, far: other })).join()).not.toContain('are both');
  });

  test.each(['eu central 1', 'Frankfurt', ''])('a region that no provider writes so: %s', (region) => {
    const far = { s3: { bucket: 'more', region } };
    expect(errors(build({ near: near ?? far, far }))).toContain('input backups.stores.far.s3.region');
  });

  test('the hosts of AWS in China', () => {
    expect(hostOf({ s3: { bucket: 'copies', region: 'cn-north-1' } })).toBe('s3.cn-north-1.amazonaws.com.cn');
  });

  test('all in the region of the data', () => {
    expect(messages(build({ near: near ?? azure('x'), far: azure('ap-south-1') }))).toContain(
      'the data and all copies are in ap-south-1',
    );
    expect(errors(build({ near: near ?? azure('x'), far: azure('westeurope') }))).toEqual([]);
  });

  test('fewer have a reason, which the namespace keeps; one that excuses nothing is refused', () => {
    const found = build({ near: near ?? azure('x') }, 'a test');
    expect(errors(found)).toEqual([]);
    const namespace = found.objects.find(
      ({ entry: { identity } }) => identity.kind === 'Namespace' && identity.name === NAMESPACE,
    );
    expect(at(namespace?.entry.manifest, 'metadata', 'annotations', 'evenkeel.dev/fewer-copies')).toBe('a test');
    expect(messages(build({ near: near ?? azure('x'), far: azure('westeurope') }, 'why')).join()).toContain(
      'the reason excuses nothing',
    );
  });
});

describe('G10: etcd', () => {
  const COMMON = { zones: ['a', 'b'], kubernetes: '1.36' } as const;
  const kubeadm = onPrem({
    ...COMMON,
    distribution: 'kubeadm',
    ingressClass: 'traefik',
    ingressController: { namespace: 'traefik', podLabels: { 'app.kubernetes.io/name': 'traefik' } },
  });
  const k3s = onPrem({ ...COMMON, distribution: 'k3s' });
  const eksHere = eks({ ...SUBNETS, region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' });
  const lost = 'etcd of mumbai is in no backup: without it, objects that git does not have are lost';
  const on = (cluster: PartsWorld['cluster'], etcd?: 'kubeadm' | 'elsewhere') =>
    equipped([METRICS, copies(etcd === undefined ? {} : { etcd })], {
      ...withLedger,
      ...(cluster === undefined ? {} : { cluster }),
    });
  const found = on(kubeadm, 'kubeadm');
  const job = (name: string) => findIn(found, 'etcd-backup-operations', 'CronJob', name);
  const pod = at(job('etcd-backup-near'), 'spec', 'jobTemplate', 'spec', 'template', 'spec') as JsonObject;

  test('is saved on a node of the control plane, looked at, and copied to each store', () => {
    expect(errors(found)).toEqual([]);
    expect(job('etcd-backup-far')).toBeDefined();
    expect(pod).toMatchObject({
      hostNetwork: true,
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }],
      initContainers: [{ name: 'dump' }, { name: 'check' }],
    });
    expect(at(pod, 'initContainers', 0, 'command')).toEqual([
      'etcdctl',
      '--endpoints=https://127.0.0.1:2379',
      '--cacert=/etc/kubernetes/pki/etcd/ca.crt',
      '--cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt',
      '--key=/etc/kubernetes/pki/etcd/healthcheck-client.key',
      'snapshot',
      'save',
      '/dump/etcd.db',
    ]);
    expect(at(pod, 'containers', 0, 'command', 2)).toContain('restic backup /dump\n');
  });

  test('only what saves it sees the certificates, and cannot write them; its namespace alone is privileged', () => {
    for (const [list, index] of [
      ['initContainers', 1],
      ['containers', 0],
    ] as const) {
      expect(JSON.stringify(at(pod, list, index, 'volumeMounts'))).not.toContain('/etc/kubernetes');
    }
    expect(at(pod, 'initContainers', 0, 'volumeMounts')).toContainEqual({
      name: 'certificates',
      mountPath: '/etc/kubernetes/pki/etcd',
      readOnly: true,
    });
    const levels = found.objects
      .filter(({ entry: { identity } }) => identity.kind === 'Namespace')
      .map(({ entry }) => [
        entry.identity.name,
        at(entry.manifest, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce'),
      ]);
    expect(Object.fromEntries(levels)).toMatchObject({
      'etcd-backup-operations': 'privileged',
      [NAMESPACE]: 'restricted',
    });
  });

  test('is restored by a drill, with its own program, and its age is watched', () => {
    const drill = findIn(found, NAMESPACE, 'CronJob', 'etcd-backup-operations-etcd-backup-near');
    const check = at(drill, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'initContainers', 1, 'command');
    expect(check).toEqual(['etcdutl', 'snapshot', 'restore', '/dump/etcd.db', '--data-dir=/dump/restored']);
    const alerts = JSON.stringify(
      yamlOf(found, 'metrics-operations', 'prometheus', '/etc/prometheus/rules/evenkeel.yml'),
    );
    expect(alerts).toContain('cronjob=\\"etcd-backup-near\\"');
  });

  test.each([
    ['a control plane of kubeadm', kubeadm, lost],
    ['k3s', k3s, lost],
    ['a cluster of which nothing is known', conformant({ ...COMMON, ingressSource: { cidrs: ['10.0.0.0/24'] } }), lost],
  ])('that nothing copies is a warning: %s', (_, cluster, message) => {
    expect(messages(on(cluster))).toContain(message);
    expect(messages(on(cluster, 'elsewhere'))).not.toContain(message);
  });

  test('of a provider, or of a laptop, is nothing to copy', () => {
    const laptop = local({ distribution: 'kind', kubernetes: '1.36', ingressSource: { cidrs: ['10.0.0.0/24'] } });
    for (const cluster of [eksHere, laptop]) expect(messages(on(cluster))).not.toContain(lost);
    expect(messages(on(eksHere, 'kubeadm')).join()).toContain(
      'the provider of mumbai runs its control plane, and keeps its etcd',
    );
    expect(messages(on(k3s, 'kubeadm')).join()).toContain('kubeadm did not make the control plane of mumbai');
  });
});

test('the namespace of drills can pull the image of a check', () => {
  const found = equipped([copies()], {
    registry: { external: 'registry.example', pullSecret: 'pulls' },
    build: (_, system) => void ledgerBackup(ledger(system), system, { dump: ['a'], check: ['b'] }),
  });
  expect(messages(found)).toContain(
    'images of shop-production are pulled with the Secret pulls, and operations has none of that name',
  );
  expect(messages(equipped([copies()], withLedger)).join()).not.toContain('pulled with');
});

describe('a store of another provider than the cluster', () => {
  const key = { secret: 'copies', key: 'other' };
  const EKS = eks({ ...SUBNETS, region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' });
  const on = (far: NonNullable<(typeof STORES)['far']>) =>
    equipped([copies({ stores: { near: STORES['near'] ?? far, far } })], { ...withLedger, cluster: EKS });
  const copyOf = (found: Synthesis) =>
    at(
      findIn(found, 'shop-production', 'CronJob', 'ledger-backup-far'),
      'spec',
      'jobTemplate',
      'spec',
      'template',
      'spec',
      'containers',
      0,
    ) as JsonObject;

  test.each([
    [
      'azure',
      { azure: { account: 'copies', container: 'restic' }, region: 'westeurope' },
      'copies.blob.core.windows.net',
    ],
    ['gcs', { gcs: { bucket: 'copies' }, region: 'europe-west3' }, 'storage.googleapis.com'],
    ['s3', { s3: { bucket: 'copies', region: 'fsn1', endpoint: 'fsn1.objects.example' } }, 'fsn1.objects.example'],
  ])('is refused without keys: no identity can use it: %s', (kind, far, host) => {
    const found = on(far as never);
    expect(errors(found)).toEqual([`input backups.stores.far.${kind}`]);
    expect(messages(found)).toContain(`no identity on mumbai can use ${host}`);
  });

  test('a key of a storage account is a variable', () => {
    const found = on({ azure: { account: 'copies', container: 'restic', key }, region: 'westeurope' });
    expect(errors(found)).toEqual([]);
    expect(copyOf(found)['env']).toContainEqual({
      name: 'AZURE_ACCOUNT_KEY',
      valueFrom: { secretKeyRef: { name: 'copies', key: 'other' } },
    });
  });

  test('a key of a service account is a file, which drills have too, and checks have not', () => {
    const found = equipped(
      [copies({ stores: { near: STORES['near'] as never, far: { gcs: { bucket: 'copies', key }, region: 'x' } } })],
      {
        cluster: EKS,
        build: (_, system) => void ledgerBackup(ledger(system), system, { dump: ['a'], check: ['b'] }),
      },
    );
    expect(errors(found)).toEqual([]);
    expect(JSON.stringify(found.objects.map(({ entry }) => entry.manifest))).toContain(
      '"GOOGLE_APPLICATION_CREDENTIALS":"/etc/restic-store/other"',
    );
    expect(JSON.stringify(copyOf(found)['volumeMounts'])).toContain('/etc/restic-store');
    const drill = at(
      findIn(found, NAMESPACE, 'CronJob', 'shop-production-ledger-backup-far'),
      'spec',
      'jobTemplate',
      'spec',
      'template',
      'spec',
    );
    expect(JSON.stringify(at(drill, 'initContainers', 0, 'volumeMounts'))).toContain('/etc/restic-store');
    expect(JSON.stringify(at(drill, 'initContainers', 1, 'volumeMounts'))).not.toContain('/etc/restic-store');
  });

  test('a store of its own is used under an identity, which it must have', () => {
    expect(messages(on({ s3: { bucket: 'copies', region: 'eu-central-1' } })).join()).toContain(
      'shop-production/ledger-backup-far has no identity on mumbai, under which it could use s3.eu-central-1.amazonaws.com',
    );
  });
});

test('a part that nothing uses is said', () => {
  expect(messages(equipped([copies()]))).toContain('nothing of mumbai is copied: no System there has a Backup');
});

test('input: no store, a name that is none, a volume', () => {
  expect(messages(equipped([copies({ stores: {} })])).join()).toContain('there is no store');
  expect(messages(equipped([copies({ stores: { 'Far Away': STORES['far'] as never } })])).join()).toContain(
    '"Far Away" cannot be a part of names',
  );
  expect(errors(equipped([copies({ stores: { near: { volume: '1Gi' } as never } })])).length).toBeGreaterThan(0);
});

test('what a drill has from a backup is refused at the line of the backup', () => {
  const { findings } = equipped([copies()], {
    build: (_, system) => {
      const check = { command: ['ledger', 'verify'], image: 'registry.example/Ledger:1' };
      new Backup(system, 'ledger-backup', { of: ledger(system), dump: ['ledger', 'dump'], check, size: '1Gi' });
    },
  });
  const refused = findings.filter(({ rule }) => rule === 'image-reference');
  expect(refused).toHaveLength(2);
  for (const { source } of refused) expect(source?.file).toBe('__tests__/parts/backups/backups.test.ts');
});
