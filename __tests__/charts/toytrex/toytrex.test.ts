// ToyTrex, row by row: docs/systems/toytrex.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Placement, shipped } from '../../support/shipped';
import { at } from '../../support/synthesis';

const production = new Placement('mumbai', 'toytrex-production');
const laptop = new Placement('laptop', 'toytrex-local');

const podOf = (place: Placement, name: string) => at(place.one('Deployment', name), 'spec', 'template', 'spec');
const containerOf = (place: Placement, name: string) => at(podOf(place, name), 'containers', 0);

test('it is synthesized without a finding', () => expect(shipped.findings).toEqual([]));

describe('X1 web tier: Deployment, 3 replicas, NodePort behind the load balancer', () => {
  test('three pods at the least', () => {
    expect(production.one('HorizontalPodAutoscaler', 'web').spec).toMatchObject({
      minReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
    });
    expect(production.one('Deployment', 'web').spec).not.toHaveProperty('replicas');
  });

  test('a NodePort Service, which the load balancer reaches by pod addresses, without loss', () => {
    expect(production.one('Service', 'web').spec).toMatchObject({
      type: 'NodePort',
      ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }],
    });
    const annotations = at(production.one('Ingress', 'web'), 'metadata', 'annotations');
    expect(at(annotations, 'alb.ingress.kubernetes.io/target-type')).toBe('ip');
    expect(at(annotations, 'alb.ingress.kubernetes.io/scheme')).toBe('internet-facing');
    const labels = at(production.one('Namespace', 'toytrex-production'), 'metadata', 'labels');
    expect(at(labels, 'elbv2.k8s.aws/pod-readiness-gate-inject')).toBe('enabled');
  });
});

describe('X2 middleware tier: Deployment, 3 replicas, ClusterIP', () => {
  test('three pods at the least', () => {
    expect(production.one('HorizontalPodAutoscaler', 'middleware').spec).toMatchObject({ minReplicas: 3 });
  });

  test('reached inside the cluster only, by web', () => {
    expect(production.one('Service', 'middleware').spec).toMatchObject({ type: 'ClusterIP' });
    expect(production.all('Ingress')).toHaveLength(1);
    expect(at(production.one('ConfigMap', 'web'), 'data')).toMatchObject({
      MIDDLEWARE_HOST: 'middleware',
      MIDDLEWARE_PORT: '80',
    });
  });
});

describe('X3 database tier: managed MariaDB by ExternalName', () => {
  test('the name, the port', () => {
    expect(production.one('Service', 'database').spec).toEqual({
      type: 'ExternalName',
      externalName: 'toytrex.cluster-c0ffee.ap-south-1.rds.amazonaws.com',
      ports: [{ port: 3306, protocol: 'TCP' }],
    });
    expect(at(production.one('ConfigMap', 'middleware'), 'data')).toMatchObject({
      DATABASE_HOST: 'database',
      DATABASE_PORT: '3306',
    });
  });

  test('credentials by reference to a Secret that is made elsewhere', () => {
    expect(at(podOf(production, 'middleware'), 'volumes', 1, 'secret')).toMatchObject({
      secretName: 'toytrex-database',
      items: [
        { key: 'username', path: 'username' },
        { key: 'password', path: 'password' },
      ],
    });
    expect(production.all('Secret')).toEqual([]);
  });
});

describe('X4 two availability zones', () => {
  test.each(['web', 'middleware'])('%s is spread over zones and rolls out with one of them lost', (name) => {
    expect(at(podOf(production, name), 'topologySpreadConstraints', 0)).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      maxSkew: 1,
      minDomains: 1,
      nodeTaintsPolicy: 'Honor',
    });
  });

  test('a laptop without zone labels still takes the pods', () => {
    expect(at(podOf(laptop, 'web'), 'topologySpreadConstraints')).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname' },
    ]);
  });
});

describe('X5 pod-level HA', () => {
  test.each(['web', 'middleware'])('%s scales on CPU within bounds, fast out and slow in', (name) => {
    expect(production.one('HorizontalPodAutoscaler', name).spec).toMatchObject({
      minReplicas: 3,
      maxReplicas: 12,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max' },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
        },
      },
    });
    expect(at(containerOf(production, name), 'resources', 'requests')).toHaveProperty('cpu');
  });

  test.each(['web', 'middleware'])('%s lets one pod be evicted at a time', (name) => {
    expect(production.one('PodDisruptionBudget', name).spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });
});

describe('X6 probes; no 503 while scaling or restarting', () => {
  test.each([
    ['web', 6],
    ['middleware', 12],
  ])('%s has a boot budget, and liveness that is not readiness', (name, failureThreshold) => {
    expect(containerOf(production, name)).toMatchObject({
      startupProbe: { httpGet: { path: '/healthz/started' }, periodSeconds: 5, failureThreshold },
      readinessProbe: { httpGet: { path: '/healthz/ready' } },
      livenessProbe: { httpGet: { path: '/healthz/live' } },
    });
  });

  test.each([
    ['web', 30], // behind the ALB
    ['middleware', 20],
  ])('%s adds before it takes away, and drains', (name, preStop) => {
    expect(production.one('Deployment', name).spec).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } },
      minReadySeconds: 10,
    });
    expect(at(containerOf(production, name), 'lifecycle', 'preStop')).toEqual({ sleep: { seconds: preStop } });
    expect(at(podOf(production, name), 'terminationGracePeriodSeconds')).toBe(preStop + 30 + 5);
  });

  test('the load balancer asks the same path as readiness, and lets requests end', () => {
    const annotations = at(production.one('Ingress', 'web'), 'metadata', 'annotations');
    expect(at(annotations, 'alb.ingress.kubernetes.io/healthcheck-path')).toBe('/healthz/ready');
    expect(at(annotations, 'alb.ingress.kubernetes.io/target-group-attributes')).toBe(
      'deregistration_delay.timeout_seconds=30',
    );
  });
});

describe('X7 Ingress: TLS, name-based hosts, DNS', () => {
  const hosts = ['toytrex.com', 'www.toytrex.com'];

  test('production: ALB, certificate found in ACM by host name, HTTP redirected', () => {
    const ingress = production.one('Ingress', 'web');
    expect(ingress.spec).toMatchObject({
      ingressClassName: 'alb',
      tls: [{ hosts }],
      rules: hosts.map((host) => ({ host })),
    });
    expect(at(ingress, 'spec', 'tls', 0)).not.toHaveProperty('secretName');
    expect(at(ingress, 'metadata', 'annotations', 'alb.ingress.kubernetes.io/ssl-redirect')).toBe('443');
  });

  test('DNS records', () => {
    const annotations = at(production.one('Ingress', 'web'), 'metadata', 'annotations');
    for (const prefix of ['external-dns.alpha.kubernetes.io', 'external-dns.kubernetes.io']) {
      expect(at(annotations, `${prefix}/hostname`)).toBe(hosts.join(','));
    }
  });

  test('laptop: certificate by a Secret', () => {
    expect(laptop.one('Ingress', 'web').spec).toMatchObject({
      ingressClassName: 'traefik',
      tls: [{ hosts: ['toytrex.localhost', 'www.toytrex.localhost'], secretName: 'web-tls' }],
    });
  });
});

describe('X8 images by build number, configuration in a ConfigMap; the pipeline: buildspec.test.ts and pipeline.process.test.ts', () => {
  test('images are <name>:<build number>, from one file', () => {
    const images = JSON.parse(readFileSync(join(__dirname, '../../../charts/images.json'), 'utf8'));
    for (const name of ['web', 'middleware']) {
      const image = at(containerOf(production, name), 'image');
      expect(image).toBe(`123456789012.dkr.ecr.ap-south-1.amazonaws.com/toytrex/${name}:${images.toytrex.production}`);
    }
    expect(images.toytrex.production).toMatch(/^\d+$/);
  });

  test('configuration is an immutable ConfigMap that the pods name', () => {
    const map = production.one('ConfigMap', 'web');
    expect(map).toMatchObject({ immutable: true, data: { LOG_LEVEL: 'info' } });
    expect(at(containerOf(production, 'web'), 'envFrom', 0, 'configMapRef', 'name')).toBe(at(map, 'metadata', 'name'));
  });
});
