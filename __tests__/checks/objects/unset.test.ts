// S21: texts made of a value that was not set.

import { check } from '../../../lib/checks';
import { configMap, deployment, object, running } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entries, findings } from '../support';

const words = (manifest: JsonObject) =>
  check(entries([manifest]))
    .filter(({ rule }) => rule.startsWith('unset-') || rule === 'image-reference')
    .map(({ rule, field, message }) => `${rule} ${field} ${/^'(.*?)'/.exec(message)?.[1]}`);

const IMAGE = '/spec/template/spec/containers/0/image';

test.each([
  ['registry.example/acme/web:undefined', 'undefined'],
  ['registry.example/acme/web:null', 'null'],
  ['registry.example/acme/web:NaN', 'NaN'],
  ['registry.example/acme/web:true', 'true'],
  ['registry.example/acme/web:false', 'false'],
  ['registry.example/acme/web:[object Object]', '[object Object]'],
  ['registry.example/acme/web:[object Promise]', '[object Promise]'],
  ['registry.example/acme/web:1.4-undefined', 'undefined'],
  ['registry.example/acme/web:v1-null', 'null'],
  ['registry.example/acme/web@undefined', 'undefined'],
  ['registry.example/acme/undefined:1', 'undefined'],
  ['registry.example/undefined/web:1', 'undefined'],
  ['registry.example/null/web:1', 'null'],
  ['undefined/acme/web:1', 'undefined'],
  ['undefined.azurecr.io/web:1', 'undefined'],
  ['registry.example:undefined/web:1', 'undefined'],
])('the image %s is refused for its %s', (image, word) => {
  expect(words(running({ image }))).toEqual([`image-reference ${IMAGE} ${word}`]);
});

test.each([
  'registry.example/nullable/web:1',
  'registry.example/team/undefinedbehaviour:1',
  'web:trueline',
  'registry.example/a/b:nullify',
])('the image %s is taken', (image) => expect(words(running({ image }))).toEqual([]));

test.each([
  ['https://undefined/x', 'undefined'],
  ['https://undefined', 'undefined'],
  ['https://null/x', 'null'],
  ['http://NaN:80', 'NaN'],
  ['https://true/x', 'true'],
  ['https://[object Object]/x', '[object Object]'],
  ['https://undefined.example.com', 'undefined'],
  ['https://api.undefined.example.com', 'undefined'],
  ['https://null.example.com/x', 'null'],
  ['https://api-undefined.example.com', 'undefined'],
  ['amqp://user:undefined@broker:5672', 'undefined'],
  ['redis://cache:undefined/0', 'undefined'],
  ['redis://cache:NaN', 'NaN'],
  ['jdbc:postgresql://undefined:5432/shop', 'undefined'],
  ['server=https://undefined/x;retry=3', 'undefined'],
  ['a line\nproxy_pass http://undefined:8080;\n', 'undefined'],
])('the URL %j is refused for its %s', (url, word) => {
  expect(words(configMap({ URL: url }))).toEqual([`unset-text /data/URL ${word}`]);
  expect(words(running({ env: [{ name: 'URL', value: url }] }))).toEqual([
    `unset-text /spec/template/spec/containers/0/env/0/value ${word}`,
  ]);
});

test.each([
  'https://example.com/nullable',
  'https://truth.example.com/true?x=null&y=false',
  'https://www.true.example/x',
  'https://nulls.example.com',
  'https://example.com/undefined-behaviour',
])('the URL %s is taken', (url) => {
  expect(words(configMap({ URL: url })).filter((finding) => finding.startsWith('unset-text'))).toEqual([]);
});

const NETWORKING = 'networking.k8s.io/v1';

test.each<[JsonObject, string, string]>([
  [
    object(NETWORKING, 'Ingress', 'web', { spec: { rules: [{ host: 'undefined.example.com' }] } }),
    '/spec/rules/0/host',
    'undefined',
  ],
  [
    object(NETWORKING, 'Ingress', 'web', { spec: { rules: [{ host: 'null.example.com' }] } }),
    '/spec/rules/0/host',
    'null',
  ],
  [
    object(NETWORKING, 'Ingress', 'web', { spec: { tls: [{ hosts: ['a.undefined'] }] } }),
    '/spec/tls/0/hosts/0',
    'undefined',
  ],
  [
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', { spec: { hostnames: ['undefined.example'] } }),
    '/spec/hostnames/0',
    'undefined',
  ],
  [
    object('cert-manager.io/v1', 'Certificate', 'web', { spec: { dnsNames: ['NaN.example'] } }),
    '/spec/dnsNames/0',
    'NaN',
  ],
  [
    object('cert-manager.io/v1', 'Certificate', 'web', { spec: { commonName: 'undefined' } }),
    '/spec/commonName',
    'undefined',
  ],
  [
    object('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', 'web', {
      spec: { endpoints: [{ dnsName: 'undefined.example' }] },
    }),
    '/spec/endpoints/0/dnsName',
    'undefined',
  ],
  [
    object('v1', 'Service', 'web', { spec: { type: 'ExternalName', externalName: 'undefined' } }),
    '/spec/externalName',
    'undefined',
  ],
  [object('v1', 'ConfigMap', 'web-undefined', { data: {} }), '/metadata/name', 'undefined'],
  [object('v1', 'ConfigMap', 'undefined', { data: {} }), '/metadata/name', 'undefined'],
  [object('v1', 'ConfigMap', 'web-null', { data: {} }), '/metadata/name', 'null'],
  [object('v1', 'ConfigMap', 'web', { data: {} }, 'undefined-production'), '/metadata/namespace', 'undefined'],
  [
    object('monitoring.coreos.com/v1', 'Prometheus', 'web', { spec: { image: 'prom:undefined' } }),
    '/spec/image',
    'undefined',
  ],
])('a host, a name or an image elsewhere: %j', (manifest, field, word) => {
  expect(words(manifest).filter((finding) => finding.startsWith('unset-text'))).toEqual([
    `unset-text ${field} ${word}`,
  ]);
});

test.each<[JsonObject, string[]]>([
  [configMap({ A: 'undefined' }), ['unset-word /data/A undefined']],
  [configMap({ A: 'NaN' }), ['unset-word /data/A NaN']],
  [configMap({ A: 'x-[object Object]' }), ['unset-word /data/A [object Object]']],
  [configMap({ undefined: 'x' }), ['unset-word /data/undefined undefined']],
  [configMap({ A: 'db.undefined.svc:5432' }), ['unset-word /data/A undefined']],
  [running({ args: ['--level=undefined'] }), ['unset-word /spec/template/spec/containers/0/args/0 undefined']],
  [deployment({}, {}, 'web'), []],
  [configMap({ A: 'null', B: 'true', C: '/dev/null', D: '{"a":null}' }), []],
  [configMap({ A: 'if (x === undefined) {', B: 'undefinedness', C: 'is NaN or not' }), []],
])('any other text of one word is a warning: %j', (manifest, expected) => {
  expect(words(manifest)).toEqual(expected);
  expect(findings('unset-word', manifest).map(({ severity }) => severity)).toEqual(expected.map(() => 'warning'));
});

test('a text that another rule refuses is one mistake', () => {
  const refused = running({ resources: { limits: { cpu: 'undefined' } } });
  const at = '/spec/template/spec/containers/0/resources/limits/cpu';
  expect(check(entries([refused])).filter(({ field }) => field === at)).toHaveLength(1);
});

test('the value of a Secret is not repeated', () => {
  const secret = object('v1', 'Secret', 'web', { stringData: { url: 'https://user:pw@undefined/x' } });
  expect(findings('unset-text', secret)).toMatchObject([{ field: '/stringData/url' }]);
  expect(JSON.stringify(findings('unset-text', secret))).not.toContain('pw');
});
