// The policies let through what connectTo and exposeAt declare, no more and no less.
import { ApiObject } from 'cdk8s';
import { type Connection, connections } from '../../../lib/analysis/network/connections';
import { ExternalService, override, type System, WebService } from '../../../lib/constructs';
import { eks, local } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { seeded } from '../../support/random';
import { errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const all = (synthesis: Synthesis): readonly Connection[] => connections(synthesis.entries);
const shown = (found: readonly Connection[]): string[] => found.map(({ from, to, port }) => `${from} → ${to} ${port}`);
const withoutNames = (lines: readonly string[]): string[] => lines.filter((line) => !/ 53\/(TCP|UDP)$/.test(line));
const edges = (synthesis: Synthesis): string[] => withoutNames(shown(all(synthesis)));

test('every component may resolve names, in kube-system or on the node, and nothing else may', () => {
  const found = shown(all(shop((system) => new WebService(system, 'web', WEB))));
  expect(found).toEqual([
    'shop-production/web → 169.254.0.0/16 53/TCP',
    'shop-production/web → 169.254.0.0/16 53/UDP',
    'shop-production/web → namespaces kubernetes.io/metadata.name=kube-system 53/TCP',
    'shop-production/web → namespaces kubernetes.io/metadata.name=kube-system 53/UDP',
  ]);
});

test('random graphs: the allowed pairs are the declared ones', () => {
  const random = seeded(5);
  for (let trial = 0; trial < 30; trial++) {
    const count = 2 + Math.floor(random() * 5);
    const declared: string[] = [];
    const synthesis = shop((system) => {
      const components = Array.from({ length: count }, (_, index) => {
        const name = `c${index}`;
        return { name, port: 8000 + index, service: new WebService(system, name, { ...WEB, port: 8000 + index }) };
      });
      for (const from of components) {
        for (const to of components) {
          if (from === to || random() < 0.6) continue;
          from.service.connectTo(to.service);
          declared.push(`shop-production/${from.name} → shop-production/${to.name} ${to.port}/TCP`);
        }
      }
    });
    expect(edges(synthesis)).toEqual(declared.sort());
  }
});

describe('what the evaluation sees', () => {
  const two = (change: (system: System, web: WebService) => void): string[] =>
    edges(
      shop((system) => {
        const api = new WebService(system, 'api', WEB);
        const web = new WebService(system, 'web', WEB);
        web.connectTo(api);
        change(system, web);
      }),
    );
  const EDGE = 'shop-production/web → shop-production/api 8080/TCP';
  const policy = (system: System, name: string, spec: object): void => {
    new ApiObject(system, name, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name },
      spec,
    });
  };

  test('an edge that lacks one of its sides is none', () => {
    expect(two(() => {})).toEqual([EDGE]);
    expect(two((_, web) => override(web.networkPolicy).remove('spec.egress[1]'))).toEqual([]);
  });

  test('a policy that is added widens; one that selects everything opens everything', () => {
    const open = two((system) =>
      policy(system, 'open', { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ['Ingress', 'Egress'] }),
    );
    expect(open).toEqual(
      expect.arrayContaining([
        'anywhere → shop-production/api any port',
        'shop-production/api → shop-production/web any port',
        'shop-production/web → anywhere any port',
      ]),
    );
  });

  test('namespaces are known by their own labels and by their name, ports by name and range', () => {
    const widened = two((system) => {
      const peer = { namespaceSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'shop' } } };
      policy(system, 'in', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [peer], ports: [{ port: 'http' }] }],
      });
      policy(system, 'out', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [peer], ports: [{ port: 8000, endPort: 8090 }] }],
      });
    });
    expect(widened).toContain('shop-production/api → shop-production/web 8080/TCP');
    const missed = two((system) => {
      const peer = { namespaceSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'shop' } } };
      policy(system, 'in', {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ from: [peer], ports: [{ port: 'http', protocol: 'UDP' }] }],
      });
    });
    expect(missed.filter((line) => line.startsWith('shop-production/'))).toEqual([EDGE]);
  });
});

describe('the outside', () => {
  test('by its addresses where they are known, else by its port; its name is where a reviewer sees it', () => {
    const connected = (cidrs?: readonly string[]) =>
      shop((system) => {
        const props = { host: 'db.example.com', port: 5432, ...(cidrs === undefined ? {} : { cidrs }) };
        new WebService(system, 'web', WEB).connectTo(new ExternalService(system, 'database', props));
      });
    expect(edges(connected(['10.0.0.0/28', '10.0.1.0/28']))).toEqual([
      'shop-production/web → 10.0.0.0/28 5432/TCP',
      'shop-production/web → 10.0.1.0/28 5432/TCP',
    ]);
    expect(edges(connected())).toEqual(['shop-production/web → anywhere 5432/TCP']);
    const annotations = { 'evenkeel.dev/exit-database': 'db.example.com' };
    for (const cidrs of [undefined, ['10.0.0.0/28']]) {
      expect(find(connected(cidrs), 'NetworkPolicy', 'web')).toMatchObject({ metadata: { annotations } });
    }
  });

  test('ingress traffic comes from where the provider says; from node ports, through the nodes', () => {
    const exposed = (options = {}) =>
      shop((system) => new WebService(system, 'web', WEB).exposeAt('shop.example.com', options));
    expect(edges(exposed())).toEqual(
      SUBNETS.loadBalancerSubnets.map((cidr) => `${cidr} → shop-production/web 8080/TCP`),
    );
    expect(edges(exposed({ targets: 'nodes' }))).toEqual([`${SUBNETS.nodeSubnets[0]} → shop-production/web 8080/TCP`]);
  });

  test('where the provider cannot know, a missing range is refused, and only where something is exposed', () => {
    const cluster = eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' });
    const expose = (system: System) => new WebService(system, 'web', WEB).exposeAt('shop.example.com');
    expect(errors(shop(expose, { cluster }))).toEqual(['ingress-source exposeAt']);
    expect(errors(shop((system) => new WebService(system, 'web', WEB), { cluster }))).toEqual([]);
    const laptop = { cluster: local({ kubernetes: '1.36' }), environment: { survives: { zones: 0, regions: 0 } } };
    expect(errors(shop(expose, laptop))).toEqual([]);
  });
});

test.each<[string, string, string]>([
  ['addresses without their key', '["10.0.0.0/8"]', ''],
  ['a text', '"10.0.0.0/8"', ''],
  ['labels under another name', '{"namespace":"ingress","labels":{"app":"traefik"}}', '.labels'],
  ['no labels at all', '{"namespace":"ingress","podLabels":{}}', '.podLabels'],
])('where ingress traffic comes from, as %s, opens nothing: it is refused', (_, json, key) => {
  const cluster = local({ kubernetes: '1.36', ingressSource: JSON.parse(json) });
  const expose = (system: System) => new WebService(system, 'web', WEB).exposeAt('shop.localhost');
  const synthesis = shop(expose, { cluster, environment: { survives: { zones: 0, regions: 0 } } });
  expect(errors(synthesis)).toEqual([`input clusters.mumbai.ingressSource${key}`]);
  expect(edges(synthesis)).toEqual([]);
});

test('creation order changes no policy', () => {
  const build = (names: readonly string[]) => {
    const { files } = shop((system) => {
      const api = new WebService(system, 'api', WEB);
      for (const name of names) new WebService(system, name, WEB).connectTo(api);
    });
    return files;
  };
  expect(build(['a', 'b', 'c'])).toEqual(build(['c', 'a', 'b']));
});
