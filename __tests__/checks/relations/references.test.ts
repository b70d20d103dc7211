import { check, rules } from '../../../lib/checks';
import {
  configMap,
  container,
  deployment,
  ingress,
  namespace,
  object,
  running,
  service,
} from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entry, fields, findings } from '../support';

const pod = '/spec/template/spec';
const only = (id: string) => rules.filter((rule) => rule.id === id);

test('a duplicate names both constructs with their lines', () => {
  const line = (number: number) => () => ({ file: 'charts/shop.ts', line: number, column: 1 });
  const a = entry(configMap({}), { construct: 'shop/a', source: line(3) });
  const b = entry(configMap({}), { construct: 'shop/b', source: line(9) });
  expect(check([a, b], only('duplicate-identity'))).toMatchObject([
    {
      construct: 'shop/b',
      source: { line: 9 },
      message: 'ConfigMap shop/web is defined twice: here (shop/b (charts/shop.ts:9)) and by shop/a (charts/shop.ts:3)',
    },
  ]);
});

test('the same name is not a duplicate in another cluster, namespace or kind, but in another version it is', () => {
  const id = 'duplicate-identity';
  const elsewhere = { ...configMap({}), metadata: { name: 'web', namespace: 'other' } };
  expect(fields(id, configMap({}), elsewhere, service({}))).toEqual([]);
  expect(check([entry(configMap({}), { cluster: 'a' }), entry(configMap({}), { cluster: 'b' })], only(id))).toEqual([]);
  expect(
    fields(
      id,
      object('autoscaling/v1', 'HorizontalPodAutoscaler', 'a', {}),
      object('autoscaling/v2', 'HorizontalPodAutoscaler', 'a', {}),
    ),
  ).toHaveLength(1);
});

const route = (name: string, spec: JsonObject): JsonObject =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', name, { spec: { hostnames: ['a.example.com'], ...spec } });

const id = 'reference-exists';

test.each<[string, JsonObject, string, JsonObject]>([
  [
    'ServiceAccount',
    deployment({}, { serviceAccountName: 'x' }),
    `${pod}/serviceAccountName`,
    object('v1', 'ServiceAccount', 'x', {}),
  ],
  [
    'ConfigMap for variables',
    running({ envFrom: [{ configMapRef: { name: 'x' } }] }),
    `${pod}/containers/0/envFrom/0/configMapRef/name`,
    configMap({}, 'x'),
  ],
  [
    'ConfigMap as a volume',
    deployment({}, { volumes: [{ name: 'v', configMap: { name: 'x' } }] }),
    `${pod}/volumes/0/configMap/name`,
    configMap({}, 'x'),
  ],
  [
    'claim',
    deployment({}, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }),
    `${pod}/volumes/0/persistentVolumeClaim/claimName`,
    object('v1', 'PersistentVolumeClaim', 'x', {}),
  ],
  ['Service of an Ingress', ingress('a.example.com'), '/spec/rules/0/http/paths/0/backend/service/name', service({})],
  [
    'Service of a route',
    route('r', { rules: [{ backendRefs: [{ name: 'x' }] }] }),
    '/spec/rules/0/backendRefs/0/name',
    service({}, 'x'),
  ],
  [
    'Service of a StatefulSet',
    object('apps/v1', 'StatefulSet', 'a', { spec: { serviceName: 'x' } }),
    '/spec/serviceName',
    service({}, 'x'),
  ],
])('a %s must exist if the app writes the namespace', (_, from, field, to) => {
  expect(fields(id, namespace, from)).toEqual([field]);
  expect(fields(id, namespace, from, to)).toEqual([]);
  expect(fields(id, from)).toEqual([]);
  expect(check([entry(namespace, { cluster: 'other' }), entry(from)], only(id))).toEqual([]);
});

test('a required key must exist', () => {
  const asking = running({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'web', key: 'a' } } }] });
  expect(fields(id, namespace, asking, configMap({ a: '' }))).toEqual([]);
  expect(findings(id, namespace, asking, configMap({ b: '' }))).toMatchObject([
    { message: 'ConfigMap "web" has no key "a"', value: 'a' },
  ]);
});

test('optional references, objects that Kubernetes or a StatefulSet creates, and Secrets need not exist', () => {
  const volumes = [
    { name: 'a', configMap: { name: 'x', optional: true } },
    { name: 'b', configMap: { name: 'kube-root-ca.crt' } },
    { name: 'c', secret: { secretName: 'x' } },
    { name: 'd', persistentVolumeClaim: { claimName: 'data-db-0' } },
  ];
  const db = object('apps/v1', 'StatefulSet', 'db', {
    spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
  });
  expect(fields(id, namespace, db, deployment({}, { serviceAccountName: 'default', volumes }))).toEqual([]);
  expect(fields(id, namespace, db, running({ envFrom: [{ secretRef: { name: 'x' } }] }))).toEqual([]);
});

test('a BackendTLSPolicy refers to a Service, and to a ConfigMap with the authority', () => {
  const ref = (kind: string, name: string) => ({ group: '', kind, name });
  const validation = { hostname: 'web.internal', caCertificateRefs: [ref('ConfigMap', 'web')] };
  const spec = { targetRefs: [ref('Service', 'web')], validation };
  const policy = object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', 'web', { spec });
  const of = (...others: readonly JsonObject[]) => fields('reference-exists', namespace, policy, ...others);
  const web = service({ ports: [{ port: 443 }] });
  const [target, authority] = ['/spec/targetRefs/0/name', '/spec/validation/caCertificateRefs/0/name'];
  expect(of(web, configMap({ 'ca.crt': 'PEM' }))).toEqual([]);
  expect(of(web, configMap({ 'tls.crt': 'PEM' }))).toEqual([authority]);
  expect(of(web)).toEqual([authority]);
  expect(of(configMap({ 'ca.crt': 'PEM' }))).toEqual([target]);
  expect(fields('reference-exists', policy)).toEqual([]);
  expect(findings('reference-exists', namespace, policy, web)).toMatchObject([
    { expected: expect.stringContaining('ca: { configMap, madeBy }') },
  ]);
});

test('a Service selects pods, unless an operator may create them', () => {
  const dangling = service({ selector: { app: 'wbe' }, ports: [{ port: 80 }] });
  const place = ['/spec/selector'];
  expect(fields('service-selects-pods', namespace, deployment(), dangling)).toEqual(place);
  expect(fields('service-selects-pods', deployment(), dangling)).toEqual([]);
  expect(fields('service-selects-pods', namespace, service({ selector: { app: 'x' }, type: 'ExternalName' }))).toEqual(
    [],
  );
  expect(fields('service-selects-pods', namespace, service({}))).toEqual([]);
  expect(
    fields('service-selects-pods', namespace, dangling, object('rabbitmq.com/v1beta1', 'RabbitmqCluster', 'a', {})),
  ).toEqual([]);
  expect(
    fields('service-selects-pods', namespace, dangling, object('monitoring.coreos.com/v1', 'ServiceMonitor', 'a', {})),
  ).toEqual(place);
});

test('pods of a CronJob can be selected too', () => {
  const template = { metadata: { labels: { app: 'report' } }, spec: { containers: [container()] } };
  const job = object('batch/v1', 'CronJob', 'report', { spec: { jobTemplate: { spec: { template } } } });
  expect(fields('service-selects-pods', namespace, job, service({ selector: { app: 'report' } }))).toEqual([]);
});
