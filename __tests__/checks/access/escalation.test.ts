// F8: every way to more rights that "RBAC Good Practices" names, with its reasoned way out, and where rights may not be given.
import { check } from '../../../lib/checks';
import type { Json, JsonObject } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';
import { RIGHTS } from '../../../lib/model/platform/roles';
import { synthesize } from '../../../lib/synth/synthesize';
import { twoSystems } from '../../support/two-systems';
import { entry, fields, findings } from '../support';

const RBAC = 'rbac.authorization.k8s.io';
const REASON = { 'evenkeel.dev/access-reason': 'the platform team asked for it' };

const role = (group: string, resource: string, verbs: readonly string[], more: JsonObject = {}): JsonObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  metadata: { name: 'reader', namespace: 'shop' },
  rules: [{ apiGroups: [group], resources: [resource], verbs: [...verbs], ...more }],
});

const explained = (manifest: JsonObject): JsonObject => {
  const metadata = isJsonObject(manifest.metadata) ? manifest.metadata : {};
  return { ...manifest, metadata: { ...metadata, annotations: REASON } };
};

const clusterRole = (manifest: JsonObject, labels: JsonObject = {}, name = 'reader'): JsonObject => ({
  ...manifest,
  kind: 'ClusterRole',
  metadata: { name, labels },
});

const GROUP = { kind: 'Group', apiGroup: RBAC, name: 'developers' };

const everywhere: JsonObject = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'everywhere' },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'reader' },
  subjects: [GROUP],
};

const bindingIn = (namespace: string, kind = 'ClusterRole', metadata: JsonObject = {}): JsonObject => ({
  ...everywhere,
  kind: 'RoleBinding',
  metadata: { name: 'reader', namespace, ...metadata },
  roleRef: { apiGroup: RBAC, kind, name: 'reader' },
});

describe('rbac-escalation: in a Role', () => {
  test.each<[string, string, string]>([
    ['', 'serviceaccounts/token', 'create'],
    ['', 'nodes/proxy', 'get'],
    ['', 'persistentvolumes', 'create'],
    ['', 'namespaces', 'patch'],
    ['', 'namespaces', 'update'],
    ['', 'pods/exec', 'get'],
    ['', 'pods/attach', 'create'],
    ['', 'pods/portforward', 'create'],
    ['', 'pods/ephemeralcontainers', 'patch'],
    ['', 'pods/proxy', 'get'],
    ['', 'services/proxy', 'create'],
    ['', 'services/status', 'patch'],
    ['', 'endpoints', 'create'],
    ['discovery.k8s.io', 'endpointslices', 'update'],
    ['certificates.k8s.io', 'certificatesigningrequests/approval', 'update'],
    ['certificates.k8s.io', 'certificatesigningrequests/status', 'patch'],
    ['certificates.k8s.io', 'signers', 'sign'],
    ['certificates.k8s.io', 'clustertrustbundles', 'create'],
    ['admissionregistration.k8s.io', 'mutatingwebhookconfigurations', 'patch'],
    ['admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'delete'],
    ['admissionregistration.k8s.io', 'validatingadmissionpolicies', 'update'],
    ['admissionregistration.k8s.io', 'validatingadmissionpolicybindings', 'deletecollection'],
    ['admissionregistration.k8s.io', 'mutatingadmissionpolicies', 'create'],
    ['admissionregistration.k8s.io', 'mutatingadmissionpolicybindings', 'create'],
    ['apiregistration.k8s.io', 'apiservices', 'create'],
    ['apiextensions.k8s.io', 'customresourcedefinitions', 'patch'],
    ['scheduling.k8s.io', 'priorityclasses', 'create'],
    ['networking.k8s.io', 'networkpolicies', 'delete'],
    ['networking.k8s.io', 'networkpolicies', 'deletecollection'],
    ['networking.k8s.io', 'ingressclasses', 'update'],
    ['gateway.networking.k8s.io', 'referencegrants', 'create'],
    ['gateway.networking.k8s.io', 'gatewayclasses', 'patch'],
  ])('F8: %s %s %s', (group, resource, verb) => {
    const given = role(group, resource, ['list', verb]);
    expect(fields('rbac-escalation', given)).toEqual(['/rules/0/resources/0']);
    expect(fields('rbac-escalation', clusterRole(given))).toEqual(['/rules/0/resources/0']);
    expect(fields('rbac-escalation', explained(given))).toEqual([]);
  });

  test.each(['escalate', 'bind', 'impersonate', 'impersonate:user-info', 'impersonate-on:user-info:list'])(
    'F8: the verb %s, whatever the kind',
    (verb) => {
      expect(fields('rbac-escalation', role('example.com', 'users', ['get', verb]))).toEqual(['/rules/0/verbs/1']);
    },
  );

  test.each<[string, string, string]>([
    ['', 'namespaces', 'get'],
    ['', 'pods', 'get'],
    ['', 'endpoints', 'list'],
    ['', 'persistentvolumes', 'list'],
    ['networking.k8s.io', 'networkpolicies', 'create'],
    ['example.com', 'namespaces', 'patch'],
  ])('nothing about %s %s %s', (group, resource, verb) => {
    expect(fields('rbac-escalation', role(group, resource, [verb]))).toEqual([]);
  });

  test('policies by name, as the deployer has them, but not default-deny', () => {
    const named = (name: string) =>
      role('networking.k8s.io', 'networkpolicies', ['delete', 'patch'], { resourceNames: ['web', name] });
    expect(fields('rbac-escalation', named('api'))).toEqual([]);
    expect(fields('rbac-escalation', named('default-deny'))).toEqual(['/rules/0/resources/0']);
  });
});

describe('rbac-escalation: in every namespace', () => {
  test.each<[string, string, string]>([
    ['', 'pods', 'create'],
    ['apps', 'deployments', 'patch'],
    ['batch', 'cronjobs', 'update'],
    ['', 'configmaps', 'update'],
    ['', 'services', 'create'],
    ['', 'resourcequotas', 'delete'],
    ['networking.k8s.io', 'ingresses', 'create'],
    ['gateway.networking.k8s.io', 'gateways', 'create'],
    ['gateway.networking.k8s.io', 'httproutes', 'patch'],
  ])('F8: %s %s %s is fine in one', (group, resource, verb) => {
    const given = clusterRole(role(group, resource, [verb]));
    expect(fields('rbac-escalation', given, bindingIn('shop'))).toEqual([]);
    expect(fields('rbac-escalation', given, everywhere)).toEqual(['/roleRef/name']);
    expect(fields('rbac-escalation', given, explained(everywhere))).toEqual([]);
    expect(fields('rbac-escalation', explained(given), everywhere)).toEqual([]);
  });

  test('each thing that it leads to once, however many subjects there are', () => {
    const given = clusterRole(role('apps', 'deployments', ['create'], { resources: ['deployments', 'statefulsets'] }));
    const two = { ...everywhere, subjects: [GROUP, { ...GROUP, name: 'devops' }] };
    expect(findings('rbac-escalation', given, two)).toMatchObject([
      {
        message:
          'deployments, statefulsets in every namespace: leads to every Secret and ServiceAccount, by pods that use them',
        value: 'reader',
      },
    ]);
  });
});

test('our own roles are judged by their rights, not by their name', () => {
  const own = (rights: readonly JsonObject[]) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'evenkeel-developer' },
    rules: [...rights],
  });
  const given = RIGHTS.developer.map(({ group, resources, verbs }) => ({
    apiGroups: [group],
    resources: [...resources],
    verbs: [...verbs],
  }));
  expect(fields('rbac-escalation', own(given))).toEqual([]);
  const more = { apiGroups: [''], resources: ['pods/attach'], verbs: ['create'] };
  expect(fields('rbac-escalation', own([...given, more]))).toHaveLength(1);
});

test('a platform with every role has no finding about rights', () => {
  const { findings: all } = synthesize(twoSystems.app(), check);
  expect(all.filter(({ rule }) => rule.startsWith('rbac'))).toEqual([]);
});

describe('rbac-aggregation', () => {
  const label = (to: string, value = 'true') => ({ [`${RBAC}/aggregate-to-${to}`]: value });

  test('F8: a right to a built-in kind widens view', () => {
    const given = role('apps', 'deployments/scale', ['get']);
    expect(fields('rbac-aggregation', clusterRole(given, label('view')))).toEqual(['/rules/0/apiGroups/0']);
    expect(fields('rbac-aggregation', clusterRole(given, label('admin')))).toEqual(['/rules/0/apiGroups/0']);
    expect(fields('rbac-aggregation', clusterRole(given, label('view', 'false')))).toEqual([]);
    expect(fields('rbac-aggregation', explained(clusterRole(given, label('view'))))).toEqual([]);
    expect(fields('rbac-aggregation', clusterRole(given))).toEqual([]);
  });

  test('a custom kind may be added: to edit with writing, to view with reading only', () => {
    const given = role('example.com', 'widgets', ['get', 'create']);
    expect(fields('rbac-aggregation', clusterRole(given, label('edit')))).toEqual([]);
    expect(fields('rbac-aggregation', clusterRole(given, label('view')))).toEqual(['/rules/0/verbs/1']);
    const metrics = role('metrics.k8s.io', 'pods', ['get', 'list', 'watch']);
    expect(fields('rbac-aggregation', clusterRole(metrics, label('view')))).toEqual([]);
  });

  test('F3: a selector without labels takes cluster-admin too', () => {
    const taking = (selector: JsonObject): JsonObject => ({
      ...clusterRole({ apiVersion: `${RBAC}/v1` }),
      aggregationRule: { clusterRoleSelectors: [selector] },
    });
    const field = '/aggregationRule/clusterRoleSelectors/0';
    expect(fields('rbac-aggregation', taking({ matchLabels: {} }))).toEqual([field]);
    expect(fields('rbac-aggregation', taking({}))).toEqual([field]);
    expect(fields('rbac-aggregation', taking({ matchLabels: { team: 'shop' } }))).toEqual([]);
  });
});

describe('rbac-system-namespace', () => {
  const inSystem = (manifest: JsonObject): JsonObject => ({
    ...manifest,
    metadata: { name: 'reader', namespace: 'kube-system' },
  });

  test('F8: a Role for ConfigMaps in kube-system, by name too', () => {
    const given = inSystem(role('', 'configmaps', ['patch'], { resourceNames: ['aws-auth'] }));
    expect(fields('rbac-system-namespace', given)).toEqual(['/metadata/namespace']);
    expect(fields('rbac-system-namespace', explained(given))).toEqual([]);
    expect(fields('rbac-system-namespace', role('', 'configmaps', ['patch']))).toEqual([]);
  });

  test('a RoleBinding there to a ClusterRole that writes; one to a Role is judged by its Role', () => {
    const given = clusterRole(role('apps', 'daemonsets', ['patch']));
    expect(fields('rbac-system-namespace', given, bindingIn('kube-system'))).toEqual(['/metadata/namespace']);
    expect(fields('rbac-system-namespace', given, bindingIn('shop'))).toEqual([]);
    const local = inSystem(role('', 'configmaps', ['patch']));
    expect(findings('rbac-system-namespace', local, bindingIn('kube-system', 'Role'))).toHaveLength(1);
  });

  test('reading, events and the leases of a leader election are fine', () => {
    const lease = (verbs: readonly string[], more: JsonObject = {}) =>
      inSystem(role('coordination.k8s.io', 'leases', verbs, more));
    expect(fields('rbac-system-namespace', inSystem(role('', 'configmaps', ['get'])))).toEqual([]);
    expect(fields('rbac-system-namespace', inSystem(role('', 'events', ['create', 'patch'])))).toEqual([]);
    expect(fields('rbac-system-namespace', lease(['create']))).toEqual([]);
    expect(fields('rbac-system-namespace', lease(['update'], { resourceNames: ['scaler'] }))).toEqual([]);
    expect(fields('rbac-system-namespace', lease(['update']))).toEqual(['/metadata/namespace']);
  });
});

describe('rbac-other-system', () => {
  const labels = (system: string): Json => ({
    'app.kubernetes.io/managed-by': 'evenkeel',
    'app.kubernetes.io/part-of': system,
  });
  const space: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: labels('shop') } };
  const made = (manifest: JsonObject, construct: string) => entry(manifest, { construct });
  const judged = (construct: string, system: string | undefined) => {
    const metadata = system === undefined ? {} : { labels: labels(system) };
    const given = made(bindingIn('shop', 'ClusterRole', metadata), construct);
    return check([made(space, 'mumbai/shop-production/namespace'), given]).filter(
      ({ rule }) => rule === 'rbac-other-system',
    );
  };

  test('F8: a RoleBinding of one system in the namespace of another', () => {
    expect(judged('mumbai/blog-production/grant', 'blog')).toMatchObject([
      { field: '/metadata/namespace', message: 'shop is the namespace of shop: blog gives rights there' },
    ]);
    expect(judged('mumbai/shop-production/grant', 'shop')).toEqual([]);
  });

  test('the same system in another environment, and a plain chart', () => {
    expect(judged('mumbai/shop-dev/grant', 'shop')).toHaveLength(1);
    expect(judged('extras/grant', undefined)).toHaveLength(1);
  });

  test('a namespace that no system made belongs to anyone', () => {
    const plain = { ...space, metadata: { name: 'shop' } };
    expect(fields('rbac-other-system', plain, bindingIn('shop'))).toEqual([]);
  });
});
