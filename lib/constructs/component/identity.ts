// The provider's identity that a component acts as, where its cluster gives it one.

import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import type { ClusterDescription } from '../../model/cluster/cluster';
import type { WorkloadIdentity } from '../../model/cluster/provider';
import { isProblem } from '../../model/finding/problem';
import type { Trace } from '../../model/manifest/origin';

import { System } from '../system/system';
import { report } from '../tree/findings';

/** The identity of the component `name` from the cluster's `identities`; a finding where the provider cannot use it. */
export function identityOf(component: Construct, name: string): WorkloadIdentity | undefined {
  const { target, namespace = '' } = System.of(component);
  const { identities, provider } = target.cluster;
  const key = `${namespace}/${name}`;
  const id = Object.hasOwn(identities, key) ? identities[key] : undefined;
  if (id === undefined) return undefined;
  const identity = provider.workloadIdentity(id);
  if (!isProblem(identity)) return identity;
  const { message, expected } = identity;
  const field = `identities['${key}']`;
  report(component, { rule: 'workload-identity', severity: 'error', field, value: id, message, expected });
  return undefined;
}

/** Reports identities that belong to no component of the cluster: misspelt, they would silently fall back to Secrets. */
export function reportIdentities(
  app: IConstruct,
  clusters: Readonly<Record<string, ClusterDescription>>,
  trace: Trace,
): void {
  for (const [name, { identities = {} }] of Object.entries(clusters)) {
    const scope = app.node.tryFindChild(name);
    const accounts = new Set(accountsBelow(scope instanceof Construct ? scope : undefined));
    for (const key of Object.keys(identities).filter((account) => !accounts.has(account))) {
      const problem = { rule: 'workload-identity', severity: 'error', field: `clusters.${name}.identities` } as const;
      const message = 'no component of the cluster has this name';
      const expected = `<namespace>/<component>, one of ${[...accounts].join(', ') || 'none'}`;
      report(app, { ...problem, value: key, message, expected }, trace);
    }
  }
}

function accountsBelow(scope: IConstruct | undefined): string[] {
  const objects = scope?.node.findAll().filter((construct) => construct instanceof ApiObject) ?? [];
  return objects
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ metadata, name }) => `${metadata.namespace ?? ''}/${name}`);
}
