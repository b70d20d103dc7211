// Invoices: a PostgreSQL by CloudNativePG that survives the loss of a zone, a clerk that connects to it, and an idler that does not (E35b).
import type { Construct } from 'constructs';
import { Platform, PostgreSQL, System, Worker, type WorkerProps } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

const ASK =
  'PGPASSWORD="$(cat "$LEDGER_PASSWORD_FILE")" exec psql --no-psqlrc --host="$LEDGER_HOST" --port="$LEDGER_PORT" ' +
  '--username="$(cat "$LEDGER_USERNAME_FILE")" --dbname=app --command="select 1"';

class Invoices extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'invoices', target);
    const ledger = new PostgreSQL(this, 'ledger', {
      version: '15',
      storage: '256Mi',
      resources: { cpu: '100m', memory: '256Mi' },
      noBackup: 'thrown away with the proof',
    });
    const worker: WorkerProps = {
      image: ledger.image,
      command: ['/bin/sh', '-c', 'trap exit TERM; while :; do sleep 1 & wait; done'],
      resources: { cpu: '20m', memory: '32Mi' },
      size: { replicas: 2 },
      probes: { bootSeconds: 60 },
    };
    new Worker(this, 'clerk', {
      ...worker,
      probes: { bootSeconds: 60, readiness: { exec: ['/bin/sh', '-c', ASK] } },
    }).connectTo(ledger, { poolSize: 1 });
    new Worker(this, 'idler', worker);
  }
}

export const app = new Platform({
  home: 'here',
  images: { invoices: { production: '1' } },
  clusters: {
    here: conformant({
      zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
      kubernetes: '1.36',
      capabilities: ['cloudnative-pg'],
    }),
  },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Invoices, { production: { on: 'here', settings: {} } })
  .app();
