// Whether pods find a node that can run them: room, taints, selectors, operating system and architecture.

import type { Cluster } from '../../model/cluster/cluster';
import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import type { ApiEntry } from '../../model/manifest/object';
import { HOSTNAME, NODE_ARCH, NODE_OS } from '../../model/manifest/well-known';
import { memoizePerObjects } from '../objects/object-index';
import { dig, shown, text } from '../objects/read-json';
import { podPointer, running, type Workload } from '../objects/workloads';
import { sampleNodes } from '../scheduling/nodes';
import { podGroup } from '../scheduling/pod-groups';
import { hasVolumes, tolerates, wantsNode } from '../scheduling/terms';
import { offered, type PodGroup, requested, resourcesOf } from '../scheduling/world';
import { asks } from '../survival/uncounted';
import { hasRoom } from './loads';

type Sample = ReturnType<typeof sampleNodes>[number];

const keyOf = (cluster: string, namespace: string | undefined): string => `${cluster}\n${namespace ?? ''}`;

/** Workloads by the cluster, and the namespace of the system that they belong to. */
const bySystem = memoizePerObjects((entries): ReadonlyMap<string, readonly Workload[]> => {
  const found = new Map<string, Workload[]>();
  for (const one of running(entries)) {
    const key = keyOf(one.entry.cluster, one.entry.systemNamespace);
    const here = found.get(key);
    if (here === undefined) found.set(key, [one]);
    else here.push(one);
  }
  return found;
});

/** Findings about the pods of one system on a cluster that describes its nodes. */
export function findFitFindings(entries: readonly ApiEntry[], cluster: Cluster, namespace: string): Finding[] {
  const nodes = sampleNodes(cluster);
  if (nodes.length === 0) return [];
  return (bySystem(entries).get(keyOf(cluster.name, namespace)) ?? []).flatMap((workload) => {
    // names of nodes are known to the cluster alone
    if (asks(workload, HOSTNAME)) return [];
    const group = podGroup(entries, workload, 1, 'running');
    return findingsOf(workload, group, nodes, cluster).map((finding) =>
      findingOn(workload.entry, { ...finding, field: podPointer(workload, finding.field ?? '') }),
    );
  });
}

function findingsOf(workload: Workload, group: PodGroup, nodes: readonly Sample[], cluster: Cluster): Finding[] {
  const { spec } = group;
  const isDaemon = workload.kind === 'apps/DaemonSet';
  const wanted = nodes.filter(({ node }) => wantsNode(spec, node) && hasVolumes(group, node));
  if (wanted.length === 0) {
    if (isDaemon) return [];
    return [
      findingOf(
        'node-choice',
        {
          message: `no node of ${cluster.name} has what its node selector, affinity or volumes ask for`,
          expected: `the labels of a pool: ${poolsText(nodes, ({ pool }) => labelsText(pool.labels))}`,
        },
        'warning',
      ),
    ];
  }
  const open = wanted.filter(({ node }) => node.taints.every((taint) => tolerates(spec, taint)));
  if (open.length === 0) {
    if (isDaemon) return [];
    return [
      findingOf('node-fit', {
        field: '/tolerations',
        message: `it does not tolerate the taints of any node of ${cluster.name} that it could have`,
        expected: `tolerations for one of ${poolsText(wanted, ({ pool }) => (pool.taints ?? []).map(({ key, value = '', effect }) => `${key}=${value}:${effect}`).join(' '))}`,
      }),
    ];
  }
  const able = open.filter(({ node }) => hasRoom(group, node));
  if (able.length === 0) return [findingOf('node-fit', tooLarge(group, open, cluster))];
  return [...osFindings(workload, group, able), ...architectureFindings(workload, able)];
}

function tooLarge(group: PodGroup, nodes: readonly Sample[], cluster: Cluster): Problem {
  const lacking = resourcesOf([group]).filter((resource) =>
    nodes.every(({ node }) => requested(group, resource) > offered(node, resource)),
  );
  const absent = lacking.filter((resource) => nodes.every(({ node }) => offered(node, resource) === 0));
  const [device] = absent;
  if (device !== undefined) {
    return {
      field: '/containers/0/resources',
      value: device,
      message: `no node that it may have offers ${device}`,
      expected: `a pool of ${cluster.name} with resources: { '${device}': '1' } that it selects and tolerates`,
    };
  }
  const asked = lacking.length === 0 ? 'its requests together' : lacking.join(', ');
  return {
    field: '/containers/0/resources/requests',
    message: `no node in ${cluster.name} is large enough for this pod: ${asked}`,
    expected: `requests within one of ${poolsText(nodes, ({ pool }) => `${pool.cpu} CPU, ${pool.memory}`)}`,
  };
}

/** Pods that say nothing of the operating system, where nodes of several take them. An image runs on one of them. */
function osFindings(workload: Workload, { spec }: PodGroup, able: readonly Sample[]): Finding[] {
  const systems = new Map(able.map(({ node, pool }) => [shown(node.labels[NODE_OS]), pool.name]));
  if (asks(workload, NODE_OS) || (systems.size < 2 && !systems.has('windows'))) return [];
  const own = text(dig(spec, 'os')?.name) ?? 'linux';
  const others = [...systems].filter(([system]) => system !== own);
  if (others.length === 0) return [];
  return [
    findingOf('node-os', {
      field: '/nodeSelector',
      message: `its pods may start on nodes of ${others.map(([system, pool]) => `${pool}, which run ${system}`).join(', ')}`,
      expected: `nodeSelector: { '${NODE_OS}': '${own}' }, or a taint on that pool`,
    }),
  ];
}

function architectureFindings(workload: Workload, able: readonly Sample[]): Finding[] {
  const found = [...new Set(able.map(({ node }) => shown(node.labels[NODE_ARCH])))].sort();
  if (found.length < 2 || asks(workload, NODE_ARCH)) return [];
  return [
    findingOf(
      'node-architecture',
      {
        field: '/nodeSelector',
        message: `its pods may start on nodes of ${found.join(' and ')}: an image for one of them fails on the other`,
        expected: `nodeSelector: { '${NODE_ARCH}': '${found[0]}' }, or node affinity that lists all that its images are built for`,
      },
      'warning',
    ),
  ];
}

/** Each pool once, with something of it. */
function poolsText(nodes: readonly Sample[], of: (sample: Sample) => string): string {
  const pools = new Map(nodes.map((sample) => [sample.pool.name, of(sample)]));
  return [...pools].map(([name, text]) => `${name} (${text})`).join(', ');
}

const labelsText = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.keys(labels).length === 0
    ? 'none declared'
    : Object.entries(labels)
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ');
