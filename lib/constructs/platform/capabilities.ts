// Objects of kinds that a cluster has only by a capability: without it nobody reads them, or the API server refuses them.

import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Capability } from '../../model/cluster/capability';
import type { Finding } from '../../model/finding/finding';

import { capabilityOf } from '../../model/manifest/kind-lookup';
import { System } from '../system/system';
import { about, checkLater } from '../tree/findings';

/** Lets every system below `root` be asked for objects that its cluster cannot have. */
export function checkCapabilitiesLater(root: IConstruct): void {
  for (const system of System.allIn(root)) checkLater(system, () => missing(system));
}

function missing(system: System<unknown>): Finding[] {
  const { name, capabilities } = system.target.cluster;
  return system.node.findAll().flatMap((object): Finding[] => {
    if (!(object instanceof ApiObject)) return [];
    const needed: Capability | undefined = capabilityOf(object.apiGroup);
    if (needed === undefined || capabilities.includes(needed)) return [];
    return [
      about(object, {
        rule: 'capability',
        severity: 'error',
        field: 'apiVersion',
        value: object.apiVersion,
        message: `${name} has no ${needed}, so that it does not know the kind ${object.kind}`,
        expected: `capabilities: ['${needed}', …] on the cluster, where it is installed; or no such object there`,
      }),
    ];
  });
}
