// A promise to survive that the table refutes is an error: which component, what is left of it, and the object that decides.
import type { Finding } from '../../model/finding';
import { type ApiEntry, describeIdentity } from '../../model/object';
import { type Place, promisedZones } from './table';
import { type Result, range, worstOf } from './verdict';

/** Findings about the zones that an environment promises to survive. Regions are judged with the placement. */
export function promiseFindings(entries: readonly ApiEntry[], place: Place): Finding[] {
  const refuted = promisedZones(entries, place).filter(({ survives }) => !survives);
  const names = [...new Set(refuted.map(({ component }) => component))];
  return names.flatMap((name) => {
    const worst = worstOf(refuted.filter(({ component }) => component === name));
    return worst === undefined ? [] : findingOf(place, worst);
  });
}

function findingOf({ survives, environment }: Place, result: Result): Finding {
  const { component, load, left, placed, needed, working, decides } = result;
  const lost = `${survives.zones} zone${survives.zones === 1 ? '' : 's'}`;
  const waiting = working.filter((line) => line.startsWith('nodes that take no more')).map((line) => `; ${line}`);
  const source = decides?.entry.origin.source();
  return {
    rule: 'survives-zones',
    severity: 'error',
    message:
      `${environment} promises to survive the loss of ${lost}: of ${component}${load === 'peak' ? ' at peak' : ''} ` +
      `${range(left)} pods would serve at once and ${range(placed)} in the end, where ${needed} are needed${waiting.at(-1) ?? ''}`,
    expected: `one pod at once and ${needed} in the end, in whatever order they are placed; or survives.zones: 0`,
    fix: 'evenkeel prove --why zone prints the working',
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
