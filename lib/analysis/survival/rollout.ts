// Whether a rollout can proceed. Old pods are removed only when new ones are placed, and those may need other nodes.

import { list, own, record, shown } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { podGroup } from '../scheduling/pod-groups';
import { countsNode, requiredSpreads, requiredTerms, type Spread } from '../scheduling/terms';
import type { Interval, Node, PodGroup } from '../scheduling/world';
import type { Component, Scale } from './component';
import { exactly } from './losses';
import type { Situation, Situations } from './situation';

/** Pods that can be placed beside the existing ones, on the running nodes or on those that may be ordered. */
export function roomBeside(
  situations: Situations,
  scale: Scale,
  groups: readonly PodGroup[],
): (group: PodGroup) => Interval {
  const now = situations[scale].placedBeside(groups);
  const grown = scale === 'steady' ? situations.steadyGrown.placedBeside(groups) : now;
  return (group) => (now.get(group)?.fewest === group.wanted ? now : grown).get(group) ?? exactly(0);
}

/**
 * Components whose rollout can get stuck because one domain is full while others have room.
 *
 * A spread that counts each revision separately (`matchLabelKeys: [pod-template-hash]`) spreads the new pods on their own, while
 * the old pods may be removed elsewhere: a ReplicaSet first removes those that share a node with others of the Deployment. See
 * `freePlaces`. Components that roll at the same time are assumed to use separate free places.
 * Source: k8s.io/kubernetes v1.36.3, pkg/controller/controller_utils.go, `ActivePodsWithRanks`.
 */
export function stuckInDomains(
  situations: Situations,
  components: readonly Component[],
  scale: Scale,
): ReadonlySet<Component> {
  const needs = new Map(components.map((one) => [one, placesNeeded(situations[scale], one, scale)]));
  if ([...needs.values()].every((groups) => groups.length === 0)) return new Set();
  const others = components
    .filter((one) => needs.get(one)?.length === 0)
    .map((one) => podGroup(one.all, one.workload, one.rollout(scale).surge, NEXT));
  const room = roomBeside(situations, scale, [...others, ...[...needs.values()].flat()]);
  const lacks = (group: PodGroup) => room(group).fewest < group.wanted;
  return new Set(components.filter((one) => needs.get(one)?.some(lacks)));
}

/** The new revision. */
export const NEXT = 'next';

/** The most domains that are simulated one by one (zones). With more (nodes), all new pods must fit beside all old ones. */
const MOST_DOMAINS = 10;

/** Pods that must fit beside the existing ones for the rollout to proceed; none where any node will do. */
function placesNeeded(situation: Situation, component: Component, scale: Scale): PodGroup[] {
  const { all, workload } = component;
  const wanted = component.wanted(scale);
  const { unavailable } = component.rollout(scale);
  const isReplaced = workload.kind === 'apps/Deployment' && wanted > 0 && unavailable < wanted;
  if (!isReplaced) return [];
  const next = podGroup(all, workload, wanted, NEXT);
  const old = podGroup(all, workload, wanted, 'running');
  const spreads = requiredSpreads(next);
  const parts = ({ selector }: Spread) => selector !== undefined && !matches(selector, old.labels);
  const terms = (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) =>
    requiredTerms(next, kind, situation.world),
  );
  const areParted = terms.some(({ selects }) => selects(next) !== selects(old));
  if (!areParted && !spreads.some(parts)) return [];
  const [spread] = spreads;
  if (spread === undefined || spreads.length > 1 || areParted) return [next];
  if (wanted <= spread.maxSkew) return [];
  const domains = [...domainsOf(situation.world.nodes, next, spread)];
  if (domains.length > MOST_DOMAINS) return [next];
  const mostOld = wanted - situation.leftWithout(workload, spread.key, 1).fewest;
  const free = freePlaces(domains.length, mostOld, spread.maxSkew, unavailable);
  return free === 0 ? [] : domains.map((domain) => pinned(next, spread.key, domain, free));
}

/**
 * Free places that each domain needs so that a rollout cannot get stuck.
 *
 * It is stuck when the domains with the fewest new pods, n, are full and all others are a skew ahead. A full domain has lost
 * n − free old pods, hence n ≥ free. In total, as many old pods are gone as new ones exist, plus `unavailable`. So each other
 * domain, with at most `mostOld` old pods, has lost the n + skew that it gained, and together they lost free + unavailable more.
 * That is impossible if `(domains − 1) × (mostOld − free − skew) < free + unavailable`.
 */
function freePlaces(domains: number, mostOld: number, skew: number, unavailable: number): number {
  const enough = Math.floor(((domains - 1) * (mostOld - skew) - unavailable) / Math.max(1, domains)) + 1;
  return Math.max(unavailable > 0 ? 0 : 1, enough);
}

/** Values of the label among the nodes that the spread counts. */
function domainsOf(nodes: readonly Node[], { spec }: PodGroup, spread: Spread): ReadonlySet<string> {
  const counted = nodes.filter((node) => own(node.labels, spread.key) !== undefined && countsNode(spread, spec, node));
  return new Set(counted.map(({ labels }) => shown(labels[spread.key])));
}

/** The same pods in one domain, without their required spread. */
function pinned(group: PodGroup, key: string, domain: string, wanted: number): PodGroup {
  const constraints = list(group.spec.topologySpreadConstraints).filter(
    (one) => record(one)?.whenUnsatisfiable === 'ScheduleAnyway',
  );
  const nodeSelector = { ...record(group.spec.nodeSelector), [key]: domain };
  return { ...group, wanted, spec: { ...group.spec, nodeSelector, topologySpreadConstraints: constraints } };
}
