// The provider's identity that a component acts as, where its cluster gives it one.
import type { Construct } from 'constructs';
import { isRefusal, type WorkloadIdentity } from '../model/provider';
import { report } from './findings';
import { System } from './system';

/** The identity of the component `name`, by the cluster's `identities`; a finding where the provider has none of that form. */
export function identityOf(component: Construct, name: string): WorkloadIdentity | undefined {
  const { target, namespace = '' } = System.of(component);
  const { identities, provider } = target.cluster;
  const key = `${namespace}/${name}`;
  const id = Object.hasOwn(identities, key) ? identities[key] : undefined;
  if (id === undefined) return undefined;
  const identity = provider.workloadIdentity(id);
  if (!isRefusal(identity)) return identity;
  const { refused: message, expected } = identity;
  const field = `identities['${key}']`;
  report(component, { rule: 'workload-identity', severity: 'error', field, value: id, message, expected });
  return undefined;
}
