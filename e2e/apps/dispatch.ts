// Dispatch: a consumer of a queue, scaled by what is in it (E13).
import type { Construct } from 'constructs';
import { Broker, Platform, QueueConsumer, System } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

class Dispatch extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'dispatch', target);
    const broker = new Broker(this, 'broker', {
      host: 'rabbitmq.outside.test',
      port: 35672,
      credentials: { secret: 'dispatch-broker', keys: ['username', 'password'] },
      management: { secret: 'dispatch-broker-management', key: 'uri' },
      nodes: { kind: 'single', messagesPerSecondPerNode: 5000, connectionsPerNode: 100 },
    });
    new QueueConsumer(this, 'orders', {
      image: this.image('orders'),
      port: 8080,
      resources: { cpu: '50m', memory: '64Mi' },
      probes: {
        bootSeconds: 20,
        startup: { path: '/healthz/started' },
        readiness: { path: '/healthz/ready' },
        liveness: { path: '/healthz/live' },
      },
      queue: broker.queue('orders'),
      connectionsPerPod: 1,
      size: {
        messagesPerSecondPerPod: 10,
        drainSeconds: 120,
        utilisation: 0.7,
        peakMessagesPerSecond: 20,
        largestBacklog: 3000,
        min: 2,
        cpu: { target: 0.8, atFullWork: 0.9 },
      },
    });
  }
}

export const app = new Platform({
  home: 'here',
  images: { dispatch: { production: '1' } },
  clusters: {
    here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', capabilities: ['keda'] }),
  },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Dispatch, { production: { on: 'here', settings: {} } })
  .app();
