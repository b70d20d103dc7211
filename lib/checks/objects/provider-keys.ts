// Keys that the controllers of one provider read: annotations, labels and node selectors.

import { at } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { bare, object, service } from '../examples';
import type { Report, Rule } from '../rule';

/** Keys of a provider. */
interface Owner {
  readonly name: string;
  /** Names of the profiles on which they are read. */
  readonly profiles: readonly string[];
  readonly keys: RegExp;
}

/** Profiles of clusters whose provider is none of ours: it may be any of the others. */
const ELSEWHERE = ['conformant', 'onPrem'];

/** The prefix of a key is one of these names, or ends with it. */
const under = (...names: readonly string[]): string => `(?:[^/]*\\.)?(?:${names.join('|').replaceAll('.', '\\.')})/`;

/** Annotations of Services that a cloud controller reads. */
const balancer = (prefix: string): string => `service\\.beta\\.kubernetes\\.io/${prefix}-`;

const starting = (...starts: readonly string[]): RegExp => new RegExp(`^(?:${starts.join('|')})`);

/** Sources: the annotations in the docs of each provider's controllers; for ours, the profiles in lib/model/providers too. */
const OWNERS: readonly Owner[] = [
  {
    name: 'AWS',
    profiles: ['eks', 'eksAuto'],
    // aws-load-balancer-controller; EKS user guide; Karpenter on AWS
    keys: starting(balancer('aws'), under('amazonaws.com', 'k8s.aws', 'csi.aws.com', 'alb.ingress.kubernetes.io')),
  },
  {
    name: 'Azure',
    profiles: ['aks'],
    // cloud-provider-azure; Application Gateway for Containers and its ingress controller; Microsoft Entra Workload ID
    keys: starting(
      balancer('azure'),
      under('azure.com', 'azure.io', 'azure.workload.identity', 'appgw.ingress.kubernetes.io'),
    ),
  },
  {
    name: 'Google Cloud',
    profiles: ['gke'],
    // ingress-gce, pkg/annotations; Google Cloud docs, workload-identity and node labels
    keys: starting(under('cloud.google.com', 'gke.io', 'ingress.gcp.kubernetes.io')),
  },
  // each one's cloud controller manager, annotations of Services
  { name: 'DigitalOcean', profiles: ELSEWHERE, keys: starting(balancer('do'), under('digitalocean.com')) },
  { name: 'Hetzner', profiles: ELSEWHERE, keys: starting(under('hetzner.cloud')) },
  { name: 'Oracle Cloud', profiles: ELSEWHERE, keys: starting(balancer('oci'), under('oraclecloud.com')) },
  { name: 'OpenStack', profiles: ELSEWHERE, keys: starting(balancer('openstack'), under('openstack.org')) },
  { name: 'Alibaba Cloud', profiles: ELSEWHERE, keys: starting(balancer('alibaba-cloud'), under('alibabacloud.com')) },
  { name: 'Akamai', profiles: ELSEWHERE, keys: starting(balancer('linode')) },
  { name: 'Scaleway', profiles: ELSEWHERE, keys: starting(balancer('scw')) },
];

/** Fields whose keys are read as annotations and labels are, wherever they are: of templates and custom resources too. */
const MAPS = new Set(['annotations', 'labels', 'nodeSelector']);

/** Calls `found` for each map in a value, while `keys` are those that lead to it: most maps need no pointer. */
function visit(value: Json, keys: string[], found: (map: JsonObject) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    keys.push(key);
    if (MAPS.has(key) && isJsonObject(inner)) found(inner);
    else visit(inner, keys, found);
    keys.pop();
  }
}

/** Content of a user's own, and schemas: the keys in it are the user's. */
const CONTENT = new Set(['ConfigMap', 'Secret', 'CustomResourceDefinition']);

function judge(entry: ApiEntry, report: Report): void {
  const { api, manifest, identity } = entry;
  if (api === undefined) return;
  const foreign = OWNERS.filter(({ profiles }) => !profiles.includes(api.provider.name));
  const keys: string[] = [];
  visit(CONTENT.has(identity.kind) ? { metadata: manifest.metadata ?? {} } : manifest, keys, (map) => {
    for (const [key, value] of Object.entries(map)) {
      const owner = foreign.find(({ keys: theirs }) => theirs.test(key));
      if (owner === undefined) continue;
      report(entry, at('', ...keys, key), {
        // without the name of the cluster: one line of a chart is one mistake, on however many it runs
        message: `nothing on ${api.provider.name} reads ${key}, a key of ${owner.name}`,
        expected: `no such key on ${api.provider.name}`,
        value,
      });
    }
  });
}

const foreignKey: Rule = {
  id: 'foreign-provider-key',
  what: 'Annotations, labels and node selectors of an object have no key that only another provider reads; which clusters are whose, the platform says.',
  why: 'The key has no effect: the load balancer, identity or node that it asks for does not come, without a word.',
  severity: 'error',
  judge: 'none: the API server takes any key; the docs of the controllers of AWS, Azure, Google Cloud and others',
  reason: reasonKey('foreign-provider-key'),
  check: (entries, report) => {
    for (const entry of entries) judge(entry, report);
  },
  examples: {
    pass: [
      { ...service({ ports: [{ port: 80 }] }), metadata: { name: 'web', annotations: { 'example.com/team': 'shop' } } },
      {
        ...service({ type: 'LoadBalancer', ports: [{ port: 80 }] }, 'edge'),
        metadata: { name: 'edge', annotations: { 'load-balancer.hetzner.cloud/location': 'fsn1' } },
      },
    ],
    fail: [
      {
        ...service({ type: 'LoadBalancer', ports: [{ port: 80 }] }),
        metadata: { name: 'web', annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' } },
      },
      {
        ...object('v1', 'ServiceAccount', 'web', {}),
        metadata: {
          name: 'web',
          annotations: { 'iam.gke.io/gcp-service-account': 'web@shop.iam.gserviceaccount.com' },
        },
      },
    ],
    on: bare,
  },
};

export const providerKeyRules: readonly Rule[] = [foreignKey];
