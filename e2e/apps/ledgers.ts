// Ledgers: a PostgreSQL without an operator, a clerk that connects to it, and an idler that does not (E35).
import type { Construct } from 'constructs';
import { Platform, PostgreSQL, System, Worker, type WorkerProps } from '../../lib/constructs';
import { local, type Target } from '../../lib/model';

const ASK =
  'PGPASSWORD="$(cat "$LEDGER_PASSWORD_FILE")" exec psql --no-psqlrc --host="$LEDGER_HOST" --port="$LEDGER_PORT" ' +
  '--username="$(cat "$LEDGER_USERNAME_FILE")" --dbname=app --command="select 1"';

class Ledgers extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'ledgers', target);
    const ledger = new PostgreSQL(this, 'ledger', {
      version: '15',
      storage: '64Mi',
      resources: { cpu: '50m', memory: '128Mi' },
    });
    const worker: WorkerProps = {
      image: ledger.image,
      command: ['/bin/sh', '-c', 'trap exit TERM; while :; do sleep 1 & wait; done'],
      resources: { cpu: '20m', memory: '32Mi' },
      size: { replicas: 1 },
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
  images: { ledgers: { development: '1' } },
  clusters: { here: local({ kubernetes: '1.36' }) },
  environments: { development: { survives: { zones: 0, regions: 0 } } },
})
  .place(Ledgers, { development: { on: 'here', settings: {} } })
  .app();
