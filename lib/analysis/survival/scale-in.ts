// A zone is lost after the autoscaler took pods away: those that remain need not lie apart any more.
import { ZONE } from '../../model/manifest/well-known';
import type { Component } from './component';
import { lossOf, NO_ZONES, need, replicasOf, zones } from './losses';
import type { Situations } from './situation';
import { absent, type Cell, cellOf, judge, type Result, range } from './verdict';

/**
 * The loss of a zone when the load has become less: a spread is asked when pods come, not when
 * they go, so that as many may lie in one zone as the most pods had there. That more of them lie on one node is avoided, by zone nothing
 * is. Source: k8s.io/kubernetes v1.36.3, pkg/controller/controller_utils.go, `ActivePodsWithRanks`.
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
  const fresh = situations.steady.leftWithout(workload, ZONE, 1);
  const together = peak - situations.peak.leftWithout(workload, ZONE, 1).fewest;
  const left = { fewest: Math.min(fresh.fewest, Math.max(0, wanted - together)), most: fresh.most };
  const usual = lossOf(situations, component, 'steady', zones(1));
  const working = [
    need(component, 'steady'),
    `at the maximum up to ${together} of ${peak} pods lie in one zone; of ${wanted} that remain, nobody sees to it that they lie apart`,
    `a zone lost, whichever is the worst: ${range(left)} of ${wanted} serve at once`,
    ...usual.working.slice(2),
  ];
  const numbers = { ...usual, left };
  return judge(component.name, 'steady', numbers, working, replicasOf(component));
}
