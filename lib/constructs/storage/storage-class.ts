// The storage class that the promise of an environment requires of a volume, in the form of the cluster's provider.

import { Construct } from 'constructs';
import type { VolumeSource } from '../../model/cluster/provider';
import { plural } from '../../model/finding/derivation';
import { ClusterObjects } from '../cluster/cluster-objects';
import { System } from '../system/system';
import { isRefused } from '../tree/door';
import { report } from '../tree/findings';

/** What is promised of a volume. */
export interface StoragePromise {
  /** Zones that may be lost while its data is reachable. */
  readonly zones: number;
  /** Where the user says that its data may be unreachable. */
  readonly field: string;
  /** Why its data may be unreachable while its zone is down. @default it must not, where zones may be lost */
  readonly oneZone?: string | undefined;
}

/**
 * Name of the class for a volume of `construct`, which is created with it; `undefined` where the cluster's default is taken. A volume
 * that must survive zones and cannot is reported.
 */
export function storageClassOf(construct: Construct, { zones, field, oneZone }: StoragePromise): string | undefined {
  const system = System.of(construct);
  const { cluster, environment, home } = system.target;
  const { storage, name } = cluster.provider;
  if (storage === undefined) return undefined;
  const redundant = zones > 0 && oneZone === undefined;
  if (redundant && storage.zoneRedundant === undefined && !isRefused(construct)) {
    report(construct, {
      rule: 'volume-zones',
      severity: 'error',
      field,
      message: `${environment.name} must survive losing ${plural(zones, 'zone')}, but a volume of ${name} is in one`,
      expected: "oneZone: 'why its data may be unreachable', or an application that keeps copies in other zones",
    });
  }
  const source: VolumeSource = (redundant ? storage.zoneRedundant : undefined) ?? storage.zonal;
  const kept = environment.survives.zones + environment.survives.regions > 0;
  const className = `${redundant ? 'zone-redundant' : 'one-zone'}-${kept ? 'retain' : 'delete'}`;
  const scope = system.node.scope;
  if (scope instanceof Construct)
    ClusterObjects.ensureStorage(scope, cluster, home, { name: className, kept, ...source });
  return className;
}
