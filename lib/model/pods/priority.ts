// Priority classes of a cluster: which pods go first where not all find room.

import type { Problem } from '../finding/problem';
import { checked, choice, either, number, type Schema, table } from '../finding/schema';
import { subdomain } from '../manifest/formats';

/** Priority classes by name: their value, which pods of others with a lower one give way to, or that they are made elsewhere. */
export type PriorityClasses = Readonly<Record<string, number | 'elsewhere'>>;

/** The API server refuses more: kubernetes.io, "Pod Priority and Preemption", PriorityClass. */
const HIGHEST = 1_000_000_000;
const LOWEST = -2_147_483_648;

const EXAMPLE = "{ payments: 1000, shared: 'elsewhere' }";

/** What the priority classes of a cluster may say. */
export const PRIORITY_CLASSES: Schema = checked<PriorityClasses>(
  table(
    either(
      [number({ atLeast: LOWEST, atMost: HIGHEST, whole: true }), choice(['elsewhere'])],
      "a whole number of at most 1000000000, or 'elsewhere'",
    ),
    EXAMPLE,
  ),
  (classes) =>
    Object.keys(classes).flatMap((name): Problem[] => {
      const field = name;
      if (name.startsWith('system-')) {
        const message = `the name ${name} is one of Kubernetes itself`;
        return [{ field, value: name, message, expected: 'a name that does not begin with system-' }];
      }
      if (subdomain.fits(name)) return [];
      return [{ field, value: name, message: `"${name}" is not a valid name`, expected: subdomain.expected }];
    }),
);

/** The classes that the app writes, by name. */
export function writtenClasses(classes: PriorityClasses): [name: string, value: number][] {
  return Object.entries(classes).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' ? [[name, value]] : [],
  );
}
