// A promise to survive that the table refutes is an error: which component, what is left of it, and the object that decides.

import type { Finding } from '../../model/finding/finding';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { WAITING } from './losses';
import { type Place, promised } from './table';
import { type Result, range, worstOf } from './verdict';

/** Findings about the zones and regions that an environment promises to survive. `places` are those of the whole platform. */
export function promiseFindings(entries: readonly ApiEntry[], places: readonly Place[], place: Place): Finding[] {
  const { zones, regions } = promised(entries, places, place);
  return [...refuted(place, 'zones', zones), ...refuted(place, 'regions', regions)];
}

type Lost = 'zones' | 'regions';

function refuted(place: Place, what: Lost, results: readonly Result[]): Finding[] {
  const broken = results.filter(({ survives }) => !survives);
  const names = [...new Set(broken.map(({ component }) => component))];
  return names.flatMap((name) => {
    const worst = worstOf(broken.filter(({ component }) => component === name));
    return worst === undefined ? [] : findingOf(place, what, worst);
  });
}

function findingOf({ survives, system, environment }: Place, what: Lost, result: Result): Finding {
  const { component, load, left, placed, needed, working, decides } = result;
  const reason = working.findLast((line) => line.startsWith(WAITING));
  const lost = `${survives[what]} ${survives[what] === 1 ? what.slice(0, -1) : what}`;
  const source = decides?.entry.origin.source();
  const serve =
    what === 'zones'
      ? `${range(left)} pods would serve at once and ${range(placed)} in the end`
      : `${range(left)} pods would be left`;
  return {
    rule: `survives-${what}`,
    severity: 'error',
    message:
      `${environment} promises to survive the loss of ${lost}: of ${component}${load === 'peak' ? ' at peak' : ''} ` +
      `${serve}, where ${needed} are needed${reason === undefined ? '' : `; ${reason}`}`,
    expected: `${EXPECTED[what](needed)}${remedy(reason)}; or survives.${what}: 0`,
    fix: `evenkeel prove --why '${system}/${environment} ${what.slice(0, -1)}' prints the working`,
    ...(decides === undefined
      ? {}
      : {
          construct: decides.entry.origin.construct,
          object: describeIdentity(decides.entry.identity),
          field: decides.pointer,
        }),
    ...(source === undefined ? {} : { source }),
  };
}

function remedy(reason = ''): string {
  if (/insufficient|too many/.test(reason)) return ': nodesPerZone.max higher, larger nodes, or smaller requests';
  if (reason.includes('spread'))
    return ': a spread that the zones left can keep (nodeTaintsPolicy: Honor, a minDomains of theirs)';
  return reason.includes('affinity') ? ': nodes in the zones left that the pods accept' : '';
}

const EXPECTED: Readonly<Record<Lost, (needed: number) => string>> = {
  zones: (needed) => `one pod at once and ${needed} in the end, in whatever order they are placed`,
  regions: (needed) =>
    `${needed} pods in the regions that are left: more of them, or a CPU target that leaves them room (sizeFor)`,
};
