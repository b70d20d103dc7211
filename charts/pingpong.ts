// PingPong, a small web application that throttles its callers. Rows T1, T4, T5: docs/systems/pingpong.md.
import type { Construct } from 'constructs';
import { System, WebService } from '../lib/constructs';
import type { Target } from '../lib/model';

export interface PingPongSettings {
  readonly host: string;
  /** Requests a second that one caller may make. */
  readonly requestsPerSecond: number;
  /** Requests that one caller may make at once. */
  readonly burst: number;
}

export class PingPong extends System<PingPongSettings> {
  constructor(scope: Construct, target: Target<PingPongSettings>) {
    super(scope, 'pingpong', target);
    const { host, requestsPerSecond, burst } = target.settings;

    const web = new WebService(this, 'web', {
      image: this.image('web'),
      port: 8080,
      replicas: 3,
      resources: { cpu: '100m', memory: '128Mi' },
      probes: {
        startup: { path: '/healthz/started', budgetSeconds: 20 },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
    });
    web.configure({
      THROTTLE_REQUESTS_PER_SECOND: String(requestsPerSecond),
      THROTTLE_BURST: String(burst),
    });
    web.exposeAt(host);
  }
}
