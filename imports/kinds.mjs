// Writes what is known of kinds: which each Kubernetes minor serves, and the scopes of well-known custom kinds.
//
//   node imports/kinds.mjs            Go modules at the versions below -> lib/model/kinds/*.ts; needs `go`
//   --check                           write nothing; exit 2 and name the files that differ
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../lib/model/kinds');

/** The oldest minor of which the product says what it serves. Older ones only show what was removed until then. */
const OLDEST = 27;

/** Patch releases of k8s.io/kubernetes, one a minor without a gap, each with its line in a go.sum. */
const KUBERNETES = [
  ['v1.15.12', 'h1:qfh+43qBbugow5Km/j9RGoAhM/rKajFb/izO4f4qltc='],
  ['v1.16.15', 'h1:JNIbOrzvNRcGO07TVvTosW5ubMwc5LfuQdu7cy104Dg='],
  ['v1.17.17', 'h1:4JbBX+ak70Fh7jYmU7yLQ9bpfPtlD1E43mUxKcWBtqo='],
  ['v1.18.20', 'h1:y09UE3cZyAgZeKkswkrDO0+HKKuo+p+P8w7xtGWblYQ='],
  ['v1.19.16', 'h1:8dftf618+l3zwEU1REY0hnyfGMSw1SgHgv1QMpHHHx0='],
  ['v1.20.15', 'h1:eGwdo4cRbRbi3AuFxQxzKz/uObB8nFt7eNhc3/KN4r0='],
  ['v1.21.14', 'h1:MG74ErEiIbnyhiVqHNWagtNnysdzgkFBvVrTypf0/kw='],
  ['v1.22.17', 'h1:RwbUxcpDoy8LSj/o7Mj4qhF2GPavzony4GkxVlQVNrA='],
  ['v1.23.17', 'h1:nzPjHGp+Qbh44wHxPv4DJp4Znot26yuENYLMu4Av6ZU='],
  ['v1.24.17', 'h1:+4+5VIoxcDv35PnVELouMdDC58AQF/sWs+hjjr4Ra44='],
  ['v1.25.16', 'h1:pdtEdre7aInDvXas+mWzpTiK/7cpcaGRyYB+Bedr2+Q='],
  ['v1.26.15', 'h1:o65B3kKH7q9xK2h2323rKKThI1rp3ZarXpb8asT932U='],
  ['v1.27.16', 'h1:DHFqj/HTUqHStFlRH9wCKPocqgHsjR6Q/DzYarB2QQE='],
  ['v1.28.15', 'h1:d91N2Znk+E8REIJZlrD6za2JtIwvEypa0DB1IoU4fJ0='],
  ['v1.29.6', 'h1:jn8kA/oVOAWZOeoorx6xZ4d+KgGp+Evgi90x9bEI/DE='],
  ['v1.30.14', 'h1:MrlKXh9uhLIJpyxOeXhcndzRVSvwiV9iJ8NgH8nqPsg='],
  ['v1.31.14', 'h1:UtjLfqvXLuSVDdJ4+NpQCIfFkKkLnAAVmxAEMsnkhjk='],
  ['v1.32.13', 'h1:5TGYdZ6YZqdp6h/Rp1vX/4TIoybMPdgv97LCZCtPuNQ='],
  ['v1.33.13', 'h1:bmH31xUdSzeA5vk0wZAK9MZp11mdLuzUSeKk0qN3hPQ='],
  ['v1.34.4', 'h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk='],
  ['v1.35.4', 'h1:o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM='],
  ['v1.36.3', 'h1:qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o='],
  ['v1.37.2', 'h1:A2VDEiObzkYqFTKhSsn0ZEb0RlLEXpHWj93gi2HqEwE='],
];

/** Its types say when each is removed: the OpenAPI documents still have what was off by then. */
const LIFECYCLES = ['k8s.io/api', 'v0.37.2', 'h1:PnxqnUFy93jr2GcpWDkKOm8wfy25kT9wa572MuQS8oc='];

/** Modules with the CustomResourceDefinitions of a project: the folders or files in it. */
const PROJECTS = [
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.7',
    sum: 'h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=',
    at: ['manifests/crds'],
  },
  {
    module: 'github.com/argoproj/argo-rollouts',
    version: 'v1.10.1',
    sum: 'h1:6oyVPGiHHxu3ixkT6mngemh88HLPDoTX1IwO6KNR1Y4=',
    at: ['manifests/crds'],
  },
  {
    module: 'github.com/argoproj/argo-workflows/v3',
    version: 'v3.6.0',
    sum: 'h1:EMg//kaW6kaf9fDeBR5H8zYjdUoepgI9CnRzmYCs+ds=',
    at: ['manifests/base/crds/minimal'],
  },
  {
    module: 'github.com/aws/karpenter-provider-aws',
    version: 'v1.14.1',
    sum: 'h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=',
    at: ['pkg/apis/crds'],
  },
  {
    module: 'github.com/bitnami-labs/sealed-secrets',
    version: 'v0.40.0',
    sum: 'h1:rvCP35JL8ZV5LNA2SrwNR6iLyoM3ulrSFWN0lBtYEYI=',
    at: ['helm/sealed-secrets/crds'],
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    sum: 'h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=',
    at: ['deploy/crds'],
  },
  {
    module: 'github.com/cilium/cilium',
    version: 'v1.20.2',
    sum: 'h1:dqiEGIcXc+gqCLYG/l7VCFJ8GHyb4HUrwbZOpkX5dL8=',
    at: ['pkg/k8s/apis/cilium.io/client/crds'],
  },
  {
    module: 'github.com/cloudnative-pg/cloudnative-pg',
    version: 'v1.24.0',
    sum: 'h1:lY9IP/Gnh5ogNcFGoPnbD2eOiHdSdbdEp0PaUdOAMDQ=',
    at: ['config/crd/bases'],
  },
  {
    module: 'github.com/crossplane/crossplane',
    version: 'v1.20.0',
    sum: 'h1:Wr3+/CilaMbRQ7u4e+m4XBmoARahBpENIYClGzIXpS8=',
    at: ['cluster/crds'],
  },
  {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    sum: 'h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=',
    at: ['config/crds/bases'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.9.6',
    sum: 'h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=',
    at: ['config/crd/bases'],
  },
  {
    module: 'github.com/fluxcd/source-controller',
    version: 'v1.9.6',
    sum: 'h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=',
    at: ['config/crd/bases'],
  },
  {
    module: 'github.com/kedacore/keda/v2',
    version: 'v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
    at: ['config/crd/bases'],
  },
  {
    module: 'github.com/kubernetes-csi/external-snapshotter/client/v8',
    version: 'v8.7.0',
    sum: 'h1:HVaSUeRRHPu49aSiL8eXOjS9Re9G6pM0NzdTGI7mM14=',
    at: ['config/crd'],
  },
  {
    module: 'github.com/kyverno/kyverno',
    version: 'v1.19.1',
    sum: 'h1:/MkgFii3/VlQfKR1JpC9tVwNNVNQTt2S4U6qCsafsTU=',
    at: ['config/crds'],
  },
  {
    module: 'github.com/longhorn/longhorn-manager',
    version: 'v1.6.0',
    sum: 'h1:tIU9Dtl5564jIxPM9qaax8Fvbd+FSDX8HQYH7U5E4vE=',
    at: ['k8s/crds.yaml'],
  },
  {
    module: 'github.com/open-policy-agent/gatekeeper/v3',
    version: 'v3.23.1',
    sum: 'h1:njHTm0SJ6ZEhhEgmQTpJKTGQbc99fSs4hGiEp1OIKck=',
    at: ['charts/gatekeeper/crds'],
  },
  {
    module: 'github.com/projectcalico/calico',
    version: 'v1.11.0-cni-plugin.0.20250813170300-a0db560f0520',
    sum: 'h1:TXnPEzx4pLWgwzCetIO/VJuz4iBZZrOdNSv16a50YqE=',
    at: ['libcalico-go/config/crd', 'charts/tigera-operator/crds'],
  },
  {
    module: 'github.com/projectcontour/contour',
    version: 'v1.33.8',
    sum: 'h1:QoOfwqWws+CVRFpsRC2+f1DmB5IdurtyUtepIsiWfE0=',
    at: ['examples/contour'],
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    at: ['example/prometheus-operator-crd'],
  },
  {
    module: 'github.com/rook/rook',
    version: 'v1.15.0',
    sum: 'h1:uSmt41WNtABi/DKr+96fcbHmMF6Wb6hUDKGujPj8mkc=',
    at: ['deploy/examples/crds.yaml'],
  },
  {
    module: 'github.com/tektoncd/pipeline',
    version: 'v0.60.0',
    sum: 'h1:4CQ1ZIJcoOM8lRB1B+WccLongTVoygcrvOzZz819P1c=',
    at: ['config'],
  },
  {
    module: 'github.com/traefik/traefik/v3',
    version: 'v3.7.13',
    sum: 'h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=',
    at: ['docs/content/reference/dynamic-configuration'],
  },
  {
    module: 'github.com/vmware-tanzu/velero',
    version: 'v1.18.3',
    sum: 'h1:9uwN5yxTWQl9PsF5ljX4xiG+7VIq3I9mxOQ0DyyZ31A=',
    at: ['config/crd'],
  },
  {
    module: 'go.universe.tf/metallb',
    version: 'v0.16.2',
    sum: 'h1:RCSAGoZmqcvTg0e56+Okbwz8iTuQVX30JpKX5mYEPUM=',
    at: ['config/crd/bases'],
  },
  {
    module: 'istio.io/api',
    version: 'v1.27.0',
    sum: 'h1:KU1DeyIvZkY2k0pF9ZY+6D0ZVB1ZgvimaPkM55NVRWk=',
    at: ['kubernetes'],
  },
  {
    module: 'k8s.io/autoscaler/vertical-pod-autoscaler',
    version: 'v1.8.1',
    sum: 'h1:Pe8bV1wozN4gOKO1rleiIY5alIyAXN+DnXDbXQcL4fI=',
    at: ['deploy'],
  },
  {
    module: 'knative.dev/serving',
    version: 'v0.51.0',
    sum: 'h1:yN2Q7eYqJgoPfZkATjoBZyGbZ2P1Qhns9HIMU4mF+to=',
    at: ['config/core/300-resources'],
  },
  {
    module: 'sigs.k8s.io/cluster-api',
    version: 'v1.14.2',
    sum: 'h1:o3GFNaeNFAOEEMpDPfhCK+2CjmV6gtQ8yLEcUwCg7bA=',
    at: ['core/config/crd/bases', 'bootstrap/kubeadm/config/crd/bases', 'controlplane/kubeadm/config/crd/bases'],
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.3',
    sum: 'h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=',
    at: ['config/crd'],
  },
  {
    module: 'sigs.k8s.io/karpenter',
    version: 'v1.14.1',
    sum: 'h1:GjqvOHLjl2+OXM0ti5VEZSQuvcitB0pETd8zdChXEtI=',
    at: ['pkg/apis/crds'],
  },
  {
    module: 'sigs.k8s.io/kueue',
    version: 'v0.17.0',
    sum: 'h1:7hzb38M4eKGzYW+CFv2s1L+swzzacUCHOCXxZmAV90I=',
    at: ['config/components/crd/bases'],
  },
  {
    module: 'sigs.k8s.io/network-policy-api',
    version: 'v0.3.0',
    sum: 'h1:RL6fVXiix9IW1pj0ImkW645m+EWmb3dBGCiW19bg5+k=',
    at: ['config/crd'],
  },
];

/** Kinds of projects that no Go module has the CustomResourceDefinitions of, from the page that describes them: Kind/plural. */
const BY_HAND = [
  {
    source: 'fluxcd.io, "Flux APIs"',
    namespaced: {
      'helm.toolkit.fluxcd.io': 'HelmRelease/helmreleases',
      'image.toolkit.fluxcd.io':
        'ImagePolicy/imagepolicies ImageRepository/imagerepositories ImageUpdateAutomation/imageupdateautomations',
      'notification.toolkit.fluxcd.io': 'Alert/alerts Provider/providers Receiver/receivers',
    },
  },
  {
    source: 'argoproj.github.io/argo-events, "Concepts"',
    namespaced: { 'argoproj.io': 'EventBus/eventbus EventSource/eventsources Sensor/sensors' },
  },
  {
    source: 'docs.crossplane.io v2, "API"',
    cluster: {
      'apiextensions.crossplane.io':
        'ManagedResourceActivationPolicy/managedresourceactivationpolicies ManagedResourceDefinition/managedresourcedefinitions',
      'ops.crossplane.io': 'CronOperation/cronoperations Operation/operations WatchOperation/watchoperations',
      'protection.crossplane.io': 'ClusterUsage/clusterusages',
    },
    namespaced: { 'protection.crossplane.io': 'Usage/usages' },
  },
  {
    source: 'cert-manager.io, trust-manager and approver-policy',
    cluster: {
      'policy.cert-manager.io': 'CertificateRequestPolicy/certificaterequestpolicies',
      'trust.cert-manager.io': 'Bundle/bundles',
    },
  },
  {
    source: 'karpenter.sh, "Upgrade Guide" (before v1); learn.microsoft.com, "AKSNodeClass"',
    cluster: {
      'karpenter.azure.com': 'AKSNodeClass/aksnodeclasses',
      'karpenter.k8s.aws': 'AWSNodeTemplate/awsnodetemplates',
      'karpenter.sh': 'Machine/machines Provisioner/provisioners',
    },
  },
  {
    source:
      'cloud.google.com, "ComputeClass"; EKS user guide, "Auto Mode NodeClass", "Custom networking", "Security groups for pods"',
    cluster: {
      'cloud.google.com': 'ComputeClass/computeclasses',
      'crd.k8s.amazonaws.com': 'ENIConfig/eniconfigs',
      'eks.amazonaws.com': 'NodeClass/nodeclasses',
      'vpcresources.k8s.aws': 'CNINode/cninodes',
    },
    namespaced: { 'vpcresources.k8s.aws': 'SecurityGroupPolicy/securitygrouppolicies' },
  },
  {
    source: 'opentelemetry.io, "Operator"; developer.hashicorp.com, "Vault Secrets Operator API"',
    namespaced: {
      'opentelemetry.io':
        'Instrumentation/instrumentations OpAMPBridge/opampbridges OpenTelemetryCollector/opentelemetrycollectors TargetAllocator/targetallocators',
      'secrets.hashicorp.com':
        'HCPAuth/hcpauths HCPVaultSecretsApp/hcpvaultsecretsapps SecretTransformation/secrettransformations VaultAuth/vaultauths VaultAuthGlobal/vaultauthglobals VaultConnection/vaultconnections VaultDynamicSecret/vaultdynamicsecrets VaultPKISecret/vaultpkisecrets VaultStaticSecret/vaultstaticsecrets',
    },
  },
  {
    source: 'strimzi.io, "API Reference"',
    namespaced: {
      'kafka.strimzi.io':
        'Kafka/kafkas KafkaBridge/kafkabridges KafkaConnect/kafkaconnects KafkaConnector/kafkaconnectors KafkaMirrorMaker2/kafkamirrormaker2s KafkaNodePool/kafkanodepools KafkaRebalance/kafkarebalances KafkaTopic/kafkatopics KafkaUser/kafkausers',
    },
  },
  {
    source: 'docs.tigera.io, "Calico resources"; network-policy-api v0.1',
    cluster: {
      'policy.networking.k8s.io':
        'AdminNetworkPolicy/adminnetworkpolicies BaselineAdminNetworkPolicy/baselineadminnetworkpolicies',
      'projectcalico.org':
        'BGPConfiguration/bgpconfigurations BGPPeer/bgppeers FelixConfiguration/felixconfigurations GlobalNetworkPolicy/globalnetworkpolicies GlobalNetworkSet/globalnetworksets HostEndpoint/hostendpoints IPPool/ippools Tier/tiers',
    },
    namespaced: { 'projectcalico.org': 'NetworkPolicy/networkpolicies NetworkSet/networksets' },
  },
  {
    source: 'docs.openshift.com, "API reference"; olm.operatorframework.io',
    cluster: {
      'operators.coreos.com': 'OLMConfig/olmconfigs Operator/operators',
      'project.openshift.io': 'Project/projects',
      'security.openshift.io': 'SecurityContextConstraints/securitycontextconstraints',
    },
    namespaced: {
      'apps.openshift.io': 'DeploymentConfig/deploymentconfigs',
      'operators.coreos.com':
        'CatalogSource/catalogsources ClusterServiceVersion/clusterserviceversions InstallPlan/installplans OperatorGroup/operatorgroups Subscription/subscriptions',
      'route.openshift.io': 'Route/routes',
    },
  },
  {
    source: 'docs.nvidia.com, "GPU Operator"; nfd.sigs.k8s.io; projectcapsule.dev; kubeflow.org, "Profiles"',
    cluster: {
      'capsule.clastix.io': 'CapsuleConfiguration/capsuleconfigurations Tenant/tenants',
      'kubeflow.org': 'Profile/profiles',
      'nfd.k8s-sigs.io': 'NodeFeatureRule/nodefeaturerules',
      'nvidia.com': 'ClusterPolicy/clusterpolicies NVIDIADriver/nvidiadrivers',
    },
  },
  {
    source: 'github.com/spiffe/spire-controller-manager, README; k8snetworkplumbingwg, multi-net-spec',
    cluster: {
      'spire.spiffe.io':
        'ClusterFederatedTrustDomain/clusterfederatedtrustdomains ClusterSPIFFEID/clusterspiffeids ClusterStaticEntry/clusterstaticentries',
    },
    namespaced: { 'k8s.cni.cncf.io': 'NetworkAttachmentDefinition/network-attachment-definitions' },
  },
];

/** Resources that are served by default although their version is a beta: `legacyBetaEnabledByDefaultResources`. */
const ENABLED = /^\s*(\w+)\.SchemeGroupVersion\.WithResource\("(\w+)"\)/gm;
const IMPORT = /^\s*(\w+) "k8s\.io\/(?:api|kubernetes\/pkg\/apis)\/(\w+)\/(\w+)"/gm;
const COLLECTION = /^\/(api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/\{namespace\}\/)?([^/{]+)\/?$/;

/** The folder of a Go module, whose content is the pinned one. */
function download(module, version, sum) {
  const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${module}@${version}: ${stderr || stdout}`);
  const found = JSON.parse(stdout);
  if (found.Sum !== sum) throw new Error(`${module}@${version}: its sum is ${found.Sum}, expected ${sum}`);
  return found.Dir;
}

/** The kinds of one minor: `apiVersion Kind` -> whether it is served by default. */
function servedBy([version, sum]) {
  const folder = download('k8s.io/kubernetes', version, sum);
  const { paths } = JSON.parse(readFileSync(path.join(folder, 'api/openapi-spec/swagger.json'), 'utf8'));
  const source = ['pkg/controlplane/instance.go', 'pkg/master/master.go'].find((file) =>
    existsSync(path.join(folder, file)),
  );
  const text = readFileSync(path.join(folder, source), 'utf8');
  const names = new Map([...text.matchAll(IMPORT)].map(([, name, group, api]) => [name, `${group}/${api}`]));
  const enabled = new Set([...text.matchAll(ENABLED)].map(([, name, resource]) => `${names.get(name)} ${resource}`));
  const kinds = new Map();
  for (const [route, operations] of Object.entries(paths)) {
    const [, api, resource] = COLLECTION.exec(route) ?? [];
    const named = (operations.get ?? operations.post)?.['x-kubernetes-group-version-kind'];
    if (resource === undefined || named === undefined) continue;
    const apiVersion = api.replace(/^apis?\//, '');
    const [group, versionName] = apiVersion.split('/');
    const isStable = versionName === undefined || /^v\d+$/.test(versionName);
    kinds.set(
      `${apiVersion} ${named.kind}`,
      isStable || enabled.has(`${group.split('.')[0]}/${versionName} ${resource}`),
    );
  }
  return { minor: Number(version.split('.')[1]), kinds };
}

const REMOVED = /func \(in \*(\w+)\) APILifecycleRemoved\(\) \(major, minor int\) \{\n\treturn 1, (\d+)/g;

/** The minor in which each kind is removed, by `apiVersion Kind`. */
function removals() {
  const folder = download(...LIFECYCLES);
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('prerelease-lifecycle.go'));
  const found = new Map();
  for (const file of files) {
    const place = path.join(folder, path.dirname(file));
    const [, group] = /GroupName = "([^"]*)"/.exec(readFileSync(path.join(place, 'register.go'), 'utf8'));
    for (const [, kind, minor] of readFileSync(path.join(folder, file), 'utf8').matchAll(REMOVED)) {
      found.set(`${group}/${path.basename(place)} ${kind}`, Number(minor));
    }
  }
  return found;
}

/** Lifetimes: consecutive minors that serve a kind in the same way. A kind whose first minor is the oldest read is older. */
function lifetimes() {
  const minors = KUBERNETES.map(servedBy);
  const lives = [];
  for (const key of new Set(minors.flatMap(({ kinds }) => [...kinds.keys()]))) {
    let life;
    for (const { minor, kinds } of minors) {
      const on = kinds.get(key);
      // how it was served before the oldest minor that counts makes no difference
      if (on === undefined) life = undefined;
      else if (life !== undefined && (life.on === on || minor <= OLDEST)) Object.assign(life, { on, to: minor });
      else {
        life = { key, on, from: minor, to: minor };
        lives.push(life);
      }
    }
  }
  const removed = removals();
  for (const life of lives) {
    if (life.to < OLDEST) life.to = Math.min(life.to, (removed.get(life.key) ?? OLDEST) - 1);
  }
  return lives.map((life) => ({ ...life, from: life.from <= OLDEST ? 0 : life.from, on: life.on || life.to < OLDEST }));
}

function servedFile() {
  const newest = Number(KUBERNETES.at(-1)[0].split('.')[1]);
  const rows = new Map();
  for (const { key, on, from, to } of lifetimes()) {
    const [apiVersion, kind] = key.split(' ');
    const row = JSON.stringify([apiVersion, from, to, on]);
    rows.set(row, [...(rows.get(row) ?? []), kind]);
  }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([row, kinds]) => {
      const [apiVersion, from, to, on] = JSON.parse(row);
      return `  ['${apiVersion}', ${from}, ${to === newest ? 'NEWEST' : to}, '${on ? 'on' : 'off'}', '${kinds.sort().join(' ')}'],`;
    });
  return `// Kinds of Kubernetes itself, and which minors serve them. Written by \`node imports/kinds.mjs\`: never edit by hand.
// Sources: api/openapi-spec/swagger.json and the default resources of k8s.io/kubernetes ${KUBERNETES[0][0]} to ${KUBERNETES.at(-1)[0]},
// and what ${LIFECYCLES[0]} ${LIFECYCLES[1]} says of removals.

/** The newest minor of the table. */
const NEWEST = ${newest};

/** An API version, the first (0: before 1.${OLDEST}) and last minor that serve these kinds, and whether they do by default. */
export type ServedRow = readonly [apiVersion: string, from: number, to: number, state: 'on' | 'off', kinds: string];

/** The whole table. */
export const SERVED: readonly ServedRow[] = [
${lines.join('\n')}
];
`;
}

/** All YAML files at or below a path. */
function yamlFiles(place) {
  if (/\.ya?ml$/.test(place)) return [place];
  return readdirSync(place, { recursive: true })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => path.join(place, name));
}

/** The kinds of a project: { group, scope, name } with the name as Kind/plural. */
function kindsOf({ module, version, sum, at }) {
  const folder = download(module, version, sum);
  const texts = at.flatMap((name) => yamlFiles(path.join(folder, name))).map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) => {
    if (!/^kind:\s*CustomResourceDefinition\s*$/m.test(text)) return [];
    return parseAllDocuments(text).flatMap((document) => {
      const { kind, spec } = document.toJS() ?? {};
      if (kind !== 'CustomResourceDefinition' || spec?.names?.plural === undefined) return [];
      return [
        {
          group: spec.group,
          scope: spec.scope === 'Cluster' ? 'cluster' : 'namespace',
          name: `${spec.names.kind}/${spec.names.plural}`,
        },
      ];
    });
  });
}

function customFile() {
  const found = PROJECTS.flatMap(kindsOf);
  for (const { cluster = {}, namespaced = {} } of BY_HAND) {
    for (const [scope, groups] of Object.entries({ cluster, namespace: namespaced })) {
      for (const [group, names] of Object.entries(groups)) {
        found.push(...names.split(' ').map((name) => ({ group, scope, name })));
      }
    }
  }
  const rows = new Map();
  for (const { group, scope, name } of found) {
    const key = `${group} ${scope}`;
    rows.set(key, (rows.get(key) ?? new Set()).add(name));
  }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, names]) => {
      const [group, scope] = key.split(' ');
      return `  ['${group}', '${scope}', '${[...names].sort().join(' ')}'],`;
    });
  return `// Well-known custom kinds and their scopes. Written by \`node imports/kinds.mjs\`: never edit by hand.
// Sources: the CustomResourceDefinitions of
${PROJECTS.map(({ module, version }) => `//   ${module} ${version}`).join('\n')}
// and, for projects without such a Go module:
${BY_HAND.map(({ source }) => `//   ${source}`).join('\n')}

/** A group with its kinds of one scope, as \`Kind/plural\`. */
export type CustomRow = readonly [group: string, scope: 'cluster' | 'namespace', kinds: string];

/** The whole table. */
export const CUSTOM_KINDS: readonly CustomRow[] = [
${lines.join('\n')}
];
`;
}

try {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const files = { 'served-kinds.ts': servedFile(), 'custom-kinds.ts': customFile() };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(FOLDER, name);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    process.stdout.write(`${name}: ${values.check ? 'differs' : 'written'}\n`);
    if (values.check) process.exitCode = 2;
    else writeFileSync(file, text);
  }
} catch (error) {
  process.stderr.write(`kinds.mjs: ${error.message}\n`);
  process.exitCode = 1;
}
