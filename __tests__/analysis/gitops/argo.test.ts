// Argo CD's objects: Applications with their files, in the order of waves, and projects that bound them.
import type { JsonObject } from '../../../lib/model';
import { ARGO, delivered, REPOSITORY } from '../../support/delivered';
import { at } from '../../support/synthesis';

const HERE = 'https://kubernetes.default.svc';
const files = delivered(ARGO);
const of = (kind: string, path: string, from = files): JsonObject => {
  const found = from.get(`mumbai/${path}.yaml`)?.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${path}`);
  return found;
};
const options = (path: string): unknown => at(of('Application', path), 'spec', 'syncPolicy', 'syncOptions');

test('each file of dist is in one Application; a migration is with what waits for it, since waves order it there', () => {
  const included = [...files.values()].flat().flatMap((one) => {
    const include = at(one, 'spec', 'source', 'directory', 'include');
    return one.kind === 'Application' && at(one, 'metadata', 'name') !== 'evenkeel' ? String(include) : [];
  });
  expect(included).toEqual([
    '00-cluster.yaml',
    '05-blog-local.yaml',
    '10-blog-local.yaml',
    '00-cluster.yaml',
    '05-blog-production.yaml',
    '05-shop-production.yaml',
    '10-blog-production.yaml',
    '{07-shop-production.yaml,10-shop-production.yaml}',
  ]);
  expect(at(of('Application', '10-shop-production'), 'spec', 'source')).toEqual({
    directory: { include: '{07-shop-production.yaml,10-shop-production.yaml}' },
    path: 'dist',
    repoURL: REPOSITORY,
    targetRevision: 'main',
  });
  const [, laptop] = files.get('laptop/10-blog-local.yaml') ?? [];
  expect(at(laptop, 'spec', 'source', 'path')).toBe('dist/clusters/laptop');
});

test("the root has the controller's own files and no others, and its own Application", () => {
  const names = [...files.keys()].filter((path) => path.startsWith('mumbai/')).map((path) => path.slice(7));
  expect(at(of('Application', 'root'), 'spec', 'source')).toMatchObject({
    directory: { include: `{${names.sort().join(',')}}` },
    path: 'gitops/mumbai',
  });
});

test("waves go from projects to the cluster, to the platform's part, to systems", () => {
  const wave = (kind: string, path: string) =>
    at(of(kind, path), 'metadata', 'annotations', 'argocd.argoproj.io/sync-wave');
  expect(wave('AppProject', '10-shop-production')).toBe('-1');
  expect(['00-cluster', '05-shop-production', '10-shop-production'].map((path) => wave('Application', path))).toEqual([
    '0',
    '1',
    '2',
  ]);
});

test('changes by hand are undone, what left is deleted, and what another Application owns is refused', () => {
  for (const path of ['root', '00-cluster', '05-shop-production', '10-shop-production']) {
    expect(at(of('Application', path), 'spec', 'syncPolicy', 'automated')).toEqual({ prune: true, selfHeal: true });
    expect(options(path)).toEqual(expect.arrayContaining(['FailOnSharedResource=true', 'ServerSideApply=true']));
  }
});

test("a person confirms what leaves the cluster's file, and the end of a system with claims", () => {
  expect(options('00-cluster')).toContain('Prune=confirm');
  expect(options('10-shop-production')).toContain('Delete=confirm');
  expect(options('10-blog-production')).not.toContain('Delete=confirm');
  const finalizers = (path: string) => at(of('Application', path), 'metadata', 'finalizers');
  expect(finalizers('00-cluster')).toBeUndefined();
  expect(finalizers('root')).toBeUndefined();
  expect(finalizers('10-blog-production')).toEqual(['resources-finalizer.argocd.argoproj.io']);
});

describe('projects', () => {
  const project = of('AppProject', '10-shop-production').spec as JsonObject;

  test('a system has its own namespace, nothing of the cluster, and nothing that the platform team owns', () => {
    expect(project.destinations).toEqual([{ namespace: 'shop-production', server: HERE }]);
    expect(project.sourceRepos).toEqual([REPOSITORY]);
    expect(project.clusterResourceWhitelist).toBeUndefined();
    expect(project.namespaceResourceBlacklist).toEqual(
      expect.arrayContaining([
        { group: '', kind: 'ResourceQuota' },
        { group: 'rbac.authorization.k8s.io', kind: 'RoleBinding' },
      ]),
    );
  });

  test("only the platform's project has what has no namespace", () => {
    const platform = of('AppProject', 'root').spec as JsonObject;
    expect(platform.clusterResourceWhitelist).toEqual([{ group: '*', kind: '*' }]);
    expect(platform.destinations).toEqual(
      ['argocd', 'blog-production', 'shop-production'].map((namespace) => ({ namespace, server: HERE })),
    );
  });

  test('every destination of an Application is one of its project, with an account', () => {
    const all = [...files].filter(([path]) => path.startsWith('mumbai/')).flatMap(([, documents]) => documents);
    const projects = new Map(
      all.filter(({ kind }) => kind === 'AppProject').map((one) => [at(one, 'metadata', 'name'), one]),
    );
    const applications = all.filter(({ kind }) => kind === 'Application');
    expect(applications.length).toBe(6);
    for (const application of applications) {
      const own = projects.get(at(application, 'spec', 'project'));
      expect(at(own, 'spec', 'destinations')).toContainEqual(at(application, 'spec', 'destination'));
      expect(at(own, 'spec', 'destinationServiceAccounts')).toContainEqual({
        ...(at(application, 'spec', 'destination') as JsonObject),
        defaultServiceAccount: expect.stringMatching(/^[\w-]+:[\w-]+$/),
      });
    }
  });

  test("the account is the deployer, or the controller's own", () => {
    const account = (path: string) =>
      at(of('AppProject', path), 'spec', 'destinationServiceAccounts', 0, 'defaultServiceAccount');
    expect(account('10-shop-production')).toBe('flux-system:shop-deployer');
    expect(account('10-blog-production')).toBe('argocd:argocd-application-controller');
  });
});
