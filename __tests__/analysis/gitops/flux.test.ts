// Flux's objects: sources, order, accounts, and what pruning leaves.
import type { JsonObject } from '../../../lib/model';
import { ARGO, delivered, FLUX, withSecretOf } from '../../support/delivered';
import { at } from '../../support/synthesis';

const one = (files: ReadonlyMap<string, readonly JsonObject[]>, path: string): JsonObject => {
  const [found] = files.get(path) ?? [];
  if (found === undefined) throw new Error(`no ${path}: ${[...files.keys()].join(', ')}`);
  return found;
};
const files = delivered(FLUX);
const spec = (path: string, from = files) => one(from, `mumbai/${path}`).spec as JsonObject;

/** `kind name` of what a stage marks as not to be pruned. */
const unpruned = (path: string, from = files): string[] => {
  const patches = one(from, `mumbai/${path}/kustomization.yaml`).patches;
  return (Array.isArray(patches) ? patches : []).map((patch: JsonObject) => {
    expect(patch.patch).toContain('\n    kustomize.toolkit.fluxcd.io/prune: disabled\n');
    return `${String(at(patch, 'target', 'kind'))} ${String(at(patch, 'target', 'name'))}`;
  });
};

test('each file of dist is one stage, and names that file alone', () => {
  const stages = [...files.keys()].filter((path) => /^mumbai\/\d/.test(path) && !path.includes('/kust'));
  expect(stages.map((path) => path.replace(/^mumbai\/|\.yaml$/g, ''))).toEqual([
    '00-cluster',
    '05-blog-production',
    '05-shop-production',
    '07-shop-production',
    '10-blog-production',
    '10-shop-production',
  ]);
  expect(one(files, 'mumbai/10-shop-production/kustomization.yaml').resources).toEqual([
    '../../../dist/10-shop-production.yaml',
  ]);
  expect(one(files, 'laptop/10-blog-local/kustomization.yaml').resources).toEqual([
    '../../../dist/clusters/laptop/10-blog-local.yaml',
  ]);
  expect(spec('10-shop-production.yaml').path).toBe('./gitops/mumbai/10-shop-production');
});

test('the root lists its own files, so that Flux does not descend into the folders of stages', () => {
  expect(one(files, 'mumbai/kustomization.yaml').resources).toEqual(
    [...files.keys()]
      .filter((path) => path.startsWith('mumbai/') && !path.endsWith('kustomization.yaml'))
      .map((path) => path.slice('mumbai/'.length))
      .sort(),
  );
});

test("the order: the cluster, the platform's part, the migration, the rest, each at the same commit", () => {
  const before = (name: string) => at(spec(`${name}.yaml`), 'dependsOn');
  expect(before('00-cluster')).toBeUndefined();
  expect(before('05-shop-production')).toEqual([{ name: '00-cluster' }]);
  expect(before('07-shop-production')).toEqual([{ name: '05-shop-production' }]);
  expect(before('10-shop-production')).toEqual([{ name: '07-shop-production' }]);
  expect(before('10-blog-production')).toEqual([{ name: '05-blog-production' }]);
  const sources = ['00-cluster', '05-shop-production', '07-shop-production', '10-shop-production'].map((name) =>
    JSON.stringify(spec(`${name}.yaml`).sourceRef),
  );
  expect(new Set(sources).size).toBe(1);
  for (const name of ['00-cluster', '07-shop-production', '10-shop-production'])
    expect(spec(`${name}.yaml`)).toMatchObject({ wait: true, prune: true });
});

test('a stage may take as long as its Jobs: their deadline, and a minute', () => {
  const timeout = (deadlineSeconds: number) =>
    spec('07-shop-production.yaml', delivered(FLUX, { shop: { deadlineSeconds } })).timeout;
  expect([timeout(600), timeout(3600), timeout(3601)]).toEqual(['20m', '61m', '3661s']);
});

describe('accounts', () => {
  test("the deployer applies its own files, the platform's account all others", () => {
    const sysadmin = { namespace: 'flux-system', serviceAccount: 'platform' };
    const changed = delivered(FLUX, { sysadmin });
    const account = (path: string) => spec(path, changed).serviceAccountName;
    expect(account('07-shop-production.yaml')).toBe('shop-deployer');
    expect(account('10-shop-production.yaml')).toBe('shop-deployer');
    for (const name of ['root', '00-cluster', '05-shop-production']) expect(account(`${name}.yaml`)).toBe('platform');
    expect(account('10-blog-production.yaml')).toBeUndefined();
  });

  test('a sysadmin elsewhere is not the account of Flux', () => {
    const sysadmin = { namespace: 'backup', serviceAccount: 'velero' };
    expect(spec('00-cluster.yaml', delivered(FLUX, { sysadmin })).serviceAccountName).toBeUndefined();
  });

  test('a deployer in another namespace has its Kustomizations and a source there', () => {
    const deployers = { deployer: { namespace: 'tenants', serviceAccount: 'shop' } };
    const changed = delivered({ ...FLUX, secret: 'git' } as typeof FLUX, { deployers });
    expect(one(changed, 'mumbai/10-shop-production.yaml').metadata).toEqual({
      name: '10-shop-production',
      namespace: 'tenants',
    });
    expect(spec('10-shop-production.yaml', changed).dependsOn).toEqual([{ name: '07-shop-production' }]);
    expect(spec('07-shop-production.yaml', changed).dependsOn).toEqual([
      { name: '05-shop-production', namespace: 'flux-system' },
    ]);
    const sources = changed.get('mumbai/source.yaml') ?? [];
    expect(sources.map((source) => at(source, 'metadata', 'namespace'))).toEqual(['flux-system', 'tenants']);
    for (const source of sources) expect(at(source, 'spec', 'secretRef')).toEqual({ name: 'git' });
  });
});

describe('what pruning leaves', () => {
  test('a Namespace with a claim or a Secret made by hand; one that git has all of is pruned', () => {
    expect(unpruned('00-cluster')).toEqual(['Namespace ^shop-production$']);
    const changed = delivered(FLUX, { add: withSecretOf('blog') });
    expect(unpruned('00-cluster', changed)).toEqual(['Namespace ^blog-production$', 'Namespace ^shop-production$']);
  });

  test('claims', () => {
    expect(unpruned('10-shop-production')).toEqual(['PersistentVolumeClaim ^data$']);
    expect(unpruned('10-blog-production')).toEqual([]);
  });

  test('the right of a deployer to delete, where its Namespace stays', () => {
    expect(unpruned('05-shop-production')).toEqual(['Role ^deployer$', 'RoleBinding ^deployer$']);
    expect(unpruned('05-blog-production')).toEqual([]);
  });

  test('nothing goes with the root, or with the Kustomization of the cluster', () => {
    expect(spec('root.yaml').deletionPolicy).toBe('Orphan');
    expect(spec('00-cluster.yaml').deletionPolicy).toBe('Orphan');
    expect(spec('05-shop-production.yaml').deletionPolicy).toBeUndefined();
    expect(spec('10-shop-production.yaml').deletionPolicy).toBeUndefined();
  });

  test('what a deployer applied goes with its Namespace, where that is pruned: its right goes at the same time', () => {
    const changed = delivered(FLUX, { shop: { stateless: true } });
    expect(unpruned('00-cluster', changed)).toEqual([]);
    expect(unpruned('05-shop-production', changed)).toEqual([]);
    expect(spec('10-shop-production.yaml', changed).deletionPolicy).toBe('Orphan');
    expect(spec('10-blog-production.yaml', changed).deletionPolicy).toBeUndefined();
  });
});

test("only the platform's files, where pipelines apply the rest", () => {
  const changed = delivered({ ...FLUX, applies: 'platform' });
  expect([...changed.keys()].filter((path) => /\/(?:07|10)-/.test(path))).toEqual([]);
  expect(changed.has('mumbai/05-shop-production.yaml')).toBe(true);
});

test('only the clusters that have the controller', () => {
  const changed = delivered({ ...FLUX, clusters: ['laptop'] });
  expect([...new Set([...changed.keys()].map((path) => path.split('/')[0]))]).toEqual(['laptop']);
});

test('a prefix keeps two repositories apart on one cluster', () => {
  const changed = delivered({ ...FLUX, prefix: 'shop' });
  const names = [...changed.values()]
    .flat()
    .flatMap(({ metadata }) => (metadata as JsonObject | undefined)?.name ?? []);
  expect(names.filter((name) => !/^shop(?:-|$)/.test(String(name)))).toEqual([]);
  expect(spec('10-shop-production.yaml', changed).dependsOn).toEqual([{ name: 'shop-07-shop-production' }]);
});

describe('alerts', () => {
  const alerts = { type: 'slack', secret: 'slack', channel: 'ops' } as const;

  test('healed drift is information, and is reported; the address is in a Secret', () => {
    const [provider, alert] = delivered({ ...FLUX, alerts } as typeof FLUX).get('mumbai/alerts.yaml') ?? [];
    expect(provider?.spec).toEqual({ channel: 'ops', secretRef: { name: 'slack' }, type: 'slack' });
    expect(alert?.spec).toMatchObject({
      eventMetadata: { cluster: 'mumbai' },
      eventSeverity: 'info',
      eventSources: [
        { kind: 'GitRepository', name: '*' },
        { kind: 'Kustomization', name: '*' },
      ],
      providerRef: { name: 'evenkeel' },
    });
  });

  test('none without a receiver', () => expect(files.has('mumbai/alerts.yaml')).toBe(false));
});

test('no Secret is written, by either controller', () => {
  const kinds = [...files.values(), ...delivered(ARGO).values()].flat().map(({ kind }) => kind);
  expect(kinds).not.toContain('Secret');
});
