// A system of two components in BENCH_ENVIRONMENTS environments of one cluster.
import type { Construct } from 'constructs';
import { healthz, Platform, System, WebService } from '../../lib/constructs';
import { eks, type Target } from '../../lib/model';

const names = Array.from({ length: Number(process.env.BENCH_ENVIRONMENTS ?? 2) }, (_, index) => `env-${index}`);
const each = <T>(value: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, value]));

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    const api = this.service('api');
    this.service('web').connectTo(api);
  }

  private service(name: string): WebService {
    return new WebService(this, name, {
      port: 8080,
      resources: { cpu: '100m', memory: '128Mi' },
      size: { replicas: 2 },
      probes: healthz({ bootSeconds: 20 }),
    });
  }
}

export const app = new Platform({
  home: 'bench',
  images: { shop: each('1') },
  clusters: { bench: eks({ region: 'eu-west-1', zones: ['eu-west-1a', 'eu-west-1b'], kubernetes: '1.36' }) },
  environments: each({ survives: { zones: 1, regions: 0 }, registry: { external: 'registry.example.com' } }),
})
  .place(Shop, each({ on: 'bench', settings: {} }))
  .app();
