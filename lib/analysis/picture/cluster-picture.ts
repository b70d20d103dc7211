// The picture of a cluster: its entry, the systems on it, what else runs there, its zones with their nodes, and its groups.

import type { Cluster } from '../../model/cluster/cluster';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { connections, isUnsure } from '../network/connections';
import { hostConnections, leftOutOnHost } from '../network/host-network';
import { memoizePerObjects } from '../objects/object-index';
import { workloads } from '../objects/workloads';
import type { Placement } from '../survival/table';
import { type Answer, hosts } from '../traffic/hosts';
import { drawNamespace, PARTS_LEFT_OUT, partsOn } from './drawn-connections';
import { groupsOn } from './drawn-groups';
import { describeSize, workloadsByName } from './drawn-workloads';
import { frameOf } from './drawn-zones';
import type { Arrow, Box, Picture } from './picture';

/** Components of a namespace that are named; of more, the number is given. */
const MOST_NAMED = 6;

/** The picture; `undefined` where nothing runs on the cluster. `placements` are all of the platform. */
export function pictureOfCluster(
  entries: readonly ApiEntry[],
  placements: readonly Placement[],
  name: string,
): Picture | undefined {
  const own = placements.filter(({ cluster }) => cluster.name === name);
  const cluster = own[0]?.cluster;
  const namespaces = namespacesOn(entries, name);
  if (cluster === undefined || namespaces.length === 0) return undefined;
  const ofParts = partsOn(own, name);
  const parts = namespaces.filter((one) => ofParts.has(one));
  const systems = namespaces.filter((one) => !ofParts.has(one));
  const entered = namespaces.map((namespace) => enter(entries, cluster, namespace, ofParts));
  const { arrows, notes } = between(entries, name, new Set(systems));
  const boxes = new Map(entered.flatMap(({ boxes: found }) => found).map((box) => [box.id, box]));
  const groups = groupsOn(entries, cluster);
  return {
    name,
    scenes: [
      {
        title: name,
        subtitle: 'what runs on this cluster',
        direction: 'right',
        frames: [frameOf(cluster, [])],
        boxes: [
          ...boxes.values(),
          ...systems.map((namespace) => boxOfNamespace(entries, cluster, namespace, own)),
          ...(parts.length === 0 ? [] : [boxOfParts(entries, cluster, parts)]),
        ],
        arrows: [...entered.flatMap((one) => one.arrows), ...arrows],
        cards: groups.length === 0 ? [] : [{ title: 'Who may do what', boxes: groups }],
      },
    ],
    notes: [
      'Left out: what is within a system, and what it reaches outside; the picture of the system has it.',
      ...(parts.length === 0 ? [] : [PARTS_LEFT_OUT]),
      ...notes,
    ],
  };
}

/** Namespaces with a workload. */
function namespacesOn(entries: readonly ApiEntry[], name: string): string[] {
  const found = workloads(entries).filter(({ entry }) => entry.cluster === name);
  return [...new Set(found.map(({ entry }) => entry.identity.namespace ?? 'default'))].sort(compareText);
}

/** Whether the record leads to the cluster, not to a name outside. Common hosts lead to the cluster's own host. */
const isEntered = ({ endpoint, weight }: Answer): boolean => 'loadBalancerOf' in endpoint || weight !== undefined;

const idOf = (cluster: string, namespace: string): string => `${cluster}/${namespace}`;
const partsIdOf = (cluster: string): string => `${cluster}/parts of the platform`;

/** The parts of the platform as one box, with a line for each of their namespaces. */
const boxOfParts = (entries: readonly ApiEntry[], cluster: Cluster, parts: readonly string[]): Box => ({
  id: partsIdOf(cluster.name),
  kind: 'component',
  title: 'parts of the platform',
  lines: parts.map(
    (namespace) => `${namespace}: ${[...workloadsByName(entries, cluster.name, namespace).keys()].join(', ')}`,
  ),
  frame: cluster.name,
});

function boxOfNamespace(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  namespace: string,
  placements: readonly Placement[],
): Box {
  const placement = placements.find((one) => one.namespace === namespace);
  const all = [...workloadsByName(entries, cluster.name, namespace)];
  const named = all
    .slice(0, all.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED)
    .map(
      ([name, found]) =>
        `${name}: ${found.map((one) => describeSize(entries, one).replace(/^Deployment, /, '')).join('; ')}`,
    );
  const answers = hosts(entries).filter((host) =>
    host.answers.some(
      (answer) => answer.cluster === cluster.name && answer.namespace === namespace && isEntered(answer),
    ),
  );
  return {
    id: idOf(cluster.name, namespace),
    kind: 'component',
    title: placement === undefined ? namespace : `${placement.system}/${placement.environment}`,
    lines: [
      ...(placement === undefined ? [] : [`namespace ${namespace}`]),
      ...answers.map(({ host }) => host),
      ...named,
      ...(all.length > named.length ? [`and ${all.length - named.length} more`] : []),
    ],
    frame: cluster.name,
  };
}

/** By which entries traffic enters a namespace. Those of one class with one source are one box. */
function enter(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  namespace: string,
  parts: ReadonlySet<string>,
): { readonly boxes: readonly Box[]; readonly arrows: readonly Arrow[] } {
  const { entries: found, arrows } = drawNamespace(entries, cluster, namespace, parts);
  const sources = new Set(arrows.map(({ from }) => from));
  const used = found.filter(({ box }) => sources.has(box.id));
  const shared = used.map(({ box, object }) => classBox(cluster, object.identity.kind, box.lines));
  const boxes = [...new Map(shared.map((box) => [box.id, box])).values()];
  const to = parts.has(namespace) ? partsIdOf(cluster.name) : idOf(cluster.name, namespace);
  return { boxes, arrows: boxes.map(({ id }) => ({ from: id, to })) };
}

function classBox(cluster: Cluster, kind: string, lines: readonly string[]): Box {
  const general = lines.map((line) => line.replace(/^TLS, Secret .*/, 'TLS by Secrets'));
  return {
    id: `${cluster.name}/${kind} ${general.join('\n')}`,
    kind: 'entry',
    title: `${kind} objects`,
    lines: general,
    frame: cluster.name,
  };
}

const connectionsByCluster = memoizePerObjects((entries) => groupBy(connections(entries), ({ cluster }) => cluster));

/** Connections from one of the namespaces to another, and what of them is left out. */
function between(
  entries: readonly ApiEntry[],
  name: string,
  spaces: ReadonlySet<string>,
): { readonly arrows: readonly Arrow[]; readonly notes: readonly string[] } {
  const hosts = new Set<string>();
  const spaceOf = (end: string): string | undefined => {
    const space = end.split('/')[0] ?? '';
    return spaces.has(space) ? space : undefined;
  };
  const found = (connectionsByCluster(entries).get(name) ?? []).flatMap((one) => {
    const [from, to] = [spaceOf(one.from), spaceOf(one.to)];
    if (from === undefined || to === undefined || from === to) return [];
    const onHost = hostConnections(entries).get(one) ?? [];
    for (const host of onHost) hosts.add(host);
    return onHost.length === 0
      ? [{ from: idOf(name, from), to: idOf(name, to), port: one.port, isUnsure: isUnsure(one) }]
      : [];
  });
  const arrows = [...groupBy(found, ({ from, to }) => `${from}\n${to}`).values()].flatMap((all): Arrow[] => {
    const [first] = all;
    if (first === undefined) return [];
    const label = [...new Set(all.map(({ port }) => port))].join(', ');
    return [
      {
        from: first.from,
        to: first.to,
        label,
        ...(all.some((one) => one.isUnsure) ? { isUnsure: true as const } : {}),
      },
    ];
  });
  return { arrows, notes: hosts.size === 0 ? [] : [leftOutOnHost(hosts)] };
}
