// PingPong, a small web application that throttles its callers.
import type { Construct } from 'constructs';
import { healthz, System, type Target, WebService } from 'evenkeel';

export interface PingPongSettings {
  readonly host: string;
  /** Requests a second that one caller may make. */
  readonly requestsPerSecond: number;
  /** Requests that one caller may make at once. */
  readonly burst: number;
  /** Pods. */
  readonly replicas: number;
}

export class PingPong extends System<PingPongSettings> {
  constructor(scope: Construct, target: Target<PingPongSettings>) {
    super(scope, 'pingpong', target);
    const { host, requestsPerSecond, burst, replicas } = this.settings;

    const web = new WebService(this, 'web', {
      port: 8080,
      resources: { cpu: '100m', memory: '128Mi' },
      size: { replicas },
      probes: healthz({ bootSeconds: 20 }),
      env: {
        THROTTLE_REQUESTS_PER_SECOND: String(requestsPerSecond),
        THROTTLE_BURST: String(burst),
      },
    });
    web.exposeAt(host);
  }
}
