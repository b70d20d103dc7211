// Drawings for tests, and random systems to draw: final objects of every kind of workload, with names as long as they may be.
import type { Picture } from '../../lib/analysis/picture/picture';
import type { Placement } from '../../lib/analysis/survival/table';
import { loadLayout } from '../../lib/commands/picture/layout-library';
import { aks, eks, type JsonObject, local } from '../../lib/model';
import { exitKey } from '../../lib/model/manifest/annotations';
import type { ApiEntry } from '../../lib/model/manifest/object';
import { type Drawing, draw } from '../../lib/report/picture/drawing';
import type { Random } from './random';
import { SUBNETS } from './synthesis';

/** The drawing of a picture, by the library. */
export async function drawn(picture: Picture): Promise<Drawing> {
  const layout = await loadLayout();
  if (typeof layout !== 'function') throw new Error(layout.message);
  return draw(picture, layout);
}

/** Final objects, and where they are placed. */
export interface World {
  readonly entries: readonly ApiEntry[];
  readonly placements: readonly Placement[];
}

const POOL = { cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 9 } };

const CLUSTERS = [
  eks({
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b'],
    kubernetes: '1.36',
    ...SUBNETS,
    nodePools: [{ ...POOL, name: 'general' }],
  }),
  aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.35',
    gateway: { albName: 'alb', albNamespace: 'alb-infra' },
    gatewaySubnets: ['10.30.0.0/24'],
    nodePools: ['memory-of-many-gigabytes', 'general'].map((name) => ({ ...POOL, name })),
  }),
  local({ kubernetes: '1.36' }),
];

/** A system of `count` components on `clusters` clusters, with random policies between them. */
export function randomWorld(random: Random, count: number, clusters: number): World {
  const namespace = 'shop-production';
  const placements = CLUSTERS.slice(0, clusters).map(
    (cluster, index): Placement => ({
      system: 'shop',
      environment: 'production',
      survives: { zones: 1, regions: 0 },
      cluster: { ...cluster, name: `cluster-${index}` },
      namespace,
    }),
  );
  const names = Array.from({ length: count }, (_, index) => nameOf(random, `c${index}`));
  const services = Array.from({ length: random.whole(0, 6) }, (_, index) => ({
    name: nameOf(random, `s${index}`),
    host: random.pick(HOSTS)(index),
    port: random.whole(10_000, 65_535),
  }));
  const parts = names.map((name) => componentOf(random, name, names, services));
  const entries = placements.flatMap(({ cluster }) =>
    [
      ...parts.flat(),
      ...services.map(externalName),
      ...Array.from({ length: random.whole(0, 3) }, (_, index) => ingress(random, index, names)),
    ].map((manifest) => entryOf(manifest, cluster.name, namespace)),
  );
  return { entries, placements };
}

/** What a component of this name listens on. */
const portOf = (name: string): number => 8000 + name.length;

/** 63 characters at the longest, as the API server allows. */
function nameOf(random: Random, prefix: string): string {
  const longest = random.pick([4, 12, 30, 63]);
  let name = prefix;
  while (name.length < longest) name += random.pick(['a', 'm', 'w', 'i', '-x', '0']);
  return name.slice(0, 63);
}

interface Service {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const HOSTS: readonly ((index: number) => string)[] = [
  (index) => `database-${index}.rds.example`,
  (index) => `größe-${index}.例え.テスト`,
  (index) => `🦆${index}.example`,
  (index) => `${'very-long-label-of-a-host-name.'.repeat(6)}${index}.example`,
];

const entryOf = (manifest: JsonObject, cluster: string, namespace: string): ApiEntry => {
  const { apiVersion, kind, metadata } = manifest;
  const [group = '', version] = String(apiVersion).split('/');
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? String(metadata.name) : '';
  return {
    identity: { group: version === undefined ? '' : group, kind: String(kind), namespace, name },
    manifest,
    origin: { construct: `${cluster}/${name}`, source: () => undefined },
    cluster,
  };
};

function componentOf(
  random: Random,
  name: string,
  names: readonly string[],
  services: readonly Service[],
): JsonObject[] {
  const labels = { app: name };
  const port = portOf(name);
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'main', ports: random.chance(0.8) ? [{ containerPort: port }] : [] }] },
  };
  const metadata = { name, labels };
  const selector = { matchLabels: labels };
  const workload = random.pick<JsonObject>([
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: random.whole(0, 400), selector, template },
    },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 3, selector, template } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: { replicas: 3, selector, serviceName: name, template },
    },
    { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector, template } },
    { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { completions: 5, template } },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '*/15 0-6,20-23 1-7 */2 *', jobTemplate: { spec: { template } } },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec },
  ]);
  const peers = Array.from({ length: random.pick([0, 0, 1, 1, 2, 4]) }, () => random.pick(names));
  const senders = random.chance(0.2) ? ['10.20.0.0/24', '10.30.0.0/24'].map((cidr) => ({ ipBlock: { cidr } })) : [];
  const used = services.filter(() => random.chance(0.2));
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      ...metadata,
      annotations: Object.fromEntries(used.map((service) => [exitKey(service.name), service.host])),
    },
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: {} }, ...senders], ports: [{ port, protocol: 'TCP' }] }],
      egress: [
        ...peers.map((peer) => ({
          to: [{ podSelector: { matchLabels: { app: peer } } }],
          ports: [{ port: portOf(peer), protocol: 'TCP' }],
        })),
        ...used.map((service) => ({ ports: [{ port: service.port, protocol: 'TCP' }] })),
      ],
    },
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: labels, ports: [{ port: 80 }] },
  };
  // without a policy, pods may reach all others: a few of those
  return names.length > 5 || random.chance(0.8) ? [workload, service, policy] : [workload, service];
}

const externalName = ({ name, host, port }: Service): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { type: 'ExternalName', externalName: host, ports: [{ port, protocol: 'TCP' }] },
});

function ingress(random: Random, index: number, names: readonly string[]): JsonObject {
  const paths = Array.from({ length: random.whole(1, 3) }, () => ({
    backend: { service: { name: random.pick(names), port: { number: 80 } } },
  }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: `web-${index}` },
    spec: {
      ingressClassName: 'alb',
      rules: [{ host: `${index}.${'subdomain.'.repeat(random.whole(0, 8))}example`, http: { paths } }],
    },
  };
}
