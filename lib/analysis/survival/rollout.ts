// Whether a rollout moves: old pods go only when new ones have found a place, and where those must lie is not where these were.

import { list, own, record, shown } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { podGroup } from '../scheduling/pod-groups';
import { countsNode, requiredSpreads, requiredTerms, type Spread } from '../scheduling/terms';
import type { Interval, Node, PodGroup } from '../scheduling/world';
import type { Component, Load } from './component';
import { exactly } from './losses';
import type { Situation, Situations } from './situation';

/** Places that pods find beside those that are there, on the nodes that run or on those that may be ordered. */
export function roomBeside(
  situations: Situations,
  load: Load,
  groups: readonly PodGroup[],
): (group: PodGroup) => Interval {
  const now = situations[load].placedBeside(groups);
  const grown = load === 'steady' ? situations.steadyGrown.placedBeside(groups) : now;
  return (group) => (now.get(group)?.fewest === group.wanted ? now : grown).get(group) ?? exactly(0);
}

/**
 * Components whose rollout can get stuck for want of a place in one domain while there is room in others.
 *
 * A spread that counts each revision alone (`matchLabelKeys: [pod-template-hash]`) wants the new pods spread by themselves, while
 * the old ones that go may lie elsewhere: a ReplicaSet takes first those that share a node with others of the Deployment. See
 * `freePlaces`. Others that roll at the same time are taken to keep to free places of their own.
 * Source: k8s.io/kubernetes v1.36.3, pkg/controller/controller_utils.go, `ActivePodsWithRanks`.
 */
export function stuckInDomains(
  situations: Situations,
  components: readonly Component[],
  load: Load,
): ReadonlySet<Component> {
  const needs = new Map(components.map((one) => [one, placesNeeded(situations[load], one, load)]));
  if ([...needs.values()].every((groups) => groups.length === 0)) return new Set();
  const others = components
    .filter((one) => needs.get(one)?.length === 0)
    .map((one) => podGroup(one.all, one.workload, one.rollout(load).surge, NEXT));
  const room = roomBeside(situations, load, [...others, ...[...needs.values()].flat()]);
  const lacks = (group: PodGroup) => room(group).fewest < group.wanted;
  return new Set(components.filter((one) => needs.get(one)?.some(lacks)));
}

/** The revision that comes. */
export const NEXT = 'next';

/** Zones are few. Of more domains, such as nodes, none is asked by itself: the new pods must find their places beside all old ones. */
const MOST_DOMAINS = 10;

/** Pods that must surely find a place beside those that are there, so that no domain is missed; none where any place will do. */
function placesNeeded(situation: Situation, component: Component, load: Load): PodGroup[] {
  const { all, workload } = component;
  const wanted = component.wanted(load);
  const { unavailable } = component.rollout(load);
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
 * Free places that each domain must have, so that a rollout cannot get stuck.
 *
 * It is stuck when domains with the fewest new pods, n, are full, and all others are a skew ahead. A full domain has lost n − free
 * old pods, so that n ≥ free; and as many old pods have gone as new ones are there, and `unavailable` more. So the others lost, of
 * at most `mostOld` each, the n + skew that they got, and free + unavailable besides: impossible with
 * `(domains − 1) × (mostOld − free − skew) < free + unavailable`.
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

/** The same pods in one domain, where their only spread does not matter. */
function pinned(group: PodGroup, key: string, domain: string, wanted: number): PodGroup {
  const constraints = list(group.spec.topologySpreadConstraints).filter(
    (one) => record(one)?.whenUnsatisfiable === 'ScheduleAnyway',
  );
  const nodeSelector = { ...record(group.spec.nodeSelector), [key]: domain };
  return { ...group, wanted, spec: { ...group.spec, nodeSelector, topologySpreadConstraints: constraints } };
}
