// A zone is lost after the autoscaler removed pods: the remaining ones may no longer be spread.
import { ZONE } from '../../model/manifest/well-known';
import type { Component } from './component';
import { lossOf, NO_ZONES, need, replicasOf, zones } from './losses';
import type { Situations } from './situation';
import { absent, type Cell, cellOf, judge, type Result, range } from './verdict';

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
