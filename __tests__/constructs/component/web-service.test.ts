// A web service: what it is made of, and what each verb adds.

import { ExternalService, type System, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model';
import { eks, local } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';

import { at, errors, find, PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

function web(change: Partial<WebServiceProps> = {}, then: (service: WebService) => void = () => {}) {
  return shop((system) => then(new WebService(system, 'web', { ...WEB, ...change })));
}

function pod(change: Partial<WebServiceProps> = {}): JsonObject {
  const spec = at(find(web(change), 'Deployment', 'web'), 'spec', 'template', 'spec');
  if (!isJsonObject(spec)) throw new Error('no pod spec');
  return spec;
}

describe('objects', () => {
  test('a service with three replicas', () => {
    const { objects, findings } = web();
    expect(findings).toEqual([]);
    expect(objects.map(({ entry }) => `${entry.identity.kind} ${entry.identity.name}`)).toEqual([
      'Namespace shop-production',
      'ResourceQuota shop',
      'LimitRange shop',
      'ServiceAccount web',
      'Service web',
      'NetworkPolicy default-deny',
      'NetworkPolicy web',
      'PodDisruptionBudget web',
      'Deployment web',
      'ValidatingAdmissionPolicy evenkeel',
      'ValidatingAdmissionPolicyBinding evenkeel',
    ]);
  });

  test('selectors are name and instance, on Deployment, Service, budget and both spreads', () => {
    const synthesis = web();
    const labels = { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/instance': 'web' };
    const deployment = find(synthesis, 'Deployment', 'web');
    expect(at(deployment, 'spec', 'selector', 'matchLabels')).toEqual(labels);
    expect(at(find(synthesis, 'Service', 'web'), 'spec', 'selector')).toEqual(labels);
    expect(at(find(synthesis, 'PodDisruptionBudget', 'web'), 'spec', 'selector', 'matchLabels')).toEqual(labels);
    for (const index of [0, 1]) {
      const spread = at(deployment, 'spec', 'template', 'spec', 'topologySpreadConstraints', index);
      expect(at(spread, 'labelSelector', 'matchLabels')).toEqual(labels);
    }
  });

  test('pods have the recommended labels', () => {
    expect(at(find(web(), 'Deployment', 'web'), 'spec', 'template', 'metadata', 'labels')).toEqual({
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/instance': 'web',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'evenkeel',
      'app.kubernetes.io/version': '1',
    });
  });

  test('renaming the construct changes no byte while the name is given', () => {
    const before = shop((system) => new WebService(system, 'web', WEB));
    const after = shop((system) => new WebService(system, 'frontend', { ...WEB, name: 'web' }));
    expect(after.files).toEqual(before.files);
    expect(before.files.size).toBeGreaterThan(0);
  });
});

describe('secure by default', () => {
  test('the pod', () => {
    expect(pod()).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: 'web',
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
  });

  test('the container', () => {
    expect(at(pod(), 'containers', 0, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
    });
  });

  test('a scratch volume of limited size may be written', () => {
    expect(pod()).toMatchObject({ volumes: [{ name: 'scratch-0', emptyDir: { sizeLimit: '64Mi' } }] });
    expect(at(pod(), 'containers', 0, 'volumeMounts')).toEqual([{ name: 'scratch-0', mountPath: '/tmp' }]);
    const cache = { path: '/var/cache', size: '1Gi' };
    const mounts = (scratch: NonNullable<WebServiceProps['scratch']>) =>
      at(pod({ scratch }), 'containers', 0, 'volumeMounts');
    expect(mounts([cache])).toMatchObject([{ mountPath: '/tmp' }, { mountPath: '/var/cache' }]);
    expect(mounts([{ path: '/tmp', size: '1Gi' }])).toMatchObject([{ mountPath: '/tmp' }]);
  });

  test('the memory limit equals the request, the CPU has no limit', () => {
    expect(at(pod(), 'containers', 0, 'resources')).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '128Mi' },
    });
    const spelled = pod({ resources: { cpu: '0.25', memory: '1024Mi', cpuLimit: '1000m' } });
    expect(at(spelled, 'containers', 0, 'resources')).toEqual({
      requests: { cpu: '250m', memory: '1Gi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
    const limited = pod({ resources: { cpu: '100m', memory: '128Mi', cpuLimit: '1' } });
    expect(at(limited, 'containers', 0, 'resources', 'limits', 'cpu')).toBe('1');
  });

  test.each([
    [
      'writableRootFilesystem',
      { writableRootFilesystem: 'writes its cache beside its code' },
      'writable-root-filesystem',
    ],
    ['serviceAccountToken', { serviceAccountToken: 'watches its own ConfigMap' }, 'service-account-token'],
    ['user', { user: { id: 999, reason: 'the image owns /data as 999' } }, 'user'],
  ])('the exit %s keeps its reason', (_, security, annotation) => {
    const synthesis = web({ security });
    const deployment = find(synthesis, 'Deployment', 'web');
    const reason = Object.values(security).map((exit) => (typeof exit === 'string' ? exit : exit.reason))[0];
    expect(at(deployment, 'metadata', 'annotations', `evenkeel.dev/${annotation}`)).toBe(reason);
    expect(deployment).not.toEqual(find(web(), 'Deployment', 'web'));
  });

  test('each exit does what it says', () => {
    expect(
      at(
        pod({ security: { writableRootFilesystem: 'x' } }),
        'containers',
        0,
        'securityContext',
        'readOnlyRootFilesystem',
      ),
    ).toBe(false);
    expect(pod({ security: { serviceAccountToken: 'x' } }).automountServiceAccountToken).toBe(true);
    expect(at(pod({ security: { user: { id: 999, reason: 'x' } } }), 'securityContext', 'runAsUser')).toBe(999);
  });
});

describe('availability', () => {
  test('rollout, drain and probes', () => {
    const deployment = find(web(), 'Deployment', 'web');
    expect(deployment.spec).toMatchObject({
      replicas: 3,
      minReadySeconds: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
    });
    expect(pod()).toMatchObject({ terminationGracePeriodSeconds: 55 });
    expect(at(pod(), 'containers', 0)).toMatchObject({
      lifecycle: { preStop: { sleep: { seconds: 20 } } },
      startupProbe: { httpGet: { path: '/started', port: 'http' }, periodSeconds: 5, failureThreshold: 6 },
      readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
      livenessProbe: { httpGet: { path: '/live', port: 'http' } },
    });
  });

  test('a cluster older than 1.30 sleeps by a command', () => {
    const old = shop((system) => new WebService(system, 'web', WEB), {
      cluster: eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.29' }),
    });
    const container = at(find(old, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);
    expect(at(container, 'lifecycle', 'preStop')).toEqual({ exec: { command: ['sleep', '20'] } });
  });

  test('zones strictly, without those that are dead; nodes as well as possible', () => {
    expect(pod().topologySpreadConstraints).toMatchObject([
      {
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        maxSkew: 1,
        minDomains: 1,
        nodeTaintsPolicy: 'Honor',
        matchLabelKeys: ['pod-template-hash'],
      },
      { topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', nodeTaintsPolicy: 'Honor' },
    ]);
  });

  test('a cluster without zones gets no zone constraint', () => {
    const laptop = shop((system) => new WebService(system, 'web', WEB), {
      cluster: local({ kubernetes: '1.36' }),
      environment: { survives: { zones: 0, regions: 0 } },
    });
    const spread = at(find(laptop, 'Deployment', 'web'), 'spec', 'template', 'spec', 'topologySpreadConstraints');
    expect(spread).toMatchObject([{ topologyKey: 'kubernetes.io/hostname' }]);
    expect(laptop.findings).toEqual([]);
  });

  test('unhealthy pods never block a drain', () => {
    expect(find(web(), 'PodDisruptionBudget', 'web').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  test('a single replica has no budget', () => {
    const one = shop((system) => new WebService(system, 'web', { ...WEB, size: { replicas: 1 } }), {
      environment: { ...PRODUCTION, survives: { zones: 0, regions: 0 } },
    });
    expect(one.findings).toEqual([]);
    expect(one.objects.filter(({ entry }) => entry.identity.kind === 'PodDisruptionBudget')).toEqual([]);
  });

  test('the guarantee after a loss can be read', () => {
    let guaranteed = 0;
    web({ size: { replicas: 4 } }, (service) => {
      guaranteed = service.availability.guaranteedAfterLoss;
    });
    expect(guaranteed).toBe(2);
  });

  test('a contradiction is an error at synth', () => {
    expect(errors(web({ availability: { minDomains: 2 } }))).toEqual(['availability minDomains']);
  });

  test('so is a missing number of pods', () => {
    const { size: _, ...props } = WEB;
    expect(errors(shop((system) => new WebService(system, 'web', unchecked<WebServiceProps>(props))))).toEqual([
      'input size',
    ]);
  });
});

describe('a size with bounds', () => {
  const scaled = () =>
    shop((system) => {
      new WebService(system, 'web', { ...WEB, size: { cpu: 0.65, memory: 0.8, min: 3, max: 12 } });
    });

  test('the autoscaler owns the number of pods', () => {
    const deployment = find(scaled(), 'Deployment', 'web');
    expect(deployment.spec).not.toHaveProperty('replicas');
    expect(at(deployment, 'metadata', 'annotations', 'polaris.fairwinds.com/deploymentMissingReplicas-exempt')).toBe(
      'true',
    );
  });

  test('bounds, metrics with memory first, fast out and slow in', () => {
    expect(find(scaled(), 'HorizontalPodAutoscaler', 'web').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 3,
      maxReplicas: 12,
      metrics: [
        { resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } } },
        { resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 15 },
            { type: 'Pods', value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] },
      },
    });
  });

  test('a budget comes with it', () => {
    expect(find(scaled(), 'PodDisruptionBudget', 'web').spec).toMatchObject({ maxUnavailable: 1 });
  });

  test.each<[string, unknown, string[]]>([
    ['replicas beside them', { replicas: 3, cpu: 0.5, min: 3, max: 6 }, ['input size.replicas']],
    ['a percentage for a fraction', { cpu: 65, min: 3, max: 6 }, ['input size.cpu']],
    ['nothing', null, ['input size']],
    ['no most', { cpu: 0.5, min: 3 }, ['input size.max']],
    ['texts', { cpu: '0.5', min: '3', max: 5 }, ['input size.cpu', 'input size.min']],
    ['a misspelt key', { cpu: 0.5, min: 3, max: 5, memry: 0.8 }, ['input size.memry']],
  ])('refused: %s', (_, size, expected) => {
    expect(errors(web({ size: unchecked<WebServiceProps['size']>(size) }))).toEqual(expected);
  });
});

function credentials(secret: string, keys: readonly string[]) {
  return (system: System) => {
    new ExternalService(system, 'database', { host: 'db.example', port: 3306, credentials: { secret, keys } });
  };
}

describe('connectTo and env', () => {
  const connected = (poolKeys: readonly string[] = ['username', 'password']) =>
    shop((system) => {
      const database = new ExternalService(system, 'database', {
        host: 'db.example.com',
        port: 3306,
        credentials: { secret: 'shop-database', keys: poolKeys },
      });
      const api = new WebService(system, 'api', WEB).connectTo(database);
      new WebService(system, 'web', { ...WEB, env: { LOG_LEVEL: 'info' } }).connectTo(api);
    });

  const configMap = (synthesis: ReturnType<typeof connected>, component: string): JsonObject => {
    const found = synthesis.objects.find(({ entry }) => entry.identity.name.startsWith(`${component}-config-`));
    if (found === undefined) throw new Error(`no ConfigMap of ${component}`);
    return found.entry.manifest;
  };

  test('addresses come by ConfigMap, credentials as files of a Secret that we never write', () => {
    const synthesis = connected();
    expect(synthesis.findings).toEqual([]);
    expect(configMap(synthesis, 'api').data).toEqual({
      DATABASE_HOST: 'database',
      DATABASE_PORT: '3306',
      DATABASE_USERNAME_FILE: '/etc/secrets/database/username',
      DATABASE_PASSWORD_FILE: '/etc/secrets/database/password',
    });
    const spec = at(find(synthesis, 'Deployment', 'api'), 'spec', 'template', 'spec');
    expect(at(spec, 'volumes', 1, 'secret')).toMatchObject({ secretName: 'shop-database', defaultMode: 0o440 });
    expect(at(spec, 'containers', 0, 'volumeMounts', 1)).toEqual({
      name: 'secret-database',
      mountPath: '/etc/secrets/database',
      readOnly: true,
    });
    expect(synthesis.objects.filter(({ entry }) => entry.identity.kind === 'Secret')).toEqual([]);
  });

  test('a service inside is reached by its name', () => {
    expect(configMap(connected(), 'web').data).toEqual({ API_HOST: 'api', API_PORT: '80', LOG_LEVEL: 'info' });
  });

  test('the external service is an ExternalName with its port', () => {
    expect(find(connected(), 'Service', 'database').spec).toEqual({
      type: 'ExternalName',
      externalName: 'db.example.com',
      ports: [{ port: 3306, protocol: 'TCP' }],
    });
  });

  test('ConfigMaps are immutable, named by content, and outlive a sync', () => {
    const map = configMap(connected(), 'web');
    expect(map.immutable).toBe(true);
    expect(at(map, 'metadata', 'annotations')).toEqual({
      'argocd.argoproj.io/sync-options': 'PruneLast=true',
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
    expect(at(map, 'metadata', 'name')).toMatch(/^web-config-[0-9a-f]{10}$/);
  });

  test('a change of content changes the name and so the pods; the order of keys changes nothing', () => {
    const withLevels = (env: Record<string, string>) => web({ env });
    const reference = (synthesis: ReturnType<typeof web>) =>
      at(
        find(synthesis, 'Deployment', 'web'),
        'spec',
        'template',
        'spec',
        'containers',
        0,
        'envFrom',
        0,
        'configMapRef',
        'name',
      );
    const one = withLevels({ A: '1', B: '2' });
    expect(reference(withLevels({ B: '2', A: '1' }))).toBe(reference(one));
    expect(reference(withLevels({ A: '1', B: '3' }))).not.toBe(reference(one));
  });

  test.each<[string, (service: WebService) => void]>([
    ['itself', (service) => service.connectTo(service)],
    [
      'the same service twice',
      (service) => {
        const api = new ExternalService(service, 'api', { host: 'api.example', port: 443 });
        service.connectTo(api).connectTo(api);
      },
    ],
  ])('a connection to %s is refused', (_, then) => expect(errors(web({}, then))).toEqual(['connection connectTo']));

  test.each<[string, Parameters<typeof credentials>, string]>([
    ['a name that is none', ['Shop_DB', ['password']], 'credentials credentials.secret'],
    ['an empty name', ['', ['password']], 'input credentials.secret'],
    ['a key that is none', ['shop-db', ['../password']], 'credentials credentials.keys'],
    ['two keys that make one variable', ['shop-db', ['user-name', 'user.name']], 'credentials credentials.keys'],
  ])('credentials with %s are refused', (_, [secret, keys], error) => {
    expect(errors(shop((system) => credentials(secret, keys)(system)))).toEqual([error]);
  });

  test('a value that is not a text is refused', () => {
    const variables: Record<string, string> = JSON.parse('{"A": 1}');
    expect(errors(web({ env: variables }))).toEqual(['input env.A']);
    expect(errors(web({ env: {} }))).toEqual([]);
    expect(web({ env: {} }).objects).toHaveLength(11);
  });

  test('a variable that is set twice to different values is refused', () => {
    const connected = (port: string) =>
      web({ env: { API_PORT: port } }, (service) => {
        service.connectTo(new ExternalService(service, 'api', { host: 'api.example', port: 443 }));
      });
    expect(errors(connected('80'))).toEqual(['configuration-conflict API_PORT']);
    expect(errors(connected('443'))).toEqual([]);
  });
});

describe('exposeAt', () => {
  test('on EKS: ALB with ip targets, HTTPS only, health and drain agreed with the pods', () => {
    const synthesis = web({}, (service) => service.exposeAt(['shop.example', 'www.shop.example']));
    expect(synthesis.findings).toEqual([]);
    const ingress = find(synthesis, 'Ingress', 'web');
    expect(at(ingress, 'metadata', 'annotations')).toEqual({
      'alb.ingress.kubernetes.io/scheme': 'internet-facing',
      'alb.ingress.kubernetes.io/target-type': 'ip',
      'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80},{"HTTPS":443}]',
      'alb.ingress.kubernetes.io/ssl-redirect': '443',
      'alb.ingress.kubernetes.io/healthcheck-path': '/ready',
      'alb.ingress.kubernetes.io/load-balancer-attributes': 'idle_timeout.timeout_seconds=60',
      'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=30',
    });
    expect(ingress.spec).toMatchObject({
      ingressClassName: 'alb',
      tls: [{ hosts: ['shop.example', 'www.shop.example'] }],
      rules: [{ host: 'shop.example' }, { host: 'www.shop.example' }],
    });
    expect(at(ingress, 'spec', 'tls', 0)).not.toHaveProperty('secretName');
  });

  test('elsewhere: the certificate is a Secret by name', () => {
    const laptop = shop((system) => new WebService(system, 'web', WEB).exposeAt('shop.localhost'), {
      cluster: local({ kubernetes: '1.36' }),
      environment: { survives: { zones: 0, regions: 0 } },
    });
    expect(find(laptop, 'Ingress', 'web').spec).toMatchObject({
      ingressClassName: 'traefik',
      tls: [{ hosts: ['shop.localhost'], secretName: 'web-tls' }],
    });
  });

  test('DNS annotations where the cluster has external-dns, with both prefixes', () => {
    const cluster = eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      ...SUBNETS,
    });
    const synthesis = shop((system) => new WebService(system, 'web', WEB).exposeAt('a.example').exposeAt('b.example'), {
      cluster,
    });
    const annotations = at(find(synthesis, 'Ingress', 'web'), 'metadata', 'annotations');
    expect(at(annotations, 'external-dns.alpha.kubernetes.io/hostname')).toBe('a.example,b.example');
    expect(at(annotations, 'external-dns.kubernetes.io/hostname')).toBe('a.example,b.example');
  });

  test('instance targets and NodePort by choice', () => {
    const nodes = web({}, (service) => service.exposeAt('shop.example', { targets: 'nodes' }));
    expect(at(find(nodes, 'Service', 'web'), 'spec', 'type')).toBe('NodePort');
    expect(at(find(nodes, 'Ingress', 'web'), 'metadata', 'annotations', 'alb.ingress.kubernetes.io/target-type')).toBe(
      'instance',
    );
    const pods = web({}, (service) => service.exposeAt('shop.example', { serviceType: 'NodePort' }));
    expect(at(find(pods, 'Service', 'web'), 'spec', 'type')).toBe('NodePort');
    expect(at(find(pods, 'Ingress', 'web'), 'metadata', 'annotations', 'alb.ingress.kubernetes.io/target-type')).toBe(
      'ip',
    );
  });

  test.each<[string, (service: WebService) => void, string]>([
    [
      'node targets without node ports',
      (service) => service.exposeAt('a.example', { targets: 'nodes', serviceType: 'ClusterIP' }),
      'exposure-targets serviceType',
    ],
    ['no host', (service) => service.exposeAt([]), 'exposure-hosts exposeAt'],
    ['an empty host', (service) => service.exposeAt(''), 'exposure-hosts exposeAt'],
    ['a host twice', (service) => service.exposeAt('a.example').exposeAt('a.example'), 'exposure-hosts exposeAt'],
    [
      'options on a further exposure',
      (service) => service.exposeAt('a.example').exposeAt('b.example', { targets: 'nodes' }),
      'exposure-options exposeAt',
    ],
  ])('refused: %s', (_, then, error) => {
    expect(errors(web({}, then))).toContain(error);
  });
});

test('P4: a cadence that the rollout does not keep is a finding', () => {
  const every = (releaseEverySeconds: number) =>
    errors(shop((system) => new WebService(system, 'web', { ...WEB, availability: { releaseEverySeconds } })));
  expect(every(134)).toEqual(['release-cadence releaseEverySeconds']);
  expect(every(135)).toEqual([]);
});
