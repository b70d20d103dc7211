// Scaling: a zone that cannot order nodes, and a zone that is lost after the autoscaler removed pods: the remaining ones may no longer be spread.
import { ZONE } from '../../model/manifest/well-known';
import type { Component } from './component';
import { deciderOf, lossOf, NO_ZONES, need, replicasOf, whyWaiting, zones } from './losses';
import type { Situation, Situations } from './situation';
import { absent, type Cell, cellOf, judge, type Result, range } from './verdict';

/**
 * Growth to the maximum while no node can be ordered in one zone, the worst one: it is out of stock, or at the bounds of its pool. A
 * spread with maxSkew 1 then stops growth in every zone. Pods that run already are not touched.
 */
export function stalledZoneCell(event: string, situations: Situations, components: readonly Component[]): Cell {
  const { zones: declared, nodePools } = situations.peak.cluster;
  if (nodePools.length === 0) return absent(event, 'the cluster does not describe its nodes');
  if (declared.length < 2) return absent(event, declared.length === 0 ? NO_ZONES : 'the cluster has 1 zone');
  const closed = [...situations.closed()];
  if (closed.length === 0) return absent(event, 'no zone orders nodes');
  return cellOf(
    event,
    components.map((one) => growthWithout(situations, closed, one)),
  );
}

function growthWithout(
  situations: Situations,
  closed: readonly (readonly [string, Situation])[],
  component: Component,
): Result {
  const { workload } = component;
  const wanted = component.wanted('peak');
  const cases = closed.map(([zone, situation]) => ({ zone, situation, placed: situation.placed(workload) }));
  const [worst = { zone: '', situation: situations.peak, placed: situations.peak.placed(workload) }] = cases.sort(
    (a, b) => a.placed.fewest - b.placed.fewest || a.placed.most - b.placed.most,
  );
  const reason = worst.placed.fewest < wanted ? whyWaiting(worst.situation, component) : [];
  const working = [
    need(component, 'peak'),
    `no node more in ${worst.zone}: ${range(worst.placed)} of ${wanted} are placed, with all nodes that other zones may order`,
    ...reason,
  ];
  const numbers = { wanted, needed: component.needed('peak'), left: worst.placed, placed: worst.placed };
  return judge(component.name, 'peak', numbers, working, deciderOf(component, reason));
}

/**
 * The loss of a zone after scaling in. The scheduler applies a spread when pods are added, not when they are removed, so one
 * zone may keep all the pods it had at the maximum. Removal prefers pods that share a node, but ignores zones. Source: k8s.io/kubernetes v1.36.3, pkg/controller/controller_utils.go, `ActivePodsWithRanks`.
 */
export function scaledInCell(event: string, situations: Situations, components: readonly Component[]): Cell {
  const { zones: declared } = situations.steady.cluster;
  if (declared.length < 2) return absent(event, declared.length === 0 ? NO_ZONES : 'the cluster has 1 zone');
  const scaled = components.filter((one) => one.comesBack && one.wanted('peak') > one.wanted('steady'));
  if (scaled.length === 0) return absent(event, 'nothing scales');
  return cellOf(
    event,
    scaled.map((one) => lossScaledIn(situations, one)),
  );
}

function lossScaledIn(situations: Situations, component: Component): Result {
  const { workload } = component;
  const [wanted, peak] = [component.wanted('steady'), component.wanted('peak')];
  const spread = situations.steady.leftWithout(workload, ZONE, 1);
  const together = peak - situations.peak.leftWithout(workload, ZONE, 1).fewest;
  const left = { fewest: Math.min(spread.fewest, Math.max(0, wanted - together)), most: spread.most };
  const usual = lossOf(situations, component, 'steady', zones(1));
  const working = [
    need(component, 'steady'),
    `at the maximum up to ${together} of ${peak} pods are in one zone; nothing spreads the ${wanted} that remain`,
    `a zone lost, in the worst case: ${range(left)} of ${wanted} serve at once`,
    ...usual.working.slice(2),
  ];
  const numbers = { ...usual, left };
  return judge(component.name, 'steady', numbers, working, replicasOf(component));
}
