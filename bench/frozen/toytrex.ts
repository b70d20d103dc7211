// ToyTrex, a three-tier shop: web and middleware run here, MariaDB is managed outside.
import type { Construct } from 'constructs';
import { ExternalService, healthz, System, type Target, WebService } from 'evenkeel';

export type ToyTrexSettings = {
  /** The shop's host names, the first of which is its address. */
  readonly hosts: readonly string[];
  /** Host name of its managed MariaDB. */
  readonly databaseHost: string;
  /** Fewest and most pods of each tier. */
  readonly pods: { readonly min: number; readonly max: number };
};

export class ToyTrex extends System<ToyTrexSettings> {
  constructor(scope: Construct, target: Target<ToyTrexSettings>) {
    super(scope, 'toytrex', target);

    const database = new ExternalService(this, 'database', {
      host: this.settings.databaseHost,
      port: 3306,
      credentials: { secret: 'toytrex-database', keys: ['username', 'password'] },
    });

    const middleware = new WebService(this, 'middleware', {
      port: 8080,
      resources: { cpu: '250m', memory: '512Mi' },
      size: { ...this.settings.pods, cpu: 0.65 },
      probes: healthz({ bootSeconds: 60 }),
    });
    middleware.connectTo(database);

    const web = new WebService(this, 'web', {
      port: 8080,
      resources: { cpu: '200m', memory: '256Mi' },
      size: { ...this.settings.pods, cpu: 0.65 },
      probes: healthz({ bootSeconds: 30 }),
      env: { LOG_LEVEL: 'info' },
    });
    web.connectTo(middleware);
    web.exposeAt(this.settings.hosts, { serviceType: 'NodePort' });
  }
}
