// The quota of a namespace: derived, sufficient, and refused when an override makes it too small.
import { ApiObject } from 'cdk8s';
import { override, type System, WebService } from '../../../lib/constructs';
import type { JsonObject, NodePool } from '../../../lib/model';
import { at, errors, find, shop, TWO_ZONES, WEB } from '../../support/synthesis';

const hard = (synthesis: ReturnType<typeof shop>, name = 'shop') =>
  at(find(synthesis, 'ResourceQuota', name), 'spec', 'hard');

/** Neither load balancers nor node ports. */
const NO_ADDRESSES = { 'services.loadbalancers': '0', 'services.nodeports': '0' };

test('replicas, surge and terminating pods of every component', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    new WebService(system, 'api', { ...WEB, resources: { cpu: '1', memory: '1Gi' } });
  });
  expect(errors(synthesis)).toEqual([]);
  // each 3 + 2 pods, twice
  expect(hard(synthesis)).toEqual({ pods: '20', 'requests.cpu': '11', 'requests.memory': '11520Mi', ...NO_ADDRESSES });
});

test("the autoscaler's maximum, however late it is said", () => {
  const synthesis = shop((system) => {
    const { size: _, ...scaled } = WEB;
    new WebService(system, 'web', { ...scaled, size: { cpu: 0.65, min: 3, max: 12 } });
  });
  // 12 + 6 pods, twice
  expect(hard(synthesis)).toEqual({
    pods: '36',
    'requests.cpu': '3600m',
    'requests.memory': '4608Mi',
    ...NO_ADDRESSES,
  });
});

test('workloads outside our components count, with the defaults of the LimitRange', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    const metadata = { name: 'job', labels: { 'app.kubernetes.io/name': 'job' } };
    new ApiObject(system, 'job', { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: { spec: POD } } });
  });
  expect(at(find(synthesis, 'LimitRange', 'shop'), 'spec', 'limits')).toEqual([
    { type: 'Container', default: { memory: '128Mi' }, defaultRequest: { cpu: '100m', memory: '128Mi' } },
  ]);
  // 10 pods of web, 2 of the Job
  expect(hard(synthesis)).toEqual({
    pods: '12',
    'requests.cpu': '1200m',
    'requests.memory': '1536Mi',
    ...NO_ADDRESSES,
  });
  expect(errors(synthesis).filter((error) => error.startsWith('quota'))).toEqual([]);
});

const POD = { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/shop/job:1' }] };

test('overrides count: those of the workloads, and then those of the quota', () => {
  const described = (change: (web: WebService) => void) =>
    hard(
      shop((system) => {
        const web = new WebService(system, 'web', WEB);
        change(web);
      }),
    );
  expect(described((web) => override(web.deployment).set('spec.replicas', 5))).toMatchObject({ pods: '16' });
  const larger = '[web].resources.requests.cpu';
  expect(described((web) => override(web.deployment).set(`spec.template.spec.containers${larger}`, '1'))).toMatchObject(
    {
      'requests.cpu': '10',
    },
  );
});

test('room can be reserved, more than once', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    system.reserve({ pods: 2, cpu: '200m' }).reserve({ memory: '1Gi' });
  });
  expect(hard(synthesis)).toEqual({
    pods: '12',
    'requests.cpu': '1200m',
    'requests.memory': '2304Mi',
    ...NO_ADDRESSES,
  });
});

test('each invalid part of a reserve is refused', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    system.reserve({ pods: -1, cpu: 'much', memory: '-1Gi' });
  });
  expect(errors(synthesis)).toEqual(['input reserve.cpu', 'input reserve.memory', 'input reserve.pods']);
});

test('a misspelt part of a reserve is refused, and the parts are named', () => {
  const misspelt = JSON.parse('{ "pod": 2, "cpu": "100m" }');
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    system.reserve(misspelt);
  });
  expect(synthesis.findings).toMatchObject([
    { rule: 'input', field: 'reserve.pod', expected: 'one of pods, cpu, memory' },
  ]);
  expect(hard(synthesis)).toMatchObject({ pods: '10' });
});

test('a quota overridden too small is refused, with what is needed and by which workloads', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    const quota = system.node.findChild('namespace-quota');
    if (ApiObject.isApiObject(quota)) override(quota).set('spec.hard.pods', '7');
  });
  const found = synthesis.findings.filter(({ rule }) => rule === 'quota-room');
  expect(found).toMatchObject([
    {
      field: '/spec/hard/pods',
      value: '7',
      expected: 'at least 10',
      message: 'workloads of the namespace can need more: Deployment web 3 + 2 surge + 5 terminating pods',
    },
  ]);
});

test('the objects are the platform team’s: they are in the file that no deployer applies', () => {
  const { files } = shop((system) => new WebService(system, 'web', WEB));
  const text = files.get('05-shop-production.yaml') ?? '';
  expect(text).toContain('kind: ResourceQuota');
  expect(text).toContain('kind: LimitRange');
});

describe('F9: load balancers and node ports', () => {
  const object = (system: System, apiVersion: string, kind: string, more: JsonObject = {}) =>
    new ApiObject(system, kind, { apiVersion, kind, metadata: { name: 'more' }, ...more });
  const bound = (build: (system: System) => void) => {
    const found = hard(shop(build));
    return [at(found, 'services.loadbalancers'), at(found, 'services.nodeports')];
  };
  const ports = [{ port: 80 }, { port: 443 }];

  test('are those of the Services, without more for a rollout: a Service is replaced in place', () => {
    expect(bound((system) => void new WebService(system, 'web', WEB))).toEqual(['0', '0']);
    const exposed = (system: System) =>
      new WebService(system, 'web', WEB).exposeAt('shop.example', { serviceType: 'NodePort' });
    expect(bound(exposed)).toEqual(['0', '1']);
    expect(bound((system) => object(system, 'v1', 'Service', { spec: { type: 'LoadBalancer', ports } }))).toEqual([
      '1',
      '2',
    ]);
    const spec = { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports };
    expect(bound((system) => object(system, 'v1', 'Service', { spec }))).toEqual(['1', '0']);
  });

  test.each([
    ['a Gateway gets a load balancer', 'gateway.networking.k8s.io/v1', 'Gateway'],
    ['a certificate is proved by a node port', 'cert-manager.io/v1', 'Certificate'],
    ['a custom kind may do anything', 'example.com/v1', 'Widget'],
  ])('are not bounded where %s', (_, apiVersion, kind) => {
    expect(bound((system) => object(system, apiVersion, kind))).toEqual([undefined, undefined]);
  });

  test('are bounded beside kinds that make no Services', () => {
    expect(bound((system) => object(system, 'keda.sh/v1alpha1', 'ScaledObject'))).toEqual(['0', '0']);
    expect(bound((system) => object(system, 'gateway.networking.k8s.io/v1', 'HTTPRoute'))).toEqual(['0', '0']);
  });

  test('are not bounded where cert-manager proves the host of an Ingress', () => {
    const metadata = { name: 'more', annotations: { 'cert-manager.io/cluster-issuer': 'acme' } };
    const ingress = (system: System) => {
      new ApiObject(system, 'ingress', { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata });
    };
    expect(bound(ingress)).toEqual([undefined, undefined]);
  });

  test('an override below that is refused', () => {
    const synthesis = shop((system) => {
      new WebService(system, 'web', WEB).exposeAt('shop.example', { serviceType: 'NodePort' });
      const quota = system.node.findChild('namespace-quota');
      if (ApiObject.isApiObject(quota)) override(quota).set('spec.hard["services.nodeports"]', '0');
    });
    expect(synthesis.findings.filter(({ rule }) => rule === 'quota-services')).toMatchObject([
      { field: '/spec/hard/services.nodeports', value: '0', expected: 'at least 1' },
    ]);
  });
});

describe('27, 56: a DaemonSet', () => {
  const pool: NodePool = { name: 'general', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 2, max: 6 } };
  const tainted: NodePool = { ...pool, name: 'gpu', taints: [{ key: 'gpu', effect: 'NoSchedule' }] };
  const onPools = (...nodePools: readonly NodePool[]) => ({ cluster: { ...TWO_ZONES, nodePools } });
  const agent =
    (spec: JsonObject = {}, reserved = false) =>
    (system: System): void => {
      const labels = { app: 'agent' };
      const resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '64Mi' } };
      const containers = [{ name: 'agent', image: 'registry.example/shop/agent:1', resources }];
      new ApiObject(system, 'agent', {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'agent' },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } }, ...spec },
      });
      if (reserved) system.reserve({ pods: 6 });
    };
  const daemons = (synthesis: ReturnType<typeof shop>) =>
    synthesis.findings.filter(({ rule }) => rule === 'quota-daemons');

  test('counts on the most nodes that may run it', () => {
    expect(hard(shop(agent(), onPools(pool, tainted)))).toMatchObject({ pods: '12', 'requests.cpu': '600m' });
  });

  test('with a surge twice', () => {
    const updateStrategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    expect(hard(shop(agent({ updateStrategy }), onPools(pool)))).toMatchObject({ pods: '24' });
  });

  test('where nodes are not declared, the finding says what to reserve for each', () => {
    expect(daemons(shop(agent()))).toMatchObject([
      {
        severity: 'warning',
        value: 'agent',
        expected: "nodePools of the cluster, or reserve({ pods: 1, cpu: '50m', memory: '64Mi' }) for each node",
      },
    ]);
    expect(daemons(shop(agent({}, true)))).toEqual([]);
    expect(daemons(shop(agent(), onPools(pool)))).toEqual([]);
  });
});
