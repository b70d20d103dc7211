// The namespace of a system, with Pod Security at its strictest unless the system says why not.
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { reasonKey } from '../../model/manifest/annotations';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { createObject } from '../tree/kinds';

/** Creates the namespace. Pod Security is pinned to the cluster's minor, so that an upgrade changes nothing by itself. */
export function createNamespace(
  scope: Construct,
  name: string,
  { kubernetes, provider }: Cluster,
  privileged: string | undefined,
): ApiObject {
  const pinned = (['enforce', 'warn', 'audit'] as const).map(podSecurityLabels).flatMap(({ level, version }) => [
    [level, privileged === undefined ? 'restricted' : 'privileged'],
    [version, `v${kubernetes}`],
  ]);
  const labels = { ...Object.fromEntries(pinned), ...provider.namespaceLabels };
  const annotations = privileged === undefined ? {} : { [reasonKey('pod-security-label')]: privileged };
  return createObject(scope, 'namespace', 'Namespace', { name, labels, annotations }, {});
}
