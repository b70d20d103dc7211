// Flaschenpost, row by row: docs/systems/flaschenpost.md. F5 has a test of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import images from '../../../charts/images.json';
import { platform } from '../../../charts/platform';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { connections } from '../../../lib/analysis/network/connections';
import { hostConnections } from '../../../lib/analysis/network/host-network';
import { Database, WebService } from '../../../lib/constructs';
import { cli } from '../../support/cli';
import { Placement, shipped } from '../../support/shipped';
import { at, WEB as SERVICE, shop } from '../../support/synthesis';

// the widths of columns are those without the preview of a branch
jest.mock('../../../charts/previews.json', () => ({}));

const STAGES = ['dev', 'qa', 'staging', 'prod'] as const;
const WEB = ['catalogue', 'gateway', 'orders'];

const stage = (name: string) => new Placement('westeurope', `flaschenpost-${name}`);
const prod = stage('prod');
const entries = shipped.entries;
const variables = (name: string) => at(prod.one('ConfigMap', name), 'data');
const notes = (kind: string, name: string) => at(prod.one(kind, name), 'metadata', 'annotations');
const podOf = (name: string) => at(prod.one('Deployment', name), 'spec', 'template', 'spec');

test('it is synthesized without a finding', () => {
  expect(shipped.findings).toEqual([]);
});

describe('F1 back ends in the cluster, front ends behind the CDN', () => {
  test('a record of the front end, and nothing that runs for it', () => {
    expect(prod.one('Service', 'front-end').spec).toEqual({
      type: 'ExternalName',
      externalName: 'flaschenpost-prod.azurefd.net',
    });
    expect(at(notes('Service', 'front-end'), 'external-dns.kubernetes.io/hostname')).toBe(
      'shop.prod.flaschenpost.example',
    );
    const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].flatMap((kind) => prod.all(kind));
    expect(workloads.map(({ metadata }) => at(metadata, 'name')).sort()).toEqual([...WEB, 'dispatch'].sort());
  });

  test('the gateway answers to the front end by name (CORS)', () => {
    expect(variables('gateway')).toMatchObject({ CORS_ALLOWED_ORIGINS: 'https://shop.prod.flaschenpost.example' });
  });
});

describe('F2 managed services: typed, with egress rules, credentials by reference', () => {
  test.each([
    ['cosmos', 'flaschenpost-prod.mongo.cosmos.azure.com', 10255],
    ['redis', 'flaschenpost-prod.redis.cache.windows.net', 6380],
    ['rabbitmq', 'rabbitmq.prod.flaschenpost.example', 5671],
    ['data-lake', 'flaschenpostprod.dfs.core.windows.net', 443],
  ])('%s is %s:%i', (name, externalName, port) => {
    expect(prod.one('Service', name).spec).toEqual({
      type: 'ExternalName',
      externalName,
      ports: [{ port, protocol: 'TCP' }],
    });
  });

  test('clients get the name in the certificate', () => {
    const cosmos = { COSMOS_HOST: 'flaschenpost-prod.mongo.cosmos.azure.com' };
    const broker = { RABBITMQ_HOST: 'rabbitmq.prod.flaschenpost.example' };
    const redis = { REDIS_HOST: 'flaschenpost-prod.redis.cache.windows.net' };
    expect(variables('catalogue')).toMatchObject({ ...cosmos, ...redis });
    expect(variables('orders')).toMatchObject({ ...cosmos, ...broker });
    expect(variables('dispatch')).toMatchObject({ ...broker, DATA_LAKE_HOST: 'flaschenpostprod.dfs.core.windows.net' });
  });

  test.each(STAGES)('%s has services of its own', (name) => {
    const hosts = ['cosmos', 'redis', 'rabbitmq', 'data-lake'].map((id) =>
      at(stage(name).one('Service', id), 'spec', 'externalName'),
    );
    expect(hosts).toEqual([
      `flaschenpost-${name}.mongo.cosmos.azure.com`,
      `flaschenpost-${name}.redis.cache.windows.net`,
      `rabbitmq.${name}.flaschenpost.example`,
      `flaschenpost${name}.dfs.core.windows.net`,
    ]);
  });

  test.each(STAGES)('%s acts as an identity of its own', (name) => {
    const ids = { dev: '01', qa: '02', staging: '03', prod: '04' };
    const id = at(stage(name).one('ServiceAccount', 'dispatch'), 'metadata', 'annotations');
    expect(id).toEqual({ 'azure.workload.identity/client-id': `5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e${ids[name]}` });
  });

  test('who may leave, by which port', () => {
    const exits = (name: string) => Object.keys(Object(notes('NetworkPolicy', name))).sort();
    expect(exits('catalogue')).toEqual(['evenkeel.dev/exit-cosmos', 'evenkeel.dev/exit-redis']);
    expect(exits('orders')).toEqual(['evenkeel.dev/exit-cosmos', 'evenkeel.dev/exit-rabbitmq']);
    expect(exits('dispatch')).toEqual([
      'evenkeel.dev/exit-data-lake',
      'evenkeel.dev/exit-identity',
      'evenkeel.dev/exit-rabbitmq',
    ]);
  });

  test('no Secret is written, each that is needed is listed', () => {
    expect(prod.all('Secret')).toEqual([]);
    const needed = listSecrets(entries).filter(({ namespace }) => namespace === 'flaschenpost-prod');
    expect(needed.map(({ name, keys }) => `${name} ${keys.join()}`)).toEqual([
      'cosmos connection-string',
      'gateway-tls tls.crt,tls.key',
      'rabbitmq password,username',
      'rabbitmq-management uri',
      'redis password',
    ]);
  });

  test('the data lake is reached by workload identity', () => {
    expect(at(prod.one('ServiceAccount', 'dispatch'), 'metadata', 'annotations')).toEqual({
      'azure.workload.identity/client-id': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e04',
    });
    expect(JSON.stringify(podOf('dispatch'))).not.toContain('data-lake');
  });
});

describe('F3 back ends are private; the gateway ingress is public', () => {
  test.each(STAGES)('%s: one Ingress, of Application Gateway for Containers', (name) => {
    const [ingress, ...others] = stage(name).all('Ingress');
    expect(others).toEqual([]);
    expect(ingress?.spec).toMatchObject({
      ingressClassName: 'azure-alb-external',
      rules: [{ host: `api.${name}.flaschenpost.example` }],
    });
  });

  test('services are reached inside the cluster only, and by those that declare it', () => {
    for (const name of WEB) expect(prod.one('Service', name).spec).toMatchObject({ type: 'ClusterIP' });
    const from = (name: string) => at(prod.one('NetworkPolicy', name), 'spec', 'ingress', 0, 'from');
    const gateway = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } } };
    expect(from('orders')).toMatchObject([gateway]);
    expect(from('catalogue')).toMatchObject([gateway]);
    expect(from('gateway')).toEqual([{ ipBlock: { cidr: '10.30.0.0/24' } }]);
    // it takes no requests: Prometheus reads its metrics
    expect(at(prod.one('NetworkPolicy', 'dispatch'), 'spec', 'ingress')).toMatchObject([
      { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } }], ports: [{ port: 9102 }] },
    ]);
  });

  test('no pod may go anywhere: private endpoints of the stage, and the addresses of Entra ID', () => {
    const onHost = hostConnections(entries); // where a policy may not hold, whatever it says
    const found = connections(entries).filter((one) => one.from.startsWith('flaschenpost-') && !onHost.has(one));
    expect(found.length).toBeGreaterThan(40);
    const outside = found.map(({ to }) => to).filter((to) => !/^(flaschenpost-|namespaces |169\.254\.)/.test(to));
    const entra = ['20.190.128.0/18', '20.20.32.0/19', '20.231.128.0/19', '40.126.0.0/18'];
    const endpoints = ['10.30.1.0/28', '10.30.1.16/28', '10.30.1.32/28', '10.30.1.48/28'];
    expect([...new Set(outside)].sort()).toEqual([...endpoints, ...entra].sort());
  });

  test('the addresses of Entra ID are open to the pods with an identity alone', () => {
    const policies = JSON.stringify(WEB.map((name) => prod.one('NetworkPolicy', name)));
    expect(policies).not.toContain('20.190.128.0/18');
    expect(JSON.stringify(prod.one('NetworkPolicy', 'dispatch'))).toContain('20.190.128.0/18');
  });
});

describe('F4a the queue consumer scales on messages, CPU and memory', () => {
  test('by one ScaledObject', () => {
    const triggers = at(prod.one('ScaledObject', 'dispatch'), 'spec', 'triggers');
    expect(triggers).toMatchObject([
      { type: 'rabbitmq', metadata: { mode: 'QueueLength', queueName: 'orders' } },
      { type: 'rabbitmq', metadata: { mode: 'MessageRate', queueName: 'orders' } },
      { type: 'memory' },
      { type: 'cpu' },
    ]);
    expect(prod.all('HorizontalPodAutoscaler').map(({ metadata }) => at(metadata, 'name'))).toEqual(WEB);
  });

  test.each([
    ['prod', '100/s', '8 pods × 20/s − 100/s) = 175 s', 8],
    ['dev', '20/s', '2 pods × 20/s − 20/s) = 135 s', 2],
  ])('%s: %s at peak, a backlog of one minute drained in 300 s', (name, rate, drain, most) => {
    const dispatch = stage(name).one('ScaledObject', 'dispatch');
    const said = at(dispatch, 'metadata', 'annotations');
    expect(at(said, 'evenkeel.dev/queue-length')).toContain('(300 s to drain − 75 s to react)');
    expect(at(said, 'evenkeel.dev/max-replicas')).toContain(`${rate} ÷ (0.65 × 20/s)`);
    expect(at(said, 'evenkeel.dev/drain-time')).toContain(drain);
    expect(dispatch.spec).toMatchObject({ minReplicaCount: 2, maxReplicaCount: most });
  });
});

describe('F4b database clients are capped by what the database can take', () => {
  test('connections and operations of all clients, the binding limit by name', () => {
    const account = notes('Service', 'cosmos');
    // 10 wanted, 5 surge, 10 stopping pods of both, each with 20 connections
    expect(at(account, 'evenkeel.dev/connections')).toMatch(/^1000 of 1480: catalogue 500 \+ orders 500 = 1000 needed/);
    expect(at(account, 'evenkeel.dev/iops')).toMatch(/^7000 of 20000: /);
    expect(at(account, 'evenkeel.dev/cpu')).toMatch(/^9 of 16: catalogue 4 \+ orders 5 = 9 needed; .* 16 cores$/);
    expect(at(account, 'evenkeel.dev/memory')).toMatch(/^4000 of 8192: .* 8192 MiB for connections$/);
    for (const name of ['catalogue', 'orders']) {
      const most = at(notes('HorizontalPodAutoscaler', name), 'evenkeel.dev/limit-cosmos');
      expect(most).toMatch(/^at most 19 replicas, bound by connections: /);
      expect(at(prod.one('HorizontalPodAutoscaler', name), 'spec', 'maxReplicas')).toBe(10);
    }
  });
});

describe('F4b what the database cannot take is refused', () => {
  type Limits = ConstructorParameters<typeof Database>[2]['limits'];

  /** The findings of a catalogue of 10 pods at its database. */
  const findingsAt = (limits: Partial<Limits>) =>
    shop((system) => {
      const database = new Database(system, 'cosmos', {
        host: 'cosmos.example',
        port: 10255,
        limits: { maxConnections: 1500, superuserReserved: 0, cpu: 16, memoryMiB: 8192, ...limits },
      });
      new WebService(system, 'catalogue', { ...SERVICE, size: { replicas: 10 } }).connectTo(database, {
        poolSize: 20,
        cpuPerPod: 0.4,
        memoryMiBPerConnection: 4,
      });
    }).findings.map(({ rule, message, expected }) => `${rule}: ${message}; ${expected}`);

  test('with room for all there is no finding', () => expect(findingsAt({})).toEqual([]));

  test('CPU', () => {
    expect(findingsAt({ cpu: 3 })).toEqual([
      expect.stringMatching(
        /^budget: 1 too many cpu at the worst moment: .*; catalogue at most 7 replicas, or a database that takes 4 cores$/,
      ),
    ]);
  });

  test('memory', () => {
    expect(findingsAt({ memoryMiB: 1000 })).toEqual([
      expect.stringMatching(/^budget: \d+ too many memory at the worst moment: .* MiB for connections$/),
    ]);
  });
});

describe('F4c the producer scales on CPU and memory, as far as the broker can take', () => {
  test('both metrics, the limit, and what comes first', () => {
    expect(at(prod.one('HorizontalPodAutoscaler', 'orders'), 'spec', 'metrics')).toMatchObject([
      { resource: { name: 'memory' } },
      { resource: { name: 'cpu' } },
    ]);
    const said = notes('HorizontalPodAutoscaler', 'orders');
    expect(at(said, 'evenkeel.dev/limit-rabbitmq')).toMatch(/^at most 80 replicas, bound by messages\/s: /);
    expect(at(said, 'evenkeel.dev/order-rabbitmq')).toMatch(/^beyond 80 replicas: broker first/);
  });
});

describe('F4c the broker with a node away', () => {
  test('its messages and connections are those of two of three nodes', () => {
    const account = notes('Service', 'rabbitmq');
    expect(at(account, 'evenkeel.dev/messages-s')).toMatch(/^500 of 4000: .*3 nodes − 1 away: /);
    expect(at(account, 'evenkeel.dev/connections')).toMatch(/^70 of 1000: .*2 nodes × 500 connections/);
  });
});

describe('F4d the Redis client scales with regard to Redis', () => {
  test('a Redis with a copy, its connections and operations', () => {
    expect(at(notes('Service', 'redis'), 'evenkeel.dev/operations-s')).toMatch(/the primary takes 50000 operations\/s/);
    expect(at(notes('HorizontalPodAutoscaler', 'catalogue'), 'evenkeel.dev/limit-redis')).toMatch(
      /^at most 33 replicas, bound by operations\/s: /,
    );
  });
});

describe('F6 one cluster, four namespaces, a deployer each', () => {
  test.each(STAGES)('%s', (name) => {
    expect(stage(name).all('Namespace')).toHaveLength(1);
    expect(stage(name).all('Deployment')).toHaveLength(4);
    expect(stage(name).one('RoleBinding', 'deployer').roleRef).toMatchObject({ kind: 'Role', name: 'deployer' });
    expect(stage(name).one('RoleBinding', 'deployer').subjects).toEqual([
      {
        kind: 'Group',
        apiGroup: 'rbac.authorization.k8s.io',
        name: `7c0f6a3e-1d2b-4c5d-8e9f-00000000001${STAGES.indexOf(name) + 1}`,
      },
    ]);
  });

  test('the four are not the same', () => {
    const subjects = STAGES.map((name) => JSON.stringify(stage(name).one('RoleBinding', 'deployer').subjects));
    expect(new Set(subjects).size).toBe(4);
  });
});

describe('F8 images are immutable', () => {
  test.each(STAGES)('%s: a build number or a digest', (name) => {
    const deployments = stage(name).all('Deployment');
    expect(deployments).toHaveLength(4);
    for (const deployment of deployments) {
      const image = at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image');
      expect(image).toMatch(/:\d{8}\.\d+$|@sha256:[0-9a-f]{64}$/);
    }
  });
});

describe('P8 a registry for development, another for production', () => {
  const imageOf = (name: string) =>
    String(at(stage(name).one('Deployment', 'orders'), 'spec', 'template', 'spec', 'containers', 0, 'image'));

  test('each environment has its own', () => {
    const registries = STAGES.map((name) => imageOf(name).split('/')[0]);
    expect(registries).toEqual([
      'flaschenpostdev.azurecr.io',
      'flaschenpostdev.azurecr.io',
      'flaschenpost.azurecr.io',
      'flaschenpost.azurecr.io',
    ]);
  });

  test('an image that is promoted keeps its digest', () => {
    expect(imageOf('prod')).toBe(imageOf('staging'));
    expect(imageOf('prod')).toBe(`flaschenpost.azurecr.io/flaschenpost/orders@${images.flaschenpost.prod.orders}`);
  });
});

test('the page shows what the commands print', async () => {
  const page = readFileSync(join(__dirname, '../../../docs/systems/flaschenpost.md'), 'utf8');
  const printed = await Promise.all(
    [['connections'], ['access']].map(async (args) => (await cli(args, () => ({ app: platform.app() }))).out),
  );
  // widths are those of the longest cell, which may be another system's
  const narrow = (text: string) => text.trimEnd().replace(/ {2,}/g, '  ');
  const lines = printed.join('').split('\n').map(narrow);
  // the table of providers is compared in ../shipped/compare-providers.test.ts
  const blocks = [...page.matchAll(/^```\n(.*?)^```$/gms)].filter(([, block = '']) => !block.startsWith('SYSTEM'));
  const shown = blocks.flatMap(([, block = '']) => block.trimEnd().split('\n'));
  expect(shown.length).toBeGreaterThan(20);
  for (const line of shown) expect(lines).toContain(narrow(line));
});
