// A shop with a ledger that keeps state, and the part `backups`, for tests of backups.

import {
  Backup,
  type BackupProps,
  StatefulService,
  type StatefulServiceProps,
  type System,
} from '../../lib/constructs';
import { type BackupsProps, backups } from '../../lib/parts';

const KEYS = { secret: 'copies', id: 'id', value: 'secret' };

/** Two stores, one of another provider and in another region than `TWO_ZONES`. */
export const STORES: BackupsProps['stores'] = {
  near: { s3: { bucket: 'copies', region: 'ap-south-1', keys: KEYS } },
  far: { s3: { bucket: 'copies', region: 'fsn1', endpoint: 'fsn1.objects.example', keys: KEYS } },
};

/** The part with these stores. */
export const copies = (props: Partial<BackupsProps> = {}) => backups({ stores: STORES, ...props });

/** A component that keeps state, in a shop that survives a zone. */
export function ledger(system: System, props: Partial<StatefulServiceProps> = {}): StatefulService {
  return new StatefulService(system, 'ledger', {
    image: 'registry.example/ledger:1',
    port: { port: 5000, protocol: 'tcp' },
    resources: { cpu: '100m', memory: '64Mi' },
    probes: { bootSeconds: 5, readiness: { tcp: true } },
    claims: { '/data': { size: '1Gi', oneZone: 'it is copied' } },
    size: { replicas: 1 },
    survives: { zones: 0, because: 'it is one' },
    ...props,
  });
}

export const DUMP = ['ledger', 'dump', '--host=$(HOST)', '--file=/dump/ledger'];

/** A backup of the ledger. */
export const ledgerBackup = (
  of: StatefulService,
  system: System,
  props: Partial<BackupProps> = { dump: DUMP },
): Backup => new Backup(system, 'ledger-backup', { of, size: '1Gi', ...props });
