// A promise to survive that the table refutes is an error. It names the component, the pods left, and the object that decides.

import { plural } from '../../model/finding/derivation';
import { type Finding, findingOn } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import { WAITING } from './losses';
import { type Placement, promised } from './table';
import { type Result, range, worstOf } from './verdict';

/** Findings about the zones and regions that an environment promises to survive. `placements` are all of the platform. */
export function promiseFindings(
  entries: readonly ApiEntry[],
  placements: readonly Placement[],
  placement: Placement,
): Finding[] {
  const { zones, regions } = promised(entries, placements, placement);
  return [
    ...refuted(placement, 'zones', zones),
    ...refuted(placement, 'regions', regions),
    ...frozen(placement, zones),
  ];
}

/** The promise holds, but nothing recovers from the promised loss until the control plane is back. */
function frozen({ survives, system, environment }: Placement, results: readonly Result[]): Finding[] {
  const [unchangeable] = results.flatMap((result) => result.unchangeable ?? []);
  if (unchangeable === undefined || results.some(({ survives: isKept }) => !isKept)) return [];
  const missing = new Set(results.filter(({ left, needed }) => left.fewest < needed).map(({ component }) => component));
  const lost = plural(survives.zones, 'zone');
  const few = missing.size === 0 ? '' : `; until it is back ${[...missing].join(', ')} may have fewer pods than needed`;
  return [
    {
      rule: 'control-plane-lost',
      severity: 'note',
      field: `environments.${environment}.survives.zones`,
      value: survives.zones,
      message: `${system} in ${environment} survives losing ${lost}, but ${unchangeable}${few}`,
      expected: `a control plane that survives ${lost}, or enough pods at once: more of them, or size: { load }`,
    },
  ];
}

type Lost = 'zones' | 'regions';

function refuted(placement: Placement, what: Lost, results: readonly Result[]): Finding[] {
  const broken = results.filter(({ survives }) => !survives);
  const names = [...new Set(broken.map(({ component }) => component))];
  return names.flatMap((name) => {
    const worst = worstOf(broken.filter(({ component }) => component === name));
    return worst === undefined ? [] : brokenPromise(placement, what, worst);
  });
}

function brokenPromise({ survives, system, environment, cluster }: Placement, what: Lost, result: Result): Finding {
  const { component, scale, left, placed, needed, working, decides } = result;
  const reason = working.findLast((line) => line.startsWith(WAITING));
  const lost = `${survives[what]} ${survives[what] === 1 ? what.slice(0, -1) : what}`;
  const serve = what === 'zones' ? `${range(left)} at once, ${range(placed)} after recovery` : `${range(left)} left`;
  const finding: Finding = {
    rule: `survives-${what}`,
    severity: 'error',
    message:
      `${component} does not survive losing ${lost}${scale === 'peak' ? ' at peak' : ''}, as ${environment} promises: ` +
      `${needed} pods needed, ${serve}${reason === undefined ? '' : `; ${reason}`}`,
    expected: `${EXPECTED[what](needed)}${remedy(cluster, reason)}${budgetRemedy(what, result)}; or survives.${what}: 0`,
    fix: `evenkeel prove --why '${system}/${environment} ${what.slice(0, -1)}' prints the working`,
  };
  return decides === undefined ? finding : findingOn(decides.entry, { ...finding, field: decides.pointer });
}

function remedy({ provider: { storage } }: Placement['cluster'], reason = ''): string {
  if (reason.includes('volume node affinity')) {
    const source = storage?.zoneRedundant;
    if (source === undefined) return ': an application that keeps copies in other zones';
    const parameters = Object.entries(source.parameters).map(([key, value]) => `${key}: ${value}`);
    return `: a claim whose class is in several zones (provisioner ${source.provisioner}, ${parameters.join(', ')})`;
  }
  if (/insufficient|too many/.test(reason)) return ': a higher nodesPerZone.max, larger nodes, or smaller requests';
  if (reason.includes('spread'))
    return ': a spread that the remaining zones can satisfy (nodeTaintsPolicy: Honor, a lower minDomains)';
  return reason.includes('affinity') ? ': nodes that the pods accept in the remaining zones' : '';
}

/** Of pods that stay with their node, the budget says how many are needed. */
function budgetRemedy(what: Lost, { decides, left, needed }: Result): string {
  if (what !== 'zones' || decides?.entry.identity.kind !== 'StatefulSet' || left.fewest === 0) return '';
  return left.fewest >= needed
    ? ''
    : `: a budget that keeps ${left.fewest} (availability.disruption), if so few can serve`;
}

const EXPECTED: Readonly<Record<Lost, (needed: number) => string>> = {
  zones: (needed) => `at least 1 pod at once and ${needed} after recovery, in any scheduling order`,
  regions: (needed) =>
    `${needed} pods in the remaining regions: more replicas, or a CPU target with more headroom (size: { load })`,
};
