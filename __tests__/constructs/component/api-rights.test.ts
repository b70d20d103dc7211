// Rights at the Kubernetes API: a Role, its binding and a token, for a reason.

import { type ApiRights, type UrlRights, Worker } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, find, shop } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const LEASES: ApiRights = {
  group: 'coordination.k8s.io',
  resources: ['leases'],
  verbs: ['get', 'create', 'update'],
  because: 'elects a leader',
};

const mailer = (...rights: (ApiRights | UrlRights)[]): Synthesis =>
  shop((system) => {
    const worker = new Worker(system, 'mailer', {
      image: 'registry.example/shop/mailer:1',
      resources: { cpu: '100m', memory: '64Mi' },
      probes: { bootSeconds: 10 },
      size: { replicas: 2 },
    });
    for (const one of rights) worker.mayCall(one);
  });

test('are a Role for its ServiceAccount, a token and the reason (15)', () => {
  const synthesis = mailer(LEASES, {
    resources: ['configmaps'],
    names: ['flags'],
    verbs: ['get'],
    because: 'reads flags',
  });
  expect(synthesis.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(at(find(synthesis, 'Role', 'mailer'), 'rules')).toEqual([
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['flags'] },
  ]);
  expect(find(synthesis, 'RoleBinding', 'mailer')).toMatchObject({
    roleRef: { kind: 'Role', name: 'mailer' },
    subjects: [{ kind: 'ServiceAccount', name: 'mailer', namespace: 'shop-production' }],
  });
  const deployment = find(synthesis, 'Deployment', 'mailer');
  expect(at(deployment, 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(true);
  expect(at(deployment, 'metadata', 'annotations', 'evenkeel.dev/service-account-token')).toBe(
    'elects a leader; reads flags',
  );
});

test('their reason stays beside other annotations of the workload', () => {
  const synthesis = shop((system) => {
    new Worker(system, 'mailer', {
      image: 'registry.example/shop/mailer:1',
      resources: { cpu: '100m', memory: '64Mi' },
      probes: { bootSeconds: 10 },
      size: { replicas: 1 },
      survives: { zones: 0, because: 'mails may wait' },
    }).mayCall(LEASES);
  });
  expect(at(find(synthesis, 'Deployment', 'mailer'), 'metadata', 'annotations')).toMatchObject({
    'evenkeel.dev/service-account-token': 'elects a leader',
    'evenkeel.dev/zone-loss': 'mails may wait',
  });
});

test('without any there is neither Role nor token', () => {
  const synthesis = mailer();
  expect(() => find(synthesis, 'Role', 'mailer')).toThrow();
  expect(at(find(synthesis, 'Deployment', 'mailer'), 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(
    false,
  );
});

test('that lead to others are refused as those of any Role', () => {
  const { findings } = mailer({ resources: ['secrets'], verbs: ['list'], because: 'looks around' });
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'rbac-secrets', severity: 'error' }));
});

test.each<[string, object, string]>([
  ['no reason', { resources: ['leases'], verbs: ['get'] }, 'mayCall.because'],
  ['no verb', { ...LEASES, verbs: [] }, 'mayCall.verbs'],
  ['a misspelt key', { ...LEASES, resource: ['leases'] }, 'mayCall.resource'],
])('%s is refused', (_, rights, field) => {
  expect(mailer(unchecked<ApiRights>(rights)).findings).toMatchObject([{ rule: 'input', field }]);
});

test('everywhere are a ClusterRole of a name that no other namespace has, beside the Role; urls are such rights', () => {
  const nodes: ApiRights = { resources: ['nodes'], verbs: ['list'], everywhere: true, because: 'counts nodes' };
  const synthesis = mailer(LEASES, nodes, { urls: ['/metrics'], verbs: ['get'], because: 'reads metrics' });
  expect(synthesis.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(at(find(synthesis, 'Role', 'mailer'), 'rules')).toHaveLength(1);
  expect(at(find(synthesis, 'ClusterRole', 'shop-production-mailer'), 'rules')).toEqual([
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ]);
  expect(find(synthesis, 'ClusterRoleBinding', 'shop-production-mailer')).toMatchObject({
    roleRef: { kind: 'ClusterRole', name: 'shop-production-mailer' },
    subjects: [{ kind: 'ServiceAccount', name: 'mailer', namespace: 'shop-production' }],
  });
});

test('everywhere that lead to others are refused as those of any ClusterRole', () => {
  const { findings } = mailer({ resources: ['secrets'], verbs: ['list'], everywhere: true, because: 'looks around' });
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'rbac-secrets', severity: 'error' }));
});

test.each<[string, object, string]>([
  ['no path', { urls: ['metrics'], verbs: ['get'], because: 'x' }, 'mayCall.urls[0]'],
  ['an empty list', { urls: [], verbs: ['get'], because: 'x' }, 'mayCall.urls'],
  ['no reason', { urls: ['/metrics'], verbs: ['get'] }, 'mayCall.because'],
])('rights to a URL with %s are refused', (_, rights, field) => {
  const { findings } = mailer(unchecked<UrlRights>(rights));
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([expect.objectContaining({ field })]);
});
