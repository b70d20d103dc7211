// Which clusters get which parts: what `equip` takes, what cannot be, and what follows for the other systems of a cluster.

import type { Cluster, ClusterDescription } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { choice, either, fields, like, list, optional, table, text } from '../../model/finding/schema';
import type { Trace } from '../../model/manifest/origin';
import type { AccessChanges } from '../../model/platform/environment';
import { namespaceIn, type Part, type Surroundings } from './part';

/** What `equip` takes besides the environment. */
export interface EquipProps<ClusterName extends string> {
  /** Cluster, or clusters, that get the parts. */
  readonly on: ClusterName | readonly ClusterName[];
  /** The parts, one line each: `[metrics({ retention: '15d', volume: '50Gi' })]`. */
  readonly parts: readonly Part[];
  /**
   * Groups that may look into the parts' namespaces, besides the viewers of the environment, or `none` for one of these. No other role is
   * given there: pods of a group could run as a program that reads every namespace. Sysadmins apply the files.
   * @default the viewers of the environment
   */
  readonly access?: Readonly<Record<string, 'viewer' | 'none'>>;
}

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'systems' in value && 'neighbours' in value;

/** What `equip` may say. */
export const EQUIP = fields<EquipProps<string>>({
  on: either([text('the name of a cluster'), list(text('the name of a cluster'))], 'the name of a cluster, or a list'),
  parts: list(like("metrics({ … }) or another part's function", isPart), '[metrics({ … })]'),
  access: optional(table(choice(['viewer', 'none']), "{ group: 'viewer' }")),
});

/** Parts for clusters, as one call of `equip` says it. */
export interface Equipment {
  readonly environment: string;
  readonly clusters: readonly string[];
  readonly parts: readonly Part[];
  readonly access?: AccessChanges;
  readonly trace: Trace;
}

/** What is wrong with all equipment together: no parts, or a cluster that has one twice or has its own already. */
export function findEquipmentProblems(
  equipment: readonly Equipment[],
  clusters: Readonly<Record<string, ClusterDescription>>,
): { readonly problem: Finding; readonly trace: Trace }[] {
  const seen = new Map<string, string>();
  return equipment.flatMap(({ environment, clusters: names, parts, trace }) => {
    const empty = { field: 'equip.parts', message: 'the list is empty', expected: 'one or more: [metrics({ … })]' };
    const found = names.flatMap((cluster) =>
      parts.flatMap(({ name, neighbours }): Problem[] => {
        const key = `${cluster} ${name}`;
        const first = seen.get(key);
        seen.set(key, environment);
        if (first !== undefined) {
          const message = `${cluster} has ${name} already, from ${first}: two would do the same work twice`;
          return [{ field: 'equip.parts', value: name, message, expected: 'each part once on a cluster' }];
        }
        const described = Object.hasOwn(clusters, cluster) ? clusters[cluster] : undefined;
        if (described === undefined) return []; // reported where it is placed
        return Object.keys(neighbours({ ...described, name: cluster }, (system) => system))
          .filter((role) => described[role as keyof Surroundings] !== undefined)
          .map((role) => ({
            field: `clusters.${cluster}.${role}`,
            message: `${cluster} says where its ${role} is, and gets the part ${name}, which would be another one`,
            expected: `no ${role} there, or no part ${name}`,
          }));
      }),
    );
    const ofProps = parts.flatMap(({ problems, trace: line }) =>
      problems.map((problem) => ({ problem: findingOf('input', problem), trace: line })),
    );
    const own = (parts.length === 0 ? [empty, ...found] : found).map((problem) => ({
      problem: findingOf('input', problem),
      trace,
    }));
    return [...own, ...ofProps];
  });
}

/** Parts that look at what others have made, in this order after them. */
const LAST = ['backups', 'metrics'];

/** The parts of a cluster, with their environments, in the order in which they are built. */
export function partsOn(equipment: readonly Equipment[], cluster: string): readonly (readonly [Part, Equipment])[] {
  return equipment
    .filter(({ clusters }) => clusters.includes(cluster))
    .flatMap((one) => one.parts.map((part) => [part, one] as const))
    .sort(([one], [other]) => LAST.indexOf(one.name) - LAST.indexOf(other.name));
}

/** What the systems of a cluster know of its parts. */
export function neighboursOn(equipment: readonly Equipment[], cluster: Cluster): Surroundings {
  const found = partsOn(equipment, cluster.name).map(([part, { environment }]) =>
    part.neighbours(cluster, (system) => namespaceIn(environment, system)),
  );
  return Object.assign({}, ...found);
}
