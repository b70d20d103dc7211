// G6: Loki and its collector: members, store, retention and rights. What they do is proved on a cluster: docs/proof.md.

import { eks, gke } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { type LogsProps, logs, metrics, traces } from '../../../lib/parts';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { equipped, fileOf, findIn, type PartsWorld, yamlOf } from '../../support/parts';
import { at, errors, SUBNETS, TWO_ZONES } from '../../support/synthesis';

const NAMESPACE = 'logs-operations';
const GCS = { gcs: { bucket: 'shop-logs' } };
const THREE_ZONES = gke({
  region: 'europe-west1',
  zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
  kubernetes: '1.36',
  identities: { [`${NAMESPACE}/loki`]: 'loki@shop.iam.gserviceaccount.com' },
});
const build = (props: Partial<LogsProps>, world: PartsWorld = {}): Synthesis =>
  equipped([logs({ retention: '30d', store: { volume: '50Gi' }, ...props })], world);
const config = (found: Synthesis): JsonObject => yamlOf(found, NAMESPACE, 'loki', '/etc/loki/loki.yaml');
const loki = (found: Synthesis): JsonObject => findIn(found, NAMESPACE, 'StatefulSet', 'loki');
const messages = ({ findings }: Synthesis): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);

describe('G6: where a zone may be lost', () => {
  const found = build({ store: GCS }, { cluster: THREE_ZONES, zones: 1 });

  test('three members keep three copies and find each other, and the quorum is said', () => {
    expect(errors(found)).toEqual([]);
    expect(at(loki(found), 'spec', 'replicas')).toBe(3);
    expect(at(loki(found), 'metadata', 'annotations', 'evenkeel.dev/quorum')).toBe('2 of 3 members');
    expect(config(found)).toMatchObject({
      common: { replication_factor: 3, ring: { kvstore: { store: 'memberlist' } } },
      memberlist: { join_members: ['loki-members:7946'], bind_port: 7946 },
    });
  });

  test('members that have lost each other look for each other again', () => {
    expect(at(config(found), 'memberlist', 'rejoin_interval')).toBe('30s');
    expect(config(build({}))).not.toHaveProperty('memberlist');
  });

  test('two zones cannot keep a majority of three: refused, or taken out of the promise with a reason', () => {
    const keys = { secret: 'store', id: 'id', value: 'secret' };
    const store = { s3: { bucket: 'shop-logs', region: 'ap-south-1', keys } };
    expect(messages(build({ store }, { cluster: TWO_ZONES, zones: 1 })).join()).toMatch(/majority|zones/);
    const survives = { zones: 0, because: 'two zones' } as const;
    expect(errors(build({ store, survives }, { cluster: TWO_ZONES, zones: 1 }))).toEqual([]);
  });

  test('a volume is refused: each member would keep its own third', () => {
    expect(messages(build({}, { cluster: THREE_ZONES, zones: 1 }))).toContain(
      'operations survives zones, and each of three members would keep its own third of the logs',
    );
  });
});

describe('the store', () => {
  test.each<[string, LogsProps['store'], JsonObject]>([
    [
      's3',
      { s3: { bucket: 'shop-logs', region: 'eu-central-1', keys: { secret: 's', id: 'i', value: 'v' } } },
      {
        s3: {
          bucket_name: 'shop-logs',
          endpoint: 's3.eu-central-1.amazonaws.com',
          region: 'eu-central-1',
          native_aws_auth_enabled: true,
        },
      },
    ],
    ['filesystem', { volume: '50Gi' }, { filesystem: { dir: '/loki/store' } }],
  ])(
    '%s: its name is the same in the schema and for deletions, without which nothing is ever deleted',
    (name, store, client) => {
      const found = build({ store });
      expect(errors(found)).toEqual([]);
      expect(at(config(found), 'storage_config', 'object_store')).toEqual(client);
      expect(at(config(found), 'schema_config', 'configs', 0, 'object_store')).toBe(name);
      expect(at(config(found), 'compactor')).toMatchObject({ retention_enabled: true, delete_request_store: name });
      expect(at(config(found), 'limits_config', 'retention_period')).toBe('720h');
    },
  );

  test('a place that another part keeps its data in is refused', () => {
    const store = (bucket: string) => ({
      s3: { bucket, region: 'eu-central-1', keys: { secret: 's', id: 'i', value: 'v' } },
    });
    const both = (bucket: string) =>
      equipped([
        logs({ retention: '30d', store: store('shop-logs') }),
        traces({ retention: '14d', store: store(bucket) }),
      ]).findings.filter(({ severity }) => severity === 'error');
    expect(both('shop-traces')).toEqual([]);
    expect(both('shop-logs')).toEqual([
      expect.objectContaining({
        field: 'traces.store',
        message: `s3.eu-central-1.amazonaws.com/shop-logs is the store of ${NAMESPACE}/loki on mumbai, too`,
      }),
    ]);
  });

  test('without an identity or keys it could not be used: refused with both ways', () => {
    const { findings } = build({ store: { s3: { bucket: 'shop-logs', region: 'eu-central-1' } } });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        field: 'logs.store',
        message: `${NAMESPACE}/loki has no identity on mumbai, under which it could use s3.eu-central-1.amazonaws.com`,
        expected: `in clusters.mumbai, identities: { '${NAMESPACE}/loki': … }, or keys: { secret, id, value }`,
      }),
    ]);
    const cluster = eks({
      ...SUBNETS,
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      identities: { [`${NAMESPACE}/loki`]: 'arn:aws:iam::123456789012:role/loki' },
    });
    expect(errors(build({ store: { s3: { bucket: 'shop-logs', region: 'eu-central-1' } } }, { cluster }))).toEqual([]);
    const other = build({ store: { azure: { account: 'shoplogs', container: 'loki' } } }, { cluster });
    expect(other.findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        field: 'logs.store',
        message: 'no identity on mumbai can use shoplogs.blob.core.windows.net',
        expected: '{ s3: { bucket, region } } of AWS, or an s3 store with keys: { secret, id, value }',
      }),
    ]);
  });

  test('keys are variables from a Secret, which is listed, and never texts', () => {
    const found = build({
      store: { s3: { bucket: 'shop-logs', region: 'eu-central-1', keys: { secret: 'store', id: 'id', value: 'key' } } },
    });
    expect(at(loki(found), 'spec', 'template', 'spec', 'containers', 0, 'env')).toEqual([
      { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'store', key: 'id' } } },
      { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'store', key: 'key' } } },
    ]);
  });

  test('a volume on which the retention does not fit is refused with the numbers', () => {
    expect(messages(build({ gigabytesPerDay: 10, store: { volume: '50Gi' } }))).toEqual([
      '30d of logs do not fit on it: 10 GB a day × 30 days ÷ 4 = 75 GB',
    ]);
    expect(messages(build({ gigabytesPerDay: 10, store: { volume: '75G' } }))).toEqual([]);
  });
});

describe('the collector', () => {
  const found = build({});
  const pod = at(findIn(found, NAMESPACE, 'DaemonSet', 'log-collector'), 'spec', 'template', 'spec');

  test('reads by the API, so that its namespace is restricted: no folder and no port of the node', () => {
    expect(at(findIn({ ...found }, NAMESPACE, 'NetworkPolicy', 'default-deny'), 'spec', 'podSelector')).toEqual({});
    expect(pod).not.toHaveProperty('hostNetwork');
    expect(JSON.stringify(pod)).not.toContain('hostPath');
    const namespace = found.objects.find(({ entry }) => entry.identity.name === NAMESPACE)?.entry.manifest;
    expect(at(namespace, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce')).toBe('restricted');
  });

  test('asks for the pods of its own node alone, whose name it has from its pod', () => {
    expect(at(pod, 'containers', 0, 'env')).toContainEqual({
      name: 'NODE_NAME',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } },
    });
    const text = fileOf(found, NAMESPACE, 'log-collector', '/etc/alloy/config.alloy');
    expect(text).toContain('field = "spec.nodeName=" + sys.env("NODE_NAME")');
    expect(text).toContain('url = "http://loki:3100/loki/api/v1/push"');
  });

  test('may read logs and nothing else', () => {
    const role = found.objects.find(({ entry }) => entry.identity.name === `${NAMESPACE}-log-collector`);
    expect(role?.entry.manifest['rules']).toEqual([
      { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    ]);
  });
});

test('Grafana of the part metrics is let in to Loki, and no other pod of its namespace', () => {
  const found = equipped([
    metrics({ retention: '2d', volume: '10Gi' }),
    logs({ retention: '2d', store: { volume: '20Gi' } }),
  ]);
  const ingress = at(findIn(found, NAMESPACE, 'NetworkPolicy', 'loki'), 'spec', 'ingress', 0, 'from');
  expect(ingress).toContainEqual({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'metrics-operations' } },
    podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'grafana', 'app.kubernetes.io/name': 'grafana' } },
  });
});
