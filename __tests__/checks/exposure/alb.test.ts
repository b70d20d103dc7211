// Listeners of an ALB: those of an Ingress by annotations, those of a Gateway by a LoadBalancerConfiguration.

import { ingress, object } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const ALB = 'alb.ingress.kubernetes.io';
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

  test('another Ingress of the group may have the listener; without listen-ports the controller decides', () => {
    expect(fields('alb-listen-ports', listen('[{"HTTP":80}]', '443', { [`${ALB}/group.name`]: 'a' }))).toEqual([]);
    expect(fields('alb-listen-ports', of({ [`${ALB}/ssl-redirect`]: '443' }))).toEqual([]);
    const excused = { 'evenkeel.dev/alb-listen-ports-reason': 'its class has the group' };
    expect(fields('alb-listen-ports', listen('[{"HTTP":80}]', '443', excused))).toEqual([]);
  });
});

describe('alb-listener-configuration', () => {
  const gateway = (listeners: readonly JsonObject[], more: JsonObject = {}, name = 'shared'): JsonObject => {
    const parametersRef = { group: 'gateway.k8s.aws', kind: 'LoadBalancerConfiguration', name: 'shared' };
    const spec = { gatewayClassName: 'alb', infrastructure: { parametersRef }, listeners: [...listeners], ...more };
    return object('gateway.networking.k8s.io/v1', 'Gateway', name, { spec });
  };
  const at = (port: number, protocol = 'HTTPS'): JsonObject => ({ name: `l${port}`, port, protocol });
  const given = (...ports: readonly string[]): JsonObject =>
    object('gateway.k8s.aws/v1beta1', 'LoadBalancerConfiguration', 'shared', {
      spec: { listenerConfigurations: ports.map((protocolPort) => ({ protocolPort })) },
    });
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

  test('it says which listener is without', () => {
    expect(findings('alb-listener-configuration', gateway([at(8443)]), given('HTTPS:443'))).toMatchObject([
      { message: 'Gateway shared has no listener HTTPS:443', expected: 'HTTPS:8443' },
    ]);
  });
});
