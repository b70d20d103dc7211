// Objects of kinds that a cluster has only by a capability: without it nobody reads them, or the API server refuses them.
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Capability } from '../../model/cluster/capability';
import { capabilityOf } from '../../model/manifest/kind-lookup';
import { System } from '../system/system';
import { type Inspected, inspect } from '../tree/findings';

/** Lets every system below `root` be asked for objects that its cluster cannot have. */
export function inspectCapabilities(root: IConstruct): void {
  for (const system of System.allIn(root)) inspect(system, () => missing(system));
}

function missing(system: System<unknown>): Inspected[] {
  const { name, capabilities } = system.target.cluster;
  return system.node.findAll().flatMap((object): Inspected[] => {
    if (!(object instanceof ApiObject)) return [];
    const needed: Capability | undefined = capabilityOf(object.apiGroup);
    if (needed === undefined || capabilities.includes(needed)) return [];
    return [
      {
        rule: 'capability',
        severity: 'error',
        about: object,
        field: 'apiVersion',
        value: object.apiVersion,
        message: `${name} has no ${needed}, so that it does not know the kind ${object.kind}`,
        expected: `capabilities: ['${needed}', …] on the cluster, where it is installed; or no such object there`,
      },
    ];
  });
}
