// Who sets the number of pods: what happens in the cluster where that passes from a manifest to an autoscaler, or back.

import type { EarlierObject, ObjectChanges } from '../../analysis/changes/object-pairs';
import { dig, integer, text } from '../../analysis/objects/read-json';
import { type Scaler, scalers, scalersOf } from '../../analysis/objects/scalers';
import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import { describeIdentity, groupOf } from '../../model/manifest/object';
import { deletion } from './refusal';

/**
 * `replicas` that goes because an autoscaler comes: apply removes the field, and the API server fills in 1.
 * Source: kubernetes.io, "Horizontal Pod Autoscaling", migrating Deployments and StatefulSets; "Server-Side Apply", transferring ownership.
 */
export function findHandovers({ pairs, entries }: ObjectChanges): Finding[] {
  return pairs.flatMap(({ before, after }) => {
    const { group, kind, namespace, name } = after.identity;
    if (!REPLICATED.has(`${group}/${kind}`)) return [];
    const replicas = integer(dig(before.manifest, 'spec')?.replicas, 0);
    const [scaler] = scalersOf(entries).get(after) ?? [];
    if (scaler === undefined || replicas === undefined || replicas <= 1) return [];
    if (dig(after.manifest, 'spec')?.replicas !== undefined) return [];
    const place = namespace === undefined ? '' : `-n ${namespace} `;
    const finding = findingOf(
      'replicas-handover',
      {
        field: '/spec/replicas',
        message: `the apply scales ${name} from ${replicas} pods to 1, until its autoscaler acts`,
        expected: 'replicas that the cluster keeps while they leave the manifest',
        fix: `before the apply, with kubectl or Argo CD: kubectl ${place}apply edit-last-applied ${kind.toLowerCase()} ${name}, and delete spec.replicas there; with Flux or --server-side: apply it once with replicas: ${replicas} alone and --server-side --field-manager=handover-to-hpa`,
      },
      'warning',
    );
    return [findingOn(after, finding)];
  });
}

const SCALERS: ReadonlySet<Kind> = new Set<Kind>(['autoscaling/HorizontalPodAutoscaler', 'keda.sh/ScaledObject']);

/** An autoscaler that goes while what it scales stays: apply deletes nothing, so that both set the number of pods. */
export function findLeftAutoscalers({ removed, entries }: ObjectChanges): Finding[] {
  return removed.flatMap((object) => {
    const { identity, cluster } = object;
    if (!SCALERS.has(`${identity.group}/${identity.kind}`)) return [];
    const target = targetOf(object);
    const scaled = entries.find(
      (entry) =>
        entry.cluster === cluster &&
        entry.identity.namespace === identity.namespace &&
        entry.identity.group === target.group &&
        entry.identity.kind === target.kind &&
        entry.identity.name === target.name,
    );
    if (scaled === undefined) return [];
    const next = scalers(entries).find((one: Scaler) => one.scaled === scaled);
    const replicas = dig(scaled.manifest, 'spec')?.replicas;
    const rival =
      next === undefined
        ? `the ${replicas === undefined ? 'last number of' : 'stated'} replicas`
        : describeIdentity(next.entry.identity);
    const finding = findingOf(
      'autoscaler-left',
      {
        message: `${describeIdentity(identity)} is gone here, and still scales ${scaled.identity.name} where nothing prunes`,
        expected: `${rival} alone to decide on the number of pods`,
        fix: `${deletion(identity)} right after the apply, where nothing prunes`,
      },
      'warning',
    );
    return [findingOn(scaled, finding)];
  });
}

/** What it scaled; KEDA's default is a Deployment. */
function targetOf({ manifest }: EarlierObject): {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
} {
  const ref = dig(manifest, 'spec', 'scaleTargetRef');
  return {
    group: groupOf(ref?.apiVersion ?? 'apps/v1'),
    kind: text(ref?.kind) ?? 'Deployment',
    name: text(ref?.name) ?? '',
  };
}
