// The canonical form: what the API server would add is there, what means nothing is not, no matter what made the object.
import { ApiObject } from 'cdk8s';
import type { Json } from '../../../lib/model';
import { canonical } from '../../../lib/synth/object/canonical';
import { at, errors, find, shop } from '../../support/synthesis';

const service = (ports: Json) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports } });

test('a port without a protocol is a TCP port', () => {
  expect(at(canonical(service([{ port: 80 }, { port: 53, protocol: 'UDP' }])), 'spec', 'ports')).toEqual([
    { port: 80, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ]);
});

test('what is canonical stays the same object', () => {
  const object = service([{ port: 80, protocol: 'TCP' }]);
  expect(canonical(object)).toBe(object);
});

test('a map that means nothing is dropped, and one that says something stays', () => {
  const pod = {
    containers: [{ name: 'a', resources: { limits: {} }, securityContext: {} }],
    volumes: [{ emptyDir: {} }],
  };
  expect(canonical({ apiVersion: 'v1', kind: 'Pod', spec: pod })).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    spec: { containers: [{ name: 'a' }], volumes: [{ emptyDir: {} }] },
  });
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    spec: { podSelector: {}, ingress: [{}] },
  };
  expect(canonical(policy)).toBe(policy);
});

test('a definition of a custom resource stays as it is: an empty `status` there enables the subresource', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: {
      versions: [
        { name: 'v1', subresources: { status: {} }, schema: { properties: { labels: {}, ports: [{ port: 1 }] } } },
      ],
    },
  };
  expect(canonical(definition)).toBe(definition);
});

test('a custom resource stays as it is', () => {
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', spec: { labels: {}, ports: [{ port: 1 }] } };
  expect(canonical(widget)).toBe(widget);
});

test('an ApiObject of a user: protocol, NaN and a misspelt top-level field', () => {
  const object = (kind: string, more: object) =>
    shop((system) => {
      new ApiObject(system, 'own', { apiVersion: 'v1', kind, metadata: { name: 'own' }, ...more });
    });
  const found = object('Service', { spec: { clusterIP: 'None', selector: { app: 'a' }, ports: [{ port: 80 }] } });
  expect(at(find(found, 'Service', 'own'), 'spec', 'ports', 0, 'protocol')).toBe('TCP');
  expect(errors(object('ConfigMap', { dta: { a: 'b' } }))).toEqual(['top-level-field /dta']);
  expect(errors(object('LimitRange', { spec: { limits: [{ type: 'Pod', weight: Number.NaN }] } }))).toEqual([
    'unrenderable /spec/limits/0/weight',
  ]);
});
