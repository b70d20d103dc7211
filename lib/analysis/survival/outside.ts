// Events beyond the nodes of a cluster: its control plane or its region is lost, a database reaches its limit, the provider changes.

import type { ControlPlane } from '../../model/cluster/provider';
import { controlPlaneInWords, zonesSurvived } from '../../model/cluster/zones';
import { plural } from '../../model/finding/derivation';
import { accountKey, accountOf, annotationPointer } from '../../model/manifest/annotations';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { dig } from '../objects/read-json';
import { usesToken } from '../objects/workloads';
import type { Interval } from '../scheduling/world';
import { type Component, SCALES, type Scale } from './component';
import { exactly, need, replicasOf, STOPPED } from './losses';
import type { Situations } from './situation';
import { absent, type Cell, cellOf, judge, type Result, range } from './verdict';

/** The same system in the same environment on one of its clusters. */
export interface Sibling {
  /** A cluster without a region counts as a region of its own. */
  readonly region: string;
  readonly components: readonly Component[];
  readonly situations: Situations;
}

/**
 * The control plane is away, in all zones. Pods run on, and are restarted in place: kubelets and proxies work on with what they know.
 * Source: kubernetes.io, "Cluster Architecture"; "Leases": what elects a leader, or watches, needs the API.
 */
export function controlPlaneCell(situations: Situations, components: readonly Component[]): Cell {
  const { zones, provider } = situations.steady.cluster;
  const unchangeable = `pods run on; ${STOPPED} until it is back`;
  const { controlPlane } = provider;
  const where = controlPlane === undefined ? WHERE_UNKNOWN : controlPlaneInWords(controlPlane);
  const results = components.flatMap((component) =>
    SCALES.map((scale): Result => {
      const wanted = component.wanted(scale);
      const placed = situations[scale].placed(component.workload);
      const working = [need(component, scale), unchangeable, `control plane: ${where}`];
      const numbers = { wanted, needed: component.needed(scale), left: placed, placed, unchangeable };
      return judge(component.name, scale, numbers, working, replicasOf(component));
    }),
  );
  const cell = cellOf('control plane lost', results);
  const scaled = components.filter(({ scalerEntry }) => scalerEntry !== undefined).map(({ name }) => name);
  const asking = components.filter(({ all, workload }) => usesToken(all, workload)).map(({ name }) => name);
  const further = [
    ...(scaled.length === 0
      ? []
      : [`${scaled.join(', ')} keep${scaled.length === 1 ? 's' : ''} the size of that moment`]),
    ...(asking.length === 0 ? [] : [`no answer for ${asking.join(', ')}: what it watches, discovers or leads stops`]),
    ...(zones.length === 0 ? [] : [survivalOf(controlPlane, zones.length)]),
  ];
  return components.length === 0 ? cell : { ...cell, says: [cell.says, ...further].join('; ') };
}

const WHERE_UNKNOWN = 'where it runs is unknown';

function survivalOf(controlPlane: ControlPlane | undefined, zones: number): string {
  if (controlPlane === undefined) return `${WHERE_UNKNOWN}, and the rows of zones assume that it survives`;
  const survived = Math.min(zonesSurvived(controlPlane), zones);
  return `it survives the loss of ${survived === 0 ? 'no zone' : plural(survived, 'zone')}`;
}

/** The pods of a component in all regions, and those that are left. */
interface InRegions {
  readonly wanted: number;
  readonly needed: number;
  readonly left: Interval;
}

/** The loss of regions, as the components on one of the clusters see it. */
export type RegionLoss = (components: readonly Component[]) => Cell;

/**
 * The `count` regions with the most pods are lost. The others keep their pods; DNS sends users there. Pods are counted once for all clusters
 * of the system, each of which asks.
 */
export function regionLoss(siblings: readonly Sibling[], count: number): RegionLoss {
  const event = 'region lost';
  const names = [...new Set(siblings.map(({ region }) => region))];
  const replicas = siblings.flatMap(({ components, ...where }) => components.map((one) => ({ ...where, one })));
  const byName = groupBy(replicas, ({ one }) => one.name);
  const counted = new Map<string, InRegions>();
  const countIn = (name: string, scale: Scale): InRegions => {
    const all = byName.get(name) ?? [];
    const byRegion = groupBy(all, ({ region }) => region);
    const placed = names.map((region) =>
      (byRegion.get(region) ?? []).map(({ one, situations }) => situations[scale].placed(one.workload)),
    );
    const leftOf = (kind: 'fewest' | 'most') => {
      const each = placed.map((some) => sum(some.map((one) => one[kind]))).sort((a, b) => a - b);
      return sum(each.slice(0, Math.max(0, each.length - count)));
    };
    return {
      wanted: sum(all.map(({ one }) => one.wanted(scale))),
      needed: sum(all.map(({ one }) => one.needed(scale))),
      left: { fewest: leftOf('fewest'), most: leftOf('most') },
    };
  };
  const resultOf = (component: Component, scale: Scale): Result => {
    const id = `${scale} ${component.name}`;
    const { wanted, needed, left } = counted.get(id) ?? countIn(component.name, scale);
    counted.set(id, { wanted, needed, left });
    const working = [
      need(component, scale),
      `${plural(names.length, 'region')} (${names.join(', ')}): ${wanted} pods wanted, ${needed} needed in total`,
      `${range(left)} pods left without ${plural(count, 'region')}, once DNS and its health checks have moved the users`,
    ];
    // failover: the remaining regions keep the pods they have and take over the lost ones' users
    const numbers = { wanted: left.most === 0 ? wanted : left.most, needed, left, placed: left };
    return judge(component.name, scale, numbers, working, replicasOf(component));
  };
  return (components) => {
    const cell = cellOf(
      event,
      components.flatMap((component) => SCALES.map((scale) => resultOf(component, scale))),
    );
    return names.length > count ? cell : { ...cell, says: `runs in ${plural(names.length, 'region')}` };
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The key of a database's connection account. */
const CONNECTIONS = 'connections';

/** Services by cluster and namespace: each system asks for its own. */
const servicesByPlace = memoizePerObjects((entries) =>
  groupBy(objectIndex(entries).of('/Service'), ({ cluster, identity }) => `${cluster} ${identity.namespace}`),
);

/** Databases with an account in the manifests, with all clients at their maximum number of pods. */
export function databaseBudget(entries: readonly ApiEntry[], cluster: string, namespace: string): Cell {
  const event = 'database at its limit';
  const results = (servicesByPlace(entries).get(`${cluster} ${namespace}`) ?? []).flatMap((entry): Result[] => {
    const account = accountOf(dig(entry.manifest, 'metadata', 'annotations'), CONNECTIONS);
    if (account === undefined) return [];
    const { needed, available, text } = account;
    const numbers = { wanted: needed, needed, left: exactly(available), placed: exactly(available) };
    const decides = { entry, pointer: annotationPointer(accountKey(CONNECTIONS)) };
    return [judge(entry.identity.name, 'peak', numbers, [text], decides, available < needed)];
  });
  if (results.length === 0) return absent(event, 'no connection limits in the manifests');
  const [worst] = [...results].sort((a, b) => b.needed / b.left.most - a.needed / a.left.most);
  const says = worst === undefined ? '' : `${worst.component}: ${worst.needed} of ${worst.left.most} connections`;
  return { ...cellOf(event, results), says };
}

/** The result of comparing all providers: fields outside the allowed differences; or why the comparison is unknown, or impossible. */
export type ProviderChange =
  | {
      readonly profiles: number;
      readonly deviations: readonly { readonly entry: ApiEntry; readonly pointer: string }[];
    }
  | { readonly unknown: string }
  | { readonly impossible: string };

/** The provider changes: the same objects, except for the differences that the profiles allow. */
export function providerCell(change: ProviderChange, cluster: string, namespace: string): Cell {
  const event = 'provider changed';
  if ('unknown' in change) return absent(event, change.unknown);
  if ('impossible' in change) return { event, verdict: 'fails', says: change.impossible, results: [] };
  const deviations = change.deviations.filter(
    ({ entry }) => entry.cluster === cluster && (entry.identity.namespace ?? entry.identity.name) === namespace,
  );
  const [first] = deviations;
  if (first === undefined)
    return { event, verdict: 'holds', says: `the same on ${change.profiles} profiles`, results: [] };
  const { identity } = first.entry;
  const says = `${plural(deviations.length, 'field')}, such as ${first.pointer} of ${identity.kind} ${identity.name}`;
  return { event, verdict: 'fails', says, results: [] };
}
