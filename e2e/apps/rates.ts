// Rates: a gRPC server three times, and who calls all of them (E28): as the how-to says, without a limit to the age of a connection, and with one address.
import type { Construct } from 'constructs';
import { Platform, System, WebService, type WebServiceProps } from '../../lib/constructs';
import { conformant, type Target } from '../../lib/model';

const resources = { cpu: '20m', memory: '32Mi' };

class Rates extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'rates', target);
    const server = (name: string, more: Partial<WebServiceProps>) =>
      new WebService(this, name, {
        image: this.image('calls'),
        command: ['/calls', 'serve'],
        port: { port: 9090, protocol: 'grpc' },
        probes: { bootSeconds: 20, startup: { grpc: true }, readiness: { grpc: true } },
        resources,
        size: { replicas: 3 },
        ...more,
      });
    const caller = new WebService(this, 'caller', {
      image: this.image('calls'),
      command: ['/calls', 'call'],
      port: 8080,
      probes: { bootSeconds: 10, readiness: { path: '/healthz' } },
      resources: { cpu: '50m', memory: '64Mi' },
      size: { replicas: 2 },
    });
    caller.connectTo(server('rates', { env: { CONNECTION_SECONDS: '10', RELEASE: '1' } }));
    caller.connectTo(server('lasting', {}));
    const port = { port: 9090, protocol: 'grpc', balancedBy: 'no one: it is a twin' } as const;
    caller.connectTo(server('single', { port }));
  }
}

export const app = new Platform({
  home: 'here',
  images: { rates: { production: '1' } },
  clusters: { here: conformant({ zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
  environments: {
    production: { survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example' } },
  },
})
  .place(Rates, { production: { on: 'here', settings: {} } })
  .app();
