// Parcels: what is not a web service, in one system: a migration, a Job with a sidecar, a CronJob, an agent on every node, and pools of nodes (E26).
import type { Construct } from 'constructs';
import { CronJob, Job, Migration, NodeAgent, Platform, System, WebService } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

const resources = { cpu: '10m', memory: '16Mi' };
/** What the test server does as a program that ends: after this many seconds, well. */
const ends = (seconds: number) => ['/server', 'finish', `${seconds}`];

class Parcels extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'parcels', target);
    const probes = {
      bootSeconds: 20,
      startup: { path: '/healthz/started' },
      readiness: { path: '/healthz/ready' },
      liveness: { path: '/healthz/live' },
    };
    new Migration(this, 'migrate', { resources, deadlineSeconds: 60, command: ends(3) });
    new Job(this, 'import', {
      resources,
      deadlineSeconds: 60,
      command: ends(2),
      sidecars: { proxy: { image: this.image('proxy'), resources, command: ['/server', 'pause'] } },
    });
    new CronJob(this, 'report', { resources, schedule: '* * * * *', deadlineSeconds: 30, command: ends(1) });
    new NodeAgent(this, 'scan', { resources, port: 8080, probes });
    const size = { replicas: 2 };
    new WebService(this, 'route', { resources, port: 8080, probes, size, pool: 'scales', architecture: 'amd64' });
  }
}

const pool = { cpu: '2', memory: '4Gi', pods: 110 };

export const app = new Platform({
  home: 'here',
  images: { parcels: { production: '1' } },
  clusters: {
    here: conformant({
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      nodePools: [
        { ...pool, name: 'general', nodesPerZone: { min: 1, max: 2 } },
        {
          ...pool,
          name: 'scales',
          nodesPerZone: { min: 1, max: 1 },
          labels: { 'example.com/scales': 'true' },
          taints: [{ key: 'example.com/scales', value: 'true', effect: 'NoSchedule' }],
        },
      ],
    }),
  },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Parcels, { production: { on: 'here', settings: {} } })
  .app();
