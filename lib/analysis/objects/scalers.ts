// Autoscalers and what they scale: HorizontalPodAutoscalers, and KEDA's ScaledObjects, which create one each.

import type { JsonObject } from '../../model/manifest/json';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import { type ApiEntry, groupOf } from '../../model/manifest/object';
import { memoizePerObjects, objectIndex } from './object-index';
import { dig, integer, text } from './read-json';
import { type Workload, workloadOf } from './workloads';

/** One autoscaler. */
export interface Scaler {
  readonly entry: ApiEntry;
  readonly spec: JsonObject;
  readonly target: {
    readonly group: string;
    readonly kind: string;
    readonly name: string;
    readonly apiVersion: string;
  };
  /** The object it scales, if the app writes it. */
  readonly scaled: ApiEntry | undefined;
  /** Minimum replicas, if a number. */
  readonly least: number | undefined;
}

const HPA: Kind = 'autoscaling/HorizontalPodAutoscaler';
const SCALED_OBJECT: Kind = 'keda.sh/ScaledObject';

function scaler(entries: readonly ApiEntry[], entry: ApiEntry, keda: boolean): Scaler | undefined {
  const spec = dig(entry.manifest, 'spec');
  const ref = dig(spec, 'scaleTargetRef');
  const name = text(ref?.name);
  if (spec === undefined || ref === undefined || name === undefined || name === '') return undefined;
  const kind = text(ref.kind) ?? (keda ? 'Deployment' : '');
  const apiVersion = text(ref.apiVersion) ?? (keda ? 'apps/v1' : '');
  const group = groupOf(apiVersion);
  const scaled = objectIndex(entries).find(`${group}/${kind}`, entry.cluster, entry.identity.namespace, name);
  const least = integer(keda ? (spec.minReplicaCount ?? 0) : (spec.minReplicas ?? 1), 0);
  return { entry, spec, target: { group, kind, name, apiVersion }, scaled, least };
}

/** Every autoscaler that names a target. */
export const scalers = memoizePerObjects((entries): readonly Scaler[] => {
  const found: Scaler[] = [];
  for (const kind of [HPA, SCALED_OBJECT]) {
    for (const entry of objectIndex(entries).of(kind)) {
      const made = scaler(entries, entry, kind === SCALED_OBJECT);
      if (made !== undefined) found.push(made);
    }
  }
  return found;
});

/** Autoscalers by the object they scale. */
export const scalersOf = memoizePerObjects((entries): ReadonlyMap<ApiEntry, readonly Scaler[]> => {
  const found = new Map<ApiEntry, Scaler[]>();
  for (const one of scalers(entries)) {
    if (one.scaled === undefined) continue;
    const known = found.get(one.scaled);
    if (known === undefined) found.set(one.scaled, [one]);
    else known.push(one);
  }
  return found;
});

/** HorizontalPodAutoscalers only. */
export const isHpa = ({ entry }: Scaler): boolean => entry.identity.kind === 'HorizontalPodAutoscaler';

/** The workload that an autoscaler scales. */
export const scaledWorkload = (entries: readonly ApiEntry[], { scaled }: Scaler): Workload | undefined =>
  scaled === undefined ? undefined : workloadOf(entries).get(scaled);

/** The fewest pods that a workload should have; `undefined` where something else decides, such as nodes. */
export function fewestPods(entries: readonly ApiEntry[], { entry, kind }: Workload): number | undefined {
  if (kind === '/Pod') return 1;
  if (!REPLICATED.has(kind)) return undefined;
  const [first] = scalersOf(entries).get(entry) ?? [];
  // scaled to zero on purpose: what a budget then allows is unknown
  if (first !== undefined) return first.least === 0 ? undefined : first.least;
  return integer(dig(entry.manifest, 'spec')?.replicas ?? 1, 0);
}
