// The namespace of a system: its own, under a name that Kubernetes takes, with Pod Security at its strictest.

import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { dnsLabel } from '../../model/manifest/formats';
import { isReservedNamespace } from '../../model/manifest/namespace';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { unless } from '../platform/validate-clusters';
import type { Problem } from '../tree/findings';
import { createObject } from '../tree/kinds';
import type { System } from './system';

/** Creates it. Pod Security is pinned to the cluster's minor, so that an upgrade changes nothing by itself. */
export function createNamespace(scope: Construct, name: string, { kubernetes, provider }: Cluster): void {
  const pinned = (['enforce', 'warn', 'audit'] as const).map(podSecurityLabels).flatMap(({ level, version }) => [
    [level, 'restricted'],
    [version, `v${kubernetes}`],
  ]);
  const labels = { ...Object.fromEntries(pinned), ...provider.namespaceLabels };
  createObject(scope, 'namespace', 'Namespace', { name, labels }, {});
}

/** What is wrong with the namespace of `system`, which lies on a cluster beside `others`. */
export function inspectNamespace(system: System<unknown>, others: readonly System<unknown>[]): Problem[] {
  const { namespace = '' } = system;
  const taken = others.find((other) => other.namespace === namespace);
  const place = { field: 'namespace', value: namespace };
  return [
    ...unless(dnsLabel.fits(namespace), 'namespace', {
      ...place,
      message: 'no namespace can have this name',
      expected: `namespace: ${dnsLabel.expected}`,
    }),
    ...unless(!isReservedNamespace(namespace), 'namespace', {
      ...place,
      message: "this namespace is Kubernetes' own: a quota and a default that denies all would end what runs there",
      expected: 'a namespace of its own for each system and environment',
    }),
    ...unless(taken === undefined, 'namespace-taken', {
      ...place,
      message: `the namespace is that of ${taken?.system} in ${taken?.target.environment.name} already: whoever deploys one of them would reach the other`,
      expected: 'a namespace of its own for each system and environment',
    }),
  ];
}
