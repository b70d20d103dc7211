// Carts: a real Redis that keeps its data on the disk of a node (E27).
import type { Construct } from 'constructs';
import { Platform, StatefulService, System } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Carts extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'carts', target);
    new StatefulService(this, 'cart', {
      image: this.image('cart'),
      command: ['/redis-server', '--dir', '/data', '--appendonly', 'yes', '--protected-mode', 'no'],
      port: { port: 6379, protocol: 'tcp' },
      resources: { cpu: '20m', memory: '64Mi' },
      probes: { bootSeconds: 10, readiness: { tcp: true } },
      claims: { '/data': { size: '16Mi', oneZone: 'a cart may wait until its zone is back' } },
      size: { replicas: 2 },
      survives: { zones: 0, because: 'a cart may wait until its zone is back' },
    });
  }
}

export const app = new Platform({
  home: 'here',
  images: { carts: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Carts, { production: { on: 'here', settings: {} } })
  .app();
