// J4: a kind that the cluster's minor does not serve is an error that says since when, and what to write instead.
import { ApiObject } from 'cdk8s';
import { override } from '../../../lib/constructs';
import { eks } from '../../../lib/model';
import { isMinor } from '../../../lib/model/cluster/cluster';
import type { Finding } from '../../../lib/model/finding/finding';
import { SERVED } from '../../../lib/model/kinds/served-kinds';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { PRODUCTION, shop, TWO_ZONES } from '../../support/synthesis';
import { findings } from '../support';

const thing = (apiVersion: string, kind: string, namespace = 'shop', name = 'web'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});

/** What the rule reports of an object in a system on a cluster of this minor. */
function on(minor: `1.${number}`, rule: string, apiVersion: string, kind: string): Finding[] {
  const cluster = eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: minor });
  const { findings: all } = shop(
    (system) => void new ApiObject(system, 'x', { apiVersion, kind, metadata: { name: 'x' } }),
    {
      cluster,
      environment: PRODUCTION,
    },
  );
  return all.filter((finding) => finding.rule === rule);
}

test('the table knows exactly the minors up to the newest supported one', () => {
  const newest = Math.max(...SERVED.map(([, , to]) => to));
  expect([isMinor(`1.${newest}`), isMinor(`1.${newest + 1}`)]).toEqual([true, false]);
});

describe('J4: served-kind without a known minor', () => {
  test.each<[string, string, string, RegExp]>([
    ['extensions/v1beta1', 'Deployment', 'apiVersion apps/v1', /removed in 1\.16/],
    ['extensions/v1beta1', 'Ingress', 'apiVersion networking.k8s.io/v1', /removed in 1\.22/],
    ['extensions/v1beta1', 'DaemonSet', 'apiVersion apps/v1', /removed in 1\.16/],
    ['policy/v1beta1', 'PodDisruptionBudget', 'apiVersion policy/v1', /removed in 1\.25/],
    ['policy/v1beta1', 'PodSecurityPolicy', 'the label pod-security.kubernetes.io/enforce on the namespace', /removed/],
    ['batch/v1beta1', 'CronJob', 'apiVersion batch/v1', /removed in 1\.25/],
    ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', 'apiVersion autoscaling/v2', /removed in 1\.26/],
    ['storage.k8s.io/v1beta1', 'StorageClass', 'apiVersion storage.k8s.io/v1', /removed in 1\.22/],
    ['rbac.authorization.k8s.io/v1beta1', 'ClusterRole', 'apiVersion rbac.authorization.k8s.io/v1', /removed in 1\.22/],
    ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'apiVersion apiextensions.k8s.io/v1', /removed/],
  ])('%s %s was removed', (apiVersion, kind, expected, message) => {
    expect(findings('served-kind', thing(apiVersion, kind))).toEqual([
      expect.objectContaining({
        field: '/apiVersion',
        value: apiVersion,
        expected,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  test.each<[string, string, string, string]>([
    ['app/v1', 'Deployment', '/apiVersion', 'apiVersion apps/v1'],
    ['apps/v1beta3', 'Deployment', '/apiVersion', 'apiVersion apps/v1'],
    ['apps', 'Deployment', '/apiVersion', 'apiVersion apps/v1'],
    ['v1', 'Deployment', '/apiVersion', 'apiVersion apps/v1'],
    ['apps/v2', 'StatefulSet', '/apiVersion', 'apiVersion apps/v1'],
    ['apps/v1', 'Deploymnet', '/kind', 'Deployment in apps/v1'],
    ['apps/v1', 'deployment', '/kind', 'Deployment in apps/v1'],
    ['app/v1', 'Deploymnet', '/kind', 'Deployment in apps/v1'],
    ['v1', 'Servce', '/kind', 'Service in v1'],
    ['v1', 'Configmap', '/kind', 'ConfigMap in v1'],
    ['networking.k8s.io/v1', 'NetworkPolicies', '/kind', 'NetworkPolicy in networking.k8s.io/v1'],
    ['networking.k8.io/v1', 'Ingress', '/apiVersion', 'apiVersion networking.k8s.io/v1'],
    ['apps.k8s.io/v1', 'Deployment', '/apiVersion', 'apiVersion apps/v1'],
    ['rbac.authorization/v1', 'Role', '/apiVersion', 'apiVersion rbac.authorization.k8s.io/v1'],
    ['rbac.authorisation.k8s.io/v1', 'Role', '/apiVersion', 'apiVersion rbac.authorization.k8s.io/v1'],
    ['autoscaling/v3', 'HorizontalPodAutoscaler', '/apiVersion', 'apiVersion autoscaling/v2'],
  ])('%s %s is misspelt', (apiVersion, kind, field, expected) => {
    expect(findings('served-kind', thing(apiVersion, kind))).toEqual([expect.objectContaining({ field, expected })]);
  });

  test('a kind far from every other', () => {
    const [finding] = findings('served-kind', thing('apps/v1', 'Zzyzx'));
    expect(finding?.expected).toMatch(/^one of ControllerRevision, DaemonSet, Deployment/);
    expect(findings('served-kind', thing('shop/v1', 'Zzyzx'))).toHaveLength(1);
  });

  test.each([
    ['kustomize.config.k8s.io/v1beta1', 'Kustomization'],
    ['kubeadm.k8s.io/v1beta4', 'ClusterConfiguration'],
    ['kubelet.config.k8s.io/v1beta1', 'KubeletConfiguration'],
    ['audit.k8s.io/v1', 'Policy'],
    ['kind.x-k8s.io/v1alpha4', 'Cluster'],
  ])('%s %s is a file of configuration', (apiVersion, kind) => {
    expect(findings('served-kind', thing(apiVersion, kind))).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no API server serves it') }),
    ]);
  });

  test.each([
    ['v1', 'Pod'],
    ['v1', 'List'],
    ['v1', 'ConfigMapList'],
    ['autoscaling/v1', 'HorizontalPodAutoscaler'],
    ['resource.k8s.io/v1alpha2', 'ResourceClass'],
    ['example.com/v1', 'Deployment'],
    ['scheduling.x-k8s.io/v1alpha1', 'PodGroup'],
    ['scheduling.sigs.k8s.io/v1alpha1', 'PodGroup'],
    ['crd.projectcalico.org/v1', 'NetworkPolicy'],
    ['serving.knative.dev/v1', 'Service'],
    ['apps.kruise.io/v1beta1', 'StatefulSet'],
    ['batch.volcano.sh/v1alpha1', 'Job'],
    ['metrics.k8s.io/v1beta1', 'PodMetrics'],
    ['snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass'],
    ['', 'Pod'],
    ['v1', ''],
    ['__proto__', '__proto__'],
  ])('%s %s passes', (apiVersion, kind) => {
    const found = findings('served-kind', thing(apiVersion, kind)).map(({ message }) => message);
    expect(found).toEqual(apiVersion === '__proto__' ? ['Kubernetes has no __proto__ in __proto__'] : []);
  });

  test('a custom kind in a version that its definition does not serve', () => {
    const definition: JsonObject = {
      ...thing('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'shop', 'widgets.example.com'),
      spec: {
        group: 'example.com',
        names: { kind: 'Widget' },
        versions: [
          { name: 'v1', served: true },
          { name: 'v1beta1', served: true },
          { name: 'v1alpha1', served: false },
        ],
      },
    };
    const at = (version: string) => findings('served-kind', definition, thing(`example.com/${version}`, 'Widget'));
    expect(at('v1')).toEqual([]);
    expect(at('v1alpha1')).toEqual([
      expect.objectContaining({
        field: '/apiVersion',
        expected: 'apiVersion example.com/v1 or apiVersion example.com/v1beta1',
      }),
    ]);
    expect(at('v2')).toHaveLength(1);
    expect(findings('unknown-kind', definition, thing('example.com/v1', 'Widgett'))[0]?.message).toMatch(
      /did you mean Widget/,
    );
  });
});

describe('J4: on a cluster whose minor is known', () => {
  test('a kind is new in a later minor', () => {
    expect(on('1.33', 'served-kind', 'resource.k8s.io/v1', 'DeviceClass')).toEqual([
      expect.objectContaining({
        message: 'Kubernetes 1.33 does not serve resource.k8s.io/v1 DeviceClass: it is new in 1.34',
        source: expect.anything(),
      }),
    ]);
    expect(on('1.34', 'served-kind', 'resource.k8s.io/v1', 'DeviceClass')).toEqual([]);
  });

  test('a kind was removed before it', () => {
    const schema = ['flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema'] as const;
    expect(on('1.31', 'served-kind', ...schema)).toEqual([]);
    expect(on('1.32', 'served-kind', ...schema)).toEqual([
      expect.objectContaining({ expected: 'apiVersion flowcontrol.apiserver.k8s.io/v1' }),
    ]);
  });

  test('a version is off by default', () => {
    const policy = ['admissionregistration.k8s.io/v1beta1', 'ValidatingAdmissionPolicy'] as const;
    expect(on('1.29', 'kind-off-by-default', ...policy)).toEqual([
      expect.objectContaining({ message: expect.stringContaining('only if it is turned on') }),
    ]);
    expect(on('1.30', 'kind-off-by-default', ...policy)).toEqual([
      expect.objectContaining({
        expected: expect.stringMatching(
          /^apiVersion admissionregistration\.k8s\.io\/v1, or a reason in the annotation/,
        ),
      }),
    ]);
    expect(on('1.29', 'served-kind', ...policy)).toEqual([]);
    expect(on('1.27', 'kind-off-by-default', 'flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema')).toEqual([]);
  });

  test('a misspelt kind is reported once, also where a deployer applies it', () => {
    const environment = { ...PRODUCTION, access: { team: 'deployer' } } as const;
    const cluster = { ...TWO_ZONES, groups: { team: 'team' } };
    const { findings: all } = shop(
      (system) =>
        void new ApiObject(system, 'x', { apiVersion: 'apps/v1', kind: 'Deploymnet', metadata: { name: 'x' } }),
      { cluster, environment },
    );
    expect(all.filter(({ severity }) => severity === 'error').map(({ rule }) => rule)).toEqual(['served-kind']);
  });
});

describe('S28: unknown-kind', () => {
  test('once a kind, and not for those that something vouches for', () => {
    const widgets = [thing('example.com/v1', 'Widget', 'shop', 'a'), thing('example.com/v1', 'Widget', 'shop', 'b')];
    expect(findings('unknown-kind', ...widgets)).toEqual([
      expect.objectContaining({ severity: 'note', field: '/kind' }),
    ]);
    for (const [apiVersion, kind] of [
      ['cert-manager.io/v1', 'ClusterIssuer'],
      ['argoproj.io/v1alpha1', 'ApplicationSet'],
      ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
      ['karpenter.sh/v1', 'NodePool'],
      ['apps/v1', 'Deployment'],
      ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
    ] as const) {
      expect(findings('unknown-kind', thing(apiVersion, kind))).toEqual([]);
    }
    expect(findings('unknown-kind', thing('cert-manager.io/v1', 'Certficate'))[0]?.message).toMatch(
      /did you mean Certificate/,
    );
  });

  test('the cluster may declare it, with its scope', () => {
    const build = (scopes: Readonly<Record<string, 'cluster' | 'namespace'>>) =>
      shop(
        (system) =>
          void new ApiObject(system, 'x', { apiVersion: 'example.com/v1', kind: 'Fleet', metadata: { name: 'x' } }),
        {
          cluster: { ...TWO_ZONES, scopes },
        },
      );
    const namespaceOf = (scopes: Readonly<Record<string, 'cluster' | 'namespace'>>) =>
      build(scopes).entries.find(({ identity }) => identity.kind === 'Fleet')?.identity.namespace;
    expect(build({}).findings.map(({ rule }) => rule)).toContain('unknown-kind');
    expect(build({ 'example.com/Fleet': 'cluster' }).findings.map(({ rule }) => rule)).not.toContain('unknown-kind');
    expect(namespaceOf({ 'example.com/Fleet': 'cluster' })).toBeUndefined();
    expect(namespaceOf({ 'example.com/Fleet': 'namespace' })).toBe('shop-production');
  });
});

describe('scope-unknown', () => {
  const widget = (namespace: string, name = 'web', apiVersion = 'example.com/v1') =>
    thing(apiVersion, 'Widget', namespace, name);

  test('one name in two namespaces is doubted, once', () => {
    const found = findings('scope-unknown', widget('shop'), widget('blog'), widget('mail'));
    expect(found).toEqual([
      expect.objectContaining({
        severity: 'warning',
        field: '/metadata/name',
        expected: expect.stringContaining("scopes: { 'example.com/Widget': 'namespace' }"),
      }),
    ]);
    expect(findings('unknown-kind', widget('shop'), widget('blog'))).toEqual([]);
    expect(findings('scope-unknown', widget('shop'), widget('blog', 'other'))).toEqual([]);
    expect(findings('scope-unknown', widget('shop'), widget('blog', 'web', 'other.example.com/v1'))).toEqual([]);
  });

  test('a definition or a known kind is not doubted', () => {
    const definition: JsonObject = {
      ...thing('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'shop', 'widgets.example.com'),
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Widget' },
        versions: [{ name: 'v1', served: true }],
      },
    };
    expect(findings('scope-unknown', definition, widget('shop'), widget('blog'))).toEqual([]);
    const issuers = ['shop', 'blog'].map((namespace) => thing('cert-manager.io/v1', 'Issuer', namespace));
    expect(findings('scope-unknown', ...issuers)).toEqual([]);
  });
});

test('well-known cluster-scoped kinds have no namespace', () => {
  for (const [apiVersion, kind] of [
    ['cert-manager.io/v1', 'ClusterIssuer'],
    ['argoproj.io/v1alpha1', 'ClusterWorkflowTemplate'],
    ['argoproj.io/v1alpha1', 'ClusterAnalysisTemplate'],
    ['pkg.crossplane.io/v1', 'Provider'],
    ['apiextensions.crossplane.io/v1', 'Composition'],
    ['external-secrets.io/v1', 'ClusterSecretStore'],
    ['external-secrets.io/v1', 'ClusterExternalSecret'],
    ['karpenter.sh/v1', 'NodePool'],
    ['karpenter.k8s.aws/v1', 'EC2NodeClass'],
    ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy'],
    ['kyverno.io/v1', 'ClusterPolicy'],
    ['keda.sh/v1alpha1', 'ClusterTriggerAuthentication'],
    ['crd.projectcalico.org/v1', 'GlobalNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
    ['snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass'],
    ['templates.gatekeeper.sh/v1', 'ConstraintTemplate'],
    ['trust.cert-manager.io/v1alpha1', 'Bundle'],
    ['objectbucket.io/v1alpha1', 'ObjectBucket'],
  ] as const) {
    const { entries } = shop(
      (system) => void new ApiObject(system, 'x', { apiVersion, kind, metadata: { name: 'x' } }),
    );
    const { identity } = entries.find((entry) => entry.identity.kind === kind) ?? {};
    expect([kind, identity?.namespace]).toEqual([kind, undefined]);
  }
});

// S27: neither the quota nor the default deny of the system would hold for it
describe('outside-namespace', () => {
  const outside = (annotations: Readonly<Record<string, string>>, apiVersion = 'v1', kind = 'ConfigMap') =>
    shop((system) => {
      new ApiObject(system, 'x', { apiVersion, kind, metadata: { name: 'x', namespace: 'kube-system', annotations } });
    }).findings;
  const REASON = { 'evenkeel.dev/outside-namespace-reason': 'the controller reads it there' };

  test('an object of a system elsewhere is refused, unless it says why', () => {
    expect(outside({})).toEqual([
      expect.objectContaining({
        rule: 'outside-namespace',
        severity: 'error',
        field: '/metadata/namespace',
        value: 'kube-system',
        fix: expect.stringContaining('namespace: this.namespace'),
      }),
    ]);
    expect(outside(REASON)).toEqual([]);
  });

  test('cluster-scoped kinds have none', () => {
    expect(outside({}, 'scheduling.k8s.io/v1', 'PriorityClass')).toEqual([]);
    expect(outside({}, 'cert-manager.io/v1', 'ClusterIssuer').map(({ rule }) => rule)).toEqual(['capability']);
  });

  test('a deployer reports it once', () => {
    const environment = { ...PRODUCTION, access: { team: 'deployer' } } as const;
    const cluster = { ...TWO_ZONES, groups: { team: 'team' } };
    const place = (annotations: Readonly<Record<string, string>>) =>
      shop(
        (system) => {
          const metadata = { name: 'x', namespace: 'kube-system', annotations };
          new ApiObject(system, 'x', { apiVersion: 'v1', kind: 'ConfigMap', metadata });
        },
        { cluster, environment },
      ).findings.map(({ rule }) => rule);
    expect(place({})).toEqual(['outside-namespace']);
    expect(place(REASON)).toEqual(['deployer-reach']);
  });

  test('by override', () => {
    const { findings: found } = shop((system) => {
      const object = new ApiObject(system, 'x', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', namespace: 'other' },
      });
      override(object).set('metadata.annotations', REASON);
    });
    expect(found.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});
