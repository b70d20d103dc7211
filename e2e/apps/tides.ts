// Tides: a web service with a value that changes at run time, and the store that it comes from (E32).
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';
import { configuration } from '../../lib/parts';

class Tides extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'tides', target);
    new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      size: { replicas: 3 },
      resources: { cpu: '20m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
      templates: { files: { '/run/config/level': '{{ key "tides-production/level" }}' } },
    });
  }
}

const survives = { zones: 1, regions: 0 };

export const app = new Platform({
  home: 'here',
  images: { tides: { production: '1' } },
  clusters: {
    here: conformant({ zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'], kubernetes: '1.36' }),
  },
  environments: {
    production: { survives, registry: { external: 'registry.example' } },
    operations: { survives },
  },
})
  .place(Tides, { production: { on: 'here', settings: {} } })
  .equip('operations', { on: 'here', parts: [configuration()] })
  .app();
