import { deployment, ingress, object, running, service } from '../../../lib/checks/examples';
import type { Json } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const container = '/spec/template/spec/containers/0';

test.each<[Json, boolean]>([
  [0, false],
  [1, true],
  [65_535, true],
  [65_536, false],
  [-1, false],
  [1.5, false],
  ['80', false],
  [null, false],
])('containerPort %j: %s', (containerPort, fine) => {
  expect(fields('port-range', running({ ports: [{ containerPort }] }))).toEqual(
    fine ? [] : [`${container}/ports/0/containerPort`],
  );
});

test('0 means "not set" where a port is optional', () => {
  expect(fields('port-range', running({ ports: [{ containerPort: 80, hostPort: 0 }] }))).toEqual([]);
  expect(fields('port-range', service({ ports: [{ port: 80, targetPort: 0, nodePort: 0 }] }))).toEqual([]);
  expect(fields('port-range', running({ readinessProbe: { tcpSocket: { port: 0 } } }))).toEqual([
    `${container}/readinessProbe/tcpSocket/port`,
  ]);
});

test('ports are found in probes, hooks, Ingresses and NetworkPolicies', () => {
  const port = 65_536;
  const hooks = { livenessProbe: { grpc: { port } }, lifecycle: { preStop: { httpGet: { port } } } };
  expect(fields('port-range', running(hooks))).toEqual([
    `${container}/lifecycle/preStop/httpGet/port`,
    `${container}/livenessProbe/grpc/port`,
  ]);
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'a' },
    spec: { egress: [{ ports: [{ port }, { port: 80, endPort: port }] }] },
  };
  expect(fields('port-range', policy)).toEqual(['/spec/egress/0/ports/0/port', '/spec/egress/0/ports/1/endPort']);
  expect(findings('port-range', service({ ports: [{ port }] }))).toMatchObject([
    { field: '/spec/ports/0/port', value: port, expected: 'an integer from 1 to 65535' },
  ]);
});

test.each([
  ['http', true],
  ['http-metrics-01', true],
  ['http-metrics-012', false],
  ['a', true],
  ['1', false],
  ['8080', false],
  ['1a', true],
  ['a--b', false],
  ['-a', false],
  ['a-', false],
  ['Http', false],
  ['a_b', false],
  ['a.b', false],
])('port name %s: %s', (name, fine) => {
  expect(fields('port-name', running({ ports: [{ name, containerPort: 80 }] }))).toEqual(
    fine ? [] : [`${container}/ports/0/name`],
  );
  expect(fields('port-name', service({ ports: [{ port: 80, targetPort: name }] }))).toEqual(
    fine ? [] : ['/spec/ports/0/targetPort'],
  );
});

test.each([
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['8080', true],
  ['a.b', false],
])('name %s of a Service port: %s', (name, fine) => {
  expect(fields('port-name', service({ ports: [{ name, port: 80 }] }))).toEqual(fine ? [] : ['/spec/ports/0/name']);
});

test('a Service with several ports names them', () => {
  expect(fields('port-name', service({ ports: [{ port: 80 }] }))).toEqual([]);
  expect(fields('port-name', service({ ports: [{ port: 80, name: 'a' }, { port: 81 }] }))).toEqual([
    '/spec/ports/1/name',
  ]);
});

test.each([
  [29_999, 1],
  [30_000, 0],
  [32_767, 0],
  [32_768, 1],
])('nodePort %i: %i warnings', (nodePort, count) => {
  const found = findings('node-port-range', service({ type: 'NodePort', ports: [{ port: 80, nodePort }] }));
  expect(found.map(({ severity }) => severity)).toEqual(Array.from({ length: count }, () => 'warning'));
});

test('the same port for two protocols is not a duplicate', () => {
  const ports = [
    { name: 'a', port: 53 },
    { name: 'b', port: 53, protocol: 'UDP' },
  ];
  expect(fields('port-duplicate', service({ ports }))).toEqual([]);
  expect(fields('port-duplicate', service({ ports: [...ports, { name: 'a', port: 53 }] }))).toEqual([
    '/spec/ports/2/name',
    '/spec/ports/2/port',
  ]);
});

test('a named probe port must be declared by its own container', () => {
  const probe = { readinessProbe: { httpGet: { path: '/', port: 'http' } } };
  expect(fields('port-reference', running({ ...probe, ports: [{ name: 'http', containerPort: 80 }] }))).toEqual([]);
  expect(fields('port-reference', running(probe))).toEqual([`${container}/readinessProbe/httpGet/port`]);
});

test('a named targetPort must be declared by the selected pods, native sidecars included, with its protocol', () => {
  const to = (protocol: string) =>
    service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', protocol }] });
  const ports = [{ name: 'http', containerPort: 80 }];
  const sidecar = (restartPolicy: string) =>
    running({}, { initContainers: [{ name: 'proxy', image: 'proxy:1', restartPolicy, ports }] });
  expect(fields('port-reference', running({ ports }), to('TCP'))).toEqual([]);
  expect(fields('port-reference', running({ ports }), to('UDP'))).toEqual(['/spec/ports/0/targetPort']);
  expect(fields('port-reference', sidecar('Always'), to('TCP'))).toEqual([]);
  expect(fields('port-reference', deployment(), to('TCP'))).toEqual(['/spec/ports/0/targetPort']);
});

test.each(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'])(
  'a %s refers to a port of its Service',
  (kind) => {
    const spec = { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] };
    const route = object('gateway.networking.k8s.io/v1', kind, 'web', { spec });
    const of = (port: number) => fields('port-reference', route, service({ ports: [{ port }] }));
    expect(of(80)).toEqual([]);
    expect(of(81)).toEqual(['/spec/rules/0/backendRefs/0/port']);
  },
);

test('a BackendTLSPolicy refers to a port of its Service by name', () => {
  const targetRefs = [{ group: '', kind: 'Service', name: 'web', sectionName: 'https' }];
  const policy = object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', 'web', { spec: { targetRefs } });
  const of = (name: string) => fields('port-reference', policy, service({ ports: [{ name, port: 443 }] }));
  expect(of('https')).toEqual([]);
  expect(of('http')).toEqual(['/spec/targetRefs/0/sectionName']);
});

test('an Ingress refers to a port of its Service', () => {
  const backend = '/spec/rules/0/http/paths/0/backend/service/port/number';
  expect(fields('port-reference', ingress('a.example.com'), service({ ports: [{ port: 80 }] }))).toEqual([]);
  expect(fields('port-reference', ingress('a.example.com'), service({ ports: [{ port: 81 }] }))).toEqual([backend]);
});
