// KEDA's kinds for an API server without KEDA: names and scope as its own definitions have them, and no schema.
import type { Kubectl } from './kubectl';

const KINDS = { ScaledObject: 'scaledobjects', TriggerAuthentication: 'triggerauthentications' };

/** Makes the API server take them; nobody acts on them. */
export async function serveKedaKinds(kubectl: Kubectl): Promise<void> {
  await kubectl.apply(Object.entries(KINDS).map(([kind, plural]) => definition(kind, plural)));
  const names = Object.values(KINDS).map((plural) => `crd/${plural}.keda.sh`);
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', ...names]);
}

function definition(kind: string, plural: string): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.keda.sh` },
    spec: {
      group: 'keda.sh',
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
    },
  };
}
