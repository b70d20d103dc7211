// What is referred to in other namespaces, and what lets it.

import { object, namespace as SHOP } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields } from '../support';

const API = 'gateway.networking.k8s.io/v1';
const GROUP = 'gateway.networking.k8s.io';
const BLOG: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'blog' } };
const INFRA: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'infra' } };

describe('reference-grant', () => {
  const at = (...manifests: readonly JsonObject[]) => fields('reference-grant', ...manifests);
  const secret = (namespace = 'shop') => {
    const tls = { certificateRefs: [{ name: 'web-tls', namespace }] };
    const listeners = [{ name: 'https', port: 443, protocol: 'HTTPS', tls }];
    return object(API, 'Gateway', 'shared', { spec: { gatewayClassName: 'eg', listeners } }, 'infra');
  };
  const backend = (kind: string) =>
    object(API, kind, 'web', { spec: { rules: [{ backendRefs: [{ name: 'web', port: 80, namespace: 'blog' }] }] } });
  const grant = (from: JsonObject, to: JsonObject, place = 'shop'): JsonObject =>
    object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', 'a', { spec: { from: [from], to: [to] } }, place);
  const FROM = { group: GROUP, kind: 'Gateway', namespace: 'infra' };
  const TO = { group: '', kind: 'Secret', name: 'web-tls' };
  const REF = '/spec/listeners/0/tls/certificateRefs/0';

  test.each<[string, readonly JsonObject[], boolean]>([
    ['none', [], false],
    ['to this Secret', [grant(FROM, TO)], true],
    ['to every Secret', [grant(FROM, { group: '', kind: 'Secret' })], true],
    ['to another Secret', [grant(FROM, { ...TO, name: 'other' })], false],
    ['to Services', [grant(FROM, { group: '', kind: 'Service' })], false],
    ['from another namespace', [grant({ ...FROM, namespace: 'blog' }, TO)], false],
    ['from routes', [grant({ ...FROM, kind: 'HTTPRoute' }, TO)], false],
    ['from another group', [grant({ ...FROM, group: '' }, TO)], false],
    ['in another namespace', [grant(FROM, TO, 'blog')], false],
  ])('%s', (_, grants, isGranted) => {
    expect(at(SHOP, BLOG, secret(), ...grants)).toEqual(isGranted ? [] : [REF]);
  });

  test.each(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'])(
    'a backend in another namespace needs one there: %s',
    (kind) => {
      const of = { group: GROUP, kind, namespace: 'shop' };
      expect(at(BLOG, backend(kind))).toEqual(['/spec/rules/0/backendRefs/0']);
      expect(at(BLOG, backend(kind), grant(of, { group: '', kind: 'Service' }, 'blog'))).toEqual([]);
    },
  );

  test('not within a namespace, and not in one that others write', () => {
    expect(at(secret())).toEqual([]);
    expect(at(INFRA, secret('infra'))).toEqual([]);
  });
});
