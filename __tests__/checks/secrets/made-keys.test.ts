// Keys of Secrets that External Secrets and cert-manager make.
import type { JsonObject } from '../../../lib/model';
import { fields } from '../support';

const made = (apiVersion: string, kind: string, name: string, spec: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
});
const external = (spec: JsonObject = {}) =>
  made('external-secrets.io/v1', 'ExternalSecret', 'payments', { data: [{ secretKey: 'token' }], ...spec });
const certificate = (spec: JsonObject = {}) =>
  made('cert-manager.io/v1', 'Certificate', 'web', { secretName: 'web-tls', ...spec });
const pod = (spec: JsonObject): JsonObject => made('v1', 'Pod', 'web', { containers: [], ...spec });
const file = (secretName: string, key: string, more: JsonObject = {}) =>
  pod({ volumes: [{ name: 'a', secret: { secretName, items: [{ key, path: 'a' }], ...more } }] });

const id = 'secret-key';

test('13: a file, a projected file and a variable with another key', () => {
  expect(fields(id, external(), file('payments', 'tokn'))).toEqual(['/spec/volumes/0/secret/items/0/key']);
  const items = [{ key: 'tokn', path: 'a' }];
  const projected = pod({ volumes: [{ projected: { sources: [{ secret: { name: 'payments', items } }] } }] });
  expect(fields(id, external(), projected)).toEqual(['/spec/volumes/0/projected/sources/0/secret/items/0/key']);
  const secretKeyRef = { name: 'payments', key: 'tokn' };
  const variable = pod({ containers: [{ name: 'a', env: [{ name: 'A', valueFrom: { secretKeyRef } }] }] });
  expect(fields(id, external(), variable)).toEqual(['/spec/containers/0/env/0/valueFrom/secretKeyRef/key']);
});

test('13: a Certificate has three keys', () => {
  expect(fields(id, certificate(), file('web-tls', 'tls.crt'))).toEqual([]);
  expect(fields(id, certificate(), file('web-tls', 'tls.pem'))).toHaveLength(1);
});

test.each([
  ['the right key', external(), file('payments', 'token')],
  ['an optional one', external(), file('payments', 'tokn', { optional: true })],
  ['all keys of the store', external({ dataFrom: [{ extract: { key: 'a' } }] }), file('payments', 'tokn')],
  ['a template', external({ target: { template: { data: { tokn: '{{ .token }}' } } } }), file('payments', 'tokn')],
  ['a Secret to which it only adds', external({ target: { creationPolicy: 'Merge' } }), file('payments', 'tokn')],
  ['another name', external({ target: { name: 'other' } }), file('payments', 'tokn')],
  ['a keystore', certificate({ keystores: {} }), file('web-tls', 'keystore.jks')],
  ['a Secret made by hand', external(), file('bank', 'tokn')],
])('%s is right', (_, maker, user) => {
  expect(fields(id, maker, user)).toEqual([]);
});
