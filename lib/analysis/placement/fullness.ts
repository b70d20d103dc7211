// Whether pods can fill nodes so that no further one fits: how much room they can ask for there, at the very most.
import { matches } from '../selectors';
import { own } from '../shapes';
import { requiredSpreads, requiredTerms, tolerates, wantsNode } from './terms';
import { type Node, type PodGroup, RESOURCES, type World } from './world';

type Resource = (typeof RESOURCES)[number];

/** Whether a group may ever be on a node. */
export function mayHave({ spec }: PodGroup, node: Node): boolean {
  return wantsNode(spec, node) && node.taints.every((taint) => tolerates(spec, taint));
}

/** Pods of the group that fit on a node where nobody else is. */
export function slots(group: PodGroup, node: Node): number {
  const fit = (resource: Resource) =>
    group[resource] === 0 ? group.wanted : Math.floor(node[resource] / group[resource]);
  return Math.min(group.wanted, ...RESOURCES.map(fit));
}

/**
 * Whether the others and `pods` of the group can fill all these nodes. Each node must lack some resource; what is asked for is
 * counted for each resource by itself, so that this says yes more often than it is so.
 */
export function canFill(world: World, group: PodGroup, pods: number, nodes: readonly Node[]): boolean {
  // pods of lower priority make way
  const others = world.groups.filter((one) => one !== group && (!group.preempts || one.priority >= group.priority));
  const all = [...others.map((one) => ({ ...one, wanted: maxShare(world, one, nodes) })), { ...group, wanted: pods }];
  const present = all.filter(({ wanted }) => wanted > 0);
  let full = 0;
  for (const resource of RESOURCES.filter((one) => group[one] > 0)) {
    let left = present.reduce((sum, one) => sum + one.wanted * one[resource], 0);
    const missing = nodes
      .map((node) => ({ node, amount: node[resource] - group[resource] + 1 }))
      .filter(({ node, amount }) => canHold(present, node, resource, amount))
      .toSorted((a, b) => a.amount - b.amount);
    for (const { amount } of missing) {
      if (amount > left) break;
      left -= Math.max(0, amount);
      full += 1;
    }
  }
  return full >= nodes.length;
}

/** Whether pods can ask for so much of a resource on one node, which has only so much of the others. */
function canHold(pods: readonly PodGroup[], node: Node, resource: Resource, amount: number): boolean {
  if (amount <= 0) return true;
  return RESOURCES.filter((other) => other !== resource).every((other) => {
    const densest = Math.max(0, ...pods.map((one) => (one[resource] === 0 ? 0 : one[resource] / one[other])));
    return densest * node[other] >= amount;
  });
}

/**
 * The most pods of a group on these nodes; or in the `count` fullest domains of a label.
 *
 * A pod is placed in a domain only while that is at most a skew ahead of the emptiest, so that x + skew pods there take x in each
 * other domain. Later losses take pods away and add none, unless others evict them.
 */
export function maxShare(
  world: World,
  group: PodGroup,
  nodes: readonly Node[],
  fullest: { readonly key?: string; readonly count: number } = { count: 1 },
): number {
  const isSafe = world.groups.every(({ priority, preempts }) => !preempts || priority <= group.priority);
  if (!isSafe || !countsOwnOnly(world, group)) return group.wanted;
  const shares = requiredSpreads(group).map(({ key, maxSkew }) => {
    const isOneDomain = new Set(nodes.map(({ labels }) => own(labels, key))).size <= 1;
    if (fullest.key === undefined ? !isOneDomain : fullest.key !== key) return group.wanted;
    const able = world.nodes.filter((node) => mayHave(group, node) && own(node.labels, key) !== undefined);
    const domains = new Set(able.map(({ labels }) => own(labels, key))).size;
    return share(group.wanted, domains, maxSkew, Math.min(fullest.count, domains));
  });
  return Math.min(group.wanted, ...shares);
}

/** The most of `pods` in `taken` of so many domains. */
function share(pods: number, domains: number, skew: number, taken: number): number {
  let most = 0;
  for (let others = 0; others * (domains - taken) <= pods; others++) {
    most = Math.max(most, Math.min(taken * (others + skew), pods - others * (domains - taken)));
    if (domains === taken) return pods;
  }
  return most;
}

/** Whether affinity, or a spread that counts others too, ties it to other groups, or keeps its own pods apart. */
export function isCoupled(world: World, group: PodGroup): boolean {
  const isKeptAway = world.groups.some((other) =>
    requiredTerms(other, 'podAntiAffinity', world).some(({ selects }) => other === group || selects(group)),
  );
  return isKeptAway || requiredTerms(group, 'podAffinity', world).length > 0 || !countsOwnOnly(world, group);
}

function countsOwnOnly({ groups }: World, group: PodGroup): boolean {
  const isCounted = (selector: PodGroup['labels'] | undefined, { namespace, labels }: PodGroup) =>
    namespace === group.namespace && selector !== undefined && matches(selector, labels);
  return requiredSpreads(group).every(({ selector }) =>
    groups.every((other) => isCounted(selector, other) === (other === group)),
  );
}
