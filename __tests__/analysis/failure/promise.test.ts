// A promise to survive that the table refutes stops synth: with the component, the object that decides, and the user's line.
import { ApiObject, Chart } from 'cdk8s';
import { override, type System, WebService } from '../../../lib/constructs';
import { eks, type NodePool } from '../../../lib/model';
import { errors, PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';

const ZONES = ['ap-south-1a', 'ap-south-1b'];
const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 1, max: 1 } };
const on = (pool: NodePool) =>
  eks({ region: 'ap-south-1', zones: ZONES, kubernetes: '1.36', nodePools: [pool], ...SUBNETS });

const web = (system: System) => new WebService(system, 'web', { ...WEB, replicas: 4 });

test('a promise that the table confirms', () => {
  expect(errors(shop((system) => void web(system)))).toEqual([]);
  expect(errors(shop((system) => void web(system), { cluster: on(POOL) }))).toEqual([]);
});

test('a spread that counts the dead zone, wherever it comes from', () => {
  const synthesis = shop((system) => {
    const zone = 'spec.template.spec.topologySpreadConstraints[topology.kubernetes.io/zone]';
    override(web(system).deployment).replace(`${zone}.nodeTaintsPolicy`, 'Ignore');
  });
  expect(synthesis.files.size).toBe(0);
  const [finding] = synthesis.findings.filter(({ severity }) => severity === 'error');
  expect(finding).toMatchObject({
    rule: 'survives-zones',
    construct: 'mumbai/shop-production/web/deployment',
    object: 'apps/Deployment shop-production/web',
    field: '/spec/template/spec/topologySpreadConstraints/0',
    source: { file: '__tests__/analysis/failure/promise.test.ts' },
  });
  expect(finding?.message).toBe(
    'production promises to survive the loss of 1 zone: of web 2 pods would serve at once and 2 in the end, ' +
      "where 4 are needed; nodes that take no more: 1 untolerated taint, 1 didn't match pod topology spread constraints",
  );
});

test('no room in the zones that are left; with more nodes there is', () => {
  const tight = { ...POOL, cpu: '300m' };
  const large = { ...tight, nodesPerZone: { min: 2, max: 2 } };
  expect(errors(shop((system) => void web(system), { cluster: on(tight) }))).toEqual([
    'survives-zones /spec/template/spec/containers/0/resources/requests',
  ]);
  expect(errors(shop((system) => void web(system), { cluster: on(large) }))).toEqual([]);
});

test('nodes that may be ordered count too', () => {
  const growing = { ...POOL, cpu: '300m', nodesPerZone: { min: 1, max: 2 } };
  expect(errors(shop((system) => void web(system), { cluster: on(growing) }))).toEqual([]);
});

test('whoever placed the workload: one that nobody spreads over zones may lie in the one that is lost', () => {
  const plain = (system: System) => {
    const labels = { app: 'plain' };
    new ApiObject(system, 'plain', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'plain' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'main',
                image: 'registry.example/plain:1',
                resources: { requests: { cpu: '100m', memory: '64Mi' } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              },
            ],
          },
        },
      },
    });
  };
  expect(errors(shop(plain))).toEqual(['survives-zones /spec/replicas']);
  const survivesNothing = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
  expect(errors(shop(plain, { environment: survivesNothing }))).toEqual([]);
});

test('what is wrong otherwise is told first, and alone', () => {
  const broken = (system: System) => void new WebService(system, 'web', { ...WEB, replicas: 1 });
  expect(errors(shop(broken))).toEqual(['availability replicas']);
});

test('objects of any shape are judged without an exception', () => {
  const strange = (system: System) => {
    for (const [index, spec] of [
      null,
      { replicas: 'many', template: { spec: { containers: 'none', topologySpreadConstraints: [3], tolerations: {} } } },
      {
        replicas: -1,
        template: { metadata: { labels: 7 }, spec: { affinity: { podAffinity: [] }, nodeSelector: 'x' } },
      },
    ].entries()) {
      new ApiObject(system, `strange-${index}`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `strange-${index}` },
        spec,
      });
    }
    expect(Chart.of(system)).toBe(system);
  };
  expect(() => shop(strange, { cluster: on(POOL) })).not.toThrow();
});
