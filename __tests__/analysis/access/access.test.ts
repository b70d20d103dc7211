// G11: who may do what, worked out from the RBAC objects; what a group was not given, it may not.
import { type Access, access, urlAccess, viaPods } from '../../../lib/analysis/access/access';
import { type Act, allowsUrl, grants, mayDo, type Who } from '../../../lib/analysis/access/rbac';
import { secretWays } from '../../../lib/analysis/access/ways';
import { check } from '../../../lib/checks';
import type { Json, JsonObject } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { entries, entry } from '../../checks/support';
import { cli } from '../../support/cli';
import { twoSystems } from '../../support/two-systems';

const RBAC = 'rbac.authorization.k8s.io';
const group = (name: string): Who => ({ kind: 'Group', name });
const account = (name: string, namespace = 'shop'): Who => ({ kind: 'ServiceAccount', name, namespace });

const role = (name: string, rule: { readonly [key: string]: Json }, namespace?: string): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: namespace === undefined ? 'ClusterRole' : 'Role',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], ...rule }],
});

const binding = (kind: string, name: string, subject: Who, namespace?: string): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name: `${name}-${subject.name}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: RBAC, kind, name },
  subjects: [{ ...subject }],
});

/** Whether `who` may do it, where the objects are all that there is. */
const may = (objects: readonly JsonObject[], who: Who, act: Partial<Act>): boolean =>
  mayDo(entries(objects), 'production', who, { verb: 'get', group: '', resource: 'pods', ...act });

describe('G11: what the API server’s authorizer would say', () => {
  const given = [role('reader', {}), binding('ClusterRole', 'reader', group('developers'), 'shop')];

  test.each<[string, Partial<Act>, boolean]>([
    ['what the role names, in the namespace of the binding', { namespace: 'shop' }, true],
    ['another namespace', { namespace: 'blog' }, false],
    ['the whole cluster', {}, false],
    ['another verb', { namespace: 'shop', verb: 'list' }, false],
    ['another kind', { namespace: 'shop', resource: 'secrets' }, false],
    ['another API group', { namespace: 'shop', group: 'metrics.k8s.io' }, false],
    ['a subresource, which is a kind of its own', { namespace: 'shop', resource: 'pods/exec' }, false],
  ])('%s', (_, act, allowed) => expect(may(given, group('developers'), act)).toBe(allowed));

  test('no other subject', () => {
    expect(may(given, group('devops'), { namespace: 'shop' })).toBe(false);
    expect(may(given, { kind: 'User', name: 'developers' }, { namespace: 'shop' })).toBe(false);
  });

  test('a ClusterRoleBinding holds in every namespace, and in none', () => {
    const everywhere = [role('reader', {}), binding('ClusterRole', 'reader', group('audit'))];
    for (const act of [{ namespace: 'shop' }, { namespace: 'blog' }, {}]) {
      expect(may(everywhere, group('audit'), act)).toBe(true);
    }
  });

  test('a Role of the same name in another namespace is another one', () => {
    const objects = [role('reader', { verbs: ['delete'] }, 'blog'), binding('Role', 'reader', group('a'), 'shop')];
    expect(may(objects, group('a'), { namespace: 'shop', verb: 'delete' })).toBe(false);
    expect(may([...objects, role('reader', {}, 'shop')], group('a'), { namespace: 'shop' })).toBe(true);
  });

  test('wildcards of verbs, kinds, groups and subresources', () => {
    const with_ = (rule: { readonly [key: string]: Json }, act: Partial<Act>) =>
      may([role('all', rule), binding('ClusterRole', 'all', group('a'))], group('a'), act);
    expect(with_({ verbs: ['*'] }, { verb: 'delete' })).toBe(true);
    expect(with_({ resources: ['*'] }, { resource: 'pods/exec' })).toBe(true);
    expect(with_({ apiGroups: ['*'] }, { group: 'apps' })).toBe(true);
    expect(with_({ resources: ['*/scale'] }, { resource: 'pods/scale' })).toBe(true);
    expect(with_({ resources: ['*/scale'] }, { resource: 'pods' })).toBe(false);
    expect(with_({ resources: ['pods/*'] }, { resource: 'pods/exec' })).toBe(false);
  });

  test('names restrict, and a request without one is not among them', () => {
    const objects = [role('one', { resourceNames: ['web'] }), binding('ClusterRole', 'one', group('a'))];
    expect(may(objects, group('a'), { name: 'web' })).toBe(true);
    expect(may(objects, group('a'), { name: 'api' })).toBe(false);
    expect(may(objects, group('a'), {})).toBe(false);
  });

  test('roles that are built in are known; of others that the app does not write nothing is assumed', () => {
    const builtIn = (name: string, act: Partial<Act>) =>
      may([binding('ClusterRole', name, group('a'), 'shop')], group('a'), { namespace: 'shop', ...act });
    expect(may([binding('ClusterRole', 'cluster-admin', group('a'))], group('a'), { resource: 'nodes' })).toBe(true);
    expect(builtIn('view', {})).toBe(true);
    expect(builtIn('view', { resource: 'secrets' })).toBe(false);
    expect(builtIn('edit', { resource: 'secrets' })).toBe(true);
    expect(builtIn('edit', { resource: 'rolebindings', group: RBAC, verb: 'create' })).toBe(false);
    expect(builtIn('admin', { resource: 'rolebindings', group: RBAC, verb: 'create' })).toBe(true);
    expect(builtIn('admin', { resource: 'deployments', group: 'apps', verb: 'patch' })).toBe(true);
    expect(builtIn('system:node', {})).toBe(true);
    expect(builtIn('evenkeel', {})).toBe(false);
    const local = binding('Role', 'extension-apiserver-authentication-reader', group('a'), 'kube-system');
    const map = { namespace: 'kube-system', resource: 'configmaps', name: 'extension-apiserver-authentication' };
    expect(may([local], group('a'), map)).toBe(true);
    expect(may([local], group('a'), { ...map, name: 'kubeadm-config' })).toBe(false);
  });

  test('F3: ClusterRoles of the app extend built-in ones, as their labels say, step by step', () => {
    const AGGREGATE = `${RBAC}/aggregate-to-`;
    const extension = (to: string): JsonObject => ({
      ...role('shells', { resources: ['pods/exec'], verbs: ['create'] }),
      metadata: { name: 'shells', labels: { [`${AGGREGATE}${to}`]: 'true' } },
    });
    const reaches = (to: string, name: string) =>
      may([extension(to), binding('ClusterRole', name, group('a'), 'shop')], group('a'), {
        namespace: 'shop',
        resource: 'pods/exec',
        verb: 'create',
      });
    expect(['view', 'edit', 'admin'].map((name) => reaches('view', name))).toEqual([true, true, true]);
    expect(reaches('nothing', 'view')).toBe(false);
    const metrics: JsonObject = {
      ...role('metrics', { apiGroups: ['metrics.k8s.io'], verbs: ['watch'] }),
      metadata: { name: 'metrics', labels: { [`${AGGREGATE}admin`]: 'true' } },
    };
    const watched = (name: string) =>
      may([metrics, binding('ClusterRole', name, group('a'), 'shop')], group('a'), {
        namespace: 'shop',
        group: 'metrics.k8s.io',
        verb: 'watch',
      });
    expect(['view', 'edit', 'admin'].map(watched)).toEqual([false, false, true]);
  });

  test('F3: a role of the app under a built-in name is merged at the next start of the API server, unless that is off', () => {
    const own = role('view', { apiGroups: ['example.com'], resources: ['widgets'] });
    const bound = binding('ClusterRole', 'view', group('a'), 'shop');
    const widget = { namespace: 'shop', group: 'example.com', resource: 'widgets' };
    expect(may([own, bound], group('a'), widget)).toBe(true);
    expect(may([own, bound], group('a'), { namespace: 'shop' })).toBe(true);
    const off: JsonObject = {
      ...own,
      metadata: { name: 'view', annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
    };
    expect(may([off, bound], group('a'), widget)).toBe(true);
    expect(may([off, bound], group('a'), { namespace: 'shop' })).toBe(false);
  });

  test('F3: an aggregation selects by labels and expressions; an empty selector selects all, cluster-admin too', () => {
    const whole = (selector: JsonObject): JsonObject => ({
      ...role('whole', {}),
      aggregationRule: { clusterRoleSelectors: [selector] },
    });
    const sees = (selector: JsonObject, act: Partial<Act>) => {
      const labelled: JsonObject = {
        ...role('part', { resources: ['secrets'] }),
        metadata: { name: 'part', labels: { team: 'a' } },
      };
      return may([whole(selector), labelled, binding('ClusterRole', 'whole', group('a'))], group('a'), act);
    };
    expect(sees({ matchLabels: {} }, { resource: 'secrets', verb: 'delete' })).toBe(true);
    expect(sees({}, { resource: 'nodes', verb: 'delete' })).toBe(true);
    const team = (operator: string, values: string[]) => ({ matchExpressions: [{ key: 'team', operator, values }] });
    expect(sees(team('In', ['a', 'b']), { resource: 'secrets' })).toBe(true);
    expect(sees(team('In', ['b']), { resource: 'secrets' })).toBe(false);
    expect(sees(team('Exists', []), { resource: 'secrets' })).toBe(true);
    expect(sees(team('Exists', []), { resource: 'secrets', verb: 'delete' })).toBe(false);
    expect(sees(team('NotIn', ['a']), { resource: 'nodes', verb: 'delete' })).toBe(true);
    const bootstrap = { matchLabels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
    expect(sees(bootstrap, { resource: 'nodes', verb: 'delete' })).toBe(true);
  });

  test('aggregations that select each other end', () => {
    const one = (name: string, other: string): JsonObject => ({
      ...role(name, {}),
      metadata: { name, labels: { name } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { name: other } }] },
    });
    const objects = [one('a', 'b'), one('b', 'a'), binding('ClusterRole', 'a', group('a'))];
    expect(may(objects, group('a'), {})).toBe(false);
  });

  test('J3: a ServiceAccount without a namespace is one of the RoleBinding’s; in a ClusterRoleBinding it is none', () => {
    const subject: Who = { kind: 'ServiceAccount', name: 'web' };
    const local = [role('reader', {}), binding('ClusterRole', 'reader', subject, 'shop')];
    expect(may(local, account('web'), { namespace: 'shop' })).toBe(true);
    expect(may(local, account('web', 'blog'), { namespace: 'shop' })).toBe(false);
    expect(may([role('reader', {}), binding('ClusterRole', 'reader', subject)], account('web'), {})).toBe(false);
    expect(access(entries(local))[0]?.subject).toEqual(account('web'));
  });

  test('the name "" in resourceNames matches requests without a name', () => {
    const objects = [role('one', { resourceNames: [''] }), binding('ClusterRole', 'one', group('a'))];
    expect(may(objects, group('a'), { verb: 'get' })).toBe(true);
    expect(may(objects, group('a'), { name: 'api' })).toBe(false);
  });

  test('F3: paths outside of resources: by a ClusterRoleBinding alone, a star at the end for any rest', () => {
    const rule = { apiGroups: [], resources: [], nonResourceURLs: ['/healthz/*', '/metrics'] };
    const objects = [role('scraper', rule), binding('ClusterRole', 'scraper', group('a'))];
    const expected = { cluster: 'production', subject: group('a'), urls: ['/healthz/*', '/metrics'], verbs: ['get'] };
    expect(urlAccess(entries(objects))).toEqual([expected]);
    const local = [role('scraper', rule), binding('ClusterRole', 'scraper', group('a'), 'shop')];
    expect(urlAccess(entries(local))).toEqual([]);
    const [grant] = grants(entries(objects));
    const reaches = (verb: string, path: string) => grant?.rules.some((it) => allowsUrl(it, verb, path));
    expect(['/metrics', '/healthz/ping', '/healthz/'].map((path) => reaches('get', path))).toEqual([true, true, true]);
    expect(['/healthz', '/metrics/x', '/'].map((path) => reaches('get', path))).toEqual([false, false, false]);
    expect(reaches('post', '/metrics')).toBe(false);
    expect(may(objects, group('a'), {})).toBe(false);
  });

  test('system:masters is not asked', () => {
    expect(may([], group('system:masters'), { resource: 'secrets', verb: 'delete' })).toBe(true);
  });

  test('a user has the rights of all who authenticate, and an anonymous one of all who do not', () => {
    const given = (name: string) => [role('reader', {}), binding('ClusterRole', 'reader', group(name))];
    const user = (name: string): Who => ({ kind: 'User', name });
    expect(may(given('system:authenticated'), user('jane'), {})).toBe(true);
    expect(may(given('system:unauthenticated'), user('jane'), {})).toBe(false);
    expect(may(given('system:unauthenticated'), user('system:anonymous'), {})).toBe(true);
    expect(may(given('system:authenticated'), user('system:anonymous'), {})).toBe(false);
    expect(may(given('system:serviceaccounts'), user('system:serviceaccount:shop:web'), {})).toBe(true);
    expect(may(given('system:serviceaccounts'), group('system:serviceaccounts:shop'), {})).toBe(true);
    expect(may(given('system:serviceaccounts:shop'), group('system:serviceaccounts'), {})).toBe(false);
  });

  test('an aggregated ClusterRole has the rules of those that it selects, and none of its own', () => {
    const part = role('part', {});
    const labelled = { ...part, metadata: { name: 'part', labels: { aggregate: 'yes' } } };
    const selector = { matchLabels: { aggregate: 'yes' } };
    const whole: JsonObject = {
      ...role('whole', { verbs: ['delete'] }),
      aggregationRule: { clusterRoleSelectors: [selector] },
    };
    const bound = binding('ClusterRole', 'whole', group('a'));
    expect(may([labelled, whole, bound], group('a'), {})).toBe(true);
    expect(may([part, whole, bound], group('a'), {})).toBe(false);
    expect(may([labelled, whole, bound], group('a'), { verb: 'delete' })).toBe(false);
    const apart = [...entries([whole, bound]), entry(labelled, { cluster: 'other' })];
    expect(mayDo(apart, 'production', group('a'), { verb: 'get', group: '', resource: 'pods' })).toBe(false);
  });

  test.each<[string, Who, Who, boolean]>([
    ['itself', account('web'), account('web', 'blog'), false],
    ['its user name', { kind: 'User', name: 'system:serviceaccount:shop:web' }, account('web', 'blog'), false],
    ['all of its namespace', group('system:serviceaccounts:shop'), account('web', 'blog'), false],
    ['all of the cluster', group('system:serviceaccounts'), group('developers'), false],
    ['all authenticated users', group('system:authenticated'), group('developers'), true],
  ])('a ServiceAccount has the rights of %s', (_, subject, other, otherToo) => {
    const objects = [role('reader', {}), binding('ClusterRole', 'reader', subject)];
    expect(may(objects, account('web'), {})).toBe(true);
    expect(may(objects, other, {})).toBe(otherToo);
  });
});

describe('G11: Secrets by way of pods', () => {
  const way = (rule: { readonly [key: string]: Json }) =>
    viaPods(entries([role('some', rule), binding('ClusterRole', 'some', group('a'), 'shop')])).map(
      ({ namespace, secrets, by }) => ({ namespace, secrets, by }),
    );

  test('a subject that writes workloads mounts any Secret of the namespace', () => {
    expect(way({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] })).toEqual([
      { namespace: 'shop', secrets: 'any', by: ['apps/deployments'] },
    ]);
    expect(way({ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] })).toMatchObject([{ secrets: 'any' }]);
    const restricted = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'], resourceNames: ['web'] };
    expect(way(restricted)).toMatchObject([{ secrets: 'any' }]);
  });

  test('a shell reads those that its pod mounts', () => {
    for (const verb of ['create', 'get']) {
      expect(way({ resources: ['pods/exec'], verbs: [verb] })).toMatchObject([{ secrets: 'mounted' }]);
    }
  });

  test('who only looks, scales or restarts reads none', () => {
    expect(way({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'delete'] })).toEqual(
      [],
    );
    expect(way({ apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] })).toEqual([]);
    expect(way({ verbs: ['delete'] })).toEqual([]);
  });
});

describe('G11: a platform', () => {
  const objects = synthesize(twoSystems.app(), check).entries;
  const rights = access(objects);
  const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];
  const places = (subject: string, what: (right: Access) => boolean = () => true) => [
    ...new Set(
      rights.filter((one) => one.subject.name === subject && what(one)).map((one) => one.namespace ?? '(all)'),
    ),
  ];
  const writes = ({ verbs }: Access) => verbs.some((verb) => verb === '*' || WRITES.includes(verb));

  test('a pipeline reaches the namespace of its system, where only operators and sysadmins write besides', () => {
    expect(places('shop-pipeline')).toEqual(['shop-production']);
    expect(places('blog-pipeline')).toEqual(['blog-production']);
    const writers = rights.filter((one) => one.namespace === 'shop-production' && writes(one));
    expect([...new Set(writers.map(({ subject }) => subject.name))]).toEqual(['devops', 'shop-pipeline']);
  });

  test('viewers write nothing; developers look in production and debug on the laptop; sysadmins have all', () => {
    expect(places('support', writes)).toEqual([]);
    expect(places('developers', writes)).toEqual(['blog-local', 'shop-local']);
    expect(places('platform')).toEqual(['(all)']);
  });

  test('only sysadmins may do anything with Secrets, RBAC, quotas or namespaces', () => {
    const kept = ['secrets', 'namespaces', 'roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
    const few = rights.filter(({ resource }) => kept.includes(resource) || resource.startsWith('nodes'));
    expect(few).toEqual([]);
    const limits = rights.filter(({ resource }) => resource === 'resourcequotas' || resource === 'limitranges');
    expect(limits.filter(writes)).toEqual([]);
    const everything = rights.filter(({ resource, verbs }) => resource === '*' || verbs.includes('*'));
    expect(everything.map(({ cluster, subject }) => `${cluster} ${subject.name}`)).toEqual([
      'laptop laptop',
      'mumbai platform',
    ]);
  });

  test('what a deployer may write is what its file holds', () => {
    const kinds = rights.filter((one) => one.subject.name === 'blog-pipeline').map(({ resource }) => resource);
    expect([...new Set(kinds)].sort()).toEqual([
      'configmaps',
      'deployments',
      'ingresses',
      'networkpolicies',
      'poddisruptionbudgets',
      'serviceaccounts',
      'services',
    ]);
  });

  test('the command prints it in a hundred columns, and as JSON', async () => {
    const { code, out, err } = await cli(['access'], () => ({ app: twoSystems.app() }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^mumbai +shop-pipeline +shop-production +deployer +via pods: any$/m);
    expect(out).toMatch(/^mumbai +support +shop-production +evenkeel-viewer +none$/m);
    expect(out).toMatch(/^laptop +developers +shop-local +evenkeel-developer +via pods: mounted$/m);
    expect(out).toMatch(/^mumbai +platform +\(all\) +cluster-admin +read$/m);
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    const json = await cli(['access', '--json'], () => ({ app: twoSystems.app() }));
    expect(JSON.parse(json.out)).toEqual({
      rights,
      viaPods: viaPods(objects),
      urls: urlAccess(objects),
      secrets: secretWays(objects),
      unknown: [],
    });
  });
});
