// What a cluster gets, as the promises read it: final objects, and what the charts say. Nothing that the library derives is used.
import { Construct } from 'constructs';
import { System } from '../../../lib/constructs';
import type { JsonObject, NodePool } from '../../../lib/model';
import type { Cluster } from '../../../lib/model/cluster/cluster';
import { isProblem } from '../../../lib/model/finding/problem';
import { isJsonObject } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at } from '../../support/synthesis';

/** What the charts say of the place of an object. */
export interface Place {
  /** Name of the provider's profile. */
  readonly provider: string;
  /** Zones of the cluster, and how many of them the environment survives. */
  readonly zones: number;
  readonly lost: number;
  /** Most nodes of all pools. */
  readonly nodes: number;
  /** Roles by group, and the ids of groups on the cluster. */
  readonly access: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, unknown>>;
}

/** An object of a cluster. */
export interface Held {
  readonly object: JsonObject;
  /** Path of its file. */
  readonly file: string;
  /** Absent beside systems: objects of the cluster itself, and its headroom. */
  readonly place?: Place;
  /** Whether the chart asks for node ports, in words of its own. */
  readonly saysNodePort: boolean;
}

/** The objects of one cluster. */
export class World {
  constructor(
    readonly cluster: string,
    readonly held: readonly Held[],
  ) {}

  of(...kinds: readonly string[]): readonly Held[] {
    return this.held.filter(({ object }) => kinds.includes(String(object.kind)));
  }

  /** Objects of these kinds in the namespace of another. */
  beside(one: Held, ...kinds: readonly string[]): readonly Held[] {
    const namespace = namespaceOf(one);
    return this.of(...kinds).filter((other) => namespaceOf(other) === namespace);
  }

  /** The part of the cluster that an object belongs to: its namespace, and what has none. */
  near(one: Held): World {
    const namespace = namespaceOf(one);
    const isNear = (other: Held) => namespace === '' || ['', namespace].includes(namespaceOf(other));
    return new World(this.cluster, this.held.filter(isNear));
  }

  /** The same cluster with another object in the place of one, or without it, and with more objects. */
  with(one: Held, changed: JsonObject | undefined, more: readonly JsonObject[] = []): World {
    const held = this.held.flatMap((other) => {
      if (other !== one) return other;
      return changed === undefined ? [] : { ...one, object: changed };
    });
    return new World(this.cluster, [...held, ...more.map((object) => ({ ...one, object }))]);
  }
}

/** The clusters of a synthesis, with the objects whose construct has such a path. */
export function worldsOf({ objects }: Synthesis, isMeant: (construct: string) => boolean): World[] {
  const worlds = new Map<string, Held[]>();
  for (const { entry, construct, file } of objects) {
    if (!isMeant(entry.origin.construct)) continue;
    const system = construct.node.scopes.find(System.isSystem);
    const place = system === undefined ? {} : { place: placeOf(system) };
    const held: Held = { object: entry.manifest, file, saysNodePort: saysNodePort(construct), ...place };
    worlds.set(entry.cluster, [...(worlds.get(entry.cluster) ?? []), held]);
  }
  return [...worlds].map(([cluster, held]) => new World(cluster, held));
}

function placeOf({ target }: System<unknown>): Place {
  const { cluster, environment } = target;
  return {
    provider: cluster.provider.name,
    zones: cluster.zones.length,
    lost: environment.survives.zones,
    nodes: mostNodes(cluster),
    access: environment.access ?? {},
    groups: cluster.groups,
  };
}

/** Most nodes of all pools, with those that an upgrade adds where the network of the cluster is planned. */
function mostNodes({ nodePools, zones, provider }: Cluster): number {
  const own = nodePools.reduce((sum, { nodesPerZone }) => sum + mostOf(nodesPerZone) * Math.max(1, zones.length), 0);
  if (isProblem(provider.network)) return own;
  const added: Readonly<Record<string, number>> = { eks: 2 * zones.length, aks: Math.ceil(own / 10) };
  return own + (added[provider.name] ?? 0);
}

/** Most nodes in a zone, where all zones have as many. */
const mostOf = (nodesPerZone: NodePool['nodesPerZone']): number =>
  'max' in nodesPerZone && typeof nodesPerZone.max === 'number' ? nodesPerZone.max : Number.NaN;

/** Whether the options of the exposure that a chart made beside this Service ask for node ports. */
function saysNodePort({ node }: { readonly node: Construct['node'] }): boolean {
  const exposure = node.scope?.node.tryFindChild('exposure');
  const options: unknown = exposure instanceof Construct ? Reflect.get(exposure, 'props') : undefined;
  if (typeof options !== 'object' || options === null) return false;
  return Reflect.get(options, 'serviceType') === 'NodePort' || Reflect.get(options, 'targets') === 'nodes';
}

export const nameOf = ({ object }: Held): string => String(at(object, 'metadata', 'name'));

/** Its namespace; of a Namespace its own name. */
export const namespaceOf = ({ object }: Held): string =>
  String(object.kind === 'Namespace' ? at(object, 'metadata', 'name') : (at(object, 'metadata', 'namespace') ?? ''));

export const title = (world: World, one: Held): string =>
  `${world.cluster}: ${String(one.object.kind)} ${[namespaceOf(one), nameOf(one)].filter(Boolean).join('/')}`;

/** The objects of a list. */
export const items = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

/** The texts of a list. */
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

export const table = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** The pod template of a workload. */
export function templateOf({ object }: Held): JsonObject {
  const path = object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template'];
  return table(at(object, ...path));
}

export const podOf = (one: Held): JsonObject => table(templateOf(one).spec);

/** All containers of a workload, init containers too. */
export const containersOf = (one: Held): JsonObject[] => [
  ...items(podOf(one).initContainers),
  ...items(podOf(one).containers),
];

/** Whether a selector of labels alone, which is all that we write, selects the pods of a workload. */
export function selects(labels: unknown, one: Held): boolean {
  const wanted = Object.entries(table(labels));
  const own = table(at(templateOf(one), 'metadata', 'labels'));
  return wanted.length > 0 && wanted.every(([key, value]) => own[key] === value);
}

/** Services that send to the pods of a workload. */
export const servicesOf = (world: World, one: Held): readonly Held[] =>
  world.beside(one, 'Service').filter(({ object }) => selects(at(object, 'spec', 'selector'), one));

/** Ingresses that lead to one of these Services. */
export function ingressesOf(world: World, services: readonly Held[]): readonly Held[] {
  const names = services.map(nameOf);
  return services
    .flatMap((service) => world.beside(service, 'Ingress'))
    .filter(({ object }) => {
      const paths = items(at(object, 'spec', 'rules')).flatMap((rule) => items(at(rule, 'http', 'paths')));
      return paths.some((path) => names.includes(String(at(path, 'backend', 'service', 'name'))));
    });
}

/** What scales a workload. */
export const scalersOf = (world: World, one: Held): readonly Held[] =>
  world.beside(one, 'HorizontalPodAutoscaler', 'ScaledObject').filter(({ object }) => {
    const target = at(object, 'spec', 'scaleTargetRef');
    return at(target, 'name') === nameOf(one) && (at(target, 'kind') ?? 'Deployment') === one.object.kind;
  });

/** Fewest and most pods that a workload should have. */
export function sizeOf(world: World, one: Held): { readonly fewest: number; readonly most: number } {
  const [scaler] = scalersOf(world, one);
  const replicas = Number(at(one.object, 'spec', 'replicas') ?? 1);
  if (scaler === undefined) return { fewest: replicas, most: replicas };
  const spec = table(scaler.object.spec);
  const [fewest, most] =
    scaler.object.kind === 'ScaledObject'
      ? [spec.minReplicaCount ?? 0, spec.maxReplicaCount ?? 100]
      : [spec.minReplicas ?? 1, spec.maxReplicas];
  return { fewest: Number(fewest), most: Number(most) };
}

/** Pods that give way to every other pod, such as those that hold room on nodes: nothing depends on them. */
export const isPlaceholder = (world: World, one: Held): boolean =>
  world
    .of('PriorityClass')
    .some((other) => nameOf(other) === podOf(one).priorityClassName && Number(other.object.value) < 0);

/** A bound in pods: a number, or a percentage of some pods. */
export function podsOf(bound: unknown, pods: number): number {
  if (typeof bound === 'string') return Math.ceil((Number(bound.replace('%', '')) * pods) / 100);
  return Number(bound ?? Number.NaN);
}

/** Thousandths of a core. */
export function millicores(quantity: unknown): number {
  const text = String(quantity);
  return text.endsWith('m') ? Number(text.slice(0, -1)) : Number(text) * 1000;
}

/** Mebibytes, of the units that we write. */
export function mebibytes(quantity: unknown): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(String(quantity)) ?? [];
  return Number(amount) * (unit === 'Gi' ? 1024 : 1);
}
