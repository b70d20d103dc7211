// Provider profiles: each key that is written there, as the field's documents have it, and what each profile refuses.

import {
  type AksGateway,
  aks,
  type ClusterDescription,
  conformant,
  type Exposed,
  eks,
  eksAuto,
  gke,
  type IngressShape,
  local,
  onPrem,
} from '../../../lib/model';
import { groupSubjectOn } from '../../../lib/model/cluster/cluster';
import { isProblem } from '../../../lib/model/finding/problem';

import { PROFILES, STANDARD } from '../../../lib/model/providers/profiles';

const KUBERNETES = '1.36';
const EXPOSURE = {
  name: 'web',
  targets: 'pods',
  healthPath: '/ready',
  asksAsReadiness: true,
  drainSeconds: 30,
  timeoutSeconds: 35,
} as const;
const API = { ...EXPOSURE, name: 'api', healthPath: '/up', drainSeconds: 120, timeoutSeconds: 125 } as const;
const MANAGED: AksGateway = { albName: 'alb', albNamespace: 'alb-system' };
const AWS = { region: 'ap-south-1', kubernetes: KUBERNETES } as const;
const AZURE = { region: 'westeurope', kubernetes: KUBERNETES, gateway: MANAGED } as const;

const CLUSTERS = {
  eks: eks(AWS),
  eksAuto: eksAuto(AWS),
  aks: aks(AZURE),
  gke: gke({ region: 'europe-west1', kubernetes: KUBERNETES }),
  onPrem: onPrem({ distribution: 'k3s', kubernetes: KUBERNETES }),
  local: local({ kubernetes: KUBERNETES }),
  conformant: conformant({ kubernetes: KUBERNETES }),
};

const ingress = ({ provider }: ClusterDescription, change: object = {}, more: Partial<Exposed> = {}): IngressShape => {
  const shape = provider.ingress({ backends: [{ ...EXPOSURE, ...change }], tls: true, ...more });
  if (isProblem(shape)) throw new Error(shape.message);
  return shape;
};
const backend = ({ provider }: ClusterDescription, change: object = {}, isFirst = true) =>
  provider.backend?.({ ...EXPOSURE, ...change }, isFirst) ?? {};

const PUBLIC = {
  'alb.ingress.kubernetes.io/target-type': 'ip',
  'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
  'alb.ingress.kubernetes.io/ssl-redirect': '443',
  'alb.ingress.kubernetes.io/healthcheck-path': '/ready',
  'alb.ingress.kubernetes.io/load-balancer-attributes': 'idle_timeout.timeout_seconds=35',
  'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=30',
};

test('there are seven, and each has its own name', () => {
  expect([...PROFILES, STANDARD].map(({ name }) => name)).toEqual(Object.keys(CLUSTERS));
  for (const [name, { provider }] of Object.entries(CLUSTERS)) expect(provider.name).toBe(name);
});

describe('class, TLS, scheme, health, draining and targets', () => {
  test('eks: the load balancer is public by an annotation, certificates are found or named', () => {
    const scheme = { 'alb.ingress.kubernetes.io/scheme': 'internet-facing' };
    expect(ingress(CLUSTERS.eks)).toEqual({
      className: 'alb',
      certificates: expect.objectContaining({ elsewhere: expect.stringContaining('ACM') }),
      annotations: { ...PUBLIC, ...scheme },
    });
    expect(ingress(eks({ ...AWS, certificateArn: 'arn:aws:acm:x' })).annotations).toMatchObject({
      'alb.ingress.kubernetes.io/certificate-arn': 'arn:aws:acm:x',
    });
    expect(ingress(CLUSTERS.eks, { targets: 'nodes' }).annotations['alb.ingress.kubernetes.io/target-type']).toBe(
      'instance',
    );
    expect(CLUSTERS.eks.provider.namespaceLabels).toEqual({ 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' });
  });

  test('eksAuto: scheme and certificates are in the class, which is ours to create', () => {
    expect(ingress(CLUSTERS.eksAuto)).toEqual({
      className: 'alb',
      certificates: expect.objectContaining({ elsewhere: expect.stringContaining('ACM') }),
      annotations: PUBLIC,
    });
    expect(eksAuto({ ...AWS, certificateArns: ['arn:aws:acm:x'] }).provider.clusterObjects).toEqual([
      {
        apiVersion: 'eks.amazonaws.com/v1',
        kind: 'IngressClassParams',
        name: 'alb',
        spec: { scheme: 'internet-facing', certificateARNs: ['arn:aws:acm:x'] },
      },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        name: 'alb',
        spec: {
          controller: 'eks.amazonaws.com/alb',
          parameters: { apiGroup: 'eks.amazonaws.com', kind: 'IngressClassParams', name: 'alb' },
        },
      },
    ]);
  });

  test('aks: Application Gateway for Containers, made for us or by us, or the older controller', () => {
    const prefix = 'alb.networking.azure.io';
    expect(ingress(CLUSTERS.aks)).toEqual({
      className: 'azure-alb-external',
      certificates: 'secrets',
      annotations: { [`${prefix}/alb-name`]: 'alb', [`${prefix}/alb-namespace`]: 'alb-system' },
    });
    const own = aks({ ...AZURE, gateway: { albId: '/subscriptions/x', albFrontend: 'front' } });
    expect(ingress(own).annotations).toEqual({
      [`${prefix}/alb-id`]: '/subscriptions/x',
      [`${prefix}/alb-frontend`]: 'front',
    });
    expect(ingress(aks({ ...AZURE, gateway: 'application-gateway' }))).toEqual({
      className: 'azure-application-gateway',
      certificates: 'secrets',
      annotations: {
        'appgw.ingress.kubernetes.io/ssl-redirect': 'true',
        'appgw.ingress.kubernetes.io/health-probe-path': '/ready',
        'appgw.ingress.kubernetes.io/request-timeout': '35',
        'appgw.ingress.kubernetes.io/connection-draining': 'true',
        'appgw.ingress.kubernetes.io/connection-draining-timeout': '30',
      },
    });
  });

  test('gke: the annotation decides, never ingressClassName; health and draining are in objects of its own', () => {
    const shape = ingress(CLUSTERS.gke);
    expect(shape).not.toHaveProperty('className');
    expect(shape.certificates).toBe('secrets');
    expect(shape.annotations).toEqual({
      'kubernetes.io/ingress.class': 'gce',
      'networking.gke.io/v1beta1.FrontendConfig': 'web',
    });
    const { serviceAnnotations, objects } = backend(CLUSTERS.gke);
    expect(serviceAnnotations).toEqual({
      'cloud.google.com/backend-config': '{"default":"web"}',
      'cloud.google.com/neg': '{"ingress":true}',
    });
    expect(objects).toEqual([
      {
        apiVersion: 'cloud.google.com/v1',
        kind: 'BackendConfig',
        spec: {
          healthCheck: { type: 'HTTP', requestPath: '/ready' },
          timeoutSec: 35,
          connectionDraining: { drainingTimeoutSec: 30 },
        },
      },
    ]);
    expect(shape.objects).toEqual([
      {
        apiVersion: 'networking.gke.io/v1beta1',
        kind: 'FrontendConfig',
        spec: { redirectToHttps: { enabled: true } },
      },
    ]);
    expect(backend(CLUSTERS.gke, { targets: 'nodes' }).serviceAnnotations?.['cloud.google.com/neg']).toBe(
      '{"ingress":false}',
    );
    const shared = ingress(gke({ region: 'r', kubernetes: KUBERNETES, preSharedCertificate: 'shop' }));
    expect(shared.certificates).not.toBe('secrets');
    expect(shared.annotations['ingress.gcp.kubernetes.io/pre-shared-cert']).toBe('shop');
  });

  test.each([
    ['k3s', onPrem({ distribution: 'k3s', kubernetes: KUBERNETES }), 'traefik'],
    ['RKE2', onPrem({ distribution: 'rke2', kubernetes: KUBERNETES }), 'traefik'],
    ['kubeadm', onPrem({ distribution: 'kubeadm', ingressClass: 'cilium', kubernetes: KUBERNETES }), 'cilium'],
    ['k3d', local({ kubernetes: KUBERNETES }), 'traefik'],
    ['minikube', local({ kubernetes: KUBERNETES, distribution: 'minikube' }), 'traefik'],
    ['kind', local({ kubernetes: KUBERNETES, distribution: 'kind' }), undefined],
    ['any conformant cluster', CLUSTERS.conformant, undefined],
  ])('%s: no keys, certificates from Secrets', (_, cluster, className) => {
    expect(ingress(cluster)).toEqual({
      ...(className === undefined ? {} : { className }),
      annotations: {},
      certificates: 'secrets',
    });
    expect(cluster.provider.namespaceLabels).toEqual({});
  });
});

describe('a request that takes long, one backend among several', () => {
  const long = (cluster: ClusterDescription) =>
    ingress(cluster, {}, { backends: [EXPOSURE, { ...API, healthPath: '/ready' }] });

  test('EKS: the ALB waits for the longest; other Services than the first have target groups of their own', () => {
    const key = (name: string) => `alb.ingress.kubernetes.io/${name}`;
    for (const cluster of [CLUSTERS.eks]) {
      expect(long(cluster).annotations).toMatchObject({
        [key('load-balancer-attributes')]: 'idle_timeout.timeout_seconds=125',
        [key('target-group-attributes')]: 'deregistration_delay.timeout_seconds=30',
      });
    }
    expect(backend(CLUSTERS.eks)).toEqual({});
    const { serviceAnnotations = {} } = backend(CLUSTERS.eks, API, false);
    expect(serviceAnnotations).toEqual({
      [key('target-type')]: 'ip',
      [key('healthcheck-path')]: '/up',
      [key('target-group-attributes')]: 'deregistration_delay.timeout_seconds=120',
    });
    const allowed = CLUSTERS.eks.provider.allowedDifferences.map(({ kind, pointer }) => `${kind} ${pointer}`);
    for (const name of Object.keys(serviceAnnotations)) {
      expect(allowed).toContain(`Service /metadata/annotations/${name.replace('/', '~1')}`);
    }
  });

  test('EKS Auto Mode and AGIC, which have one set of keys for all, refuse what differs', () => {
    const differing: Exposed = { backends: [EXPOSURE, API], tls: true };
    const agic = aks({ ...AZURE, gateway: 'application-gateway' });
    expect(CLUSTERS.eksAuto.provider.ingress(differing)).toMatchObject({
      expected: expect.stringContaining('the same'),
    });
    expect(agic.provider.ingress(differing)).toMatchObject({ expected: expect.stringContaining('the same') });
    expect(long(agic).annotations).toMatchObject({
      'appgw.ingress.kubernetes.io/request-timeout': '125',
      'appgw.ingress.kubernetes.io/connection-draining-timeout': '120',
    });
  });

  test('AGC: an IngressExtension for the Services whose requests take longer than 60 s; a health check that readiness does not have', () => {
    expect(long(CLUSTERS.aks)).toMatchObject({
      annotations: { 'alb.networking.azure.io/alb-ingress-extension': 'web' },
      objects: [
        {
          kind: 'IngressExtension',
          spec: { backendSettings: [{ service: 'api', timeouts: { requestTimeout: '125s' } }] },
        },
      ],
    });
    expect(backend(CLUSTERS.aks)).toEqual({});
    expect(backend(CLUSTERS.aks, { asksAsReadiness: false })).toMatchObject({
      objects: [
        {
          kind: 'HealthCheckPolicy',
          spec: { targetRef: { kind: 'Service', name: 'web' }, default: { http: { path: '/ready' } } },
        },
      ],
    });
  });

  test('ingress-nginx by the usual name of its class; nothing for other controllers', () => {
    const behind = (ingressClass: string) =>
      long(onPrem({ distribution: 'kubeadm', ingressClass, kubernetes: KUBERNETES })).annotations;
    expect(behind('nginx')).toEqual({
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '125',
      'nginx.ingress.kubernetes.io/proxy-send-timeout': '125',
    });
    expect(behind('haproxy')).toEqual({});
    expect(behind('traefik')).toEqual({});
  });
});

test.each([
  ['eks', CLUSTERS.eks, ['ssl-redirect', 'certificate-arn']],
  ['gke', CLUSTERS.gke, ['FrontendConfig', 'pre-shared-cert']],
  ['AGIC', aks({ ...AZURE, gateway: 'application-gateway' }), ['ssl-redirect']],
])('plain HTTP on %s: no redirect, no certificate', (_, cluster, absent) => {
  const shape = ingress(cluster, {}, { tls: false });
  for (const key of absent) expect(JSON.stringify(shape)).not.toContain(key);
  expect(JSON.stringify(shape)).not.toContain('443');
});

test('storage: provisioner and zone redundancy', () => {
  const rows = Object.entries(CLUSTERS).flatMap(
    ([
      name,
      {
        provider: { storage },
      },
    ]) => (storage === undefined ? [] : [[name, storage.zonal.provisioner, storage.zoneRedundant?.parameters]]),
  );
  expect(rows).toEqual([
    ['eks', 'ebs.csi.aws.com', undefined],
    ['eksAuto', 'ebs.csi.eks.amazonaws.com', undefined],
    ['aks', 'disk.csi.azure.com', { skuName: 'Premium_ZRS' }],
    ['gke', 'pd.csi.storage.gke.io', { type: 'pd-balanced', 'replication-type': 'regional-pd' }],
  ]);
  expect(CLUSTERS.eks.provider.storage?.zonal.parameters).toEqual({ type: 'gp3', encrypted: 'true' });
});

describe('workload identity', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/shop';
  const CLIENT = '11111111-2222-3333-4444-555555555555';
  const ACCOUNT = 'shop@project.iam.gserviceaccount.com';

  test.each([
    ['eks', ROLE, {}, { 'eks.amazonaws.com/role-arn': ROLE }, [443]],
    ['eksAuto', ROLE, {}, { 'eks.amazonaws.com/role-arn': ROLE }, [443]],
    ['aks', CLIENT, { 'azure.workload.identity/use': 'true' }, { 'azure.workload.identity/client-id': CLIENT }, [443]],
    ['gke', ACCOUNT, {}, { 'iam.gke.io/gcp-service-account': ACCOUNT }, [988, 80]],
  ] as const)(
    '%s, and every field of it is in the allowed differences',
    (name, identity, podLabels, annotations, ports) => {
      const { provider } = CLUSTERS[name];
      expect(provider.workloadIdentity(identity)).toEqual({
        podLabels,
        serviceAccountAnnotations: annotations,
        tokens: ports.map((port) => expect.objectContaining({ port })),
      });
      const token = (key: string) => key.replace('/', '~1');
      const allowed = provider.allowedDifferences.map(({ kind, pointer }) => `${kind} ${pointer}`);
      for (const key of Object.keys(annotations)) {
        expect(allowed).toContain(`ServiceAccount /metadata/annotations/${token(key)}`);
      }
      for (const key of Object.keys(podLabels)) {
        expect(allowed).toContain(`Deployment /spec/template/metadata/labels/${token(key)}`);
        expect(allowed).toContain(`StatefulSet /spec/template/metadata/labels/${token(key)}`);
      }
    },
  );

  test.each(Object.entries(CLUSTERS))('%s refuses an invalid identity', (name, { provider }) => {
    const foreign = name === 'aks' ? [ROLE, ACCOUNT] : name === 'gke' ? [ROLE, CLIENT] : [CLIENT, ACCOUNT];
    for (const identity of foreign) expect(isProblem(provider.workloadIdentity(identity))).toBe(true);
  });
});

describe('groups as RBAC subjects', () => {
  const GUID = '11111111-2222-3333-4444-555555555555';
  const subject = (name: string) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name });
  const OIDC = onPrem({ distribution: 'k3s', kubernetes: KUBERNETES, groupsPrefix: 'oidc:' });

  test.each<[string, ClusterDescription, string, string]>([
    ['an access entry', CLUSTERS.eks, 'shop-developers', 'shop-developers'],
    ['an access entry in Auto Mode', CLUSTERS.eksAuto, 'shop-developers', 'shop-developers'],
    ['an object id', CLUSTERS.aks, GUID, GUID],
    ['an external issuer on AKS', CLUSTERS.aks, 'aks:jwt:developers', 'aks:jwt:developers'],
    ['an e-mail', CLUSTERS.gke, 'developers@example.com', 'developers@example.com'],
    ['the prefix of the issuer', OIDC, 'developers', 'oidc:developers'],
    ['the organization of a certificate', CLUSTERS.local, 'developers', 'developers'],
    ['any name of the authenticator', CLUSTERS.conformant, 'developers', 'developers'],
  ])('%s', (_, { provider }, id, name) => expect(provider.subject(id)).toEqual(subject(name)));

  test.each<[string, ClusterDescription, string]>([
    ['system: on EKS, which its API rejects', CLUSTERS.eks, 'system:masters'],
    ['system: in Auto Mode', CLUSTERS.eksAuto, 'system:masters'],
    ['a name on AKS', CLUSTERS.aks, 'developers'],
    ['no e-mail on GKE', CLUSTERS.gke, 'developers'],
    ['no prefix on premises: the API server would not start', CLUSTERS.onPrem, 'developers'],
    [
      'a prefix that makes it one of Kubernetes’ own',
      onPrem({ distribution: 'k3s', kubernetes: KUBERNETES, groupsPrefix: 'system:' }),
      'masters',
    ],
    ['system: on a laptop', CLUSTERS.local, 'system:masters'],
    ['system: anywhere', CLUSTERS.conformant, 'system:nodes'],
    ['an empty name', CLUSTERS.conformant, ''],
  ])('%s is refused', (_, { provider }, id) => expect(isProblem(provider.subject(id))).toBe(true));

  test('by our name on a cluster; a group that the cluster does not know has none', () => {
    const cluster = aks({ ...AZURE, groups: { developers: GUID } });
    expect(groupSubjectOn(cluster, 'developers')).toEqual(subject(GUID));
    expect(groupSubjectOn(cluster, 'devops')).toMatchObject({ message: 'group devops has no subject' });
    expect(isProblem(groupSubjectOn(cluster, 'constructor'))).toBe(true);
  });
});

describe('registries that the nodes may pull from', () => {
  const fits = ({ provider }: ClusterDescription, registry: string) =>
    provider.registries?.some((pattern) => pattern.test(registry));

  test.each<[string, ClusterDescription, boolean]>([
    ['123456789012.dkr.ecr.ap-south-1.amazonaws.com', CLUSTERS.eks, true],
    ['123456789012.dkr.ecr.ap-south-1.amazonaws.com/team', CLUSTERS.eks, true],
    ['123456789012.dkr-ecr.ap-south-1.on.aws', CLUSTERS.eks, true],
    ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', CLUSTERS.eks, true],
    ['12345.dkr.ecr.ap-south-1.amazonaws.com', CLUSTERS.eks, false],
    ['123456789012.dkr.ecr.ap-south-1.amazonaws.com.evil.example', CLUSTERS.eks, false],
    ['shop.azurecr.io', CLUSTERS.eks, false],
    ['123456789012.dkr.ecr.ap-south-1.amazonaws.com', CLUSTERS.eksAuto, true],
    ['shop.azurecr.io', CLUSTERS.aks, true],
    ['shop.azurecr.io/team', CLUSTERS.aks, true],
    ['shop.azurecr.io.evil.example', CLUSTERS.aks, false],
    ['ghcr.io/shop', CLUSTERS.aks, false],
    ['europe-west1-docker.pkg.dev/project/shop', CLUSTERS.gke, true],
    ['europe-west1-docker.pkg.dev/project', CLUSTERS.gke, false],
    ['eu.gcr.io/project', CLUSTERS.gke, true],
    ['gcr.io/project', CLUSTERS.gke, true],
    ['gcr.io.evil.example/project', CLUSTERS.gke, false],
  ])('%s', (registry, cluster, expected) => expect(fits(cluster, registry)).toBe(expected));

  test('a cluster without its own registry accepts any; only a laptop has images without one', () => {
    const open = Object.values(CLUSTERS).filter(({ provider }) => provider.registries === undefined);
    expect(open.map(({ provider }) => provider.name)).toEqual(['onPrem', 'local', 'conformant']);
    const loading = Object.values(CLUSTERS).filter(({ provider }) => provider.loadsImages);
    expect(loading.map(({ provider }) => provider.name)).toEqual(['local']);
  });
});

describe('where ingress traffic comes from', () => {
  const CIDRS = ['10.0.0.0/24'];
  const TRAEFIK = { namespace: 'kube-system', podLabels: { 'app.kubernetes.io/name': 'traefik' } };

  test.each<[string, ClusterDescription, 'pods' | 'nodes', object]>([
    ['the load balancer’s subnets', eks({ ...AWS, loadBalancerSubnets: CIDRS }), 'pods', { cidrs: CIDRS }],
    ['the nodes’ subnets for node ports', eks({ ...AWS, nodeSubnets: CIDRS }), 'nodes', { cidrs: CIDRS }],
    ['the same in Auto Mode', eksAuto({ ...AWS, loadBalancerSubnets: CIDRS }), 'pods', { cidrs: CIDRS }],
    ['the same in Auto Mode', eksAuto({ ...AWS, nodeSubnets: CIDRS }), 'nodes', { cidrs: CIDRS }],
    ['the gateway’s own subnet', aks({ ...AZURE, gatewaySubnets: CIDRS }), 'pods', { cidrs: CIDRS }],
    ['Google’s proxies', CLUSTERS.gke, 'pods', { cidrs: ['35.191.0.0/16', '130.211.0.0/22'] }],
    ['Traefik of k3s', CLUSTERS.onPrem, 'pods', TRAEFIK],
    [
      'Traefik of RKE2',
      onPrem({ distribution: 'rke2', kubernetes: '1.36' }),
      'pods',
      { namespace: 'kube-system', podLabels: { 'app.kubernetes.io/name': 'rke2-traefik' } },
    ],
    [
      'a controller that is named',
      onPrem({ distribution: 'kubeadm', ingressClass: 'c', kubernetes: '1.36', ingressController: TRAEFIK }),
      'pods',
      TRAEFIK,
    ],
    ['Traefik of k3d', CLUSTERS.local, 'pods', TRAEFIK],
    ['the given one', conformant({ kubernetes: '1.36', ingressSource: { cidrs: CIDRS } }), 'pods', { cidrs: CIDRS }],
  ])('%s', (_, { provider }, targets, source) => expect(provider.ingressSource(targets)).toEqual(source));

  test.each<[string, ClusterDescription, 'pods' | 'nodes', RegExp]>([
    ['eks', eks({ ...AWS, nodeSubnets: CIDRS }), 'pods', /^loadBalancerSubnets/],
    ['eks to nodes', eks({ ...AWS, loadBalancerSubnets: CIDRS }), 'nodes', /^nodeSubnets/],
    ['eks, an empty list', eks({ ...AWS, loadBalancerSubnets: [] }), 'pods', /^loadBalancerSubnets/],
    ['eksAuto', CLUSTERS.eksAuto, 'pods', /^loadBalancerSubnets/],
    ['aks', CLUSTERS.aks, 'pods', /^gatewaySubnets/],
    [
      'kubeadm',
      onPrem({ distribution: 'kubeadm', ingressClass: 'c', kubernetes: '1.36' }),
      'pods',
      /^ingressController/,
    ],
    [
      'another class on k3s',
      onPrem({ distribution: 'k3s', ingressClass: 'c', kubernetes: '1.36' }),
      'pods',
      /^ingressController/,
    ],
    ['RKE2 before Traefik', onPrem({ distribution: 'rke2', kubernetes: '1.35' }), 'pods', /^ingressController/],
    ['minikube', local({ kubernetes: '1.36', distribution: 'minikube' }), 'pods', /^ingressSource/],
    ['conformant', CLUSTERS.conformant, 'pods', /^ingressSource/],
  ])('unknown source: %s', (_, { provider }, targets, expected) => {
    const answer = provider.ingressSource(targets);
    expect(isProblem(answer) ? answer.expected : answer).toMatch(expected);
  });

  test('every profile that compare providers compares has a source', () => {
    for (const profile of [...PROFILES, STANDARD]) {
      for (const targets of ['pods', 'nodes'] as const) {
        expect(isProblem(profile.ingressSource(targets))).toBe(false);
      }
    }
  });
});

test('labels of nodes', () => {
  expect(Object.values(CLUSTERS).map(({ provider }) => provider.nodes)).toEqual([
    {
      poolLabel: 'eks.amazonaws.com/nodegroup',
      otherPoolLabels: ['karpenter.sh/nodepool'],
    },
    { poolLabel: 'karpenter.sh/nodepool' },
    {
      poolLabel: 'kubernetes.azure.com/agentpool',
      otherPoolLabels: ['karpenter.sh/nodepool'],
    },
    {
      poolLabel: 'cloud.google.com/gke-nodepool',
    },
    {},
    {},
    {},
  ]);
});

test('every allowed difference has its source, and is listed once', () => {
  expect(PROFILES.flatMap(({ allowedDifferences }) => allowedDifferences).length).toBeGreaterThan(5);
  for (const { allowedDifferences } of PROFILES) {
    for (const { source } of allowedDifferences) expect(source).toMatch(/\w+, \S/);
    expect(new Set(allowedDifferences.map(({ kind, pointer }) => `${kind} ${pointer}`)).size).toBe(
      allowedDifferences.length,
    );
  }
  expect(STANDARD.allowedDifferences).toEqual([]);
});

test('11: how long each waits for pods of a node that it removes; a laptop removes none', () => {
  const patience = Object.entries(CLUSTERS).map(([name, { provider }]) => [
    name,
    provider.nodeAutoscaler?.patienceSeconds,
  ]);
  expect(Object.fromEntries(patience)).toEqual({
    eks: 600,
    eksAuto: 86_400,
    aks: 600,
    gke: 3600,
    onPrem: 600,
    conformant: 600,
    local: undefined,
  });
});
