// Visits: a web service that is sized by what it promises (E15).
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';
import { LOAD } from './visits-load';

class Visits extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'visits', target);
    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      resources: { memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
      size: { load: LOAD },
    });
    web.exposeAt('visits.outside.test', { serviceType: 'NodePort' });
  }
}

export const app = new Platform({
  home: 'here',
  images: { visits: { production: '1' } },
  clusters: {
    here: conformant({
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      ingressSource: { cidrs: ['10.200.0.0/24'] },
    }),
  },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Visits, { production: { on: 'here', settings: {} } })
  .app();
