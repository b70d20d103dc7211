// The picture of a cluster: its entry, the systems on it, what else runs there, its zones with their nodes, and its groups.

import type { Cluster } from '../../model/cluster/cluster';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { connections, isUnsure } from '../network/connections';
import { memoizePerObjects } from '../objects/object-index';
import { workloads } from '../objects/workloads';
import type { Placement } from '../survival/table';
import { type Answer, hosts } from '../traffic/hosts';
import { drawNamespace } from './drawn-connections';
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
  const entered = namespaces.map((namespace) => enter(entries, cluster, namespace));
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
        boxes: [...boxes.values(), ...namespaces.map((namespace) => boxOfNamespace(entries, cluster, namespace, own))],
        arrows: [...entered.flatMap(({ arrows }) => arrows), ...between(entries, name)],
        cards: groups.length === 0 ? [] : [{ title: 'Who may do what', boxes: groups }],
      },
    ],
    notes: ['Left out: what is within a system, and what it reaches outside; the picture of the system has it.'],
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
): { readonly boxes: readonly Box[]; readonly arrows: readonly Arrow[] } {
  const { entries: found, arrows } = drawNamespace(entries, cluster, namespace);
  const used = found.filter(({ box }) => arrows.some(({ from }) => from === box.id));
  const shared = used.map(({ box, object }) => classBox(cluster, object.identity.kind, box.lines));
  const boxes = [...new Map(shared.map((box) => [box.id, box])).values()];
  return { boxes, arrows: boxes.map(({ id }) => ({ from: id, to: idOf(cluster.name, namespace) })) };
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

/** Connections from one namespace to another. */
function between(entries: readonly ApiEntry[], name: string): Arrow[] {
  const spaces = new Set(namespacesOn(entries, name));
  const spaceOf = (end: string): string | undefined => {
    const space = end.split('/')[0] ?? '';
    return spaces.has(space) ? space : undefined;
  };
  const found = (connectionsByCluster(entries).get(name) ?? []).flatMap((one) => {
    const [from, to] = [spaceOf(one.from), spaceOf(one.to)];
    const isMeant = from !== undefined && to !== undefined && from !== to;
    return isMeant ? [{ from: idOf(name, from), to: idOf(name, to), port: one.port, isUnsure: isUnsure(one) }] : [];
  });
  return [...groupBy(found, ({ from, to }) => `${from}\n${to}`).values()].flatMap((all) => {
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
}
