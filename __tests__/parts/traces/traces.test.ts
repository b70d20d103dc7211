// G7: traces: how components send them, what the collector takes, and where Tempo keeps them.

import { WebService } from '../../../lib/constructs';
import { aks, eks } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { metrics, type TracesProps, traces } from '../../../lib/parts';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { equipped, fileOf, findIn, type PartsWorld, yamlOf } from '../../support/parts';
import { at, errors, SUBNETS, shop, WEB } from '../../support/synthesis';

const NAMESPACE = 'traces-operations';
const SENDS: PartsWorld = { build: (web) => void web.connectTo('traces') };
const build = (props: Partial<TracesProps> = {}, world: PartsWorld = SENDS): Synthesis =>
  equipped([traces({ retention: '14d', store: { volume: '50Gi' }, ...props })], world);
const tempo = (found: Synthesis): JsonObject => yamlOf(found, NAMESPACE, 'tempo', '/etc/tempo/tempo.yaml');
const ports = (rules: JsonObject[]): unknown[] => rules.map((rule) => at(rule, 'ports', 0, 'port'));

describe('G7: a component that sends traces', () => {
  const found = build();

  test('has the variables of OpenTelemetry, with its own name', () => {
    expect(errors(found)).toEqual([]);
    const map = found.objects.find(({ entry }) => entry.identity.name.startsWith('web-config-'))?.entry.manifest;
    expect(map?.['data']).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://trace-collector.${NAMESPACE}.svc.cluster.local:4318`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_SERVICE_NAME: 'web',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop-production,deployment.environment.name=production',
    });
  });

  test('may reach the collector at OTLP and Jaeger ports, and is let in there; a component that sends none is not', () => {
    const from = JSON.stringify(at(findIn(found, 'shop-production', 'NetworkPolicy', 'web'), 'spec', 'egress'));
    for (const port of [4318, 4317, 14_268, 14_250]) expect(from).toContain(`"port":${port}`);
    const ingress = (all: Synthesis) =>
      (at(findIn(all, NAMESPACE, 'NetworkPolicy', 'trace-collector'), 'spec', 'ingress') ?? []) as JsonObject[];
    expect(ports(ingress(found))).toEqual([4317, 4318, 14_250, 14_268]);
    expect(JSON.stringify(ingress(found))).toContain('shop-production');
    expect(ingress(build({}, {}))).toEqual([]);
  });

  test('may give the address under names of its own', () => {
    const own = build(
      {},
      { build: (web) => void web.connectTo('traces', { as: { COLLECTOR_ADDR: '{host}:{port}' } }) },
    );
    const map = own.objects.find(({ entry }) => entry.identity.name.startsWith('web-config-'))?.entry.manifest;
    expect(map?.['data']).toEqual({ COLLECTOR_ADDR: `trace-collector.${NAMESPACE}.svc.cluster.local:4318` });
  });

  test('on a cluster without a collector is refused, with both ways to have one', () => {
    const { findings } = shop((system) => void new WebService(system, 'web', WEB).connectTo('traces'));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        rule: 'neighbour',
        value: 'traces',
        message: 'no collector of traces on mumbai is known',
        expected: 'the part traces on mumbai; or, in clusters.mumbai, traces: { host, namespace, podLabels }',
      }),
    ]);
  });

  test('reaches a collector of another’s making where the cluster says so', () => {
    const cluster = eks({
      ...SUBNETS,
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      traces: { host: 'otel.tracing.svc.cluster.local', namespace: 'tracing', podLabels: { app: 'otel' } },
    });
    const elsewhere = shop((system) => void new WebService(system, 'web', WEB).connectTo('traces'), { cluster });
    expect(errors(elsewhere)).toEqual([]);
    expect(
      JSON.stringify(at(findIn(elsewhere, 'shop-production', 'NetworkPolicy', 'web'), 'spec', 'egress')),
    ).toContain('"podSelector":{"matchLabels":{"app":"otel"}}');
  });
});

test('G7: the collector listens for OTLP and Jaeger, and sends on to Tempo, whose OTLP port no one else reaches', () => {
  const found = build();
  const text = fileOf(found, NAMESPACE, 'trace-collector', '/etc/alloy/config.alloy');
  for (const port of [4317, 4318, 14_250, 14_268]) expect(text).toContain(`endpoint = "0.0.0.0:${port}"`);
  expect(text).toContain('endpoint = "tempo:4317"');
  expect(at(tempo(found), 'distributor', 'receivers')).toEqual({
    otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } },
  });
  const ingress = at(findIn(found, NAMESPACE, 'NetworkPolicy', 'tempo'), 'spec', 'ingress') as JsonObject[];
  expect(ingress).toHaveLength(1);
  expect(JSON.stringify(ingress[0])).toContain('"trace-collector"');
});

test('that Tempo is one pod is said where the environment survives a zone; the collector has two', () => {
  const cluster = aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb-infra' },
    gatewaySubnets: ['10.30.0.0/24'],
    identities: { [`${NAMESPACE}/tempo`]: '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e12' },
  });
  const store = { azure: { account: 'shoptraces', container: 'tempo' } };
  const found = build({ store }, { cluster, zones: 1 });
  expect(errors(found)).toEqual([]);
  expect(at(findIn(found, NAMESPACE, 'StatefulSet', 'tempo'), 'metadata', 'annotations')).toMatchObject({
    'evenkeel.dev/zone-loss': 'Tempo 3 in one process is one pod: more would need Kafka',
  });
  expect(at(findIn(found, NAMESPACE, 'Deployment', 'trace-collector'), 'spec', 'replicas')).toBe(2);
  expect(at(tempo(found), 'storage', 'trace')).toEqual({
    backend: 'azure',
    azure: { container_name: 'tempo', storage_account_name: 'shoptraces', use_federated_token: true },
    wal: { path: '/var/tempo/wal' },
  });
  expect(at(tempo(found), 'backend_worker', 'compaction', 'block_retention')).toBe('336h');
});

test('beside metrics, spans become metrics there: Tempo writes to Prometheus, which lets it in', () => {
  const found = equipped([
    metrics({ retention: '2d', volume: '10Gi' }),
    traces({ retention: '2d', store: { volume: '5Gi' } }),
  ]);
  expect(at(tempo(found), 'metrics_generator', 'storage', 'remote_write', 0)).toEqual({
    url: 'http://prometheus.metrics-operations.svc.cluster.local:9090/api/v1/write',
    send_exemplars: true,
  });
  const ingress = at(findIn(found, 'metrics-operations', 'NetworkPolicy', 'prometheus'), 'spec', 'ingress');
  expect(JSON.stringify(ingress)).toContain('"app.kubernetes.io/name":"tempo"');
  expect(tempo(build())).not.toHaveProperty('metrics_generator');
});
