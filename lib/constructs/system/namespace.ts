// The namespace of a system, with Pod Security at its strictest.
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { createObject } from '../tree/kinds';

/** Creates the namespace. Pod Security is pinned to the cluster's minor, so that an upgrade changes nothing by itself. */
export function createNamespace(scope: Construct, name: string, { kubernetes, provider }: Cluster): ApiObject {
  const pinned = (['enforce', 'warn', 'audit'] as const).map(podSecurityLabels).flatMap(({ level, version }) => [
    [level, 'restricted'],
    [version, `v${kubernetes}`],
  ]);
  const labels = { ...Object.fromEntries(pinned), ...provider.namespaceLabels };
  return createObject(scope, 'namespace', 'Namespace', { name, labels }, {});
}
