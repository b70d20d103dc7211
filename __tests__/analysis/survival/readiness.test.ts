// Pods that get requests before they can serve, or while they stop: no answer of the table says that they hold.
import { ApiObject } from 'cdk8s';
import { failureTable } from '../../../lib/analysis/survival/table';
import type { Cell } from '../../../lib/analysis/survival/verdict';
import { check } from '../../../lib/checks';
import { healthz, override, type Probes, type System, WebService, Worker } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import type { JsonObject } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { shopApp, WEB as WEB_OF_THREE } from '../../support/synthesis';

/** Two of three pods carry the load. */
const WEB = { ...WEB_OF_THREE, size: { min: 3, max: 6, cpu: 0.6 } };

const NODE_POOL = { name: 'general', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 3, max: 6 } };

function table(build: (system: System) => void): ReadonlyMap<string, Cell> {
  const app = shopApp(build);
  const placements = placementsOf(app).map((one) => ({ ...one, cluster: { ...one.cluster, nodePools: [NODE_POOL] } }));
  const { entries, findings } = synthesize(app, check);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [row] = failureTable(entries, placements, { provider: { unknown: 'not asked' } });
  return new Map(row?.cells.map((cell) => [cell.event, cell]));
}

const cells = (probes: Probes) => table((system) => void new WebService(system, 'web', { ...WEB, probes }));

const REPLACING = ['node drained', 'release', 'two releases'];
const says = (found: ReadonlyMap<string, Cell>) => REPLACING.map((event) => found.get(event)?.says);
const verdicts = (found: ReadonlyMap<string, Cell>) => REPLACING.map((event) => found.get(event)?.verdict);
const ALL_DEGRADED = REPLACING.map(() => 'degraded');

const NO_PRE_STOP = 'loses requests unless web can serve on after SIGTERM: no preStop';
const NO_READINESS = 'loses requests unless web can serve once started: no readiness probe';
const NO_PROBE = 'loses requests: new pods of web get them before they can serve: no readiness probe';

test('with a readiness probe and a preStop a release holds', () => {
  expect(verdicts(cells(healthz({ bootSeconds: 30 })))).toEqual(REPLACING.map(() => 'holds'));
  expect(verdicts(cells({ bootSeconds: 30, readiness: { tcp: true } }))).toEqual(REPLACING.map(() => 'holds'));
});

test('without readiness it is unknown what happens as it is, with the name of the component', () => {
  const { startup = { path: '/' } } = healthz({ bootSeconds: 30 });
  const found = cells({ bootSeconds: 30, startup });
  for (const event of ['as it is', 'pod lost']) {
    expect([event, found.get(event)?.verdict]).toEqual([event, undefined]);
    expect(found.get(event)?.says).toContain('without a readiness probe, new pods of web get requests before');
  }
});

describe('S3: without readiness behind a Service', () => {
  test('a release loses requests, unless a process that has started can serve', () => {
    const { startup = { path: '/' } } = healthz({ bootSeconds: 30 });
    const found = cells({ bootSeconds: 30, startup });
    expect(verdicts(found)).toEqual(ALL_DEGRADED);
    expect(says(found)).toEqual(REPLACING.map(() => NO_READINESS));
    expect(says(cells({ bootSeconds: 30 }))).toEqual(REPLACING.map(() => NO_PROBE));
  });

  test('also by an override', () => {
    const found = table((system) => {
      const web = new WebService(system, 'web', WEB);
      override(web.deployment).remove('spec.template.spec.containers[web].readinessProbe');
    });
    expect(verdicts(found)).toEqual(ALL_DEGRADED);
    expect(says(found)).toEqual(REPLACING.map(() => NO_READINESS));
  });
});

describe('S1: without a preStop behind a Service', () => {
  test('a release and a drain lose requests, unless the process serves on; what is not planned is as before', () => {
    const found = table(
      (system) => void new WebService(system, 'web', { ...WEB, availability: { preStopSeconds: 0 } }),
    );
    expect(verdicts(found)).toEqual(ALL_DEGRADED);
    expect(says(found)).toEqual(REPLACING.map(() => NO_PRE_STOP));
    expect(found.get('pod lost')?.verdict).toBe('holds');
    expect(found.get('release')?.results[0]).toMatchObject({
      losses: ['no preStop'],
      working: expect.arrayContaining([NO_PRE_STOP]),
    });
  });

  test('also by an override', () => {
    const found = table((system) => {
      const web = new WebService(system, 'web', WEB);
      override(web.deployment).remove('spec.template.spec.containers[web].lifecycle');
    });
    expect(says(found)).toEqual(REPLACING.map(() => NO_PRE_STOP));
  });

  test('both of several components are said at once', () => {
    const found = table((system) => {
      new WebService(system, 'web', { ...WEB, availability: { preStopSeconds: 0 } });
      new WebService(system, 'api', { ...WEB, availability: { preStopSeconds: 0 }, probes: { bootSeconds: 30 } });
    });
    expect(found.get('release')?.says).toBe(
      'loses requests unless api, web can serve on after SIGTERM: no preStop; loses requests: new pods of api get them before they can serve: no readiness probe',
    );
  });

  test('what no Service sends to loses none', () => {
    const found = table((system) => {
      new Worker(system, 'mailer', {
        image: 'registry.example/shop/mailer:1',
        resources: { cpu: '100m', memory: '64Mi' },
        probes: { bootSeconds: 10 },
        size: { min: 3, max: 6, cpu: 0.6 },
        availability: { preStopSeconds: 0 },
      });
    });
    expect(verdicts(found)).toEqual(REPLACING.map(() => 'holds'));
  });
});

describe('a raw Deployment behind a raw Service', () => {
  const raw = (lifecycle: JsonObject | undefined, ports: JsonObject = {}, beside: readonly JsonObject[] = []) =>
    table((system) => {
      const labels = { app: 'web' };
      const probe = { httpGet: { path: '/', port: 80 } };
      const container = {
        name: 'web',
        image: 'registry.example/shop/web:1',
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        readinessProbe: probe,
        ...ports,
        ...(lifecycle === undefined ? {} : { lifecycle }),
      };
      new ApiObject(system, 'service', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { selector: labels, ports: [{ port: 80 }] },
      });
      const zone = { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' };
      new ApiObject(system, 'deployment', {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels },
            spec: {
              automountServiceAccountToken: false,
              securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [container, ...beside.map((one) => ({ ...container, ...one }))],
              topologySpreadConstraints: [
                { ...zone, nodeTaintsPolicy: 'Honor', labelSelector: { matchLabels: labels } },
              ],
            },
          },
        },
      });
    });

  test.each([
    ['no lifecycle', undefined, true],
    ['a sleep of 0 s', { preStop: { sleep: { seconds: 0 } } }, true],
    ['a command that sleeps 0 s', { preStop: { exec: { command: ['sleep', '0'] } } }, true],
    ['only a postStart', { postStart: { exec: { command: ['true'] } } }, true],
    ['a sleep', { preStop: { sleep: { seconds: 10 } } }, false],
    ['a command that sleeps', { preStop: { exec: { command: ['sh', '-c', 'sleep 10'] } } }, false],
    ['a command that sleeps for a variable', { preStop: { exec: { command: ['sh', '-c', 'sleep $DRAIN'] } } }, false],
    ['a hook of unknown length', { preStop: { httpGet: { path: '/drain', port: 80 } } }, false],
  ])('%s', (_, lifecycle, isLost) => {
    const cell = raw(lifecycle).get('release');
    expect([cell?.verdict, cell?.says.includes(NO_PRE_STOP)]).toEqual([isLost ? 'degraded' : 'holds', isLost]);
  });

  const SLEEP = { preStop: { sleep: { seconds: 10 } } };
  const PORT = { ports: [{ containerPort: 80 }] };
  test.each<[string, JsonObject | undefined, JsonObject, JsonObject, boolean]>([
    ['only a container without a port sleeps', undefined, PORT, { name: 'log', ports: [], lifecycle: SLEEP }, true],
    ['the one with the port sleeps', SLEEP, PORT, { name: 'log', ports: [], lifecycle: {} }, false],
    ['none has a port, and one sleeps', undefined, {}, { name: 'log', lifecycle: SLEEP }, false],
  ])('of two containers, %s', (_, lifecycle, ports, beside, isLost) => {
    const cell = raw(lifecycle, ports, [beside]).get('release');
    expect(cell?.says.includes(NO_PRE_STOP)).toBe(isLost);
  });
});
