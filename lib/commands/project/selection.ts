// A selection: the files of some systems, or of one cluster, where a command is not about all of them.

import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Destination } from '../../model/platform/entries';
import type { Synthesis } from '../../synth/synthesize';

/** What a command names. */
export interface Wanted {
  /** `shop`, or `shop/production`; none for all. */
  readonly systems: readonly string[];
  /** @default every cluster */
  readonly cluster?: string | undefined;
}

/** The files, or why there are none. `undefined` where all are meant. */
export function selectFiles(
  { objects }: Synthesis,
  { systems, cluster }: Wanted,
): ReadonlySet<string> | readonly Finding[] | undefined {
  if (systems.length === 0 && cluster === undefined) return undefined;
  // What has only cluster-scoped objects has no file of its own.
  const own = objects.filter(({ clusterScoped }) => !clusterScoped);
  const destinations = [...new Set(own.map(({ destination }) => destination))];
  const names = [...new Set(destinations.flatMap(namesOf))].sort();
  const clusters = clustersOf(objects);
  const unknown = [
    ...systems.filter((name) => !names.includes(name)).map((name) => unknownName('system', name, names)),
    ...(cluster === undefined || clusters.includes(cluster) ? [] : [unknownName('cluster', cluster, clusters)]),
  ];
  if (unknown.length > 0) return unknown;
  const isWanted = (destination: Destination, of: string) =>
    (systems.length === 0 || namesOf(destination).some((name) => systems.includes(name))) &&
    (cluster === undefined || of === cluster);
  // A file that a system shares with others is selected only with all of them.
  const others = new Set(
    objects.flatMap(({ file, destination, entry }) => (isWanted(destination, entry.cluster) ? [] : [file])),
  );
  return new Set(objects.map(({ file }) => file).filter((file) => !others.has(file)));
}

/** The clusters of objects, sorted. */
export function clustersOf(objects: Synthesis['objects']): string[] {
  return [...new Set(objects.map(({ entry }) => entry.cluster))].sort();
}

function namesOf({ system, environment }: Destination): string[] {
  return environment === '' ? [system] : [system, `${system}/${environment}`];
}

function unknownName(what: 'system' | 'cluster', name: string, known: readonly string[]): Finding {
  return findingOf('synth-option', {
    field: what === 'system' ? 'system' : '--cluster',
    value: name,
    message: `the app has no ${what} '${name}'${didYouMean(name, known)}`,
    expected: known.length === 0 ? `an app with a ${what}` : `one of ${known.join(', ')}`,
  });
}
