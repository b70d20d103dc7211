// G11: what Roles may not allow, and who they may not be bound to.
import type { Json, JsonObject } from '../../../lib/model';
import { fields, findings } from '../support';

type Rule = { readonly [key: string]: Json };

const RBAC = 'rbac.authorization.k8s.io';
const SHOP = { namespace: 'shop' };
const NAMESPACE: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const REASON = { annotations: { 'evenkeel.dev/access-reason': 'an auditor reads everything' } };

const role = (rule: Rule, metadata: JsonObject = {}, name = 'reader'): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  metadata: { name, ...SHOP, ...metadata },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], ...rule }],
});

const group = (name: string): JsonObject => ({ kind: 'Group', apiGroup: RBAC, name });
const account = (name: string, namespace = 'shop'): JsonObject => ({ kind: 'ServiceAccount', name, namespace });

const binding = (subjects: Json, ref: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'reader', ...SHOP, ...metadata },
  roleRef: { apiGroup: RBAC, kind: 'Role', name: 'reader', ...ref },
  subjects,
});

const everywhere = (subjects: Json, name: string): JsonObject => ({
  ...binding(subjects, { kind: 'ClusterRole', name }),
  kind: 'ClusterRoleBinding',
  metadata: { name },
});

describe('rbac-wildcard', () => {
  test.each<[string, Rule, string]>([
    ['verbs', { verbs: ['get', '*'] }, '/rules/0/verbs/1'],
    ['kinds', { resources: ['*'] }, '/rules/0/resources/0'],
    ['subresources of all kinds', { resources: ['*/scale'] }, '/rules/0/resources/0'],
    ['API groups', { apiGroups: ['*'] }, '/rules/0/apiGroups/0'],
    ['paths', { nonResourceURLs: ['*'] }, '/rules/0/nonResourceURLs/0'],
  ])('in %s', (_, rule, field) => {
    expect(fields('rbac-wildcard', role(rule))).toEqual([field]);
    expect(fields('rbac-wildcard', { ...role(rule), kind: 'ClusterRole' })).toEqual([field]);
    expect(fields('rbac-wildcard', role(rule, REASON))).toEqual([]);
  });

  test('a blank reason does not count', () => {
    const blank = { annotations: { 'evenkeel.dev/access-reason': ' ' } };
    expect(fields('rbac-wildcard', role({ verbs: ['*'] }, blank))).toHaveLength(1);
  });
});

describe('rbac-escalation', () => {
  test.each<[Rule, string]>([
    [{ apiGroups: [RBAC], resources: ['roles'], verbs: ['escalate'] }, '/rules/0/verbs/0'],
    [{ apiGroups: [RBAC], resources: ['roles'], verbs: ['get', 'bind'] }, '/rules/0/verbs/1'],
    [{ resources: ['groups'], verbs: ['impersonate'] }, '/rules/0/verbs/0'],
    [{ resources: ['pods', 'serviceaccounts/token'], verbs: ['create'] }, '/rules/0/resources/1'],
    [{ resources: ['nodes/proxy'] }, '/rules/0/resources/0'],
    [
      { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations'], verbs: ['patch'] },
      '/rules/0/resources/0',
    ],
  ])('%j', (rule, field) => {
    expect(fields('rbac-escalation', role(rule))).toEqual([field]);
    expect(fields('rbac-escalation', role(rule, REASON))).toEqual([]);
  });

  test('reading webhooks, or creating a ServiceAccount without its token, escalates nothing', () => {
    const webhooks = { apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'] };
    expect(fields('rbac-escalation', role({ ...webhooks, verbs: ['get', 'list'] }))).toEqual([]);
    expect(fields('rbac-escalation', role({ resources: ['serviceaccounts'], verbs: ['create'] }))).toEqual([]);
  });
});

test('rbac-secrets: any verb, in the core group only', () => {
  expect(fields('rbac-secrets', role({ resources: ['pods', 'secrets'], verbs: ['create'] }))).toEqual([
    '/rules/0/resources/1',
  ]);
  expect(fields('rbac-secrets', role({ resources: ['secrets'], resourceNames: ['one'] }))).toHaveLength(1);
  expect(fields('rbac-secrets', role({ apiGroups: ['example.com'], resources: ['secrets'] }))).toEqual([]);
});

describe('rbac-subject', () => {
  test.each(['system:masters', 'system:authenticated', 'system:unauthenticated', 'system:serviceaccounts:shop'])(
    'Kubernetes’ own group %s',
    (name) => {
      expect(fields('rbac-subject', binding([group('developers'), group(name)]))).toEqual(['/subjects/1/name']);
      expect(fields('rbac-subject', binding([group(name)], {}, REASON))).toEqual([]);
    },
  );

  test('the anonymous user', () => {
    expect(fields('rbac-subject', binding([{ ...group('system:anonymous'), kind: 'User' }]))).toHaveLength(1);
  });

  test('no subjects', () => {
    const { subjects: _, ...without } = binding([]);
    for (const empty of [binding([]), without]) expect(fields('rbac-subject', empty)).toEqual(['/subjects']);
  });

  test('a ServiceAccount that does not exist, or has no namespace', () => {
    expect(fields('rbac-subject', NAMESPACE, binding([account('web')]))).toEqual(['/subjects/0/name']);
    const made = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', ...SHOP } };
    expect(fields('rbac-subject', NAMESPACE, made, binding([account('web')]))).toEqual([]);
    expect(fields('rbac-subject', NAMESPACE, binding([account('default')]))).toEqual([]);
    expect(fields('rbac-subject', NAMESPACE, binding([account('argocd', 'argocd')]))).toEqual([]);
    // J3: without a namespace, one of the RoleBinding's
    const bare = { kind: 'ServiceAccount', name: 'web' };
    expect(fields('rbac-subject', NAMESPACE, binding([bare]))).toEqual(['/subjects/0/name']);
    expect(fields('rbac-subject', binding([bare]))).toEqual([]);
    expect(fields('rbac-subject', everywhere([bare], 'all'))).toEqual(['/subjects/0/name']);
  });
});

test('rbac-built-in-role: those that can read Secrets, in a namespace or everywhere; a Role of that name does not count', () => {
  for (const name of ['cluster-admin', 'admin', 'edit']) {
    const ref = { kind: 'ClusterRole', name };
    expect(fields('rbac-built-in-role', binding([group('a')], ref))).toEqual(['/roleRef/name']);
    expect(fields('rbac-built-in-role', everywhere([group('a')], name))).toEqual(['/roleRef/name']);
    expect(fields('rbac-built-in-role', binding([group('a')], ref, REASON))).toEqual([]);
    expect(fields('rbac-built-in-role', binding([group('a')], { name }))).toEqual([]);
  }
  expect(fields('rbac-built-in-role', binding([group('a')], { kind: 'ClusterRole', name: 'view' }))).toEqual([]);
});

test('rbac-role-exists: in namespaces that the app writes; ClusterRoles may come from elsewhere', () => {
  expect(fields('rbac-role-exists', NAMESPACE, binding([group('a')]))).toEqual(['/roleRef/name']);
  expect(fields('rbac-role-exists', NAMESPACE, role({}), binding([group('a')]))).toEqual([]);
  expect(fields('rbac-role-exists', binding([group('a')]))).toEqual([]);
  expect(fields('rbac-role-exists', NAMESPACE, binding([group('a')], { kind: 'ClusterRole' }))).toEqual([]);
  const elsewhere = role({}, { namespace: 'blog' });
  expect(fields('rbac-role-exists', NAMESPACE, elsewhere, binding([group('a')]))).toHaveLength(1);
});

describe('rbac-service-account', () => {
  const WRITER = [
    role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'get'] }, {}, 'writer'),
    binding([group('pipeline')], { name: 'writer' }, { name: 'writer' }),
  ];
  const reader = (rule: Rule, metadata: JsonObject = {}) => [
    role(rule, metadata),
    binding([account('web')], {}, metadata),
  ];
  const excess = (...objects: readonly JsonObject[]) =>
    findings('rbac-service-account', ...WRITER, ...objects).map(({ message }) =>
      message.replace(/^pipeline can gain a right by running pods as ServiceAccount \w+\/web: /, ''),
    );

  test('a right that the authors of workloads have too is not excessive', () => {
    expect(excess(...reader({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }))).toEqual([]);
  });

  test.each<[string, Rule, string]>([
    ['another verb', { apiGroups: ['apps'], resources: ['deployments'], verbs: ['delete'] }, 'delete deployments.apps'],
    ['another kind', { resources: ['configmaps'] }, 'get configmaps'],
    ['everything', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, '* *.*'],
    ['one object', { resources: ['configmaps'], resourceNames: ['lock'] }, 'get configmaps'],
  ])('%s', (_, rule, right) => expect(excess(...reader(rule))).toEqual([`${right} in shop`]));

  test('the same in another namespace, or in all of them', () => {
    const rule = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] };
    const blog = { namespace: 'blog' };
    expect(excess(...reader(rule, blog))).toEqual(['get deployments.apps in blog']);
    const cluster = { ...role(rule, {}, 'all'), kind: 'ClusterRole', metadata: { name: 'all' } };
    expect(excess(cluster, everywhere([account('web')], 'all'))).toEqual(['get deployments.apps in every namespace']);
  });

  test('a role that the app does not write, whose rights are unknown', () => {
    expect(excess(binding([account('web')], { kind: 'ClusterRole', name: 'my-super' }))).toEqual([
      'everything that my-super grants, which is unknown here',
    ]);
    expect(excess(binding([account('web')], { kind: 'ClusterRole', name: 'view' }))).toEqual([
      'get controllerrevisions.apps in shop',
    ]);
  });

  test('no finding if only sysadmins write workloads, or if a reason is given', () => {
    const objects = reader({ resources: ['configmaps'] });
    expect(findings('rbac-service-account', ...objects, everywhere([group('root')], 'cluster-admin'))).toEqual([]);
    expect(excess(...reader({ resources: ['configmaps'] }, REASON))).toEqual([]);
  });

  test('a controller that deploys from its own namespace is not an author within this one', () => {
    const [writer = NAMESPACE] = WRITER;
    const argo = binding([account('argocd', 'argocd')], { name: 'writer' }, { name: 'argo' });
    expect(findings('rbac-service-account', writer, argo)).toEqual([]);
  });
});
