// An override that contradicts what the component derived is a finding, which names the property (A19, A20).

import { override, type System, WebService, type WebServiceProps } from '../../../lib/constructs';
import { shop, WEB } from '../../support/synthesis';

type Change = (cart: WebService, web: WebService) => void;

const found = (change: Change, props: Partial<WebServiceProps> = {}) =>
  shop((system: System) => {
    const cart = new WebService(system, 'cart', { ...WEB, ...props });
    const web = new WebService(system, 'web', { ...WEB, env: {} });
    web.connectTo(cart);
    change(cart, web);
  }).findings.filter(({ rule }) => rule !== 'unchecked-field');

const rules = (change: Change, props: Partial<WebServiceProps> = {}) => found(change, props).map(({ rule }) => rule);

test('without an override there is none', () => {
  expect(found(() => {})).toEqual([]);
});

test('A19: the port of the Service, and the variables of its clients', () => {
  const findings = found((cart) => override(cart.service).set('spec.ports[80].port', 3550));
  expect(findings).toMatchObject([
    {
      rule: 'address-port',
      severity: 'warning',
      object: 'apps/Deployment shop-production/web',
      message: expect.stringContaining('CART_PORT has port 80 of Service shop-production/cart'),
      expected: expect.stringContaining('port: { port, servicePort }'),
    },
  ]);
  expect(found(() => {}, { port: { port: 8080, servicePort: 3550 } })).toEqual([]);
});

test('A20: the startup budget, and the deadline of the rollout', () => {
  const at = 'spec.template.spec.containers[cart].startupProbe.failureThreshold';
  const [finding] = found((cart) => override(cart.deployment).set(at, 120));
  expect(finding).toMatchObject({
    rule: 'startup-deadline',
    field: '/spec/progressDeadlineSeconds',
    expected: expect.stringContaining('probes: { bootSeconds }'),
  });
});

test('the memory limit, and the request', () => {
  const at = 'spec.template.spec.containers[cart].resources.limits.memory';
  const findings = found((cart) => override(cart.deployment).set(at, '1Gi'));
  expect(findings).toMatchObject([
    { rule: 'override-contradicts', field: '/spec/template/spec/containers/0/resources/limits/memory' },
  ]);
  expect(findings[0]?.expected).toContain("resources: { memory: '1Gi' }");
});

test('the port of the container, and the policy', () => {
  const ports = [{ name: 'http', containerPort: 9090, protocol: 'TCP' }];
  const findings = found((cart) => override(cart.deployment).set('spec.template.spec.containers[cart].ports', ports));
  expect(findings).toMatchObject([
    { rule: 'override-contradicts', object: 'networking.k8s.io/NetworkPolicy shop-production/cart' },
  ]);
});

test.each<[string, Change, Partial<WebServiceProps>]>([
  [
    'replicas beside an autoscaler',
    (cart) => override(cart.deployment).set('spec.replicas', 3),
    { size: { min: 3, max: 6, cpu: 0.6 } },
  ],
  [
    'the labels of the pods, and the selectors',
    (cart) => override(cart.deployment).set('spec.template.metadata.labels["app.kubernetes.io/name"]', 'other'),
    {},
  ],
  [
    'the selector of the Service',
    (cart) => override(cart.service).set('spec.selector["app.kubernetes.io/name"]', 'x'),
    {},
  ],
  ['the port of the Service by a name', (cart) => override(cart.service).set('spec.ports[80].targetPort', 'web'), {}],
])('%s was one already', (_, change, props) => {
  expect(rules(change, props)).not.toEqual([]);
});
