// The workloads of a namespace as boxes: what they are, how many pods they have, and on which ports they answer.

import { plural } from '../../model/finding/derivation';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { ZONE } from '../../model/manifest/well-known';
import { memoizePerObjects, placeOf } from '../objects/object-index';
import { dig, integer, list, places, text } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { isReplicated, lasting, running, type Workload } from '../objects/workloads';
import { wantedPods } from '../survival/component';
import type { Box } from './picture';

const byNamespace = memoizePerObjects((entries) =>
  groupBy(running(entries), ({ entry: { cluster, identity } }) => placeOf(cluster, identity.namespace ?? 'default')),
);

/** The workloads of a namespace, by name: in connections, workloads of one name are one. */
export function workloadsByName(
  entries: readonly ApiEntry[],
  cluster: string,
  namespace: string,
): ReadonlyMap<string, readonly Workload[]> {
  const found = byNamespace(entries).get(placeOf(cluster, namespace)) ?? [];
  const byName = [...found].sort((a, b) => compareText(a.entry.identity.name, b.entry.identity.name));
  return groupBy(byName, ({ entry }) => entry.identity.name);
}

/** The box of the workloads of one name. */
export function boxOfWorkloads(
  entries: readonly ApiEntry[],
  frame: string,
  name: string,
  all: readonly Workload[],
): Box {
  const lines = all.flatMap((workload) => [describeSize(entries, workload), ...spreadOf(workload)]);
  const ports = portsOf(all);
  return {
    id: `${frame}/${name}`,
    kind: 'component',
    title: name,
    lines: ports.length === 0 ? lines : [...lines, ports.join(', ')],
    frame,
  };
}

/** Name of the port that a component has for its metrics alone. Nearly every component has one, and no other component uses it. */
const METRICS = 'metrics';

/** The ports that the containers declare, as connections write them; without that of metrics, unless there is no other. */
export function portsOf(all: readonly Workload[]): string[] {
  const declared = declaredPorts(all);
  const others = declared.filter(({ name }) => name !== METRICS);
  const shown = others.length === 0 ? declared : others;
  return [...new Set(shown.map(({ number, protocol }) => `${number}/${protocol}`))];
}

function declaredPorts(
  all: readonly Workload[],
): { readonly name: string | undefined; readonly number: number; readonly protocol: string }[] {
  const found = all.flatMap((workload) =>
    lasting(workload).flatMap(({ value, pointer }) =>
      places(value, 'ports', pointer).flatMap((port) => {
        const number = integer(port.value.containerPort, 1);
        if (number === undefined) return [];
        return [{ name: text(port.value.name), number, protocol: text(port.value.protocol) ?? 'TCP' }];
      }),
    ),
  );
  return found.sort((a, b) => a.number - b.number || compareText(a.protocol, b.protocol));
}

/** `Deployment, 3 to 12 pods`, `CronJob, 0 3 * * *`. */
export function describeSize(entries: readonly ApiEntry[], workload: Workload): string {
  const { kind, entry } = workload;
  const short = entry.identity.kind;
  const spec = dig(entry.manifest, 'spec');
  if (kind === 'batch/CronJob') return `${short}, ${text(spec?.schedule) ?? 'no schedule'}`;
  if (kind === 'batch/Job')
    return `${short}, ${plural(integer(spec?.completions ?? spec?.parallelism ?? 1, 0) ?? 1, 'pod')}`;
  if (kind === 'apps/DaemonSet') return `${short}, a pod on each node`;
  return isReplicated(workload) ? `${short}, ${podsOf(entries, workload)}` : short;
}

/** `3 pods`, or the bounds of the autoscaler: `3 to 12 pods`. */
function podsOf(entries: readonly ApiEntry[], workload: Workload): string {
  const scaler = scalersOf(entries).get(workload.entry)?.[0]?.entry;
  const least = wantedPods(workload, scaler, 'steady');
  const most = wantedPods(workload, scaler, 'peak');
  return least === most ? plural(least, 'pod') : `${least} to ${plural(most, 'pod')}`;
}

/** The most pods that a workload may have by its own numbers; 0 where something else decides. */
export function mostPods(entries: readonly ApiEntry[], workload: Workload): number {
  if (!isReplicated(workload)) return 0;
  return wantedPods(workload, scalersOf(entries).get(workload.entry)?.[0]?.entry, 'peak');
}

function spreadOf({ pod }: Workload): string[] {
  const byZone = list(pod.value.topologySpreadConstraints)
    .map((constraint) => dig(constraint))
    .filter((constraint) => constraint?.topologyKey === ZONE);
  if (byZone.length === 0) return [];
  const isStrict = byZone.some((constraint) => constraint?.whenUnsatisfiable === 'DoNotSchedule');
  return [isStrict ? 'spread over zones' : 'spread over zones where it fits'];
}
