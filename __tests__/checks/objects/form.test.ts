// S20: items of lists. Every list of a built-in kind has texts or objects as items, but for two with numbers.
import { deployment, object, running } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const CONTAINER = '/spec/template/spec/containers/0';
const rbac = (rule: JsonObject) => object('rbac.authorization.k8s.io/v1', 'Role', 'r', { rules: [rule] });
const policy = (spec: JsonObject) => object('networking.k8s.io/v1', 'NetworkPolicy', 'n', { spec });
const claim = (spec: JsonObject) => object('v1', 'PersistentVolumeClaim', 'c', { spec });

test.each<[string, (list: Json[]) => JsonObject, string]>([
  ['args', (list) => running({ args: list }), `${CONTAINER}/args`],
  ['command', (list) => running({ command: list }), `${CONTAINER}/command`],
  [
    'exec of a probe',
    (list) => running({ livenessProbe: { exec: { command: list } } }),
    `${CONTAINER}/livenessProbe/exec/command`,
  ],
  [
    'exec of a hook',
    (list) => running({ lifecycle: { preStop: { exec: { command: list } } } }),
    `${CONTAINER}/lifecycle/preStop/exec/command`,
  ],
  [
    'capabilities',
    (list) => running({ securityContext: { capabilities: { drop: list } } }),
    `${CONTAINER}/securityContext/capabilities/drop`,
  ],
  [
    'nameservers',
    (list) => deployment({}, { dnsConfig: { nameservers: list } }),
    '/spec/template/spec/dnsConfig/nameservers',
  ],
  ['searches', (list) => deployment({}, { dnsConfig: { searches: list } }), '/spec/template/spec/dnsConfig/searches'],
  [
    'hostnames',
    (list) => deployment({}, { hostAliases: [{ hostnames: list }] }),
    '/spec/template/spec/hostAliases/0/hostnames',
  ],
  ['verbs', (list) => rbac({ verbs: list }), '/rules/0/verbs'],
  ['apiGroups', (list) => rbac({ apiGroups: list }), '/rules/0/apiGroups'],
  ['resources', (list) => rbac({ resources: list }), '/rules/0/resources'],
  ['resourceNames', (list) => rbac({ resourceNames: list }), '/rules/0/resourceNames'],
  ['nonResourceURLs', (list) => rbac({ nonResourceURLs: list }), '/rules/0/nonResourceURLs'],
  ['policyTypes', (list) => policy({ policyTypes: list }), '/spec/policyTypes'],
  [
    'except',
    (list) => policy({ egress: [{ to: [{ ipBlock: { except: list } }] }] }),
    '/spec/egress/0/to/0/ipBlock/except',
  ],
  [
    'matchExpressions.values',
    (list) => policy({ podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: list }] } }),
    '/spec/podSelector/matchExpressions/0/values',
  ],
  ['accessModes', (list) => claim({ accessModes: list }), '/spec/accessModes'],
  [
    'tls.hosts',
    (list) => object('networking.k8s.io/v1', 'Ingress', 'i', { spec: { tls: [{ hosts: list }] } }),
    '/spec/tls/0/hosts',
  ],
  ['externalIPs', (list) => object('v1', 'Service', 's', { spec: { externalIPs: list } }), '/spec/externalIPs'],
  [
    'loadBalancerSourceRanges',
    (list) => object('v1', 'Service', 's', { spec: { loadBalancerSourceRanges: list } }),
    '/spec/loadBalancerSourceRanges',
  ],
  ['mountOptions', (list) => object('storage.k8s.io/v1', 'StorageClass', 's', { mountOptions: list }), '/mountOptions'],
  [
    'rules of a webhook',
    (list) =>
      object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'w', {
        webhooks: [{ rules: [{ operations: list }] }],
      }),
    '/webhooks/0/rules/0/operations',
  ],
  [
    'finalizers, of a custom resource too',
    (list) => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', finalizers: list } }),
    '/metadata/finalizers',
  ],
])('each item of %s that is not a text is a finding', (_, build, pointer) => {
  const items: Json[] = ['a', false, 8080, true, null, 5n, ['nested'], { key: 'b' }];
  expect(fields('value-form', build(items))).toEqual([1, 2, 3, 4, 5].map((index) => `${pointer}/${index}`));
  expect(fields('value-form', build(['a', 'b', '']))).toEqual([]);
});

test('the finding says what would be right', () => {
  expect(findings('value-form', running({ args: [false, 8080, null] }))).toMatchObject([
    { message: 'false is not a text', expected: 'a text, or no item: […].filter(Boolean)', value: false },
    {
      message: '8080 is not a text',
      expected: 'a text: "8080", or a reason in the annotation evenkeel.dev/value-form-reason',
      value: 8080,
    },
    { message: 'null is not a value of a field', value: 'null' },
  ]);
});

test('the two lists of numbers', () => {
  expect(fields('value-form', deployment({}, { securityContext: { supplementalGroups: [1, 2] } }))).toEqual([]);
  const podFailurePolicy = { rules: [{ onExitCodes: { operator: 'In', values: [1, 42] } }] };
  expect(fields('value-form', object('batch/v1', 'Job', 'j', { spec: { podFailurePolicy } }))).toEqual([]);
});

test('in a custom resource any item may be right; false among texts is doubted', () => {
  const widget = object('example.com/v1', 'Widget', 'w', {
    spec: { a: ['x', false, 1], b: [false, true], c: [{ d: [false, 'y'] }] },
  });
  expect(fields('value-form', widget)).toEqual([]);
  expect(findings('mixed-list', widget).map(({ severity, field }) => [severity, field])).toEqual([
    ['warning', '/spec/a/1'],
    ['warning', '/spec/c/0/d/0'],
  ]);
  expect(fields('mixed-list', running({ args: ['a', false] }))).toEqual([]);
});
