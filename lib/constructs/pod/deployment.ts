// The Deployment of a component: one container with its security contexts, probes, drain, spread and volumes.

import { type Cluster, minorNumber } from '../../model/cluster/cluster';
import { fields, optional, quantity, text } from '../../model/finding/schema';
import { dataKey, subdomain } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { HOSTNAME, ZONE } from '../../model/manifest/well-known';
import type { PullPolicy } from '../../model/platform/target';
import type { Availability } from '../../model/pods/availability';
import { type Connection, credentialsPath } from '../network/connection';
import type { Container, DeploymentSpec, PodSpec } from '../tree/kinds';
import { fileMounts, fileVolumes, type MountedFiles } from './files';
import { containerPorts, type NamedPort } from './ports';
import { type Probes, renderProbes } from './probes';
import { containerSecurity, podSecurity, type SecurityExits } from './security';

/** Resources of a pod. The memory limit equals the request; CPU has a limit only if one is given. */
export interface Resources {
  /** CPU request as a quantity: `250m`. @default derived from `size: { load }`; required without it */
  readonly cpu?: string;
  /** Memory request and limit as a quantity: `256Mi`. */
  readonly memory: string;
  /** @default none: a limit throttles pods that could use idle CPU */
  readonly cpuLimit?: string;
}

/** A writable folder, empty at each start. */
export interface Scratch {
  /** Absolute path: `/tmp`. */
  readonly path: string;
  /** Size limit as a quantity. */
  readonly size: string;
}

/** What the resources of a pod may say. */
export const RESOURCES = fields<Resources>(
  { cpu: optional(quantity()), memory: quantity(), cpuLimit: optional(quantity()) },
  "{ cpu: '250m', memory: '256Mi' }",
);

/** What a writable folder may say. */
export const SCRATCH = fields<Scratch>({
  path: text('an absolute path, such as /tmp', (path) => path.startsWith('/')),
  size: quantity(),
});

/** One key of a Secret. */
export interface SecretKey {
  /** Name of the Secret, in the namespace of the component. It is made elsewhere; `evenkeel secrets` lists it. */
  readonly secret: string;
  /** The key in it. */
  readonly key: string;
}

/** What a key of a Secret may say. */
export const SECRET_KEY = fields<SecretKey>(
  { secret: text(subdomain.expected, subdomain.fits), key: text(dataKey.expected, dataKey.fits) },
  "{ secret: 'shop', key: 'password' }",
);

/** Input of a Deployment. */
export interface Workload {
  readonly name: string;
  readonly image: string;
  readonly pullPolicy: PullPolicy;
  /** Secret to pull the image with. @default the nodes' own identity */
  readonly pullSecret?: string;
  readonly ports: readonly NamedPort[];
  readonly resources: Required<Pick<Resources, 'cpu'>> & Resources;
  readonly probes: Probes;
  readonly scratch: readonly Scratch[];
  readonly exits: SecurityExits;
  readonly cluster: Cluster;
  readonly availability: Availability;
  /** Absent where an autoscaler owns the number. */
  readonly replicas?: number;
  readonly selector: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  /** Name of the ConfigMap with the variables. @default none */
  readonly configuration?: string;
  /** Variables from Secrets, by name. */
  readonly secretVariables: Readonly<Record<string, SecretKey>>;
  /** Its files. @default none */
  readonly files?: MountedFiles;
  readonly connections: readonly Connection[];
}

/** The Deployment's spec. */
export function renderDeployment(workload: Workload): DeploymentSpec {
  const { availability, replicas, selector, podLabels } = workload;
  return {
    ...defined({ replicas }),
    selector: { matchLabels: selector },
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: availability.maxSurge, maxUnavailable: availability.maxUnavailable },
    },
    minReadySeconds: availability.minReadySeconds,
    progressDeadlineSeconds: availability.progressDeadlineSeconds,
    template: { metadata: { labels: podLabels }, spec: renderPod(workload) },
  };
}

function renderPod(workload: Workload): PodSpec {
  const volumes = [
    ...workload.scratch.map(({ size }, index) => ({
      name: scratchName(index),
      emptyDir: { sizeLimit: canonicalQuantity(size) },
    })),
    ...secretConnections(workload).map(({ name, secret, keys }) => ({
      name: `secret-${name}`,
      secret: { secretName: secret, defaultMode: 0o440, items: keys.map((key) => ({ key, path: key })) },
    })),
    ...fileVolumes(workload.files),
  ];
  return {
    serviceAccountName: workload.name,
    ...(workload.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: workload.pullSecret }] }),
    enableServiceLinks: false,
    ...podSecurity(workload.exits),
    terminationGracePeriodSeconds: workload.availability.terminationGracePeriodSeconds,
    ...renderSpread(workload),
    containers: [renderContainer(workload)],
    ...(volumes.length === 0 ? {} : { volumes }),
  };
}

function renderContainer(workload: Workload): Container {
  const { name, image, pullPolicy, ports, resources, probes, exits, configuration } = workload;
  const mounts = [
    ...workload.scratch.map(({ path }, index) => ({ name: scratchName(index), mountPath: path })),
    ...secretConnections(workload).map((secret) => ({
      name: `secret-${secret.name}`,
      mountPath: secret.path,
      readOnly: true,
    })),
    ...fileMounts(workload.files),
  ];
  const env = Object.entries(workload.secretVariables).map(([variable, { secret, key }]) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret, key } },
  }));
  return {
    name,
    image,
    imagePullPolicy: pullPolicy,
    ...(ports.length === 0 ? {} : { ports: containerPorts(ports) }),
    ...(configuration === undefined ? {} : { envFrom: [{ configMapRef: { name: configuration } }] }),
    ...(env.length === 0 ? {} : { env }),
    resources: renderResources(resources),
    ...renderProbes(probes, ports),
    ...renderDrain(workload),
    ...containerSecurity(exits),
    ...(mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

/** In canonical quantities, as the API server stores them: GitOps controllers compare. */
function renderResources({
  cpu,
  memory,
  cpuLimit,
}: Workload['resources']): Required<Pick<Container, 'resources'>>['resources'] {
  const bytes = canonicalQuantity(memory);
  return {
    requests: { cpu: canonicalQuantity(cpu), memory: bytes },
    limits: { memory: bytes, ...(cpuLimit === undefined ? {} : { cpu: canonicalQuantity(cpuLimit) }) },
  };
}

/** A stopping pod goes on serving until every load balancer has dropped it: natively where the cluster can (from 1.30). */
function renderDrain({ availability, cluster }: Workload): Pick<Container, 'lifecycle'> {
  const seconds = availability.preStopSeconds;
  if (seconds === 0) return {};
  const native = minorNumber(cluster.kubernetes) >= 30;
  return {
    lifecycle: { preStop: native ? { sleep: { seconds } } : { exec: { command: ['sleep', String(seconds)] } } },
  };
}

/**
 * Spreads evenly and strictly over zones, over nodes as well as possible. `nodeTaintsPolicy: Honor` ignores a dead zone, and
 * `matchLabelKeys` counts each revision separately. Source: kubernetes.io, "Pod Topology Spread Constraints".
 */
function renderSpread({ availability, selector }: Workload): Pick<PodSpec, 'topologySpreadConstraints' | 'affinity'> {
  const common = {
    labelSelector: { matchLabels: selector },
    matchLabelKeys: ['pod-template-hash'],
    nodeTaintsPolicy: 'Honor',
  };
  const host = { ...common, topologyKey: HOSTNAME, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
  const zone = { ...common, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' };
  const apart = { labelSelector: { matchLabels: selector }, topologyKey: HOSTNAME };
  return {
    topologySpreadConstraints: [
      ...(availability.zoneSpread === undefined ? [] : [{ ...zone, ...availability.zoneSpread }]),
      host,
    ],
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
  };
}

function secretConnections({
  connections,
}: Workload): { name: string; path: string; secret: string; keys: readonly string[] }[] {
  return connections.flatMap((connection) =>
    connection.credentials === undefined
      ? []
      : [{ name: connection.name, path: credentialsPath(connection), ...connection.credentials }],
  );
}

function scratchName(index: number): string {
  return `scratch-${index}`;
}
