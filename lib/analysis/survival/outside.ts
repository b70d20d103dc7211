// What lies beyond one cluster: other regions, a database with so many connections, another provider.

import { plural } from '../../model/finding/derivation';
import { accountKey, accountOf, annotationPointer } from '../../model/manifest/annotations';
import type { ApiEntry } from '../../model/manifest/object';
import { catalogue } from '../objects/catalogue';
import { dig } from '../objects/read-json';
import { type Component, LOADS } from './component';
import { exactly, need, replicasOf } from './losses';
import type { Situations } from './situation';
import { absent, type Cell, cellOf, judge, type Result, range } from './verdict';

/** The same system in the same environment on one of its clusters. */
export interface Sibling {
  /** A cluster without a region is one by itself. */
  readonly region: string;
  readonly components: readonly Component[];
  readonly situations: Situations;
}

/** Regions are lost, those with the most pods; the others have what they have, at once. That users get there is up to DNS. */
export function regionLoss(siblings: readonly Sibling[], components: readonly Component[], count: number): Cell {
  const event = 'region lost';
  const names = [...new Set(siblings.map(({ region }) => region))];
  const results = components.flatMap((component) =>
    LOADS.map((load): Result => {
      const twins = siblings.flatMap(({ region, components: there, situations }) =>
        there
          .filter(({ name }) => name === component.name)
          .map((one) => ({ region, one, situation: situations[load] })),
      );
      const wanted = sum(twins.map(({ one }) => one.wanted(load)));
      const needed = sum(twins.map(({ one }) => one.needed(load)));
      const placed = names.map((name) =>
        twins.filter(({ region }) => region === name).map(({ one, situation }) => situation.placed(one.workload)),
      );
      const leftOf = (kind: 'fewest' | 'most') => {
        const each = placed.map((some) => sum(some.map((one) => one[kind]))).sort((a, b) => a - b);
        return sum(each.slice(0, Math.max(0, each.length - count)));
      };
      const left = { fewest: leftOf('fewest'), most: leftOf('most') };
      const working = [
        need(component, load),
        `in ${plural(names.length, 'region')} (${names.join(', ')}): ${wanted} pods wanted, ${needed} needed over all of them`,
        `without ${count} of them ${range(left)} are left, at once; until users get there it takes DNS and its health checks, which lie outside`,
      ];
      // what is left wants no more than it has: the pods of the others are gone, and their users come here
      const numbers = { wanted: left.most === 0 ? wanted : left.most, needed, left, placed: left };
      return judge(component.name, load, numbers, working, replicasOf(component));
    }),
  );
  const cell = cellOf(event, results);
  return names.length > count ? cell : { ...cell, says: `lies in ${plural(names.length, 'region')}` };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The limit of a database that its account is about. */
const CONNECTIONS = 'connections';

/** Databases whose account the manifests carry, with all their clients at the most pods that they can have. */
export function databaseBudget(entries: readonly ApiEntry[], cluster: string, namespace: string): Cell {
  const event = 'database at its limit';
  const results = catalogue(entries)
    .of('/Service')
    .filter(({ cluster: on, identity }) => on === cluster && identity.namespace === namespace)
    .flatMap((entry): Result[] => {
      const account = accountOf(dig(entry.manifest, 'metadata', 'annotations'), CONNECTIONS);
      if (account === undefined) return [];
      const { needed, available, text } = account;
      const numbers = { wanted: needed, needed, left: exactly(available), placed: exactly(available) };
      const decides = { entry, pointer: annotationPointer(accountKey(CONNECTIONS)) };
      return [judge(entry.identity.name, 'peak', numbers, [text], decides, available < needed)];
    });
  if (results.length === 0) return absent(event, 'the manifests say nothing of connections');
  const [worst] = [...results].sort((a, b) => b.needed / b.left.most - a.needed / a.left.most);
  const says = worst === undefined ? '' : `${worst.component}: ${worst.needed} of ${worst.left.most} connections`;
  return { ...cellOf(event, results), says };
}

/** What a comparison of all providers found: fields off their closed lists; or why there was none, and whether that is an error. */
export type ProviderChange =
  | {
      readonly profiles: number;
      readonly deviations: readonly { readonly entry: ApiEntry; readonly pointer: string }[];
    }
  | { readonly unknown: string }
  | { readonly impossible: string };

/** The provider is changed: the same objects, but for what the profiles name. */
export function providerCell(change: ProviderChange, cluster: string, namespace: string): Cell {
  const event = 'provider changed';
  if ('unknown' in change) return absent(event, change.unknown);
  if ('impossible' in change) return { event, verdict: 'fails', says: change.impossible, results: [] };
  const found = change.deviations.filter(
    ({ entry }) => entry.cluster === cluster && (entry.identity.namespace ?? entry.identity.name) === namespace,
  );
  const [first] = found;
  if (first === undefined)
    return { event, verdict: 'holds', says: `the same on ${change.profiles} profiles`, results: [] };
  const { identity } = first.entry;
  const says = `${plural(found.length, 'field')}, such as ${first.pointer} of ${identity.kind} ${identity.name}`;
  return { event, verdict: 'fails', says, results: [] };
}
