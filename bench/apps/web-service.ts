// The applications as web services of one system: ServiceAccount, Deployment, Service, autoscaler and budget each.
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import { eks, type Target } from '../../lib/model';
import { objects } from './charts';
import { OBJECTS_PER_APPLICATION, parameters } from './content';

/** A web service has five objects, so fewer services give about the same number; the Namespace is one more. */
const APPLICATIONS = Math.round(objects / 5);

class Bench extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'bench', target);
    for (const { name, port, cpu, memory, min, max } of parameters(APPLICATIONS * OBJECTS_PER_APPLICATION)) {
      new WebService(this, name, {
        image: this.image(name),
        port: Number(port),
        resources: { cpu, memory },
        probes: {
          bootSeconds: 60,
          startup: { path: '/healthz/started' },
          readiness: { path: '/healthz/ready' },
          liveness: { path: '/healthz/live' },
        },
        size: { cpu: 0.65, min: Number(min), max: Number(max) },
      });
    }
  }
}

export const app = new Platform({
  home: 'bench',
  images: { bench: { bench: '412' } },
  clusters: {
    bench: eks({
      region: 'eu-west-1',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      kubernetes: '1.36',
      capabilities: ['metrics-server'],
      loadBalancerSubnets: ['10.20.0.0/22'],
    }),
  },
  environments: { bench: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example.com' } } },
})
  .place(Bench, { bench: { on: 'bench', settings: {} } })
  .app();
