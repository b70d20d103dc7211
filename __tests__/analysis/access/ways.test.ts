// What `evenkeel access` says of Secrets: each role of the field notes (F3), and its siblings, with its true answer.
import { ApiObject } from 'cdk8s';
import type { Who } from '../../../lib/analysis/access/rbac';
import { type SecretWays, secretWays } from '../../../lib/analysis/access/ways';
import type { System } from '../../../lib/constructs';
import type { Json, JsonObject } from '../../../lib/model';
import { entries } from '../../checks/support';
import { cli } from '../../support/cli';
import { shopApp } from '../../support/synthesis';

const RBAC = 'rbac.authorization.k8s.io';
const A: Who = { kind: 'Group', name: 'a' };
const account = (name: string, namespace = 'shop'): Who => ({ kind: 'ServiceAccount', name, namespace });
type Rule = { readonly [key: string]: Json };

const role = (name: string, ...rules: readonly Rule[]): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name },
  rules: rules.map((rule) => ({ apiGroups: [''], verbs: ['get'], ...rule })),
});

const bind = (name: string, subject: Who, namespace?: string): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${name}-${subject.name}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
  subjects: [{ ...subject }],
});

const NONE = { read: [], pods: 'none', as: [], leads: [], unknown: [] };

/** What the group can read in a namespace, or in the whole cluster. */
function ways(objects: readonly JsonObject[], subject = A, namespace?: string): Partial<SecretWays> | undefined {
  const found = secretWays(entries(objects)).find(
    (one) => one.subject.name === subject.name && one.namespace === namespace,
  );
  if (found === undefined) return undefined;
  const { cluster: _cluster, subject: _subject, namespace: _namespace, ...rest } = found;
  return rest;
}

/** By a single rule, in the namespace shop or, with `wide`, in the cluster. */
const by = (rule: Rule, wide?: 'wide') =>
  wide === undefined
    ? ways([role('some', rule), bind('some', A, 'shop')], A, 'shop')
    : ways([role('some', rule), bind('some', A)]);

describe('F3: Secrets by a right', () => {
  test.each(['get', 'list', 'watch', 'patch', 'update', 'delete', 'deletecollection', '*'])('%s shows them', (verb) => {
    expect(by({ resources: ['secrets'], verbs: [verb] })).toMatchObject({ read: 'all' });
  });

  test('create shows none', () => {
    expect(by({ resources: ['secrets'], verbs: ['create'] })).toEqual(NONE);
  });

  test('wildcards of groups and kinds include them, subresources do not', () => {
    expect(by({ resources: ['*'] })).toMatchObject({ read: 'all' });
    expect(by({ apiGroups: ['*'], resources: ['secrets'] })).toMatchObject({ read: 'all' });
    expect(by({ apiGroups: ['apps'], resources: ['*'] })).toMatchObject({ read: [] });
    expect(by({ resources: ['*/status'] })).toEqual(NONE);
    expect(by({ resources: ['secrets/status'] })).toEqual(NONE);
  });

  test('those of a name, by every verb but one of collections; the name "" means all', () => {
    const named = (verbs: string[], ...resourceNames: string[]) => by({ resources: ['secrets'], verbs, resourceNames });
    expect(named(['get'], 'db', 'api')).toMatchObject({ read: ['api', 'db'] });
    expect(named(['list'], 'db')).toMatchObject({ read: ['db'] });
    expect(named(['patch'], 'db')).toMatchObject({ read: ['db'] });
    expect(named(['deletecollection'], 'db')).toEqual(NONE);
    expect(named(['list'], '')).toMatchObject({ read: 'all' });
    expect(named(['create'], 'db')).toEqual(NONE);
  });

  test.each<[string, SecretWays['read']]>([
    ['view', []],
    ['edit', 'all'],
    ['admin', 'all'],
    ['cluster-admin', 'all'],
    ['system:kube-controller-manager', 'all'],
    ['system:controller:cronjob-controller', []],
  ])('the built-in role %s', (name, read) => {
    expect(ways([bind(name, A, 'shop')], A, 'shop')).toMatchObject({ read, unknown: [] });
  });

  test('a role that no one here defines is unknown; one that others extend, in part', () => {
    expect(ways([bind('my-super', A, 'shop')], A, 'shop')).toEqual({ ...NONE, unknown: ['my-super'] });
    const open: JsonObject = {
      ...role('open'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'open' } }] },
    };
    expect(ways([open, bind('open', A)])).toEqual({ ...NONE, unknown: ['open'] });
    const all: JsonObject = { ...role('open'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: {} }] } };
    expect(ways([all, bind('open', A)])).toMatchObject({ read: 'all' });
  });

  test('what is given in the whole cluster, or to a group that includes it, counts in each namespace', () => {
    const reader = role('reader', { resources: ['secrets'] });
    const viewer = role('viewer', { resources: ['pods'] });
    const both = [reader, viewer, bind('viewer', A, 'shop'), bind('reader', A)];
    expect(ways(both, A, 'shop')).toMatchObject({ read: 'all' });
    const everyone: Who = { kind: 'Group', name: 'system:authenticated' };
    expect(
      ways([reader, viewer, bind('viewer', A, 'shop'), bind('reader', everyone, 'shop')], A, 'shop'),
    ).toMatchObject({ read: 'all' });
    const writer = role('writer', { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] });
    expect(ways([writer, viewer, bind('viewer', A, 'shop'), bind('writer', A)], A, 'shop')).toMatchObject({
      pods: 'any',
    });
  });

  test('system:masters reads all; the authorizer of nodes is not asked here', () => {
    const viewer = role('viewer', { resources: ['pods'] });
    const masters: Who = { kind: 'Group', name: 'system:masters' };
    expect(ways([viewer, bind('viewer', masters, 'shop')], masters, 'shop')).toMatchObject({ read: 'all' });
    for (const node of [
      { kind: 'Group', name: 'system:nodes' },
      { kind: 'User', name: 'system:node:n1' },
    ]) {
      expect(ways([viewer, bind('viewer', node)], node)).toMatchObject({ unknown: ['the authorizer of nodes'] });
    }
  });
});

describe('F3: Secrets by pods', () => {
  test.each<[string, string, string]>([
    ['', 'pods', 'create'],
    ['', 'pods/ephemeralcontainers', 'patch'],
    ['', 'replicationcontrollers', 'update'],
    ['apps', 'daemonsets', 'create'],
    ['batch', 'cronjobs', 'patch'],
    ['keda.sh', 'scaledjobs', 'create'],
    ['argoproj.io', 'rollouts', 'create'],
    ['*', '*', 'create'],
  ])('who writes %s/%s chooses what they mount', (group, resource, verb) => {
    expect(by({ apiGroups: [group], resources: [resource], verbs: [verb] })).toMatchObject({ pods: 'any' });
  });

  test('a shell, by a pod or by the kubelet of its node, reads those that are mounted', () => {
    expect(by({ resources: ['pods/exec'], verbs: ['create'] })).toMatchObject({ pods: 'mounted' });
    expect(by({ resources: ['*/attach'], verbs: ['get'] })).toMatchObject({ pods: 'mounted' });
    expect(by({ resources: ['nodes/proxy'], verbs: ['get'] }, 'wide')).toMatchObject({ pods: 'mounted' });
    expect(by({ resources: ['nodes/proxy'], verbs: ['get'] })).toEqual(NONE);
  });
});

describe('F3: as someone else', () => {
  test.each<[string, Rule, string, 'wide' | undefined]>([
    ['a token', { resources: ['serviceaccounts/token'], verbs: ['create'] }, 'serviceaccounts/token', undefined],
    [
      'a token of one',
      { resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: ['web'] },
      'serviceaccounts/token',
      undefined,
    ],
    ['any subresource', { resources: ['*/token'], verbs: ['*'] }, 'serviceaccounts/token', undefined],
    ['a ServiceAccount', { resources: ['serviceaccounts'], verbs: ['impersonate'] }, 'impersonate', undefined],
    ['a user', { resources: ['users'], verbs: ['impersonate'] }, 'impersonate', 'wide'],
    ['a group', { resources: ['groups'], verbs: ['impersonate'] }, 'impersonate', 'wide'],
    [
      'a user, from 1.35 on',
      { apiGroups: ['authentication.k8s.io'], resources: ['users'], verbs: ['impersonate:user-info'] },
      'impersonate',
      'wide',
    ],
    ['escalate', { apiGroups: [RBAC], resources: ['roles'], verbs: ['escalate'] }, 'escalate', undefined],
    ['bind', { apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['bind'] }, 'bind', undefined],
    [
      'certificates',
      { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval'], verbs: ['update'] },
      'certificatesigningrequests/approval',
      'wide',
    ],
    [
      'signers',
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['signers'],
        verbs: ['sign'],
        resourceNames: ['kubernetes.io/kube-apiserver-client'],
      },
      'signers',
      'wide',
    ],
    [
      'webhooks',
      { apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'], verbs: ['create'] },
      'webhooks',
      'wide',
    ],
    ['the nodes’ disks', { resources: ['persistentvolumes'], verbs: ['create'] }, 'persistentvolumes', 'wide'],
  ])('%s leads to what is unknown', (_, rule, lead, wide) => {
    expect(by(rule, wide)).toMatchObject({ leads: [lead] });
  });

  test('a RoleBinding gives no right to what has no namespace', () => {
    expect(by({ resources: ['users', 'groups'], verbs: ['impersonate'] })).toEqual(NONE);
    expect(by({ resources: ['persistentvolumes'], verbs: ['create'] })).toEqual(NONE);
  });

  test('reading them leads nowhere', () => {
    for (const resource of ['serviceaccounts', 'users']) expect(by({ resources: [resource] })).toEqual(NONE);
    expect(by({ apiGroups: [RBAC], resources: ['roles'], verbs: ['get', 'list'] })).toEqual(NONE);
    expect(by({ resources: ['serviceaccounts/token'] })).toEqual(NONE);
  });

  test('a ServiceAccount beside the pods that reads Secrets elsewhere is named', () => {
    const reader = role('reader', { resources: ['secrets'] });
    const writer = role('writer', { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] });
    const tokens = role('tokens', { resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: ['web'] });
    const given = (name: string, ...more: JsonObject[]) =>
      ways([reader, writer, tokens, bind(name, A, 'shop'), ...more], A, 'shop');
    expect(given('writer', bind('reader', account('web')))).toMatchObject({ pods: 'any', as: ['shop/web'] });
    expect(given('writer', bind('reader', account('web'), 'blog'))).toMatchObject({ as: ['shop/web'] });
    expect(given('writer', bind('reader', account('web'), 'shop'))).toMatchObject({ as: [] });
    expect(given('writer', bind('reader', account('web', 'blog')))).toMatchObject({ as: [] });
    expect(given('tokens', bind('reader', account('web')))).toMatchObject({ as: ['shop/web'], pods: 'none' });
    expect(given('tokens', bind('reader', account('api')))).toMatchObject({ as: [] });
    expect(given('writer', bind('my-super', account('web'), 'shop'))).toMatchObject({ unknown: ['my-super'] });
  });
});

describe('F3: what the command prints', () => {
  const EXPLAINED = { 'evenkeel.dev/access-reason': 'a test' };
  const platform = (name: string, rules: readonly Rule[] = []) =>
    shopApp((system: System) => {
      if (rules.length > 0) {
        const manifest = role(name, ...rules);
        new ApiObject(system, 'role', {
          apiVersion: `${RBAC}/v1`,
          kind: 'ClusterRole',
          metadata: { name, annotations: EXPLAINED },
          rules: manifest.rules,
        });
      }
      new ApiObject(system, 'binding', {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'adm', annotations: EXPLAINED },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
        subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'adm' }],
      });
    });
  const printed = async (name: string, rules: readonly Rule[] = []) => {
    const { code, out, err } = await cli(['access'], () => ({ app: platform(name, rules) }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  };
  const secrets = (resources: string[], verbs: string[], more: Rule = {}) => [
    { apiGroups: [''], resources, verbs, ...more },
  ];

  test.each<[string, string, readonly Rule[], string]>([
    ['the role admin', 'admin', [], 'read'],
    ['the role view', 'view', [], 'none'],
    ['an unknown role', 'my-super', [], '\\?'],
    ['patch', 'own', secrets(['secrets'], ['patch', 'update']), 'read'],
    ['a name', 'own', secrets(['secrets'], ['get'], { resourceNames: ['db'] }), 'read \\(db\\)'],
    ['tokens', 'own', secrets(['serviceaccounts/token'], ['create']), '\\? by serviceaccounts/token'],
    [
      'both',
      'own',
      secrets(['pods', 'serviceaccounts/token'], ['create']),
      'via pods: any, \\? by serviceaccounts/token',
    ],
  ])('%s', async (_, name, rules, cell) => {
    expect(await printed(name, rules)).toMatch(new RegExp(`^mumbai +adm +shop-production +${name} +${cell}$`, 'm'));
  });

  test('the rights of built-in roles are listed, with what others may add; those of unknown roles are `?`', async () => {
    expect(await printed('view')).toMatch(/^ +\? +what ClusterRoles that are not defined here add$/m);
    expect(await printed('view')).toMatch(/^mumbai +view +read +.*bindings/m);
    expect(await printed('my-super')).toMatch(/^mumbai +my-super +\? +not defined here$/m);
    const { out } = await cli(['access', '--json'], () => ({ app: platform('my-super') }));
    expect(JSON.parse(out)).toMatchObject({
      rights: [],
      unknown: [
        { subject: { kind: 'Group', name: 'adm' }, namespace: 'shop-production', role: 'my-super', rights: '?' },
      ],
      secrets: [{ unknown: ['my-super'] }],
    });
  });
});
