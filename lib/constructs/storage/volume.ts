// A volume that keeps data when pods go: a claim, and the storage class that its environment's promise requires.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Fields, fields, optional, text, volumeSize } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { type Environment, survivesLoss } from '../../model/platform/environment';
import { System } from '../system/system';
import { isRefused, receive } from '../tree/door';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { storageClassOf } from './storage-class';

/** Size and promise of a claim. */
export interface ClaimProps {
  /** Size as a quantity: `10Gi`. It may grow later, and never shrink. */
  readonly size: string;
  /**
   * Why it may be unreachable while its zone is down, although the environment survives the loss of one. Kept as an annotation.
   * @default it must not: where the environment survives zones, the volume is in more than one
   */
  readonly oneZone?: string;
  /**
   * Why its data may be unreachable while its region is down, although the environment survives the loss of one. Kept as an annotation.
   * @default it must not: where the environment survives regions, the volume is refused, since each is in one region
   */
  readonly oneRegion?: string;
}

/** Size and promise of a volume. */
export interface VolumeProps extends ClaimProps {
  /**
   * Why its data is in no backup, although the environment survives a loss. Kept as an annotation.
   * @default a `Backup` copies it, where the environment survives the loss of a zone or a region
   */
  readonly noBackup?: string;
}

/** What each property of a claim may say. */
export const CLAIM_FIELDS: Fields<ClaimProps> = {
  size: volumeSize(),
  oneZone: optional(text('the reason why its data may be unreachable')),
  oneRegion: optional(text('the reason why its data may be unreachable')),
};

/** What the reason for having no backup may say. */
export const NO_BACKUP = text('the reason why its data is in no backup');

/** The reason as an annotation, where a backup would be asked for. */
export const noBackupNotes = (
  reason: string | undefined,
  environment: Environment,
): Readonly<Record<string, string>> =>
  reason === undefined || !survivesLoss(environment) ? {} : { [ANNOTATION.noBackup]: reason };

const VOLUME = fields<VolumeProps>({ ...CLAIM_FIELDS, noBackup: optional(NO_BACKUP) });

/** A claim of block storage for one node at a time; of the cluster's default class without a name. */
export function claimSpec(size: string, storageClassName: string | undefined) {
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: canonicalQuantity(size) } },
    ...defined({ storageClassName }),
    volumeMode: 'Filesystem',
  };
}

/**
 * Block storage for one node at a time.
 *
 * - Where the environment survives zones it is zone-redundant, otherwise it is in the zone of its first pod.
 * - Its data is in one region: where the environment survives the loss of one, `oneRegion` says why that is enough.
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
    const { size, oneZone, oneRegion, noBackup } = receive(this, '', VOLUME, props, { size: '1Gi' });
    const { environment } = System.of(this).target;
    const { zones } = environment.survives;
    const storageClassName = storageClassOf(this, { zones, oneZone, oneRegion });
    const annotations = {
      ...defined({ [ANNOTATION.oneZone]: oneZone, [ANNOTATION.oneRegion]: oneRegion }),
      // what was refused may have been the reason
      ...noBackupNotes(isRefused(this) ? 'refused' : noBackup, environment),
    };
    const metadata = { name: id, labels: selectorLabels(id), annotations };
    this.claim = createObject(this, 'claim', 'PersistentVolumeClaim', metadata, {
      spec: claimSpec(size, storageClassName),
    });
  }
}
