// Vault: a real Redis, copied as a dump and as files; the snapshots of etcd; drills of all of them (E34, E34b).
import type { Construct } from 'constructs';
import { Backup, Platform, StatefulService, System } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';
import { backups } from '../../lib/parts';

class Vault extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'vault', target);
    const ledger = new StatefulService(this, 'ledger', {
      image: this.image('ledger'),
      command: ['/redis-server', '--dir', '/data', '--save', '1 1', '--protected-mode', 'no'],
      port: { port: 6379, protocol: 'tcp' },
      resources: { cpu: '20m', memory: '64Mi' },
      probes: { bootSeconds: 10, readiness: { tcp: true } },
      claims: { '/data': { size: '16Mi', oneZone: 'it is copied' } },
      size: { replicas: 1 },
      survives: { zones: 0, because: 'it is one' },
    });
    new Backup(this, 'dump', {
      of: ledger,
      dump: ['/redis-cli', '-h', '$(HOST)', '--rdb', '/dump/ledger.rdb'],
      check: ['/redis-check-rdb', '/dump/ledger.rdb'],
      size: '16Mi',
      deadlineSeconds: 120,
    });
    new Backup(this, 'files', {
      of: ledger,
      files: 'Redis renames its file when it is complete',
      check: ['/redis-check-rdb', '/data/data-ledger-0/dump.rdb'],
      size: '16Mi',
      deadlineSeconds: 120,
    });
  }
}

const copies = backups({
  stores: {
    near: {
      s3: {
        bucket: 'vault',
        region: 'ap-south-1',
        endpoint: 'copies.outside.test',
        keys: { secret: 'copies', id: 'id', value: 'secret' },
      },
    },
  },
  fewerCopies: 'the proof has one store',
  etcd: 'kubeadm',
});

export const app = new Platform({
  home: 'here',
  images: { vault: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
    operations: { survives: { zones: 1, regions: 0 } },
  },
})
  .place(Vault, { production: { on: 'here', settings: {} } })
  .equip('operations', { on: 'here', parts: [copies] })
  .app();
