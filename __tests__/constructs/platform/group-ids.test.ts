// P11b: ids of groups: one for each group of a directory, and no id under two names.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, System, WebService } from '../../../lib/constructs';
import { aks, type ClusterDescription, eks, type GroupId, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { WEB } from '../../support/synthesis';

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
  }
}

type Groups = Readonly<Record<string, GroupId>>;
const OPS = '7c0f6a3e-1d2b-4c5d-8e9f-000000000002';
const DEV = '7c0f6a3e-1d2b-4c5d-8e9f-000000000003';

const azure = (groups: Groups, directory?: string): ClusterDescription =>
  aks({
    region: 'westeurope',
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    gatewaySubnets: ['10.30.0.0/24'],
    groups,
    ...(directory === undefined ? {} : { directory }),
  });

const amazon = (groups: Groups): ClusterDescription =>
  eks({ region: 'ap-south-1', kubernetes: '1.36', loadBalancerSubnets: ['10.20.0.0/24'], groups });

/** What is found about the ids of groups on two clusters. */
function findings(first: ClusterDescription, second: ClusterDescription) {
  const app = new Platform({
    home: 'first',
    images: { shop: { production: '1' } },
    clusters: { first, second },
    environments: { production: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } } },
  })
    .place(Shop, { production: { on: ['first', 'second'], settings: {} } })
    .app();
  return synthesize(app, check).findings.filter(({ rule }) => rule === 'group-id');
}

test('one name with two ids in one directory is doubted, with the line', () => {
  expect(findings(azure({ ops: OPS }), azure({ ops: DEV }))).toMatchObject([
    {
      severity: 'warning',
      field: 'clusters.second.groups.ops',
      value: DEV,
      message: 'the group is another one of the directory on first',
      expected: `'${OPS}' as there, or directory: '…' on the cluster with another directory`,
      source: { file: '__tests__/constructs/platform/group-ids.test.ts' },
    },
  ]);
});

test('one id under two names is doubted, on one cluster and on two', () => {
  const expected = [{ severity: 'warning', value: OPS, message: 'the group is ops of first under another name' }];
  expect(findings(azure({ ops: OPS, 'shop-dev': OPS }), azure({}))).toMatchObject(expected);
  expect(findings(azure({ ops: OPS }), azure({ 'shop-dev': OPS }))).toMatchObject(expected);
});

test.each([
  ['the same id', azure({ ops: OPS, dev: DEV }), azure({ dev: DEV, ops: OPS })],
  ['another provider, so another directory', azure({ ops: OPS }), amazon({ ops: 'ops' })],
  ['another directory', azure({ ops: OPS }), azure({ ops: DEV }, 'the second tenant')],
  [
    'a ServiceAccount that deploys',
    azure({ argo: { namespace: 'argocd', serviceAccount: 'a' } }),
    azure({ argo: { namespace: 'argocd', serviceAccount: 'b' } }),
  ],
])('%s is fine', (_, first, second) => {
  expect(findings(first, second)).toEqual([]);
});
