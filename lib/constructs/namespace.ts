// The namespace of a system: its own, under a name that Kubernetes takes.
import { isNamespaceName, isReservedNamespace, NAMESPACE_FORM } from '../model/namespace';
import type { Problem } from './findings';
import { unless } from './placement';
import type { System } from './system';

/** What is wrong with the namespace of `system`, which lies on a cluster beside `others`. */
export function inspectNamespace(system: System<unknown>, others: readonly System<unknown>[]): Problem[] {
  const { namespace = '' } = system;
  const taken = others.find((other) => other.namespace === namespace);
  const place = { field: 'namespace', value: namespace };
  return [
    ...unless(isNamespaceName(namespace), 'namespace', {
      ...place,
      message: 'no namespace can have this name',
      expected: `namespace: ${NAMESPACE_FORM}`,
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
