// The shop: one web service, reachable from outside.
import type { Construct } from 'constructs';
import { healthz, System, type Target, WebService } from 'evenkeel';

export interface ShopSettings {
  /** Host name that it answers at. */
  readonly host: string;
}

export class Shop extends System<ShopSettings> {
  constructor(scope: Construct, target: Target<ShopSettings>) {
    super(scope, 'shop', target);
    const web = new WebService(this, 'web', {
      port: 8080,
      resources: { cpu: '250m', memory: '256Mi' },
      size: { replicas: 3 },
      probes: healthz({ bootSeconds: 30 }),
      env: { LOG_LEVEL: 'info' },
    });
    web.exposeAt(this.settings.host);
  }
}
