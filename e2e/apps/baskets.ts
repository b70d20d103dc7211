// Baskets: a web service that keeps what it is given in memory, and is scaled on that (E18).
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Baskets extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'baskets', target);
    new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      resources: { cpu: '100m', memory: '128Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
      size: { cpu: 0.65, memory: 0.5, min: 2, max: 5 },
    });
  }
}

export const app = new Platform({
  home: 'here',
  images: { baskets: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Baskets, { production: { on: 'here', settings: {} } })
  .app();
