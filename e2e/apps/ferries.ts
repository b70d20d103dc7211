// Ferries: a web service where two of three zones may be lost, and where one may (E33).
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

interface Settings {
  /** Fixed number of pods. */
  readonly pods: number;
}

class Ferries extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'ferries', target);
    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      size: { replicas: this.settings.pods },
      resources: { cpu: '50m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
    web.exposeAt(`${target.environment.name}.outside.test`, { serviceType: 'NodePort' });
  }
}

const BOTH = { min: 2, max: 2 };
const registry = { external: 'registry.example' };

export const app = new Platform({
  home: 'here',
  images: { ferries: { sturdy: '1', plain: '1' } },
  clusters: {
    here: conformant({
      zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
      kubernetes: '1.36',
      ingressSource: { cidrs: ['10.200.0.0/24'] },
      nodePools: [
        {
          name: 'lab',
          cpu: '2',
          memory: '8Gi',
          pods: 110,
          nodesPerZone: { 'ap-south-1a': BOTH, 'ap-south-1b': BOTH, 'ap-south-1c': { min: 1, max: 1 } },
        },
      ],
    }),
  },
  environments: {
    sturdy: { survives: { zones: 2, regions: 0 }, registry },
    plain: { survives: { zones: 1, regions: 0 }, registry },
  },
})
  .place(Ferries, {
    sturdy: { on: 'here', settings: { pods: 6 } },
    plain: { on: 'here', settings: { pods: 2 } },
  })
  .app();
