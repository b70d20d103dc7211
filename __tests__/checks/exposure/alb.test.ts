// Listeners of an ALB: those of an Ingress by annotations, those of a Gateway by a LoadBalancerConfiguration.

import { ingress, object } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const ALB = 'alb.ingress.kubernetes.io';
const REASONED = { 'evenkeel.dev/alb-listener-unread-reason': 'for later' };
const BOTH = '[{"HTTP":80},{"HTTPS":443}]';

describe('alb-listen-ports', () => {
  const of = (annotations: JsonObject): JsonObject => ({
    ...ingress('shop.example.com'),
    metadata: { name: 'web', namespace: 'shop', annotations },
  });
  const listen = (ports: string, redirect?: string, more: JsonObject = {}) =>
    of({
      [`${ALB}/listen-ports`]: ports,
      ...(redirect === undefined ? {} : { [`${ALB}/ssl-redirect`]: redirect }),
      ...more,
    });

  test.each<[string, string | undefined, readonly string[]]>([
    [BOTH, '443', []],
    [BOTH, undefined, []],
    ['[{"HTTP": 80, "HTTPS": 443}]', '443', []],
    ['[{"HTTP":80},{"HTTPS":8443}]', '8443', []],
    ['[{"HTTP":80},{"HTTPS":8443}]', '443', ['ssl-redirect']],
    ['[{"HTTP":80}]', '443', ['ssl-redirect']],
    [BOTH, '80', ['ssl-redirect']],
    ['443', '443', ['listen-ports']],
    ['[]', undefined, ['listen-ports']],
    ['[{"https":443}]', undefined, ['listen-ports']],
    ['[{"HTTPS":"443"}]', undefined, ['listen-ports']],
    ['[{"HTTPS":65536}]', undefined, ['listen-ports']],
    ['{"HTTPS":443}', undefined, ['listen-ports']],
    ['[HTTPS]', undefined, ['listen-ports']],
  ])('%s, redirected to %s', (ports, redirect, found) => {
    expect(fields('alb-listen-ports', listen(ports, redirect))).toEqual(
      found.map((key) => `/metadata/annotations/${ALB}~1${key}`),
    );
  });

  test('it says what to write', () => {
    expect(findings('alb-listen-ports', listen('[{"HTTP":80},{"HTTPS":8443}]', '443'))).toMatchObject([
      { value: '443', expected: expect.stringContaining(`${ALB}/ssl-redirect: 8443`) },
    ]);
  });

  test('another Ingress of the group may have the listener', () => {
    expect(fields('alb-listen-ports', listen('[{"HTTP":80}]', '443', { [`${ALB}/group.name`]: 'a' }))).toEqual([]);
    const excused = { 'evenkeel.dev/alb-listen-ports-reason': 'its class has the group' };
    expect(fields('alb-listen-ports', listen('[{"HTTP":80}]', '443', excused))).toEqual([]);
  });
});

describe('alb-listen-ports without listen-ports', () => {
  const AT = `/metadata/annotations/${ALB}~1ssl-redirect`;
  const redirected = (more: JsonObject = {}): JsonObject => ({
    ...ingress('shop.example.com'),
    metadata: { name: 'web', namespace: 'shop', annotations: { [`${ALB}/ssl-redirect`]: '443', ...more } },
  });

  test('the controller listens for HTTP alone, or for HTTPS alone with a certificate', () => {
    expect(findings('alb-listen-ports', redirected())).toMatchObject([
      { field: AT, expected: expect.stringContaining(`${ALB}/listen-ports: [{"HTTP":80},{"HTTPS":443}]`) },
    ]);
    expect(fields('alb-listen-ports', redirected({ [`${ALB}/certificate-arn`]: 'arn:aws:acm:x' }))).toEqual([]);
    expect(fields('alb-listen-ports', redirected({ [`${ALB}/group.name`]: 'a' }))).toEqual([]);
    expect(fields('alb-listen-ports', ingress('shop.example.com'))).toEqual([]);
  });
});

describe('alb-listen-ports and the class', () => {
  const wide = (apiVersion: string, kind: string, name: string, spec: JsonObject, annotations: JsonObject = {}) => ({
    apiVersion,
    kind,
    metadata: { name, annotations },
    spec,
  });
  const API = 'networking.k8s.io/v1';
  const CLASS = { parameters: { apiGroup: 'elbv2.k8s.aws', kind: 'IngressClassParams', name: 'params' } };
  const params = (spec: JsonObject, version = 'elbv2.k8s.aws/v1beta1') =>
    wide(version, 'IngressClassParams', 'params', spec);
  const redirected = (ingressClassName?: string): JsonObject => {
    const made = ingress('shop.example.com');
    const annotations = { [`${ALB}/listen-ports`]: '[{"HTTP":80}]', [`${ALB}/ssl-redirect`]: '443' };
    const spec = made.spec as JsonObject;
    return {
      ...made,
      metadata: { name: 'web', namespace: 'shop', annotations },
      spec: ingressClassName === undefined ? spec : { ...spec, ingressClassName },
    };
  };

  test.each<[string, JsonObject, number]>([
    ['has a group, another of which may have the listener', { group: { name: 'shared' } }, 0],
    ['redirects to a port of its own', { sslRedirectPort: 8443 }, 0],
    ['says nothing of listeners', { scheme: 'internal' }, 1],
  ])('that %s', (_, spec, count) => {
    const found = wide(API, 'IngressClass', 'alb', CLASS);
    expect(fields('alb-listen-ports', redirected('alb'), found, params(spec))).toHaveLength(count);
  });

  test('of Auto Mode, and the default one', () => {
    const group = { group: { name: 'shared' } };
    const auto = { parameters: { ...CLASS.parameters, apiGroup: 'eks.amazonaws.com' } };
    const found = wide(API, 'IngressClass', 'alb', auto);
    expect(fields('alb-listen-ports', redirected('alb'), found, params(group, 'eks.amazonaws.com/v1'))).toEqual([]);
    const ours = (value: string) =>
      wide(API, 'IngressClass', 'alb', CLASS, { 'ingressclass.kubernetes.io/is-default-class': value });
    expect(fields('alb-listen-ports', redirected(), ours('true'), params(group))).toEqual([]);
    expect(fields('alb-listen-ports', redirected(), ours('false'), params(group))).toHaveLength(1);
    expect(fields('alb-listen-ports', redirected('other'), ours('true'), params(group))).toHaveLength(1);
  });

  test('with a certificate: without listen-ports, HTTPS is listened for', () => {
    const found = wide(API, 'IngressClass', 'alb', CLASS);
    const made = redirected('alb');
    const alone = {
      ...made,
      metadata: { name: 'web', namespace: 'shop', annotations: { [`${ALB}/ssl-redirect`]: '443' } },
    };
    expect(fields('alb-listen-ports', alone, found, params({ certificateArn: ['arn:aws:acm:x'] }))).toEqual([]);
    expect(fields('alb-listen-ports', alone, found, params({}))).toHaveLength(1);
  });
});

describe('alb-listener-configuration', () => {
  const CERTIFICATE = { defaultCertificate: 'arn:aws:acm:x' };
  const gateway = (listeners: readonly JsonObject[], more: JsonObject = {}, name = 'shared'): JsonObject => {
    const parametersRef = { group: 'gateway.k8s.aws', kind: 'LoadBalancerConfiguration', name: 'shared' };
    const spec = { gatewayClassName: 'alb', infrastructure: { parametersRef }, listeners: [...listeners], ...more };
    return object('gateway.networking.k8s.io/v1', 'Gateway', name, { spec });
  };
  const at = (port: number, protocol = 'HTTPS'): JsonObject => ({ name: `l${port}`, port, protocol });
  const given = (...ports: readonly string[]): JsonObject =>
    object('gateway.k8s.aws/v1beta1', 'LoadBalancerConfiguration', 'shared', {
      spec: { listenerConfigurations: ports.map((protocolPort) => ({ protocolPort, ...CERTIFICATE })) },
    });
  const saying = (what: JsonObject): JsonObject =>
    object('gateway.k8s.aws/v1beta1', 'LoadBalancerConfiguration', 'shared', {
      spec: { listenerConfigurations: [{ protocolPort: 'HTTPS:443', ...what }] },
    });
  const both = (...manifests: readonly JsonObject[]) => [
    fields('alb-listener-configuration', ...manifests).length,
    fields('alb-listener-unread', ...manifests).length,
  ];
  const AT = '/spec/listenerConfigurations/0/protocolPort';

  test.each<[string, readonly JsonObject[], readonly string[]]>([
    ['the port of the listener', [gateway([at(443)]), given('HTTPS:443')], []],
    ['in lower case', [gateway([at(443)]), given('https:443')], []],
    ['another port', [gateway([at(8443)]), given('HTTPS:443')], [AT]],
    ['another protocol', [gateway([at(443, 'HTTP'), at(8443)]), given('HTTPS:443')], [AT]],
    ['one more than there are', [gateway([at(8443)]), given('HTTPS:443', 'HTTPS:8443')], []],
    ['of no listener of HTTPS', [gateway([at(80, 'HTTP')]), given('HTTPS:443')], []],
    ['of one of two Gateways', [gateway([at(443)]), gateway([at(8443)], {}, 'other'), given('HTTPS:443')], []],
    ['of listeners that others add', [gateway([at(8443)], { allowedListeners: {} }), given('HTTPS:443')], []],
    ['of a Gateway that is not here', [given('HTTPS:443')], []],
  ])('%s', (_, manifests, found) => {
    expect(fields('alb-listener-configuration', ...manifests)).toEqual(found);
  });

  test('a listener with a host has its certificate by that: a warning', () => {
    const hosted = { ...at(8443), hostname: 'a.example' };
    expect(both(gateway([hosted]), given('HTTPS:443'))).toEqual([0, 1]);
    expect(both(gateway([at(8443)]), given('HTTPS:443'))).toEqual([1, 0]);
    expect(both(gateway([hosted, at(9443)]), given('HTTPS:443'))).toEqual([1, 0]);
    expect(both(gateway([hosted, { ...at(8443), name: 'rest' }]), given('HTTPS:443'))).toEqual([0, 1]);
    const reasoned = { ...given('HTTPS:443'), metadata: { name: 'shared', namespace: 'shop', annotations: REASONED } };
    expect(both(gateway([hosted]), reasoned)).toEqual([0, 0]);
  });

  test('so it has by the host of a route', () => {
    const route = (spec: JsonObject, name = 'shared') =>
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', { spec: { parentRefs: [{ name }], ...spec } });
    const hostnames = ['a.example'];
    expect(both(gateway([at(8443)]), given('HTTPS:443'), route({ hostnames }))).toEqual([0, 1]);
    expect(both(gateway([at(8443)]), given('HTTPS:443'), route({}))).toEqual([1, 0]);
    expect(both(gateway([at(8443)]), given('HTTPS:443'), route({ hostnames }, 'other'))).toEqual([1, 0]);
  });

  test('what has no certificate harms none, unless clients need one', () => {
    expect(both(gateway([at(8443)]), saying({ listenerAttributes: [{ key: 'a', value: 'b' }] }))).toEqual([0, 0]);
    expect(both(gateway([at(8443)]), saying({ certificates: ['arn:aws:acm:x'] }))).toEqual([1, 0]);
    expect(both(gateway([at(8443)]), saying({ mutualAuthentication: { mode: 'verify' } }))).toEqual([0, 1]);
  });

  test('a configuration of a class is for Gateways that may be elsewhere', () => {
    const classed = (name: string, namespace: string): JsonObject => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'alb' },
      spec: { parametersRef: { group: 'gateway.k8s.aws', kind: 'LoadBalancerConfiguration', name, namespace } },
    });
    expect(both(gateway([at(8443)]), given('HTTPS:443'), classed('shared', 'shop'))).toEqual([0, 0]);
    expect(both(gateway([at(8443)]), given('HTTPS:443'), classed('other', 'shop'))).toEqual([1, 0]);
    expect(both(gateway([at(8443)]), given('HTTPS:443'), classed('shared', 'other'))).toEqual([1, 0]);
  });

  test('it says which listener is without', () => {
    expect(findings('alb-listener-configuration', gateway([at(8443)]), given('HTTPS:443'))).toMatchObject([
      { message: 'Gateway shared has no listener HTTPS:443', expected: expect.stringMatching(/^HTTPS:8443/) },
    ]);
  });
});
