// Keys of another provider: annotations, labels and node selectors, on each profile.
import { ApiObject } from 'cdk8s';
import { check } from '../../../lib/checks';
import { override, WebService } from '../../../lib/constructs';
import { aks, conformant, eks, eksAuto, gke, type JsonObject, local, onPrem } from '../../../lib/model';
import type { ApiEntry } from '../../../lib/model/manifest/object';
import { shop, WEB } from '../../support/synthesis';
import { entry } from '../support';

const CIDRS = ['192.0.2.0/24'];
const ANY = { kubernetes: '1.36' } as const;
const AT = { ...ANY, region: 'somewhere' } as const;
const CLUSTERS = {
  eks: eks({ ...AT, loadBalancerSubnets: CIDRS }),
  eksAuto: eksAuto({ ...AT, loadBalancerSubnets: CIDRS }),
  aks: aks({ ...AT, gateway: { albName: 'alb', albNamespace: 'alb' }, gatewaySubnets: CIDRS }),
  gke: gke(AT),
  onPrem: onPrem({ ...ANY, distribution: 'k3s' }),
  local: local(ANY),
  conformant: conformant({ ...ANY, ingressSource: { cidrs: CIDRS } }),
};
type Name = keyof typeof CLUSTERS;
const NAMES = Object.keys(CLUSTERS);

/** Fields that the rule reports of an object on a cluster. */
function fields(name: string, manifest: JsonObject): (string | undefined)[] {
  const cluster = Object.entries(CLUSTERS).find(([known]) => known === name)?.[1];
  if (cluster === undefined) throw new Error(name);
  const made: ApiEntry = { ...entry(manifest), api: cluster };
  return check([made])
    .filter(({ rule }) => rule === 'foreign-provider-key')
    .map(({ field }) => field);
}

const annotated = (key: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', annotations: { [key]: 'x' } },
});

const READ_BY: readonly (readonly [string, readonly Name[]])[] = [
  ['service.beta.kubernetes.io/aws-load-balancer-type', ['eks', 'eksAuto']],
  ['alb.ingress.kubernetes.io/scheme', ['eks', 'eksAuto']],
  ['eks.amazonaws.com/role-arn', ['eks', 'eksAuto']],
  ['elbv2.k8s.aws/pod-readiness-gate-inject', ['eks', 'eksAuto']],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', ['aks']],
  ['azure.workload.identity/client-id', ['aks']],
  ['alb.networking.azure.io/alb-name', ['aks']],
  ['appgw.ingress.kubernetes.io/ssl-redirect', ['aks']],
  ['kubernetes.azure.com/scalesetpriority', ['aks']],
  ['cloud.google.com/neg', ['gke']],
  ['beta.cloud.google.com/backend-config', ['gke']],
  ['networking.gke.io/load-balancer-type', ['gke']],
  ['iam.gke.io/gcp-service-account', ['gke']],
  ['ingress.gcp.kubernetes.io/pre-shared-cert', ['gke']],
  ['load-balancer.hetzner.cloud/location', ['conformant', 'onPrem']],
  ['service.beta.kubernetes.io/do-loadbalancer-protocol', ['conformant', 'onPrem']],
  ['loadbalancer.openstack.org/class', ['conformant', 'onPrem']],
];

test.each(READ_BY)('%s is read on %j alone', (key, readers) => {
  const allowed = NAMES.filter((name) => fields(name, annotated(key)).length === 0);
  expect(allowed.sort()).toEqual([...readers].sort());
});

test.each([
  'example.com/team',
  'external-dns.alpha.kubernetes.io/aws-weight', // the DNS of a provider serves any cluster
  'cluster-autoscaler.kubernetes.io/safe-to-evict',
  'karpenter.sh/do-not-disrupt',
  'myamazonaws.com/a',
  'service.beta.kubernetes.io/awsome',
  'team',
])('%s is not a key of a provider', (key) => {
  expect(NAMES.flatMap((name) => fields(name, annotated(key)))).toEqual([]);
});

test('labels, templates, node selectors and custom resources count; content does not', () => {
  const key = 'cloud.google.com/gke-nodepool';
  const metadata = { name: 'web', namespace: 'shop' };
  const template = { metadata: { labels: { [key]: 'a' } }, spec: { nodeSelector: { [key]: 'a' } } };
  expect(fields('aks', { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template } })).toEqual([
    '/spec/template/metadata/labels/cloud.google.com~1gke-nodepool',
    '/spec/template/spec/nodeSelector/cloud.google.com~1gke-nodepool',
  ]);
  const infrastructure = { annotations: { [key]: 'a' } };
  const gateway = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata, spec: { infrastructure } };
  expect(fields('eks', gateway)).toEqual(['/spec/infrastructure/annotations/cloud.google.com~1gke-nodepool']);
  const data = { labels: { [key]: 'a' } };
  expect(fields('eks', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })).toEqual([]);
});

test.each(Object.entries(CLUSTERS))('what we write on %s has only its own keys', (_, cluster) => {
  const environment = { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } };
  const { findings } = shop((system) => new WebService(system, 'web', WEB).exposeAt('shop.example'), {
    cluster,
    environment,
  });
  expect(findings.filter(({ rule }) => rule === 'foreign-provider-key')).toEqual([]);
});

test('L36: a raw object and an override are refused with the line, the provider and the way out', () => {
  const key = 'service.beta.kubernetes.io/aws-load-balancer-type';
  const { findings } = shop(
    (system) => {
      const web = new WebService(system, 'web', WEB);
      override(web.service).set('metadata.annotations', { [key]: 'nlb' });
      new ApiObject(system, 'raw', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'raw', annotations: { 'cloud.google.com/neg': '{}' } },
        spec: { ports: [{ port: 80 }] },
      });
    },
    { cluster: CLUSTERS.aks, environment: { survives: { zones: 0, regions: 0 }, registry: { external: 'r.example' } } },
  );
  const found = findings.filter(({ rule }) => rule === 'foreign-provider-key');
  expect(found.map(({ message }) => message).sort()).toEqual([
    'nothing on aks reads cloud.google.com/neg, a key of Google Cloud',
    `nothing on aks reads ${key}, a key of AWS`,
  ]);
  for (const one of found) {
    expect(one).toMatchObject({
      severity: 'error',
      source: { file: expect.stringContaining('provider-keys.test.ts') },
    });
    expect(one.expected).toBe(
      'no such key on aks, or a reason in the annotation evenkeel.dev/foreign-provider-key-reason',
    );
  }
});
