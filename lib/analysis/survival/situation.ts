// A cluster at one scale: its nodes and all its pods, with results that several events share.

import type { Cluster } from '../../model/cluster/cluster';
import { boundsIn } from '../../model/cluster/pool-bounds';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { HOSTNAME, NAMESPACE_NAME, ZONE } from '../../model/manifest/well-known';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { dig } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { isReplicated, running, type Workload } from '../objects/workloads';
import { type Forecast, forecastAfterLoss, forecastBeside, forecastLeft, forecastPlaced } from '../scheduling/forecast';
import { worldBeside } from '../scheduling/group-facts';
import { mayHave } from '../scheduling/groups';
import { type Extent, isFixed, nodesOf } from '../scheduling/nodes';
import { lessDaemons, podGroup } from '../scheduling/pod-groups';
import { wantsNode } from '../scheduling/terms';
import type { Departure, Interval, Node, PodGroup, World } from '../scheduling/world';
import { type Admitted, admittedPods, withSharedClaims } from './admitted';
import { type Scale, wantedPods } from './component';

/** The situations of a cluster: pods at each scale, with the nodes that run then, and with all that may be ordered. */
export interface Situations {
  /** At peak, with no node ordered in one zone: by zone. Empty where nodes are not described, or cannot be ordered there. */
  readonly closed: () => ReadonlyMap<string, Situation>;
  /** With the nodes that always run; or with all, if some pod cannot be placed on those. */
  readonly steady: Situation;
  readonly steadyGrown: Situation;
  readonly peak: Situation;
}

/** Memoized per object list. Situations are shared where no node can be added. */
export function situationsOf(entries: readonly ApiEntry[], cluster: Cluster): Situations {
  // while providers and environments are compared, one name may stand for several descriptions
  const { name, provider, region, zones, nodePools } = cluster;
  const id = JSON.stringify([name, provider.name, region ?? null, zones, nodePools]);
  const known = all(entries).get(id);
  if (known !== undefined) return known;
  const least = new Situation(entries, cluster, 'steady', 'min');
  const steadyGrown = isFixed(cluster) ? least : new Situation(entries, cluster, 'steady', 'max');
  const steady = least.isWhole ? least : steadyGrown;
  const peak = new Situation(entries, cluster, 'peak', 'max');
  let stalled: ReadonlyMap<string, Situation> | undefined;
  const closed = () => {
    stalled ??= new Map(
      growingZones(cluster).map((zone) => [zone, new Situation(entries, cluster, 'peak', 'max', zone)]),
    );
    return stalled;
  };
  const made = { steady, steadyGrown, peak, closed };
  all(entries).set(id, made);
  return made;
}

/** Zones in which a pool may order nodes, one of each kind: zones with the same bounds are equivalent. */
function growingZones({ zones, nodePools }: Cluster): string[] {
  const found = new Map<string, string>();
  for (const zone of zones) {
    const bounds = nodePools.map((pool) => boundsIn(pool, zone));
    const id = JSON.stringify(bounds);
    if (bounds.some(({ min, max }) => max > min) && !found.has(id)) found.set(id, zone);
  }
  return [...found.values()];
}

const all = memoizePerObjects(() => new Map<string, Situations>());

const byCluster = memoizePerObjects((entries) => groupBy(running(entries), ({ entry }) => entry.cluster));

export class Situation {
  readonly world: World;
  private readonly groups: ReadonlyMap<ApiEntry, PodGroup>;
  /** Workloads of which not all pods can exist, or serve at the same time. */
  private readonly limits: ReadonlyMap<ApiEntry, Admitted>;
  private undisturbed: Forecast | undefined;
  private readonly left = new Map<string, Forecast>();
  private readonly after = new Map<string, Forecast>();
  private readonly losses = new Map<string, readonly ReadonlySet<Node>[]>();

  constructor(
    readonly entries: readonly ApiEntry[],
    readonly cluster: Cluster,
    readonly scale: Scale,
    readonly extent: Extent,
    closed?: string,
  ) {
    const here = byCluster(entries).get(cluster.name) ?? [];
    const pods = here.filter((one) => one.kind === '/Pod' || isReplicated(one));
    this.groups = new Map(
      pods.map((one) => [one.entry, podGroup(entries, one, wanted(entries, one, scale), 'running')]),
    );
    const daemons = here
      .filter(({ kind }) => kind === 'apps/DaemonSet')
      .map((one) => podGroup(entries, one, 1, 'running'));
    const nodes = nodesOf(cluster, extent, closed).map((node) => {
      return lessDaemons(
        node,
        daemons.filter((one) => mayHave(one, node)),
      );
    });
    const namespaceLabels = (name: string) => ({
      ...dig(objectIndex(entries).find('/Namespace', cluster.name, undefined, name)?.manifest, 'metadata', 'labels'),
      [NAMESPACE_NAME]: name, // set by the API server
    });
    this.world = { nodes, groups: [...this.groups.values()], namespaceLabels };
    this.limits = withSharedClaims(admittedPods(entries, cluster, pods, scale), entries, pods, this.groups, nodes);
  }

  /** Why not all pods of a workload can exist, or serve at the same time. */
  limitsOf({ entry }: Workload): readonly string[] {
    return this.limits.get(entry)?.because ?? [];
  }

  /** Whether all pods are placed, except those below priority 0, which may wait for room. */
  get isWhole(): boolean {
    this.undisturbed ??= forecastPlaced(this.world);
    return [...this.undisturbed].every(([{ priority, wanted }, { fewest }]) => priority < 0 || fewest === wanted);
  }

  groupOf({ entry }: Workload): PodGroup | undefined {
    return this.groups.get(entry);
  }

  /** Pods of a workload that are placed while nothing is lost. */
  placed(workload: Workload): Interval {
    this.undisturbed ??= forecastPlaced(this.world);
    return this.read(this.undisturbed, workload);
  }

  /** Pods of a workload that are left when the `count` fullest domains of a label are lost. */
  leftWithout(workload: Workload, key: string, count: number): Interval {
    const id = `${key} ${count}`;
    const known = this.left.get(id) ?? forecastLeft(this.world, key, count);
    this.left.set(id, known);
    return this.read(known, workload);
  }

  /** Pods that are placed again after the loss of the worst `count` domains, and the nodes of these. */
  placedWithout(
    workload: Workload,
    key: string,
    count: number,
    how: Departure = 'lost',
  ): { readonly placed: Interval; readonly lost: ReadonlySet<Node> } {
    const losses = this.losses.get(`${key} ${count}`) ?? this.lossesOf(key, count);
    this.losses.set(`${key} ${count}`, losses);
    const cases = losses.map((lost) => {
      const id = `${how} ${[...lost].map(({ name }) => name).join(' ')}`;
      const known = this.after.get(id) ?? forecastAfterLoss(this.world, lost, how);
      this.after.set(id, known);
      return { placed: this.read(known, workload), lost };
    });
    if (cases.length === 0) return { placed: this.placed(workload), lost: new Set() };
    const fewest = Math.min(...cases.map(({ placed }) => placed.fewest));
    const most = Math.min(...cases.map(({ placed }) => placed.most));
    const worst = cases.find(({ placed }) => placed.most === most);
    return { placed: { fewest, most }, lost: worst?.lost ?? new Set() };
  }

  /** Pods of further groups, such as those of a release, that are placed beside all existing ones. */
  placedBeside(added: readonly PodGroup[]): Forecast {
    return forecastBeside(worldBeside(this.world, added), new Set(added));
  }

  /** Sets of nodes that can be lost together, without equivalent sets. */
  private lossesOf(key: string, count: number): readonly ReadonlySet<Node>[] {
    const signature = signatureOf(this.world);
    const found = new Map<string, ReadonlySet<Node>>();
    for (const domains of combinations(domainsOf(this.world.nodes, key), count)) {
      const nodes = domains.flat();
      const id = signature(nodes);
      if (!found.has(id)) found.set(id, new Set(nodes));
    }
    return [...found.values()];
  }

  private read(forecast: Forecast, workload: Workload): Interval {
    const group = this.groupOf(workload);
    const { fewest, most } = (group === undefined ? undefined : forecast.get(group)) ?? { fewest: 0, most: 0 };
    const limit = this.limits.get(workload.entry);
    if (group === undefined || limit === undefined) return { fewest, most };
    // those that are missing may be among the ones that would be left
    const missing = Math.max(0, group.wanted - limit.fewest);
    return { fewest: Math.max(0, fewest - missing), most: Math.min(most, limit.most) };
  }
}

function wanted(entries: readonly ApiEntry[], workload: Workload, scale: Scale): number {
  return wantedPods(workload, scalersOf(entries).get(workload.entry)?.[0]?.entry, scale);
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
 * A signature for sets of nodes: sets with the same signature are equivalent, and losing either has the same effect.
 *
 * Nodes are equivalent if only their names differ and the same pods accept them. Zones are equivalent if their nodes are; and
 * nodes in different zones are equivalent only if the zones are.
 */
function signatureOf({ nodes, groups }: World): (nodes: readonly Node[]) => string {
  const selective = groups.filter(
    ({ spec }) => spec.nodeSelector !== undefined || dig(spec, 'affinity', 'nodeAffinity'),
  );
  const plain = (node: Node) =>
    JSON.stringify([
      { ...node, name: '', labels: { ...node.labels, [HOSTNAME]: '', [ZONE]: '' } },
      selective.map(({ spec }) => wantsNode(spec, node)),
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
export function combinations<Item>(items: readonly Item[], count: number): Item[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) => combinations(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]));
}
