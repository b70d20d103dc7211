// G3: the entry is the load balancer behind an Ingress or a route; node ports and load balancers beside it need a reason.

import { ApiObject } from 'cdk8s';
import { deployment, ingress, object, service, withReason } from '../../../lib/checks/examples';
import { type System, WebService } from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { at, find, shop, WEB } from '../../support/synthesis';
import { findings } from '../support';

const ID = 'entry-beside-ingress';
const KEY = 'evenkeel.dev/entry-beside-ingress-reason';
const PODS = { selector: { app: 'web' }, ports: [{ port: 80 }] };
const web = (type: string, name = 'web') => service({ type, ...PODS }, name);
const found = (...manifests: readonly JsonObject[]) =>
  findings(ID, deployment(), ingress('shop.example.com'), ...manifests).map(({ message }) => message);

describe('G3 an entry beside the Ingress', () => {
  test.each(['NodePort', 'LoadBalancer'])('%s of the Service that the Ingress leads to', (type) => {
    expect(found(web(type))).toEqual([`${type} beside Ingress web, which leads to this Service`]);
  });

  test.each(['NodePort', 'LoadBalancer'])('%s of another Service for the same pods', (type) => {
    expect(found(web('ClusterIP'), web(type, 'open'))).toEqual([`${type} beside Ingress web, which leads to its pods`]);
  });

  test.each(['HTTPRoute', 'GRPCRoute'])('beside a %s', (kind) => {
    const route = object('gateway.networking.k8s.io/v1', kind, 'shop', {
      spec: { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
    });
    expect(
      findings(ID, deployment(), route, web('NodePort')).map(({ message, severity }) => [severity, message]),
    ).toEqual([['warning', `NodePort beside ${kind} shop, which leads to this Service`]]);
  });

  test('of its default backend', () => {
    const all = object('networking.k8s.io/v1', 'Ingress', 'all', {
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    });
    expect(findings(ID, deployment(), all, web('NodePort'))).toHaveLength(1);
  });

  test('without pods of the app', () => {
    expect(findings(ID, ingress('shop.example.com'), web('NodePort'))).toHaveLength(1);
  });

  test('a reason is accepted', () => {
    expect(found(withReason(web('NodePort'), KEY, 'a probe outside the cluster'))).toEqual([]);
  });

  test('one way in is none too many', () => {
    expect(findings(ID, deployment(), web('LoadBalancer'))).toEqual([]);
    expect(found(web('ClusterIP'), service({ ...PODS }, 'other'))).toEqual([]);
    expect(found(web('ClusterIP'), service({ type: 'LoadBalancer', selector: { app: 'mail' } }, 'mail'))).toEqual([]);
    expect(found(web('ClusterIP'), service({ type: 'LoadBalancer', ports: [] }, 'by-hand'))).toEqual([]);
    const elsewhere = { ...web('NodePort'), metadata: { name: 'web', namespace: 'other' } };
    expect(found(web('ClusterIP'), elsewhere)).toEqual([]);
  });
});

describe('G3 what exposeAt says is a reason', () => {
  const exposed = (options: object, then: (system: System) => void = () => {}) =>
    shop((system) => {
      new WebService(system, 'web', WEB).exposeAt('shop.example.com', options);
      then(system);
    });
  const reason = (synthesis: ReturnType<typeof shop>) =>
    at(find(synthesis, 'Service', 'web'), 'metadata', 'annotations', KEY);

  test.each([
    [{ serviceType: 'NodePort' }, 'exposed with serviceType: NodePort'],
    [{ targets: 'nodes' }, 'exposed with targets: nodes'],
    [{}, undefined],
  ])('%j', (options, text) => {
    const synthesis = exposed(options);
    expect(synthesis.findings).toEqual([]);
    expect(reason(synthesis)).toBe(text);
  });

  test('a raw Service for the same pods is judged', () => {
    const open = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'open' },
      spec: {
        type: 'NodePort',
        selector: { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'web' },
        ports: [{ port: 80, targetPort: 'http' }],
      },
    };
    const { findings: all } = exposed({}, (system) => void new ApiObject(system, 'open', open));
    expect(all.map(({ rule, field }) => [rule, field])).toContainEqual([ID, '/spec/type']);
  });
});
