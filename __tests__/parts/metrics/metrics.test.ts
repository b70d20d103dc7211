// G5, P11: Prometheus, Alertmanager, Grafana and the exporters, as files and objects. What they do is proved on a cluster: docs/proof.md.

import { Database } from '../../../lib/constructs';
import { eks, gke } from '../../../lib/model';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/model/manifest/json';
import { logs, type MetricsProps, metrics, traces } from '../../../lib/parts';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { equipped, fileOf, findIn, type PartsWorld, yamlOf } from '../../support/parts';
import { at, errors, SUBNETS } from '../../support/synthesis';

const NAMESPACE = 'metrics-operations';
/** Pods of the shop's web service, as a dashboard finds them. */
const PODS = 'web-([a-z0-9]{6,10}-[a-z0-9]{5}|[0-9]+|[a-z0-9]{5})';
const RECEIVERS: MetricsProps['receivers'] = {
  oncall: { only: 'critical', watchdog: true, webhook: { url: { secret: 'alerts', key: 'oncall' } } },
  team: { slack: { channel: '#team', url: { secret: 'alerts', key: 'slack' } } },
  mail: {
    email: {
      to: 'ops@shop.example',
      from: 'alerts@shop.example',
      server: 'smtp.shop.example:587',
      username: 'alerts',
      password: { secret: 'smtp', key: 'password' },
    },
  },
};
const THREE_ZONES = gke({
  region: 'europe-west1',
  zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
  kubernetes: '1.36',
});
const build = (props: Partial<MetricsProps> = {}, world: PartsWorld = {}): Synthesis =>
  equipped([metrics({ retention: '15d', volume: '100Gi', receivers: RECEIVERS, ...props })], world);
const prometheus = (found: Synthesis): JsonObject =>
  yamlOf(found, NAMESPACE, 'prometheus', '/etc/prometheus/prometheus.yml');
const alertmanager = (found: Synthesis): JsonObject =>
  yamlOf(found, NAMESPACE, 'alertmanager', '/etc/alertmanager/alertmanager.yml');
const jobs = (found: Synthesis): JsonObject[] => prometheus(found)['scrape_configs'] as JsonObject[];
const replicas = (found: Synthesis, name: string): Json | undefined =>
  at(findIn(found, NAMESPACE, 'StatefulSet', name), 'spec', 'replicas');

/** All texts under the key `expr`, at any depth. */
function expressions(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(expressions);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'expr' && typeof inner === 'string' ? [inner] : expressions(inner),
  );
}

const dashboard = (found: Synthesis, name: string): JsonObject =>
  JSON.parse(fileOf(found, NAMESPACE, 'grafana', `/var/lib/dashboards/${name}.json`));

describe('P11: every component that names metrics is scraped', () => {
  const found = build({}, { web: { metrics: { port: 9102 } } });

  test('its pods say where, and its policy lets this Prometheus in, and no other pod', () => {
    expect(errors(found)).toEqual([]);
    expect(at(findIn(found, 'shop-production', 'Deployment', 'web'), 'spec', 'template', 'metadata')).toMatchObject({
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9102', 'prometheus.io/path': '/metrics' },
    });
    expect(at(findIn(found, 'shop-production', 'NetworkPolicy', 'web'), 'spec', 'ingress')).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
            podSelector: {
              matchLabels: { 'app.kubernetes.io/instance': 'prometheus', 'app.kubernetes.io/name': 'prometheus' },
            },
          },
        ],
        ports: [{ port: 9102, protocol: 'TCP' }],
      },
    ]);
  });

  test('Prometheus looks for such pods in every namespace, and may reach them', () => {
    const [pods] = jobs(found);
    expect(pods).toMatchObject({ job_name: 'pods', kubernetes_sd_configs: [{ role: 'pod' }] });
    expect(pods).not.toHaveProperty('honor_labels');
    const egress = at(findIn(found, NAMESPACE, 'NetworkPolicy', 'prometheus'), 'spec', 'egress');
    expect(egress).toContainEqual({ to: [{ namespaceSelector: {} }] });
  });

  test('it may ask the API for what to scrape, and for nothing else', () => {
    const role = found.objects.find(({ entry }) => entry.identity.name === `${NAMESPACE}-prometheus`)?.entry.manifest;
    expect(role).toMatchObject({ kind: 'ClusterRole' });
    expect(role?.['rules']).toEqual([
      { apiGroups: [''], resources: ['nodes', 'pods', 'services'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['/metrics', '/metrics/slis'], verbs: ['get'] },
    ]);
  });
});

describe('the annotation of a pod becomes the address of its target', () => {
  const rules = (jobs(build())[0]?.['relabel_configs'] ?? []) as JsonObject[];
  const address = (port: string, ip: string): string | undefined => {
    for (const rule of rules.filter((one) => one['target_label'] === '__address__')) {
      const match = new RegExp(`^(?:${String(rule['regex'])})$`).exec(`${port};${ip}`);
      if (match !== null)
        return String(rule['replacement']).replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? '');
    }
    return undefined;
  };
  test.each([
    ['9102', '10.0.1.2', '10.0.1.2:9102'],
    ['9102', 'fd00::1:2', '[fd00::1:2]:9102'],
    ['9102', '2001:db8:0:1:1:1:1:1', '[2001:db8:0:1:1:1:1:1]:9102'],
  ])('port %s of %s is %s', (port, ip, expected) => {
    expect(address(port, ip)).toBe(expected);
  });
  test('without a port there is none', () => {
    expect(address('', '10.0.1.2')).toBeUndefined();
  });
});

describe('G5: a lost zone', () => {
  test.each([
    ['three zones', THREE_ZONES, 1, 2, 3],
    ['two zones', undefined, 1, 2, 2],
    ['no promise', undefined, 0, 1, 1],
  ] as const)('on %s: as many as it takes', (_, cluster, zones, pair, senders) => {
    const found = build({}, { zones, ...(cluster === undefined ? {} : { cluster }) });
    expect(errors(found)).toEqual([]);
    expect(replicas(found, 'prometheus')).toBe(pair);
    expect(replicas(found, 'alertmanager')).toBe(senders);
    const targets = at(prometheus(found), 'alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets');
    expect(targets).toEqual(
      Array.from({ length: senders }, (__, ordinal) => `alertmanager-${ordinal}.alertmanager-members:9093`),
    );
  });

  test('Alertmanagers reach each other by TCP and UDP, and those alone reach their gossip', () => {
    const found = build({}, { zones: 1 });
    const ingress = at(findIn(found, NAMESPACE, 'NetworkPolicy', 'alertmanager'), 'spec', 'ingress') as JsonObject[];
    const gossip = ingress.filter(({ ports }) => JSON.stringify(ports).includes('9094'));
    expect(gossip.map(({ ports }) => ports)).toEqual([
      [{ port: 9094, protocol: 'TCP' }],
      [{ port: 9094, protocol: 'UDP' }],
    ]);
    for (const { from } of gossip) expect(JSON.stringify(from)).toContain('"alertmanager"');
  });
});

describe('P11: alerts', () => {
  const rules = yamlOf(build(), NAMESPACE, 'prometheus', '/etc/prometheus/rules/evenkeel.yml');

  test('every expression, of alerts and of dashboards, is PromQL', async () => {
    const { parser } = await import('@prometheus-io/lezer-promql');
    const found = build(
      {},
      {
        web: {
          metrics: { port: 9102, requests: { histogram: 'http_request_duration_seconds', errors: 'code=~"5.."' } },
        },
      },
    );
    const all = [
      ...expressions(rules),
      ...expressions(dashboard(found, 'shop-production')),
      ...expressions(dashboard(found, 'cluster-mumbai')),
    ];
    expect(all.length).toBeGreaterThan(35);
    expect(all.filter((expr) => parser.parse(expr).toString().includes('⚠'))).toEqual([]);
  });

  test('G5: the conditions that every cluster is watched for are there, each with a severity and a sentence', () => {
    const groups = rules['groups'] as { readonly rules: JsonObject[] }[];
    const all = groups.flatMap((group) => group.rules);
    expect(all.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining([
        'KubePodCrashLooping',
        'KubePodNotReady',
        'KubeDeploymentReplicasMismatch',
        'KubeDeploymentRolloutStuck',
        'KubeStatefulSetReplicasMismatch',
        'KubeJobFailed',
        'KubeHpaMaxedOut',
        'KubePdbNotEnoughHealthyPods',
        'KubePersistentVolumeFillingUp',
        'KubeNodeNotReady',
        'KubeAPIDown',
        'KubeletDown',
        'NodeFilesystemSpaceFillingUp',
        'TargetDown',
        'Watchdog',
        'PrometheusBadConfig',
        'PrometheusRuleFailures',
        'AlertmanagerClusterDown',
        'AlertmanagerConfigInconsistent',
      ]),
    );
    for (const rule of all) {
      expect(at(rule, 'labels', 'severity')).toMatch(/^(critical|warning|none)$/);
      expect(at(rule, 'annotations', 'summary')).toMatch(/\.$/);
    }
  });
});

describe('G5: receivers', () => {
  test('get what they asked for; their secrets are files of Secrets that are listed', () => {
    const found = build();
    expect(at(alertmanager(found), 'route', 'routes')).toEqual([
      { receiver: 'oncall', matchers: ['severity = critical'], continue: true },
      {
        receiver: 'oncall',
        matchers: ['alertname = Watchdog'],
        continue: true,
        group_wait: '0s',
        repeat_interval: '5m',
      },
      { receiver: 'team', matchers: ['severity =~ "critical|warning"'], continue: true },
      { receiver: 'mail', matchers: ['severity =~ "critical|warning"'], continue: true },
    ]);
    const secrets = '/etc/alertmanager/secrets';
    expect(JSON.stringify(alertmanager(found))).toContain(`"url_file":"${secrets}/alerts/oncall"`);
    expect(JSON.stringify(alertmanager(found))).toContain(`"api_url_file":"${secrets}/alerts/slack"`);
    expect(JSON.stringify(alertmanager(found))).toContain(`"auth_password_file":"${secrets}/smtp/password"`);
    const pod = at(findIn(found, NAMESPACE, 'StatefulSet', 'alertmanager'), 'spec', 'template', 'spec');
    expect(JSON.stringify(at(pod, 'volumes'))).toContain('"secretName":"smtp"');
    const egress = JSON.stringify(at(findIn(found, NAMESPACE, 'NetworkPolicy', 'alertmanager'), 'spec', 'egress'));
    expect(egress).toContain('"port":587');
  });

  test('a webhook at another port is reached there', () => {
    const found = build({ receivers: { hook: { webhook: { url: { secret: 'a', key: 'b' }, port: 8443 } } } });
    const egress = JSON.stringify(at(findIn(found, NAMESPACE, 'NetworkPolicy', 'alertmanager'), 'spec', 'egress'));
    expect(egress).toContain('"port":8443');
    expect(egress).not.toContain('"port":443');
  });

  test('none is a warning: alerts would reach no one', () => {
    const { findings } = build({ receivers: {} });
    expect(findings).toContainEqual(expect.objectContaining({ rule: 'alerts-unsent', severity: 'warning' }));
  });

  test('SNS needs an identity, since it takes no key from a file', () => {
    const sns = { topic: { sns: { topicArn: 'arn:aws:sns:ap-south-1:123456789012:alerts', region: 'ap-south-1' } } };
    expect(errors(build({ receivers: sns }))).toEqual(['input metrics.receivers.topic.sns']);
    const cluster = eks({
      ...SUBNETS,
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      identities: { [`${NAMESPACE}/alertmanager`]: 'arn:aws:iam::123456789012:role/alerts' },
    });
    const found = build({ receivers: sns }, { cluster });
    expect(errors(found)).toEqual([]);
    expect(JSON.stringify(alertmanager(found))).toContain('"sigv4":{"region":"ap-south-1"}');
  });
});

describe('size', () => {
  const volume = (found: Synthesis): Json | undefined =>
    at(
      findIn(found, NAMESPACE, 'StatefulSet', 'prometheus'),
      'spec',
      'volumeClaimTemplates',
      0,
      'spec',
      'resources',
      'requests',
      'storage',
    );

  test('the volume is what is given, of which a fifth stays free: nothing that others add changes a claim', () => {
    const found = build({ volume: '100Gi' });
    expect(volume(found)).toBe('100Gi');
    expect(volume(build({ volume: '100Gi' }, { web: { size: { replicas: 9 }, metrics: { port: 9102 } } }))).toBe(
      '100Gi',
    );
    expect(at(prometheus(found), 'storage', 'tsdb', 'retention')).toEqual({ time: '15d', size: '85.8GB' });
  });

  test('memory follows from the series', () => {
    const memory = (series: number) =>
      at(
        findIn(build({ series, retention: '1d' }), NAMESPACE, 'StatefulSet', 'prometheus'),
        ...['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'memory'],
      );
    expect(memory(65_536)).toBe('1Gi'); // 512Mi + 65,536 × 8Ki
    // in steps, so that one more component seldom rolls its pods
    expect(memory(65_537)).toBe('1536Mi');
    expect(memory(131_072)).toBe('1536Mi');
  });

  test('a volume on which the retention does not fit is refused with both numbers; one on which it fits is taken', () => {
    // 300,000 ÷ 30 × 2 × 3,888,000 s = 77.76 GB, ÷ 0.8 = 90.5 GiB
    const { findings } = build({ series: 300_000, retention: '45d', volume: '90Gi' });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        field: 'metrics.volume',
        value: '90Gi',
        message: '45d of samples do not fit on it: 300000 series ÷ 30 s × 2 bytes × 45d ÷ 0.8 = 91 GiB',
        expected: "volume: '91Gi', a shorter retention, or the series that were measured",
      }),
    ]);
    expect(errors(build({ series: 300_000, retention: '45d', volume: '91Gi' }))).toEqual([]);
  });

  test('without measured series they are assumed from nodes and pods, and the message says how', () => {
    const { findings } = build({ retention: '52w', volume: '1Gi' }, { web: { metrics: { port: 9102 } } });
    expect(findings.find(({ field }) => field === 'metrics.volume')?.message).toContain(
      '0 nodes × 2000 + 3 pods × 150 + 3 with metrics × 500 = 1950 series ÷ 30 s',
    );
  });
});

describe('node-exporter sees its node, in a namespace that says why', () => {
  const found = build();
  const pod = at(findIn(found, 'node-metrics-operations', 'DaemonSet', 'node-exporter'), 'spec', 'template', 'spec');

  test('and it alone: read-only, as no one, without rights', () => {
    expect(pod).toMatchObject({ hostNetwork: true, hostPID: true, automountServiceAccountToken: false });
    expect(at(pod, 'containers', 0, 'ports')).toEqual([
      { containerPort: 9100, hostPort: 9100, name: 'http', protocol: 'TCP' },
    ]);
    expect(at(pod, 'containers', 0, 'volumeMounts')).toContainEqual({
      name: 'node-0',
      mountPath: '/host/root',
      readOnly: true,
      mountPropagation: 'HostToContainer',
    });
    expect(at(pod, 'containers', 0, 'securityContext')).toMatchObject({
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
    });
    const namespaces = found.objects.filter(({ entry }) => entry.identity.kind === 'Namespace');
    const privileged = namespaces.filter(({ entry }) => JSON.stringify(entry.manifest).includes('"privileged"'));
    expect(privileged.map(({ entry }) => entry.identity.name)).toEqual(['node-metrics-operations']);
  });
});

describe('G5: Grafana', () => {
  const VOLUMES = { retention: '2d', store: { volume: '20Gi' } };
  const sources = (found: Synthesis): JsonObject[] =>
    yamlOf(found, NAMESPACE, 'grafana', '/etc/grafana/provisioning/datasources/evenkeel.yaml')[
      'datasources'
    ] as JsonObject[];

  test('G7: logs, traces and metrics lead to each other', () => {
    const found = equipped([metrics({ retention: '2d', volume: '10Gi' }), logs(VOLUMES), traces(VOLUMES)]);
    const [prometheusSource, loki, tempo] = sources(found);
    expect(at(prometheusSource, 'jsonData', 'exemplarTraceIdDestinations', 0, 'datasourceUid')).toBe('tempo');
    expect(at(loki, 'jsonData', 'derivedFields', 0)).toMatchObject({ datasourceUid: 'tempo', url: '$${__value.raw}' });
    expect(at(tempo, 'jsonData', 'tracesToLogsV2', 'datasourceUid')).toBe('loki');
    expect(loki).toMatchObject({ url: 'http://loki.logs-operations.svc.cluster.local:3100' });
    expect(tempo).toMatchObject({ url: 'http://tempo.traces-operations.svc.cluster.local:3200' });
  });

  test('without logs and traces it has no source for them', () => {
    expect(sources(build()).map(({ uid }) => uid)).toEqual(['prometheus']);
  });

  test('a dashboard a system shows what it promises: latency, and the connections of its database', () => {
    const found = build(
      {},
      {
        web: {
          metrics: { port: 9102, requests: { histogram: 'http_request_duration_seconds', errors: 'code=~"5.."' } },
        },
        build: (web, system) => {
          const database = new Database(system, 'orders', {
            host: 'orders.db.example',
            port: 5432,
            limits: { maxConnections: 100, superuserReserved: 3 },
          });
          web.connectTo(database, { poolSize: 4 });
        },
      },
    );
    const panels = dashboard(found, 'shop-production')['panels'] as JsonObject[];
    const titled = (title: string) => panels.find((panel) => String(panel['title']).startsWith(title));
    expect(expressions(titled('web: requests'))[1]).toBe(
      'sum(rate(http_request_duration_seconds_count{namespace="shop-production",job="web",code=~"5.."}[5m]))',
    );
    expect(expressions(titled('orders: connections'))).toEqual([
      `(sum(kube_pod_status_phase{namespace="shop-production",pod=~"${PODS}",phase="Running"}) * 4 or vector(0))`,
      'vector(97)',
    ]);
  });

  test.each([
    ['web-7d9f8c6b5-x2x4z', true],
    ['web-0', true],
    ['web-x2x4z', true],
    ['web-admin-7d9f8c6b5-x2x4z', false],
    ['web-admin-0', false],
    ['webs-0', false],
  ])('the dashboard of web counts %s: %s', (pod, isCounted) => {
    expect(new RegExp(`^(?:${PODS})$`).test(pod)).toBe(isCounted);
  });

  test('its image may be a mirror’s', () => {
    const image = 'mirror.example/grafana:13.2.0';
    const pod = at(
      findIn(build({ images: { grafana: image } }), NAMESPACE, 'Deployment', 'grafana'),
      'spec',
      'template',
      'spec',
    );
    expect(at(pod, 'containers', 0)).toMatchObject({ image, imagePullPolicy: 'Always' });
  });
});

describe('with prometheus-operator, whose Prometheus others installed', () => {
  const cluster = gke({
    region: 'europe-west1',
    zones: ['europe-west1-b'],
    kubernetes: '1.36',
    capabilities: ['prometheus-operator'],
    prometheus: {
      namespace: 'monitoring',
      podLabels: { 'app.kubernetes.io/name': 'prometheus' },
      monitorLabels: { release: 'stack' },
    },
  });
  const found = equipped([metrics({ retention: '15d', volume: '10Gi' })], {
    cluster,
    web: { metrics: { port: 9102 } },
  });

  test('its rules are a PrometheusRule that it reads, components have monitors, and nothing scrapes them twice', () => {
    expect(errors(found)).toEqual([]);
    const rule = findIn(found, NAMESPACE, 'PrometheusRule', 'evenkeel');
    expect(at(rule, 'metadata', 'labels', 'release')).toBe('stack');
    expect(expressions(rule).length).toBeGreaterThan(20);
    expect(findIn(found, 'shop-production', 'ServiceMonitor', 'web')).toBeDefined();
    const workloads = found.objects.filter(({ entry }) => /StatefulSet|DaemonSet/.test(entry.identity.kind));
    expect(workloads).toEqual([]);
  });

  test('Grafana asks the Service that the operator makes, and may reach its pods', () => {
    expect(fileOf(found, NAMESPACE, 'grafana', '/etc/grafana/provisioning/datasources/evenkeel.yaml')).toContain(
      'url: http://prometheus-operated.monitoring.svc.cluster.local:9090',
    );
    const egress = at(findIn(found, NAMESPACE, 'NetworkPolicy', 'grafana'), 'spec', 'egress');
    expect(JSON.stringify(egress)).toContain('"kubernetes.io/metadata.name":"monitoring"');
  });

  test('receivers are those of its own Alertmanager: refused here', () => {
    expect(
      errors(equipped([metrics({ retention: '15d', volume: '10Gi', receivers: RECEIVERS })], { cluster })),
    ).toEqual(['input metrics.receivers']);
  });
});
