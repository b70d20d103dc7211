// A volume that keeps data when pods go: a claim, and the storage class that its environment's promise requires.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { VolumeSource } from '../../model/cluster/provider';
import { plural } from '../../model/finding/derivation';
import { fields, optional, quantity, text } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { ClusterObjects } from '../cluster/cluster-objects';
import { System } from '../system/system';
import { isRefused, receive } from '../tree/door';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';

/** Size and promise of a volume. */
export interface VolumeProps {
  /** Size as a quantity: `10Gi`. It may grow later, and never shrink. */
  readonly size: string;
  /**
   * Why it may be unreachable while its zone is down, although the environment survives the loss of one. Kept as an annotation.
   * @default it must not: where the environment survives zones, the volume is in more than one
   */
  readonly oneZone?: string;
}

const VOLUME = fields<VolumeProps>({
  size: quantity("a quantity above 0 as a text, such as '10Gi'"),
  oneZone: optional(text('the reason why its data may be unreachable')),
});

/**
 * Block storage for one node at a time.
 *
 * - Where the environment survives zones it is zone-redundant, otherwise it is in the zone of its first pod.
 * - Where the environment survives any loss, the disk stays when the claim is deleted.
 * - Without a storage profile of the provider it has the cluster's default class, which is unknown here.
 *
 * Source: kubernetes.io, "Storage Classes" (volumeBindingMode, reclaimPolicy, allowVolumeExpansion).
 */
export class Volume extends Construct {
  /** Its PersistentVolumeClaim, for overrides. */
  readonly claim: ApiObject;

  constructor(scope: Construct, id: string, props: VolumeProps) {
    super(scope, id);
    traceConstruct(this);
    const { size, oneZone } = receive(this, '', VOLUME, props, { size: '1Gi' });
    const storageClassName = this.storageClass(oneZone);
    const annotations = defined({ [ANNOTATION.oneZone]: oneZone });
    const metadata = { name: id, labels: selectorLabels(id), annotations };
    this.claim = createObject(this, 'claim', 'PersistentVolumeClaim', metadata, {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: canonicalQuantity(size) } },
        ...defined({ storageClassName }),
        volumeMode: 'Filesystem',
      },
    });
  }

  /** Name of the class, which is created with it; `undefined` where the cluster's default is taken. */
  private storageClass(oneZone: string | undefined): string | undefined {
    const system = System.of(this);
    const { cluster, environment, home } = system.target;
    const { storage, name } = cluster.provider;
    if (storage === undefined) return undefined;
    const { zones, regions } = environment.survives;
    const redundant = zones > 0 && oneZone === undefined;
    if (redundant && storage.zoneRedundant === undefined && !isRefused(this)) {
      report(this, {
        rule: 'volume-zones',
        severity: 'error',
        field: 'oneZone',
        message: `${environment.name} must survive losing ${plural(zones, 'zone')}, but a volume of ${name} is in one`,
        expected: "oneZone: 'why its data may be unreachable', or an application that keeps copies in other zones",
      });
    }
    const source: VolumeSource = (redundant ? storage.zoneRedundant : undefined) ?? storage.zonal;
    const kept = zones + regions > 0;
    const className = `${redundant ? 'zone-redundant' : 'one-zone'}-${kept ? 'retain' : 'delete'}`;
    const scope = system.node.scope;
    if (scope instanceof Construct)
      ClusterObjects.ensureStorage(scope, cluster, home, { name: className, kept, ...source });
    return className;
  }
}
