// Practice: a web service, and the load test of Panther Clinic at a fiftieth of its size (E22).
import type { Construct } from 'constructs';
import { LoadTest, Platform, System, WebService } from '../../lib/constructs';
import { onPrem, type Target } from '../../lib/model';

const HOST = 'practice.ingress.test';
/** Two cores carry Locust and its load. Users, their growth and a worker's share are divided; thought, workers and promise are not. */
const SCALE = 50;

class Practice extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'practice', target);
    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      size: { replicas: 3 },
      resources: { cpu: '100m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
    web.exposeAt(HOST);
  }
}

class PracticeLoad extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'practice-load', target);
    new LoadTest(this, 'load', {
      image: this.image('locust'),
      host: HOST,
      path: '/',
      users: 30_000 / SCALE,
      thinkSeconds: 10,
      usersPerSecond: 60,
      seconds: 45,
      requestsPerSecondPerWorker: 1000 / SCALE,
      latency: { quantile: 0.98, seconds: 0.2 },
      memoryPerWorker: '256Mi',
      results: '16Mi',
    });
  }
}

export const app = new Platform({
  home: 'here',
  images: { practice: { production: '1' }, 'practice-load': { production: '2.47.0' } },
  clusters: {
    here: onPrem({ distribution: 'k3s', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }),
  },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Practice, { production: { on: 'here', settings: {} } })
  .place(PracticeLoad, { production: { on: 'here', namespace: 'practice-load', settings: {} } })
  .app();
