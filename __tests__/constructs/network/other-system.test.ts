// F5: a component of another system, or of another placement, is refused with what to write; it never opens a policy there.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Broker, ExternalService, Platform, QueueConsumer, System, WebService } from '../../../lib/constructs';
import type { Connectable } from '../../../lib/constructs/network/connection';
import type { Target } from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { at, find, PRODUCTION, shop, TWO_ZONES, WEB } from '../../support/synthesis';

type Build = (system: System) => void;

function platform(first: Build, second: Build): Synthesis {
  const made = (name: string, build: Build) =>
    class extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, name, target);
        build(this);
      }
    };
  const app = new Platform({
    home: 'mumbai',
    images: {},
    clusters: { mumbai: TWO_ZONES },
    environments: { production: PRODUCTION },
  })
    .place(made('shop', first), { production: { on: 'mumbai', settings: {} } })
    .place(made('blog', second), { production: { on: 'mumbai', settings: {} } })
    .app();
  return synthesize(app, check);
}

const problems = ({ findings }: Synthesis) => findings.filter(({ rule }) => rule === 'connection');

describe('F5: connectTo what another system describes', () => {
  const captured: { service?: Connectable } = {};
  const connect = (system: System, name: string) => {
    const { service } = captured;
    if (service !== undefined) new WebService(system, name, WEB).connectTo(service);
  };

  test.each(['web', 'api'])('a component, whether the client is called %s or not', (name) => {
    const synthesis = platform(
      (system) => {
        captured.service = new WebService(system, 'api', WEB);
        new WebService(system, 'web', WEB);
      },
      (system) => connect(system, name),
    );
    expect(problems(synthesis)).toMatchObject([
      {
        construct: `mumbai/blog-production/${name}`,
        field: 'connectTo',
        value: 'api',
        message: 'api is in the system mumbai/shop-production: its address and policies end at that namespace',
        expected:
          "exposeAt(…) there, and new ExternalService(this, 'api', { host: '…', port: 443 }) here; or both in one system",
      },
    ]);
    expect(at(find(synthesis, 'NetworkPolicy', 'api'), 'spec', 'ingress')).toBeUndefined();
  });

  test('a service outside, whose name is in the other namespace', () => {
    const synthesis = platform(
      (system) => {
        captured.service = new ExternalService(system, 'mail', { host: 'mail.example', port: 25 });
        new WebService(system, 'web', WEB);
      },
      (system) => connect(system, 'web'),
    );
    expect(problems(synthesis)).toMatchObject([
      { value: 'mail', expected: 'a service with the same host in this system' },
    ]);
  });

  test('a queue', () => {
    const broker: { made?: Broker } = {};
    const { image, resources, probes, port } = WEB;
    const synthesis = platform(
      (system) => {
        broker.made = new Broker(system, 'broker', {
          host: 'rabbit.example',
          port: 5671,
          nodes: { kind: 'single', messagesPerSecondPerNode: 1e4, connectionsPerNode: 1e4 },
        });
        new WebService(system, 'web', WEB);
      },
      (system) => {
        if (broker.made === undefined || image === undefined) return;
        new QueueConsumer(system, 'worker', {
          image,
          resources,
          probes,
          port,
          queue: broker.made.queue('orders'),
          connectionsPerPod: 1,
          size: {
            messagesPerSecondPerPod: 20,
            peakMessagesPerSecond: 100,
            largestBacklog: 6000,
            drainSeconds: 300,
            utilisation: 0.65,
            min: 2,
            cpu: { target: 0.6, atFullWork: 0.9 },
          },
        });
      },
    );
    expect(problems(synthesis)).toMatchObject([{ value: 'broker', construct: 'mumbai/blog-production/worker' }]);
  });

  test('within one system nothing is said', () => {
    const synthesis = shop((system) => {
      const api = new WebService(system, 'api', WEB);
      new WebService(system, 'web', WEB).connectTo(api);
    });
    expect(synthesis.findings).toEqual([]);
  });
});
