// Workloads that no component describes: both sides of each connection, by labels, and what cannot be meant is refused.

import { ApiObject } from 'cdk8s';
import { connections } from '../../../lib/analysis/network/connections';
import { Database, ExternalService, network, type System, WebService, Worker } from '../../../lib/constructs';
import { eks } from '../../../lib/model';
import { errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const pod = (name: string, ports: object[] = []) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name, image: `registry.example/shop/${name}:1`, ports }] },
});
const deployment = (system: System, name: string, ports: object[] = []) =>
  new ApiObject(system, `${name}-deployment`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: pod(name, ports) },
  });
const service = (system: System, name: string, ports: object[]) =>
  new ApiObject(system, `${name}-service`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports },
  });

const edges = (build: (system: System) => void, surroundings = {}): string[] => {
  const found = connections(shop(build, surroundings).entries).map(({ from, to, port }) => `${from} → ${to} ${port}`);
  return found.map((line) => line.replaceAll('shop-production/', '')).filter((line) => !/ 53\/(TCP|UDP)$/.test(line));
};
const problems = (build: (system: System) => void, surroundings = {}): string[] =>
  shop(build, surroundings)
    .findings.filter(({ rule }) => ['neighbour', 'input', 'connection'].includes(rule))
    .map(({ rule, message }) => `${rule}: ${message}`);

describe('A17: a raw workload beside components', () => {
  test('a component connects to a raw Service: variables, and both policies at the port of the pods', () => {
    const build = (system: System): void => {
      const redis = service(system, 'redis', [{ port: 6379, targetPort: 'redis' }]);
      new WebService(system, 'cart', WEB).connectTo(redis, { as: { REDIS_ADDR: '{host}:{port}' } });
      deployment(system, 'redis', [{ name: 'redis', containerPort: 6380 }]);
    };
    expect(edges(build)).toEqual(['cart → redis 6380/TCP']);
    const configured = shop(build).entries.find(({ identity }) => identity.kind === 'ConfigMap');
    expect(configured?.manifest).toMatchObject({ data: { REDIS_ADDR: 'redis:6379' } });
    expect(find(shop(build), 'NetworkPolicy', 'redis-network')).toMatchObject({
      spec: { podSelector: { matchLabels: { app: 'redis' } } },
    });
  });

  test('a raw workload connects to a component, a service outside and a raw Service', () => {
    const build = (system: System): void => {
      const web = new WebService(system, 'web', WEB);
      const bank = new ExternalService(system, 'bank', { host: 'bank.example', port: 443, cidrs: ['192.0.2.0/24'] });
      deployment(system, 'redis');
      network(deployment(system, 'load'))
        .connectTo(web)
        .connectTo(bank)
        .connectTo(service(system, 'redis', [{ port: 6379 }]));
    };
    expect(edges(build)).toEqual(['load → 192.0.2.0/24 443/TCP', 'load → redis 6379/TCP', 'load → web 8080/TCP']);
  });

  test('admit opens both sides for a workload of the system, and one side for what is outside of it', () => {
    const build = (system: System): void => {
      const web = new WebService(system, 'web', { ...WEB, ports: { admin: 9000 } });
      web.admit(deployment(system, 'load'));
      web.admit({ podLabels: { made: 'by-an-operator' } }, 'admin');
      web.admit({ namespace: 'ops', podLabels: { app: 'probe' } }, 9000);
      web.admit({ cidrs: ['198.51.100.0/24'] });
    };
    expect(edges(build)).toEqual([
      '198.51.100.0/24 → web 8080/TCP',
      'namespaces kubernetes.io/metadata.name=ops, pods app=probe → web 9000/TCP',
      'namespaces kubernetes.io/metadata.name=shop-production, pods made=by-an-operator → web 9000/TCP',
      'load → web 8080/TCP',
    ]);
    expect(find(shop(build), 'NetworkPolicy', 'by-an-operator-network')).toMatchObject({
      spec: { egress: [expect.anything(), { ports: [{ port: 9000, protocol: 'TCP' }] }] },
    });
  });

  test('a raw workload admits by name and by number, declared or not; a worker does as well', () => {
    const build = (system: System): void => {
      const { size: _, ...worker } = WEB;
      const exporter = network(deployment(system, 'exporter', [{ name: 'metrics', containerPort: 9187 }]));
      exporter.admit({ namespace: 'ops', podLabels: { app: 'x' } }, 'metrics').admit({ cidrs: ['192.0.2.0/24'] }, 4000);
      new Worker(system, 'mailer', { ...worker, size: { replicas: 3 } }).admit({ cidrs: ['192.0.2.0/24'] });
    };
    expect(edges(build)).toEqual([
      '192.0.2.0/24 → exporter 4000/TCP',
      '192.0.2.0/24 → mailer 8080/TCP',
      'namespaces kubernetes.io/metadata.name=ops, pods app=x → exporter 9187/TCP',
    ]);
  });

  test('the order of verbs and objects changes nothing', () => {
    const build = (order: number) => (system: System) => {
      const web = new WebService(system, 'web', WEB);
      const load = deployment(system, 'load');
      const steps = [() => web.admit(load), () => network(load).connectTo(new ExternalService(system, 'x', OUTSIDE))];
      for (const step of order === 0 ? steps : steps.toReversed()) step();
    };
    expect(edges(build(0))).toEqual(edges(build(1)));
  });
});

const OUTSIDE = { host: 'x.example', port: 443, cidrs: ['192.0.2.1/32'] };

describe('neighbours that the cluster knows', () => {
  const cluster = (more = {}) =>
    eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS, ...more });
  const admitting = (who: 'ingress' | 'prometheus' | 'api-server') => (system: System) => {
    new WebService(system, 'web', WEB).admit(who);
  };

  test('15: a pod with a token reaches the API server, at any address where none is given', () => {
    const build = (system: System): void => {
      new WebService(system, 'web', { ...WEB, security: { serviceAccountToken: 'elects a leader by a Lease' } });
    };
    expect(edges(build)).toEqual(['web → anywhere 443/TCP', 'web → anywhere 6443/TCP']);
    expect(find(shop(build), 'NetworkPolicy', 'web')).toHaveProperty([
      'metadata',
      'annotations',
      'evenkeel.dev/exit-api-server',
    ]);
    const known = { cluster: cluster({ apiServer: { cidrs: ['10.0.0.4/32'], port: 6443 } }) };
    expect(edges(build, known)).toEqual(['web → 10.0.0.4/32 6443/TCP']);
    expect(find(shop(build, known), 'NetworkPolicy', 'web')).not.toHaveProperty('metadata.annotations');
    expect(edges((system) => new WebService(system, 'web', WEB))).toEqual([]);
  });

  test('15: a raw workload, when it says so', () => {
    const build = (system: System): void => {
      network(deployment(system, 'operator')).connectTo('api-server');
    };
    expect(edges(build)).toEqual(['operator → anywhere 443/TCP', 'operator → anywhere 6443/TCP']);
  });

  test('38: Prometheus by the capability, or by its pods; else the finding says what to write', () => {
    expect(edges(admitting('prometheus'), { cluster: cluster({ capabilities: ['prometheus-operator'] }) })).toEqual([
      'namespaces kubernetes.io/metadata.name=monitoring, pods app.kubernetes.io/name=prometheus → web 8080/TCP',
    ]);
    const prometheus = { namespace: 'obs', podLabels: { app: 'prom' } };
    expect(edges(admitting('prometheus'), { cluster: cluster({ prometheus }) })).toEqual([
      'namespaces kubernetes.io/metadata.name=obs, pods app=prom → web 8080/TCP',
    ]);
    expect(problems(admitting('prometheus'))).toEqual(['neighbour: no Prometheus of the cluster is known']);
  });

  test('the ingress source, and the API server that calls webhooks', () => {
    expect(edges(admitting('ingress'))).toEqual(SUBNETS.loadBalancerSubnets.map((cidr) => `${cidr} → web 8080/TCP`));
    expect(problems(admitting('api-server'))).toEqual(['neighbour: the addresses of the API server are unknown']);
    const known = { cluster: cluster({ apiServer: { cidrs: ['10.0.0.0/28'] } }) };
    expect(edges(admitting('api-server'), known)).toEqual(['10.0.0.0/28 → web 8080/TCP']);
  });
});

test.each<[string, (system: System, web: WebService) => void, string]>([
  [
    'pods without labels',
    (s) => network(cronJob(s)),
    'neighbour: the pods of report have no labels: a policy could only select all pods',
  ],
  [
    'an object without pods',
    (s) => network(configMap(s)),
    'neighbour: board has no workload and no Service that selects pods',
  ],
  ['a component', (_, web) => network(Object(web)), 'neighbour: a component has the verbs itself: connectTo and admit'],
  [
    'a workload without a Service',
    (s, web) => web.connectTo(deployment(s, 'redis')),
    'neighbour: redis-deployment has no Service, and so no address',
  ],
  [
    'a misspelt port',
    (s, web) => web.admit(deployment(s, 'load'), 'htpp'),
    'input: there is no port htpp (did you mean http?)',
  ],
  ['no label at all', (_, web) => web.admit({ namespace: 'ops', podLabels: {} }), 'input: selects every pod'],
  [
    'an unknown neighbour',
    (_, web) => web.admit(Object('promtheus').valueOf()),
    'input: admit cannot be the text "promtheus" (did you mean prometheus?)',
  ],
  [
    'a misspelt key',
    (_, web) => web.admit(Object({ namespaces: 'ops', podLabels: { a: 'b' } })),
    "input: unknown property 'namespaces' in admit (did you mean namespace?)",
  ],
  [
    'a target that no container has',
    (s, web) => web.connectTo(service(s, 'redis', [{ port: 1, targetPort: 'rds' }])),
    'neighbour: no container of the pods declares the port that clients reach by its name',
  ],
  [
    'a service with limits',
    (s) => network(deployment(s, 'load')).connectTo(Object(database(s))),
    'neighbour: the account of a service with limits counts the pods of components only',
  ],
])('%s is refused, once', (_, build, message) => {
  const found = problems((system) => build(system, new WebService(system, 'web', WEB)));
  expect(found).toEqual([message]);
});

const configMap = (system: System) =>
  new ApiObject(system, 'board', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'board' }, data: {} });
const cronJob = (system: System) =>
  new ApiObject(system, 'report', {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report' },
    spec: {
      schedule: '@daily',
      jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image: 'b:1' }] } } } },
    },
  });
const database = (system: System) =>
  new Database(system, 'db', {
    host: 'db.example',
    port: 5432,
    limits: { maxConnections: 200, superuserReserved: 3, monitoring: 2 },
  } as never);

test('a Deployment and its Service that select by different labels have two policies of different names', () => {
  const synthesis = shop((system) => {
    deployment(system, 'redis');
    const raw = new ApiObject(system, 'other', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'redis' },
      spec: { selector: { app: 'redis', tier: 'cache' }, ports: [{ port: 6379 }] },
    });
    network(system.node.findChild('redis-deployment') as ApiObject);
    new WebService(system, 'web', WEB).connectTo(raw);
  });
  expect(errors(synthesis).filter((error) => error.startsWith('unique'))).toEqual([]);
  expect(find(synthesis, 'NetworkPolicy', 'redis-service-network')).toBeDefined();
});
