// Bookings: a web service whose pools, at its maximum, need every connection that its database has (E12).
import type { Construct } from 'constructs';
import { Database, Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Bookings extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'bookings', target);
    const database = new Database(this, 'database', {
      host: 'postgres.outside.test',
      port: 15432,
      credentials: { secret: 'bookings-database', keys: ['username', 'password'] },
      limits: { maxConnections: 80, superuserReserved: 3, monitoring: 2 },
    });
    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      resources: { cpu: '50m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
      size: { cpu: 0.65, min: 3, max: 6 },
    });
    web.connectTo(database, { poolSize: 5 });
  }
}

export const app = new Platform({
  home: 'here',
  images: { bookings: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Bookings, { production: { on: 'here', settings: {} } })
  .app();
