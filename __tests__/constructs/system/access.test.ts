// G11, F6: an environment's access becomes bindings in each namespace, and a deployer that may write the kinds of its own file.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { override, Platform, System, WebService } from '../../../lib/constructs';
import {
  type Access,
  type AccessChanges,
  aks,
  type GroupId,
  type JsonObject,
  local,
  type Target,
} from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, type Surroundings, shop, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const GROUPS = { developers: 'shop-developers', devops: 'shop-devops', pipeline: 'shop-pipeline' };
const subject = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name });

const surroundings = (access: Access, groups: Readonly<Record<string, GroupId>> = GROUPS): Surroundings => ({
  cluster: { ...TWO_ZONES, groups },
  environment: { ...PRODUCTION, access },
});
const web = (system: System) => void new WebService(system, 'web', WEB);
const deployedBy = (build: (system: System) => void) => shop(build, surroundings({ pipeline: 'deployer' }));

const names = ({ objects }: Synthesis, kind: string) =>
  objects.map(({ entry }) => entry.identity).flatMap((it) => (it.kind === kind ? it.name : []));
const rules = (synthesis: Synthesis) => at(find(synthesis, 'Role', 'deployer'), 'rules');

/** `group/resource` of every rule. */
function kinds(synthesis: Synthesis): string[] {
  const all = rules(synthesis);
  return (Array.isArray(all) ? all : []).flatMap((rule) => {
    const resources = at(rule, 'resources');
    const group = String(at(rule, 'apiGroups', 0));
    return (Array.isArray(resources) ? resources : []).map((resource) => `${group}/${String(resource)}`);
  });
}

describe('G11: roles of an environment', () => {
  const synthesis = shop(web, surroundings({ developers: 'viewer', devops: 'viewer', pipeline: 'deployer' }));

  test('are bound in each namespace, one binding per role, to the subjects of the provider', () => {
    expect(synthesis.findings).toEqual([]);
    expect(names(synthesis, 'RoleBinding')).toEqual(['deployer', 'viewer']);
    expect(find(synthesis, 'RoleBinding', 'viewer')).toMatchObject({
      metadata: { namespace: 'shop-production' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'evenkeel-viewer' },
      subjects: [subject('shop-developers'), subject('shop-devops')],
    });
  });

  test('are written once per cluster, and only those in use', () => {
    expect(names(synthesis, 'ClusterRole')).toEqual(['evenkeel-viewer']);
    expect(synthesis.files.get('00-cluster.yaml')).toContain('name: evenkeel-viewer');
    expect(synthesis.files.get('05-shop-production.yaml')).toContain('kind: RoleBinding');
    expect(synthesis.files.get('10-shop-production.yaml')).not.toContain('rbac');
  });

  test('without access nothing of it is written', () => {
    const { files } = shop(web);
    expect([...files.values()].join('')).not.toContain('rbac.authorization');
  });

  test('two names may stand for one group, and the order of the platform file changes no byte', () => {
    const same = { developers: 'staff', devops: 'staff', pipeline: 'pipeline' };
    const one = shop(web, surroundings({ developers: 'viewer', devops: 'viewer' }, same));
    const other = shop(web, surroundings({ devops: 'viewer', developers: 'viewer' }, same));
    expect(at(find(one, 'RoleBinding', 'viewer'), 'subjects')).toEqual([subject('staff')]);
    expect(other.files).toEqual(one.files);
    const apart = shop(web, surroundings({ devops: 'viewer', developers: 'viewer' }));
    expect(at(find(apart, 'RoleBinding', 'viewer'), 'subjects')).toEqual([
      subject('shop-developers'),
      subject('shop-devops'),
    ]);
  });

  test('a controller deploys as a ServiceAccount in its own namespace', () => {
    const argo = { namespace: 'argocd', serviceAccount: 'argocd-application-controller' };
    const synthesis = shop(web, surroundings({ argo: 'deployer' }, { argo }));
    expect(errors(synthesis)).toEqual([]);
    expect(at(find(synthesis, 'RoleBinding', 'deployer'), 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'argocd-application-controller', namespace: 'argocd' },
    ]);
  });

  test('a controller also reads what shows it the end of a rollout; a person or a pipeline does not', () => {
    const argo = { namespace: 'argocd', serviceAccount: 'argocd-application-controller' };
    const rules = (groups: typeof GROUPS | { readonly argo: typeof argo }, group: string) =>
      at(find(shop(web, surroundings({ [group]: 'deployer' }, groups)), 'Role', 'deployer'), 'rules');
    const reads = ['get', 'list', 'watch'];
    expect(rules({ argo }, 'argo')).toEqual(
      expect.arrayContaining([
        { apiGroups: [''], resources: ['pods'], verbs: reads },
        { apiGroups: ['apps'], resources: ['replicasets'], verbs: reads },
      ]),
    );
    expect(JSON.stringify(rules(GROUPS, 'pipeline'))).not.toMatch(/"pods"|replicasets/);
  });

  test('sysadmins have the built-in role in the whole cluster, and the binding says why', () => {
    const cluster = { ...TWO_ZONES, groups: GROUPS, sysadmins: ['devops'] };
    const synthesis = shop(web, { cluster });
    expect(synthesis.findings).toEqual([]);
    expect(find(synthesis, 'ClusterRoleBinding', 'evenkeel-sysadmin')).toMatchObject({
      metadata: { annotations: { 'evenkeel.dev/access-reason': expect.stringMatching(/./) } },
      roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [subject('shop-devops')],
    });
  });
});

describe('G11: what the common roles may do', () => {
  const everyRole: Access = { developers: 'developer', devops: 'operator', pipeline: 'viewer' };
  const roles = ['evenkeel-viewer', 'evenkeel-developer', 'evenkeel-operator'].map((name) =>
    JSON.stringify(at(find(shop(web, surroundings(everyRole)), 'ClusterRole', name), 'rules')),
  );

  test.each(roles.map((text) => [text]))('no wildcard, no Secret, no RBAC, no way up: %.40s…', (text) => {
    expect(text).not.toMatch(/\*|secrets|rbac|escalate|bind|impersonate|token|nodes|ephemeral/);
  });

  test('a viewer changes nothing; a developer debugs; an operator changes workloads', () => {
    const [viewer = '', developer = '', operator = ''] = roles;
    expect(viewer).not.toMatch(/create|update|patch|delete|exec/);
    expect(developer).toMatch(/pods\/exec/);
    expect(developer).not.toMatch(/patch|update/);
    expect(operator).toMatch(/patch/);
  });
});

describe('F6: the deployer', () => {
  const APPLY = ['create', 'delete', 'get', 'list', 'patch', 'watch'];

  test('may write the kinds of its file, and no others', () => {
    const synthesis = deployedBy((system) => {
      const service = new WebService(system, 'web', { ...WEB, env: { LOG_LEVEL: 'info' } });
      service.exposeAt('shop.example.com');
    });
    expect(errors(synthesis)).toEqual([]);
    expect([...new Set(kinds(synthesis))].sort()).toEqual([
      '/configmaps',
      '/serviceaccounts',
      '/services',
      'apps/deployments',
      'networking.k8s.io/ingresses',
      'networking.k8s.io/networkpolicies',
      'policy/poddisruptionbudgets',
    ]);
    expect(at(rules(synthesis), 0)).toEqual({
      apiGroups: [''],
      resources: ['configmaps', 'serviceaccounts', 'services'],
      verbs: APPLY,
    });
  });

  test('has exactly the kinds of its file: one more object, one more kind', () => {
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job' } };
    const pod = { restartPolicy: 'Never', containers: [{ name: 'job', image: 'registry.example/shop/job:1' }] };
    const more = deployedBy((system) => {
      web(system);
      new ApiObject(system, 'job', { ...job, spec: { template: { spec: pod } } });
    });
    expect(kinds(deployedBy(web))).not.toContain('batch/jobs');
    expect(kinds(more)).toContain('batch/jobs');
  });

  test('of a kind that the platform team shares, its own objects: default-deny is not among them', () => {
    const synthesis = deployedBy((system) => {
      web(system);
      new WebService(system, 'api', WEB);
    });
    const policies = { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'] };
    expect(rules(synthesis)).toEqual(
      expect.arrayContaining([
        { ...policies, verbs: ['create', 'get', 'list', 'watch'] },
        { ...policies, verbs: ['delete', 'patch'], resourceNames: ['api', 'web'] },
      ]),
    );
  });

  test('may not touch anything outside its file: no RBAC, quota, Secret, no other verb', () => {
    const text = JSON.stringify(rules(deployedBy(web)));
    expect(text).not.toMatch(/role|quota|limitrange|secret|namespaces|\*|update|deletecollection|pods/);
  });

  test('of a system without objects may do nothing, which is a Role without rules', () => {
    const synthesis = deployedBy(() => {});
    expect(errors(synthesis)).toEqual([]);
    expect(find(synthesis, 'Role', 'deployer')).not.toHaveProperty('rules');
  });

  test('known custom kinds have their plural; an unknown one is refused until the cluster gives it', () => {
    const custom = (apiVersion: string, kind: string) => (system: System) =>
      void new ApiObject(system, 'custom', { apiVersion, kind, metadata: { name: 'custom' } });
    expect(kinds(deployedBy(custom('keda.sh/v1alpha1', 'ScaledObject')))).toEqual(['keda.sh/scaledobjects']);
    const widget = custom('example.com/v1', 'Widget');
    expect(deployedBy(widget).findings).toMatchObject([
      {
        rule: 'deployer-kind',
        severity: 'error',
        field: 'plurals',
        value: 'example.com/Widget',
        expected: expect.stringContaining("plurals: { 'example.com/Widget': '…' }"),
        construct: 'mumbai/shop-production/access-deployer-role',
        source: { file: '__tests__/support/synthesis.ts' },
      },
    ]);
    const { cluster = TWO_ZONES, environment } = surroundings({ pipeline: 'deployer' });
    const plurals = { 'example.com/Widget': 'widgets' };
    const withPlural = shop(widget, {
      cluster: { ...cluster, plurals },
      ...(environment === undefined ? {} : { environment }),
    });
    expect(errors(withPlural)).toEqual([]);
    expect(kinds(withPlural)).toEqual(['example.com/widgets']);
    expect(errors(shop(widget))).toEqual([]);
  });

  test('reaches no other namespace: an object of its file in another namespace is refused', () => {
    const elsewhere = (system: System) =>
      void new ApiObject(system, 'elsewhere', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'elsewhere',
          namespace: 'blog',
          annotations: { 'evenkeel.dev/outside-namespace-reason': 'the blog reads it' },
        },
      });
    const synthesis = deployedBy(elsewhere);
    expect(synthesis.findings).toMatchObject([
      {
        rule: 'deployer-reach',
        field: '/metadata/namespace',
        value: 'blog',
        message: expect.stringMatching(/^ConfigMap elsewhere /),
      },
    ]);
    expect(find(synthesis, 'Role', 'deployer')).not.toHaveProperty('rules');
    expect(errors(shop(elsewhere))).toEqual([]);
  });

  test('its Role may be overridden like any object', () => {
    const synthesis = deployedBy((system) => {
      const role = system.node.findChild('access-deployer-role');
      if (ApiObject.isApiObject(role)) override(role).set('metadata.annotations', { 'example.com/owner': 'platform' });
    });
    expect(find(synthesis, 'Role', 'deployer')).toHaveProperty('metadata.annotations');
  });
});

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', WEB);
  }
}

class Blog extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'blog', target);
  }
}

interface Given {
  readonly namespace?: string;
  readonly access?: AccessChanges;
}

const placed = (shopGiven: Given, blogGiven: Given = {}, access: Access = { developers: 'viewer' }) => {
  const one = { on: 'mumbai', settings: {} } as const;
  const app = new Platform({
    home: 'mumbai',
    clusters: { mumbai: { ...TWO_ZONES, groups: GROUPS } },
    environments: { production: { ...PRODUCTION, access } },
  })
    .place(Shop, { production: { ...one, ...shopGiven } })
    .place(Blog, { production: { ...one, ...blogGiven } })
    .app();
  return synthesize(app, check);
};

describe('G11: a system’s own', () => {
  const bound = (synthesis: Synthesis, namespace: string) =>
    synthesis.objects
      .map(({ entry }) => entry)
      .filter(({ identity }) => identity.kind === 'RoleBinding' && identity.namespace === namespace)
      .map(({ identity, manifest }) => `${identity.name}: ${String(at(manifest, 'subjects', 0, 'name'))}`);

  test('access: an additional group, another role, none', () => {
    const synthesis = placed(
      { access: { pipeline: 'deployer', developers: 'developer' } },
      { access: { developers: 'none' } },
    );
    expect(synthesis.findings).toEqual([]);
    expect(bound(synthesis, 'shop-production')).toEqual(['deployer: shop-pipeline', 'developer: shop-developers']);
    expect(bound(synthesis, 'blog-production')).toEqual([]);
    expect(names(synthesis, 'ClusterRole')).toEqual(['evenkeel-developer']);
  });

  test('access: a removed role needs no subject', () => {
    const given = { developers: 'viewer', strangers: 'viewer' } as const;
    expect(errors(placed({}, {}, given))).toContain('group-subject access');
    const without = { access: { strangers: 'none' } } as const;
    expect(errors(placed(without, without, given))).not.toContain('group-subject access');
  });

  test('namespace: everything is in it, under the file names of system and environment', () => {
    const synthesis = placed({ namespace: 'project1-prod' });
    expect(synthesis.findings).toEqual([]);
    const spaces = synthesis.objects
      .filter(({ entry }) => entry.origin.construct.startsWith('mumbai/shop-production/'))
      .map(({ entry }) => entry.identity.namespace ?? entry.identity.name);
    expect([...new Set(spaces)]).toEqual(['project1-prod']);
    expect([...synthesis.files.keys()]).toContain('10-shop-production.yaml');
    expect(bound(synthesis, 'project1-prod')).toEqual(['viewer: shop-developers']);
  });
});

describe('refused:', () => {
  // what JavaScript, or a type-stripping runner, lets through

  test.each<[string, Synthesis, string]>([
    [
      'a role that is none, of an environment',
      placed({}, {}, unchecked({ developers: 'admin' })),
      'input environments.production.access.developers',
    ],
    [
      'a role that is none, of a system',
      placed(unchecked({ access: { developers: 'admin' } })),
      'input production.access.developers',
    ],
    [
      '`none` in an environment',
      placed({}, {}, unchecked({ developers: 'none' })),
      'input environments.production.access.developers',
    ],
    [
      'a group unknown to all clusters',
      placed({}, {}, { develpers: 'viewer' }),
      'unknown-group environments.production.access',
    ],
    [
      'a group of a system that the cluster does not know',
      placed({ access: { develpers: 'viewer' } }),
      'group-subject access',
    ],
    ['a namespace that is not a DNS label', placed({ namespace: 'Project_1' }), 'namespace namespace'],
    ['a namespace of 64 characters', placed({ namespace: 'a'.repeat(64) }), 'namespace namespace'],
    ['a namespace of Kubernetes’ own', placed({ namespace: 'kube-system' }), 'namespace namespace'],
    ['the default namespace', placed({ namespace: 'default' }), 'namespace namespace'],
    [
      'two systems in one namespace',
      placed({ namespace: 'project1' }, { namespace: 'project1' }),
      'namespace-taken namespace',
    ],
    [
      'one system in the default namespace of another',
      placed({ namespace: 'blog-production' }),
      'namespace-taken namespace',
    ],
  ])('%s, once', (_, synthesis, error) => {
    expect(errors(synthesis).filter((it) => it === error)).toEqual([error]);
    expect(synthesis.files.size).toBe(0);
  });

  test('a namespace of 63 characters is accepted', () => {
    expect(placed({ namespace: 'a'.repeat(63) }).findings).toEqual([]);
  });

  test('a refused namespace hides findings of its objects', () => {
    expect(errors(placed({ namespace: 'Project_1' }))).toEqual(['namespace namespace']);
    expect(placed({ namespace: 'Project_1' }).findings).toMatchObject([
      { value: 'Project_1', source: { file: '__tests__/constructs/system/access.test.ts' } },
    ]);
  });

  test('equal default namespaces: `a` in `b-c` and `a-b` in `c`', () => {
    class A extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'a', target);
      }
    }
    class AB extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'a-b', target);
      }
    }
    const one = { on: 'laptop', settings: {} } as const;
    const environment = { survives: { zones: 0, regions: 0 } };
    const app = new Platform({
      home: 'laptop',
      clusters: { laptop: local({ kubernetes: '1.36' }) },
      environments: { 'b-c': environment, c: environment },
    })
      .place(A, { 'b-c': one })
      .place(AB, { c: one })
      .app();
    expect(synthesize(app, check).findings).toMatchObject([
      {
        rule: 'namespace-taken',
        value: 'a-b-c',
        message: expect.stringContaining('already the namespace of a in b-c'),
      },
    ]);
  });

  test.each<[string, Readonly<Record<string, GroupId>>, string]>([
    ['system: groups', { devops: 'system:masters' }, 'sysadmins'],
    [
      'a ServiceAccount without a namespace',
      { devops: { namespace: '', serviceAccount: 'argocd' } },
      'groups.devops.namespace',
    ],
    ['a sysadmin whom the cluster does not know', {}, 'sysadmins'],
  ])('%s as sysadmins', (_, groups, field) => {
    const cluster = { ...TWO_ZONES, groups, sysadmins: ['devops'] };
    expect(errors(shop(web, { cluster }))).toEqual([`input clusters.mumbai.${field}`]);
  });

  test('a name where the provider wants an id', () => {
    const gateway = { albName: 'alb', albNamespace: 'alb' };
    const azure = aks({
      region: 'westeurope',
      kubernetes: '1.36',
      zones: ['westeurope-1', 'westeurope-2'],
      gateway,
      groups: GROUPS,
    });
    const found = shop(web, { cluster: azure, environment: { ...PRODUCTION, access: { developers: 'viewer' } } });
    expect(errors(found)).toEqual(['group-subject access']);
  });
});

test('a ServiceAccount that may do more than the deployer is refused, since the deployer chooses who runs as what', () => {
  const role: JsonObject = { apiGroups: [''], resources: ['configmaps'], verbs: ['update'] };
  const build = (annotations: Readonly<Record<string, string>>) => (system: System) => {
    web(system);
    const metadata = { name: 'leader', annotations };
    new ApiObject(system, 'role', { ...RBAC, kind: 'Role', metadata, ...{ rules: [role] } });
    new ApiObject(system, 'binding', {
      ...RBAC,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'leader' },
      subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop-production' }],
    });
  };
  const synthesis = deployedBy(build({ 'example.com/note': 'none' }));
  expect(synthesis.findings).toMatchObject([
    {
      rule: 'rbac-service-account',
      field: '/subjects/0/name',
      message: expect.stringMatching(
        /^shop-pipeline can gain a right by running pods as .*web: update configmaps in shop-production$/,
      ),
    },
  ]);
  expect(errors(deployedBy(build({ 'evenkeel.dev/access-reason': 'leader election' })))).toEqual([]);
  expect(errors(shop(build({ 'example.com/note': 'none' })))).toEqual([]);
});

const RBAC = { apiVersion: 'rbac.authorization.k8s.io/v1' };

test.each([
  'System:masters',
  ' system:masters',
  'sYstem:masters',
  'developers ',
  '\u00a0system:masters',
  'system\u200b:masters',
])('F32: RBAC compares groups exactly, so %j names no one', (id) => {
  const cluster = { ...TWO_ZONES, groups: { developers: id } };
  const synthesis = shop(web, { cluster, environment: { ...PRODUCTION, access: { developers: 'viewer' } } });
  expect(synthesis.findings).toMatchObject([
    {
      rule: 'group-subject',
      message: expect.stringContaining('no one is in'),
      expected: expect.stringMatching(/group/),
    },
  ]);
});

test('F32: a group with a space, or with system in its name, is one of the directory', () => {
  for (const id of ['Team A', 'ecosystem:a', 'systems']) {
    const cluster = { ...TWO_ZONES, groups: { developers: id } };
    const synthesis = shop(web, { cluster, environment: { ...PRODUCTION, access: { developers: 'viewer' } } });
    expect(synthesis.findings).toEqual([]);
  }
});
