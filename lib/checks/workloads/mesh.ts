// Meshes: what the proxies that they inject need of a namespace that admits, sends and counts only what is declared.

import { sides } from '../../analysis/network/reach';
import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, own } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { deployment, object } from '../examples';
import type { Rule } from '../rule';

interface Injection {
  readonly mesh: 'Istio' | 'Linkerd';
  readonly at: 'labels' | 'annotations';
  readonly key: string;
  readonly isOn: (value: unknown) => boolean;
}

const notOff = (value: unknown): boolean => typeof value === 'string' && value !== '' && value !== 'disabled';

/** istio.io, "Installing the Sidecar"; linkerd.io, "Automatic Proxy Injection". */
const INJECTIONS: readonly Injection[] = [
  { mesh: 'Istio', at: 'labels', key: 'istio-injection', isOn: (value) => value === 'enabled' },
  { mesh: 'Istio', at: 'labels', key: 'istio.io/rev', isOn: notOff },
  { mesh: 'Istio', at: 'labels', key: 'sidecar.istio.io/inject', isOn: (value) => value === 'true' },
  { mesh: 'Istio', at: 'annotations', key: 'sidecar.istio.io/inject', isOn: (value) => value === 'true' },
  { mesh: 'Linkerd', at: 'annotations', key: 'linkerd.io/inject', isOn: notOff },
];

/** istio.io, "Application Requirements"; linkerd.io, "Control plane ports". */
const CONTROL_PLANES = { Istio: 'istiod:15012', Linkerd: 'the namespace linkerd, ports 8080, 8086 and 8090' } as const;

/** What the proxies would meet in a namespace. */
function consequences(
  entries: readonly ApiEntry[],
  cluster: string,
  namespace: string,
  mesh: Injection['mesh'],
): string[] {
  const index = objectIndex(entries);
  const labels = dig(index.find('/Namespace', cluster, undefined, namespace)?.manifest, 'metadata', 'labels');
  const isHere = ({ cluster: of, identity }: ApiEntry) => of === cluster && identity.namespace === namespace;
  const isDenied = [...sides(entries)].some(([{ entry }, { Egress }]) => isHere(entry) && Egress.isolated === 'yes');
  return [
    ...(own(labels, podSecurityLabels('enforce').level) === 'restricted'
      ? ['restricted refuses its init container, unless its CNI plugin is installed']
      : []),
    ...(isDenied ? [`no policy lets it reach ${CONTROL_PLANES[mesh]}`] : []),
    ...(index.of('/ResourceQuota').some(isHere) ? ['its requests are not in the quota'] : []),
  ];
}

const mesh: Rule = {
  id: 'mesh-injection',
  what: 'A namespace with a default deny, a quota or Pod Security restricted says how it admits the proxies of a mesh.',
  why: 'Pods are refused, or their proxies never become ready; only events of ReplicaSets say so.',
  severity: 'warning',
  reason: reasonKey('mesh-injection'),
  judge: 'istio.io, "Application Requirements"; kubernetes.io, "Pod Security Standards", "Resource Quotas"',
  check: (entries, report) => {
    const look = (entry: ApiEntry, metadata: JsonObject | undefined, pointer: string, namespace: string): void => {
      const found = INJECTIONS.find((one) => one.isOn(own(dig(metadata, one.at), one.key)));
      if (found === undefined) return;
      const met = consequences(entries, entry.cluster, namespace, found.mesh);
      if (met.length === 0) return;
      report(entry, at(pointer, found.at, found.key), {
        message: `${found.mesh} adds a proxy to each pod: ${met.join('; ')}`,
        expected: "the mesh's CNI plugin, a NetworkPolicy to its control plane, and reserve(…) for its requests",
        value: own(dig(metadata, found.at), found.key) ?? null,
      });
    };
    for (const entry of objectIndex(entries).of('/Namespace')) {
      look(entry, dig(entry.manifest, 'metadata'), '/metadata', entry.identity.name);
    }
    for (const { entry, template } of workloads(entries)) {
      const keys = template.split('/').slice(1);
      const metadata = dig(entry.manifest, ...keys, 'metadata');
      look(entry, metadata, `${template}/metadata`, entry.identity.namespace ?? 'default');
    }
  },
  examples: {
    pass: [meshed('Namespace'), deployment()],
    fail: [
      meshed('Namespace'),
      deployment(),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', {
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      }),
    ],
  },
};

function meshed(kind: string): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } } };
}

export const meshRules: readonly Rule[] = [mesh];
