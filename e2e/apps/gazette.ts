// Gazette: a component whose log has numbered lines, a pod in each zone (E31).
import type { Construct } from 'constructs';
import { Platform, System, Worker } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Gazette extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'gazette', target);
    new Worker(this, 'press', {
      image: this.image('press'),
      port: 8080,
      size: { replicas: 3 },
      resources: { cpu: '20m', memory: '32Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
  }
}

export const app = new Platform({
  home: 'here',
  images: { gazette: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Gazette, { production: { on: 'here', settings: {} } })
  .app();
