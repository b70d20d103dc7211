// The storage class that the promise of an environment requires of a volume, in the form of the cluster's provider.

import { Construct } from 'constructs';
import type { StorageShape, VolumeSource } from '../../model/cluster/provider';
import { plural } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { survivesLoss } from '../../model/platform/environment';
import { ClusterObjects } from '../cluster/cluster-objects';
import { System } from '../system/system';
import { isRefused } from '../tree/door';
import { report } from '../tree/findings';

/** What is promised of a volume. */
export interface StoragePromise {
  /** Zones that may be lost while its data is reachable. */
  readonly zones: number;
  /** Where the user describes the volume, with a dot at its end. @default its construct */
  readonly at?: string;
  /** Why its data may be unreachable while its zone is down. @default it must not, where zones may be lost */
  readonly oneZone?: string | undefined;
  /** Why its data may be unreachable while its region is down. @default it must not, where regions may be lost */
  readonly oneRegion?: string | undefined;
}

/**
 * Name of the class for a volume of `construct`, which is created with it; `undefined` where the cluster's default is taken. A volume
 * that must survive zones or regions and cannot is reported.
 */
export function storageClassOf(construct: Construct, promise: StoragePromise): string | undefined {
  const system = System.of(construct);
  const { cluster, environment, home } = system.target;
  const { storage } = cluster.provider;
  if (!isRefused(construct)) {
    for (const finding of findPromiseFindings(system, promise)) report(construct, finding);
  }
  if (storage === undefined) return undefined;
  const redundant = promise.zones > 0 && promise.oneZone === undefined;
  const { provisioner, parameters }: VolumeSource = (redundant ? storage.zoneRedundant : undefined) ?? storage.zonal;
  const kept = survivesLoss(environment);
  const className = `${redundant ? 'zone-redundant' : 'one-zone'}-${kept ? 'retain' : 'delete'}`;
  const scope = system.node.scope;
  if (scope instanceof Construct) {
    ClusterObjects.ensureStorage(scope, cluster, home, { name: className, kept, provisioner, parameters });
  }
  return className;
}

function findPromiseFindings(system: System<unknown>, promise: StoragePromise): Finding[] {
  const { cluster, environment } = system.target;
  const { zones, at = '', oneZone, oneRegion } = promise;
  const { regions } = environment.survives;
  const { storage, name } = cluster.provider;
  const found: Finding[] = [];
  if (zones > 0 && oneZone === undefined) {
    const field = `${at}oneZone`;
    const problem = findZoneProblem(
      `${environment.name} must survive losing ${plural(zones, 'zone')}`,
      zones,
      storage,
      name,
    );
    // the pods of declared nodes are counted: there the loss of a volume of the default class is an error of its own
    const severity = storage === undefined ? 'warning' : 'error';
    const isCounted = storage === undefined && cluster.nodePools.length > 0;
    if (problem !== undefined && !isCounted) found.push(findingOf('volume-zones', { field, ...problem }, severity));
  }
  if (regions > 0 && oneRegion === undefined) {
    const message = `${environment.name} must survive losing ${plural(regions, 'region')}, but a volume is in one`;
    const expected =
      "oneRegion: 'why its data may be unreachable', such as: the application copies it to the other region";
    found.push(findingOf('volume-regions', { field: `${at}oneRegion`, message, expected }));
  }
  return found;
}

const REASON = "oneZone: 'why its data may be unreachable'";

function findZoneProblem(
  promised: string,
  zones: number,
  storage: StorageShape | undefined,
  provider: string,
): Omit<Problem, 'field'> | undefined {
  if (storage === undefined) {
    const message = `${promised}, but the default class of ${provider} is unknown: it may be in one`;
    return { message, expected: `${REASON}, or a claim that names a class of several zones` };
  }
  const { zoneRedundant } = storage;
  if (zoneRedundant === undefined) {
    const message = `${promised}, but a volume of ${provider} is in one`;
    return { message, expected: `${REASON}, or an application that keeps copies in other zones` };
  }
  if (zones <= zoneRedundant.zonesLost) return undefined;
  const message = `${promised}, but a volume of ${provider} survives losing ${zoneRedundant.zonesLost}`;
  return { message, expected: `${REASON}, or survives.zones: ${zoneRedundant.zonesLost}` };
}
