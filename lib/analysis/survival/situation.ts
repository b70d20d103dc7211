// A cluster at one load: its nodes and all pods on it, with the answers that several questions about it share.

import type { Cluster } from '../../model/cluster/cluster';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { HOSTNAME, NAMESPACE_NAME, NODE_OS, REGION, ZONE } from '../../model/manifest/well-known';
import { catalogue, perList } from '../objects/catalogue';
import { dig } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { type Workload, workloads } from '../objects/workloads';
import { type Forecast, forecastAfterLoss, forecastBeside, forecastLeft, forecastPlaced } from '../scheduling/forecast';
import { lessDaemons, podGroup, room } from '../scheduling/pod-groups';
import { tolerates, wantsNode } from '../scheduling/terms';
import type { Interval, Node, PodGroup, World } from '../scheduling/world';
import { type Load, wantedPods } from './component';

/** How many nodes there are: those that always run, or all that may be ordered. */
export type Extent = 'min' | 'max';

/** The situations of a cluster: pods at a load, with the nodes that run then, and with all that may be ordered. */
export interface Situations {
  /** With the nodes that always run; with all, where some pod finds no place on those. */
  readonly steady: Situation;
  readonly steadyGrown: Situation;
  readonly peak: Situation;
}

/** Worked out once for a list of objects, whoever asks. Where nothing scales, and where no node can be added, one is as the other. */
export function situationsOf(entries: readonly ApiEntry[], cluster: Cluster): Situations {
  // the same name may stand for another description, while providers and environments are compared
  const { name, provider, region, zones, nodePools } = cluster;
  const id = JSON.stringify([name, provider.name, region ?? null, zones, nodePools]);
  const known = all(entries).get(id);
  if (known !== undefined) return known;
  const least = new Situation(entries, cluster, 'steady', 'min');
  const isFixed = cluster.nodePools.every(({ nodesPerZone: { min, max } }) => min === max);
  const steadyGrown = isFixed ? least : new Situation(entries, cluster, 'steady', 'max');
  const steady = least.isWhole ? least : steadyGrown;
  const peak = new Situation(entries, cluster, 'peak', 'max');
  const made = { steady, steadyGrown, peak };
  all(entries).set(id, made);
  return made;
}

const all = perList(() => new Map<string, Situations>());

export class Situation {
  readonly world: World;
  private readonly groups: ReadonlyMap<ApiEntry, PodGroup>;
  private calm: Forecast | undefined;
  private readonly left = new Map<string, Forecast>();
  private readonly after = new Map<string, Forecast>();
  private readonly losses = new Map<string, readonly ReadonlySet<Node>[]>();

  constructor(
    readonly entries: readonly ApiEntry[],
    readonly cluster: Cluster,
    readonly load: Load,
    readonly extent: Extent,
  ) {
    const here = workloads(entries).filter(({ entry }) => entry.cluster === cluster.name);
    const pods = here.filter(({ kind }) => kind === '/Pod' || REPLICATED.has(kind));
    this.groups = new Map(
      pods.map((one) => [one.entry, podGroup(entries, one, wanted(entries, one, load), 'running')]),
    );
    const daemons = here
      .filter(({ kind }) => kind === 'apps/DaemonSet')
      .map((one) => podGroup(entries, one, 1, 'running'));
    const nodes = nodesOf(cluster, extent).map((node) => {
      const present = daemons.filter(
        ({ spec }) => wantsNode(spec, node) && node.taints.every((one) => tolerates(spec, one)),
      );
      return lessDaemons(node, present);
    });
    const namespaceLabels = (name: string) => ({
      ...dig(catalogue(entries).find('/Namespace', cluster.name, undefined, name)?.manifest, 'metadata', 'labels'),
      [NAMESPACE_NAME]: name, // set by the API server
    });
    this.world = { nodes, groups: [...this.groups.values()], namespaceLabels };
  }

  /** Whether all pods find a place; but for those below priority 0, which may wait for room that others left. */
  get isWhole(): boolean {
    this.calm ??= forecastPlaced(this.world);
    return [...this.calm].every(([{ priority, wanted }, { fewest }]) => priority < 0 || fewest === wanted);
  }

  groupOf({ entry }: Workload): PodGroup | undefined {
    return this.groups.get(entry);
  }

  /** Pods of a workload that find a place while nothing is lost. */
  placed(workload: Workload): Interval {
    this.calm ??= forecastPlaced(this.world);
    return this.read(this.calm, workload);
  }

  /** Pods of a workload that are left when the `count` fullest domains of a label go. */
  leftWithout(workload: Workload, key: string, count: number): Interval {
    const id = `${key} ${count}`;
    const known = this.left.get(id) ?? forecastLeft(this.world, key, count);
    this.left.set(id, known);
    return this.read(known, workload);
  }

  /** Pods that are placed again after the loss of any `count` domains, the worst of them; the domain that decides. */
  placedWithout(
    workload: Workload,
    key: string,
    count: number,
  ): { readonly placed: Interval; readonly lost: ReadonlySet<Node> } {
    const losses = this.losses.get(`${key} ${count}`) ?? this.lossesOf(key, count);
    this.losses.set(`${key} ${count}`, losses);
    const cases = losses.map((lost) => {
      const id = [...lost].map(({ name }) => name).join(' ');
      const known = this.after.get(id) ?? forecastAfterLoss(this.world, lost);
      this.after.set(id, known);
      return { placed: this.read(known, workload), lost };
    });
    if (cases.length === 0) return { placed: this.placed(workload), lost: new Set() };
    const fewest = Math.min(...cases.map(({ placed }) => placed.fewest));
    const most = Math.min(...cases.map(({ placed }) => placed.most));
    const worst = cases.find(({ placed }) => placed.most === most);
    return { placed: { fewest, most }, lost: worst?.lost ?? new Set() };
  }

  /** Pods that further groups, such as those of a release, get placed beside all that are there. */
  placedBeside(added: readonly PodGroup[]): Forecast {
    return forecastBeside({ ...this.world, groups: [...this.world.groups, ...added] }, new Set(added));
  }

  /** Sets of nodes that go together, those that are alike once. */
  private lossesOf(key: string, count: number): readonly ReadonlySet<Node>[] {
    const likeness = likenessOf(this.world);
    const found = new Map<string, ReadonlySet<Node>>();
    for (const domains of combinations(domainsOf(this.world.nodes, key), count)) {
      const nodes = domains.flat();
      const id = likeness(nodes);
      if (!found.has(id)) found.set(id, new Set(nodes));
    }
    return [...found.values()];
  }

  private read(forecast: Forecast, workload: Workload): Interval {
    const group = this.groupOf(workload);
    return (group === undefined ? undefined : forecast.get(group)) ?? { fewest: 0, most: 0 };
  }
}

function wanted(entries: readonly ApiEntry[], workload: Workload, load: Load): number {
  return wantedPods(workload, scalersOf(entries).get(workload.entry)?.[0]?.entry, load);
}

/** Nodes by the value of a label; those without it are together. */
function domainsOf(nodes: readonly Node[], key: string): Node[][] {
  const domains = new Map<string, Node[]>();
  for (const node of nodes) {
    const value = String(node.labels[key]);
    domains.set(value, [...(domains.get(value) ?? []), node]);
  }
  return [...domains.values()];
}

/**
 * Texts for sets of nodes: two that have the same can be exchanged, and nobody is the worse or the better for it.
 *
 * Nodes are alike that differ in their names alone, and that the same pods want. Zones are alike that have nodes which are; and a node
 * is like another only if their zones are alike too.
 */
function likenessOf({ nodes, groups }: World): (nodes: readonly Node[]) => string {
  const choosy = groups.filter(({ spec }) => spec.nodeSelector !== undefined || dig(spec, 'affinity', 'nodeAffinity'));
  const plain = (node: Node) =>
    JSON.stringify([
      { ...node, name: '', labels: { ...node.labels, [HOSTNAME]: '', [ZONE]: '' } },
      choosy.map(({ spec }) => wantsNode(spec, node)),
    ]);
  const own = new Map(nodes.map((node) => [node, plain(node)]));
  const textOf = (some: readonly Node[]) =>
    some
      .map((node) => own.get(node))
      .sort()
      .join(' ');
  const zones = new Map(domainsOf(nodes, ZONE).map((zone) => [zone[0]?.labels[ZONE], textOf(zone)]));
  return (some) =>
    domainsOf(some, ZONE)
      .map((together) => `${textOf(together)} of ${zones.get(together[0]?.labels[ZONE])}`)
      .sort()
      .join('; ');
}

/** Every choice of `count` items. */
function combinations<Item>(items: readonly Item[], count: number): Item[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) => combinations(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]));
}

/**
 * The cluster's nodes. Where nothing is said of them, each zone is one node without bounds: what depends on zones can be answered
 * all the same.
 */
export function nodesOf({ nodePools, zones, region, provider }: Cluster, extent: Extent): Node[] {
  const places = (zones.length === 0 ? [undefined] : zones).map((zone) => ({ zone, region }));
  if (nodePools.length === 0) {
    const bare = { labels: {}, taints: [], cpu: Infinity, memory: Infinity, pods: Infinity };
    return places.map((place) => nodeIn(place, { name: place.zone ?? 'nodes', ...bare }));
  }
  return nodePools.flatMap(({ name, cpu, memory, pods, nodesPerZone, labels = {}, taints = [] }) =>
    places.flatMap((place) =>
      Array.from({ length: nodesPerZone[extent] }, (_, index) =>
        nodeIn(place, {
          name: `${place.zone === undefined ? '' : `${place.zone}-`}${name}-${index + 1}`,
          labels: provider.nodes.poolLabel === undefined ? labels : { ...labels, [provider.nodes.poolLabel]: name },
          taints,
          ...room(cpu, memory),
          pods,
        }),
      ),
    ),
  );
}

interface Location {
  readonly zone: string | undefined;
  readonly region: string | undefined;
}

/** A node with the labels that each one bears. Source: kubernetes.io, "Well-Known Labels, Annotations and Taints". */
function nodeIn({ zone, region }: Location, node: Node): Node {
  const labels = {
    [NODE_OS]: 'linux',
    ...node.labels,
    ...(region === undefined ? {} : { [REGION]: region }),
    ...(zone === undefined ? {} : { [ZONE]: zone }),
    [HOSTNAME]: node.name,
  };
  return { ...node, labels };
}
