// ToyTrex, a three-tier shop: web and middleware run here, MariaDB is managed outside. Rows X1–X8: docs/systems/toytrex.md.
import type { Construct } from 'constructs';
import { ExternalService, System, WebService } from '../lib/constructs';
import type { Target } from '../lib/model';

export interface ToyTrexSettings {
  /** Host names of the shop; the first one is its address. */
  readonly hosts: readonly string[];
  /** Host name of the managed MariaDB. */
  readonly databaseHost: string;
}

export class ToyTrex extends System<ToyTrexSettings> {
  constructor(scope: Construct, target: Target<ToyTrexSettings>) {
    super(scope, 'toytrex', target);
    const { hosts, databaseHost } = target.settings;

    const database = new ExternalService(this, 'database', {
      host: databaseHost,
      port: 3306,
      credentials: { secret: 'toytrex-database', keys: ['username', 'password'] },
    });

    const middleware = new WebService(this, 'middleware', {
      image: this.image('middleware'),
      port: 8080,
      resources: { cpu: '250m', memory: '512Mi' },
      probes: {
        startup: { path: '/healthz/started', budgetSeconds: 60 },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
    middleware.connectTo(database);
    middleware.scaleOn({ cpu: 0.65, min: 3, max: 12 });

    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      resources: { cpu: '200m', memory: '256Mi' },
      probes: {
        startup: { path: '/healthz/started', budgetSeconds: 30 },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
    web.configure({ LOG_LEVEL: 'info' });
    web.connectTo(middleware);
    web.scaleOn({ cpu: 0.65, min: 3, max: 12 });
    web.exposeAt(hosts, { serviceType: 'NodePort' });
  }
}
