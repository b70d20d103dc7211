// Objects whose kind needs a cluster capability (KEDA, cert-manager, …): without it nothing reads them, or the API refuses them.

import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Capability } from '../../model/cluster/capability';
import type { Finding } from '../../model/finding/finding';
import { capabilityOf } from '../../model/manifest/kind-lookup';
import { System } from '../system/system';
import { about, checkLater } from '../tree/findings';

/** Registers a check of every system below `root` for objects whose kind its cluster lacks. */
export function checkCapabilitiesLater(root: IConstruct): void {
  for (const system of System.allIn(root)) checkLater(system, () => findMissingCapabilities(system));
}

function findMissingCapabilities(system: System<unknown>): Finding[] {
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
        message: `${name} lacks the capability '${needed}', which provides ${object.kind}`,
        expected: `capabilities: ['${needed}', …] on a cluster that has it installed; or no such object there`,
      }),
    ];
  });
}
