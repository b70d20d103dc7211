// VerticalPodAutoscalers: what they change in which containers of their target.

import { type ApiEntry, groupOf } from '../../model/manifest/object';
import { memoizePerObjects, objectIndex } from './object-index';
import { dig, isSet, list, places, text } from './read-json';

/** One VerticalPodAutoscaler. */
export interface VerticalScaler {
  readonly entry: ApiEntry;
  readonly target: { readonly group: string; readonly kind: string; readonly name: string };
  /** The object it scales, if the app writes it. */
  readonly scaled: ApiEntry | undefined;
  /** Whether it changes this request of a container; the name of none stands for any. */
  readonly changes: (resource: string, container: string | undefined) => boolean;
}

const VPA = 'autoscaling.k8s.io/VerticalPodAutoscaler';

/** Every VerticalPodAutoscaler that names a target. Source: kubernetes/autoscaler, vertical-pod-autoscaler/docs/api.md. */
export const verticals = memoizePerObjects((entries): readonly VerticalScaler[] => {
  const found: VerticalScaler[] = [];
  for (const entry of objectIndex(entries).of(VPA)) {
    const ref = dig(entry.manifest, 'spec', 'targetRef');
    const name = text(ref?.name) ?? '';
    const kind = text(ref?.kind) ?? '';
    if (name === '' || kind === '') continue;
    const group = groupOf(ref?.apiVersion);
    const scaled = objectIndex(entries).find(`${group}/${kind}`, entry.cluster, entry.identity.namespace, name);
    found.push({ entry, target: { group, kind, name }, scaled, changes: changesOf(entry) });
  }
  return found;
});

function changesOf({ manifest }: ApiEntry): VerticalScaler['changes'] {
  const spec = dig(manifest, 'spec');
  const isOff = dig(spec, 'updatePolicy')?.updateMode === 'Off';
  const policies = places(dig(spec, 'resourcePolicy'), 'containerPolicies', '').map(({ value }) => value);
  return (resource, container) => {
    if (isOff) return false;
    const applies = (name: string | undefined): boolean => {
      const policy = policies.find(({ containerName }) => containerName === name) ?? policies.find(isForAll);
      if (policy?.mode === 'Off') return false;
      const controlled = policy?.controlledResources;
      return isSet(controlled) ? list(controlled).includes(resource) : resource === 'cpu' || resource === 'memory';
    };
    return applies(container);
  };
}

const isForAll = ({ containerName }: { readonly containerName?: unknown }): boolean =>
  containerName === '*' || containerName === undefined;
