// Clinic: a production, and by one line a test environment that is the same (E19).
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Clinic extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'clinic', target);
    const common = {
      port: 8080,
      resources: { cpu: '50m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    };
    const records = new WebService(this, 'records', { ...common, image: this.image('records'), size: { replicas: 3 } });
    const booking = new WebService(this, 'booking', {
      ...common,
      image: this.image('booking'),
      size: { cpu: 0.65, min: 3, max: 6 },
    });
    booking.connectTo(records);
  }
}

export const app = new Platform({
  home: 'here',
  images: { clinic: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Clinic, { production: { on: 'here', settings: {} } })
  .copy(Clinic, { of: 'production', as: 'rehearsal', settings: {} })
  .app();
