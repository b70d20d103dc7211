// Panther Clinic, row by row: docs/systems/panther.md.
import type { Construct } from 'constructs';
import { clusters } from '../../../charts/clusters';
import { environments } from '../../../charts/environments';
import images from '../../../charts/images.json';
import { Panther, type PantherSettings, panther } from '../../../charts/panther';
import { platform } from '../../../charts/platform';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { check } from '../../../lib/checks';
import { Platform, System, Volume } from '../../../lib/constructs';
import { nodeLoads } from '../../../lib/constructs/platform/nodes';
import {
  type CapacityInput,
  deriveCapacity,
  deriveHeadroom,
  deriveProviderPlan,
  type Target,
} from '../../../lib/model';
import { responseTail } from '../../../lib/model/capacity/queueing';
import { deriveDatabaseBudget } from '../../../lib/model/services/database';
import { synthesize } from '../../../lib/synth/synthesize';
import { blocksOf, readPage, runPage } from '../../support/page';
import { Placement, shipped } from '../../support/shipped';
import { at } from '../../support/synthesis';

const REGIONS = ['westeurope', 'northeurope'] as const;
const HOST = 'booking.panther-clinic.example';

const clinic = (region: string) => new Placement(region, 'panther-clinic');
const dev = new Placement('westeurope', 'panther-clinic-dev');
const home = clinic('westeurope');
const entries = shipped.entries;
const notes = (of: Placement, kind: string, name = 'booking') => at(of.one(kind, name), 'metadata', 'annotations');
const podOf = (of: Placement) => at(of.one('Deployment', 'booking'), 'spec', 'template', 'spec');

/** Promises and measurements of the row: one region left of two, two zones of three. */
const PROMISE: CapacityInput = {
  users: { peak: 30_000, offPeak: 8000 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.04 },
  concurrencyPerPod: 8,
  cpuSecondsPerRequest: 0.01,
  latency: { quantile: 0.98, seconds: 0.2 },
  growthPerSecond: 0.001,
  zones: 3,
  zonesLost: 1,
  regions: 2,
  regionsLost: 1,
  times: { metricSeconds: 15, readySeconds: 40, nodeSeconds: 180 },
  margin: 1.25,
};

function planOf(input: CapacityInput) {
  const { plan, problems } = deriveCapacity(input);
  expect(problems).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function targetOn(region: string): Target<unknown> {
  const found = platform
    .app()
    .node.findAll()
    .filter(System.isSystem)
    .find(({ target }) => target.cluster.name === region && target.environment.name === 'clinic');
  if (found === undefined) throw new Error(`not on ${region}`);
  return found.target;
}

/** The time between releases that the chart states, in seconds: a slower rollout is refused, so nothing of it is in the manifests. */
function cadenceOn(region: string): unknown {
  const booking = platform.app().node.findChild(region).node.findChild('panther-clinic').node.findChild('booking');
  return Object(Reflect.get(booking, 'props')).availability?.releaseEverySeconds;
}

function nodesOf(region: string) {
  const app = platform.app();
  const load = nodeLoads(app, synthesize(app, () => []).entries).find(({ cluster }) => cluster === region);
  if (load === undefined) throw new Error(`nothing runs on ${region}`);
  const { plan, problems } = deriveProviderPlan(load.input);
  expect(problems).toEqual([]);
  const [pool] = plan?.pools ?? [];
  if (plan === undefined || pool === undefined) throw new Error('no plan');
  return { plan, pool };
}

test('it is synthesized without a finding', () => {
  expect(shipped.findings).toEqual([]);
});

describe('P1 30,000 users, 98 % within 200 ms: derived, not typed in', () => {
  const plan = planOf(PROMISE);

  test.each(REGIONS)('%s: bounds, target and CPU request are those of the model', (region) => {
    expect(at(clinic(region).one('HorizontalPodAutoscaler', 'booking'), 'spec')).toMatchObject({
      minReplicas: plan.min.value,
      maxReplicas: plan.max.value,
      metrics: [
        { resource: { name: 'cpu', target: { averageUtilization: Math.round((plan.target?.value ?? 0) * 100) } } },
      ],
    });
    expect(at(podOf(clinic(region)), 'containers', 0, 'resources', 'requests', 'cpu')).toBe(
      String(plan.cpuRequest?.value),
    );
    expect([plan.min, plan.total, plan.max].map(({ value }) => value)).toEqual([9, 30, 38]);
  });

  test('the latency holds at peak after the loss, and at every smaller load', () => {
    const tailAt = (share: number) =>
      responseTail({ concurrency: 8, arrivalsPerSecond: (share * 8) / 0.04, service: { meanSeconds: 0.04 } }, 0.2);
    const leftAtPeak = plan.arrivalsPerSecond.value / (plan.total.value * (2 / 3)) / (8 / 0.04);
    expect(tailAt(leftAtPeak)).toBeLessThanOrEqual(0.02);
    expect(tailAt(plan.occupancyAfterLoss?.value ?? 1)).toBeLessThanOrEqual(0.02);
    // with one pod less in each zone, the rest would be too slow
    expect(tailAt((leftAtPeak * 30) / 24)).toBeGreaterThan(0.02);
  });

  test('each number has its sentence', () => {
    const said = notes(home, 'HorizontalPodAutoscaler');
    expect(at(said, 'evenkeel.dev/peak-pods')).toBe(plan.total.because);
    expect(at(said, 'evenkeel.dev/cpu-target')).toBe(plan.target?.because);
  });
});

describe('P2 pods and nodes grow and shrink', () => {
  const plan = planOf(PROMISE);

  test.each(REGIONS)('%s: the headroom on the nodes is the derived one', (region) => {
    const growing = [{ name: 'booking', cpu: '2', memory: '1Gi', pods: plan.headroomPods.value }];
    const held = deriveHeadroom({ zones: 3, growing }).plan?.headroom;
    expect(targetOn(region).cluster.nodePools[0]?.headroom).toEqual(held);
    expect(new Placement(region, 'headroom').one('Deployment', 'headroom').spec).toMatchObject({
      replicas: held?.pods,
    });
  });

  test.each(REGIONS)('%s: pods shrink again', (region) => {
    expect(clinic(region).one('HorizontalPodAutoscaler', 'booking').spec).toMatchObject({
      behavior: { scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] } },
    });
  });

  test.each(REGIONS)('%s: a month of its nodes costs least off peak, most after growth', (region) => {
    const { costs } = nodesOf(region).plan;
    expect(costs.map(({ load }) => load)).toEqual(['off peak', 'at peak', 'after growth']);
    const [offPeak = 0, peak = 0, grown = 0] = costs.map(({ cost }) => cost.most);
    expect(offPeak).toBeLessThan(peak);
    expect(peak).toBeLessThan(grown);
  });

  test.each(REGIONS)('%s: fewest nodes and subnets are those of the plan, and most are enough', (region) => {
    const { plan: nodes, pool } = nodesOf(region);
    const { nodePools, subnets } = targetOn(region).cluster;
    expect(nodePools[0]?.nodesPerZone.min).toBe(pool.offPeak.value);
    expect(nodePools[0]?.nodesPerZone.max).toBeGreaterThanOrEqual(pool.most.value);
    expect(Object.fromEntries(nodes.ranges.map(({ subnet, prefix }) => [subnet, prefix.value]))).toEqual(subnets);
  });
});

describe('P3 the load test', () => {
  const load = new Placement('westeurope', 'panther-load');

  test('30,000 users by three workers, in a separate namespace, started only by people', () => {
    const jobs = load.all('Job');
    expect(jobs.map(({ metadata }) => at(metadata, 'name')).sort()).toEqual(['load-master', 'load-workers']);
    for (const job of jobs) expect(job.spec).toMatchObject({ suspend: true });
    expect(load.one('Job', 'load-workers').spec).toMatchObject({ parallelism: 3 });
    expect(home.all('Job')).toEqual([]);
  });

  test('it asks North Europe, which must carry the peak alone, for 15 minutes at full size', () => {
    const args = at(load.one('Job', 'load-master'), 'spec', 'template', 'spec', 'containers', 0, 'args');
    const given = (name: string) => (Array.isArray(args) ? args[args.indexOf(name) + 1] : undefined);
    expect(given('--host')).toBe(`https://northeurope.${HOST}`);
    expect(given('--users')).toBe('30000');
    expect(given('--spawn-rate')).toBe('100');
    expect(given('--run-time')).toBe(`${30_000 / 100 + 15 * 60}s`);
  });

  test('it judges the promise', () => {
    const env = at(load.one('Job', 'load-master'), 'spec', 'template', 'spec', 'containers', 0, 'env');
    expect(env).toEqual(
      expect.arrayContaining([
        { name: 'LOAD_QUANTILE', value: String(PROMISE.latency.quantile) },
        { name: 'LOAD_LIMIT_MS', value: String(PROMISE.latency.seconds * 1000) },
        { name: 'LOAD_THINK_SECONDS', value: String(PROMISE.thinkSeconds) },
      ]),
    );
  });
});

describe('P4 a release every two minutes', () => {
  test.each(REGIONS)('%s: the rollout and the last pod’s grace are over within it', (region) => {
    const deployment = clinic(region).one('Deployment', 'booking');
    const pod = podOf(clinic(region));
    const probe = at(pod, 'containers', 0, 'startupProbe');
    const boot = Number(at(probe, 'failureThreshold')) * Number(at(probe, 'periodSeconds'));
    expect(at(deployment, 'spec', 'strategy', 'rollingUpdate')).toEqual({ maxSurge: '50%', maxUnavailable: 0 });
    const waves = 2; // 38 pods, 19 at a time
    const rollout = waves * (boot + Number(at(deployment, 'spec', 'minReadySeconds')));
    const seconds = rollout + Number(at(pod, 'terminationGracePeriodSeconds'));
    expect(seconds).toBe(105);
    expect(cadenceOn(region)).toBe(120);
    expect(seconds).toBeLessThan(120);
  });

  test('a stopping pod serves until the gateway has forgotten it', () => {
    expect(at(podOf(home), 'containers', 0, 'lifecycle')).toEqual({ preStop: { sleep: { seconds: 20 } } });
    expect(at(podOf(home), 'terminationGracePeriodSeconds')).toBe(20 + 10 + 5);
  });
});

describe('P5 a zone or a region is lost at peak', () => {
  test('each region carries the peak alone', () => {
    const alone = planOf({ ...PROMISE, regions: 1, regionsLost: 0 });
    expect(planOf(PROMISE).total.value).toBe(alone.total.value);
    expect(planOf(PROMISE).target?.value).toBeLessThan(alone.target?.value ?? 0);
  });

  test('the database holds both regions at their most, while both roll', () => {
    const rolling = { maxSurge: '50%', terminationGracePeriodSeconds: 35, fastestAvailableSeconds: 10 } as const;
    const client = { maxReplicas: 38, poolSize: 8, replacement: rolling };
    const { plan, problems } = deriveDatabaseBudget({
      database: { maxConnections: 2500, superuserReserved: 15, migrations: 5, monitoring: 10 },
      clients: REGIONS.map((name) => ({ ...client, name })),
    });
    expect(problems).toEqual([]);
    expect(plan?.limits[0]?.needed.value).toBe(1520);
    for (const region of REGIONS) {
      expect(at(notes(clinic(region), 'Service', 'database'), 'evenkeel.dev/connections')).toMatch(/^1520 of 2470: /);
    }
  });

  test('zones are spread strictly, and two of them are enough', () => {
    expect(at(podOf(home), 'topologySpreadConstraints', 0)).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      minDomains: 2,
    });
  });
});

describe('P7 both live at once, traffic by weight', () => {
  test('the same bytes in both regions, but for host names and the gateway’s subnet', () => {
    const [west, north] = REGIONS.map((region) => JSON.stringify(clinic(region).one('Deployment', 'booking')));
    expect(west).toBe(north);
  });

  test.each(REGIONS)('%s gets half; the page has what commands/traffic.test.ts prints', (region) => {
    expect(at(notes(clinic(region), 'Ingress'), 'evenkeel.dev/traffic')).toBe('1 of 2');
  });
});

describe('P8 a registry for development, another for production', () => {
  test('each environment has its own', () => {
    const imageOf = (of: Placement) => at(podOf(of), 'containers', 0, 'image');
    expect(imageOf(dev)).toMatch(/^pantherdev\.azurecr\.io\/panther\/booking:\d+\.\d+$/);
    for (const region of REGIONS) {
      expect(imageOf(clinic(region))).toMatch(/^panther\.azurecr\.io\/panther\/booking@sha256:[0-9a-f]{64}$/);
    }
  });
});

describe('P10 DNS to the load balancer to the pods, and to the other region', () => {
  test.each(REGIONS)('%s answers to its own name and to the common one', (region) => {
    const ingress = clinic(region).one('Ingress', 'booking');
    const hosts = [`${region}.${HOST}`, HOST];
    expect(ingress.spec).toMatchObject({ tls: [{ hosts }], rules: hosts.map((host) => ({ host })) });
    expect(at(ingress, 'metadata', 'annotations', 'evenkeel.dev/health-path')).toBe('/health/ready');
  });

  test.each(REGIONS)('%s: external-dns writes its own host, and not the common one', (region) => {
    const said = notes(clinic(region), 'Ingress');
    for (const prefix of ['external-dns.kubernetes.io', 'external-dns.alpha.kubernetes.io']) {
      expect(at(said, `${prefix}/hostname`)).toBe(`${region}.${HOST}`);
      // without it, external-dns would take the common name from the rules
      expect(at(said, `${prefix}/ingress-hostname-source`)).toBe('annotation-only');
    }
    expect(at(said, 'evenkeel.dev/dns-by-hand')).toBe(HOST);
    expect(Object.keys(Object(said)).filter((key) => key.includes('weight'))).toEqual([]);
  });
});

describe('P11 monitoring', () => {
  test.each(REGIONS)(
    '%s: the Prometheus of the cluster is let in at the metrics of booking, and its dashboard has the promise',
    (region) => {
      const ingress = at(clinic(region).one('NetworkPolicy', 'booking'), 'spec', 'ingress');
      expect(ingress).toContainEqual({
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'metrics-operations' } },
            podSelector: {
              matchLabels: { 'app.kubernetes.io/instance': 'prometheus', 'app.kubernetes.io/name': 'prometheus' },
            },
          },
        ],
        ports: [{ port: 9102, protocol: 'TCP' }],
      });
      const dashboards = new Placement(region, 'metrics-operations')
        .all('ConfigMap')
        .map(({ data }) => JSON.stringify(data));
      const [shown = '', ...others] = dashboards.filter((text) =>
        text.includes('var_lib_dashboards_panther-clinic.json'),
      );
      expect(others).toEqual([]);
      expect(shown).toContain('histogram_quantile(0.98, sum by (le) (rate(http_request_duration_seconds_bucket');
      expect(shown).toContain('booking: latency, 98 % within');
      expect(shown).toContain('vector(0.2)');
    },
  );
});

describe('P11 groups of the directory', () => {
  test('who may do what in production, in both regions alike', () => {
    const groups = { deployer: 'clinic-pipeline', operator: 'devops', viewer: 'booking-team' };
    for (const region of REGIONS) {
      const bindings = clinic(region).all('RoleBinding');
      expect(bindings.map(({ metadata }) => at(metadata, 'name')).sort()).toEqual(Object.keys(groups));
      for (const [role, group] of Object.entries(groups)) {
        const subjects = [{ name: targetOn(region).cluster.groups[group] }];
        expect(clinic(region).one('RoleBinding', role)).toMatchObject({ subjects });
        // one directory: a group has the same id on every cluster
        const [first, other] = REGIONS.map((name) => targetOn(name).cluster.groups[group]);
        expect(first).toBe(other);
      }
    }
  });

  test('no Secret is written, each that is needed is listed', () => {
    expect(home.all('Secret')).toEqual([]);
    const needed = listSecrets(entries).filter(({ namespace }) => namespace === 'panther-clinic');
    expect([...new Set(needed.map(({ name, keys }) => `${name} ${keys.join()}`))]).toEqual([
      'booking-tls tls.crt,tls.key',
      'database password,username',
    ]);
  });
});

describe('P12 within the provider’s limits; a plan beyond one is refused at synth (nodes.test.ts)', () => {
  test('within AKS’ own, the largest numbers of each cluster', () => {
    for (const region of REGIONS) {
      const { plan } = nodesOf(region);
      expect(plan.nodes.value).toBeLessThanOrEqual(1000);
      expect(Math.max(...plan.targets.map(({ targets }) => targets.value))).toBeLessThanOrEqual(250);
    }
  });
});

describe('P12 what AKS allows', () => {
  const limits = () =>
    Object.fromEntries(targetOn('westeurope').cluster.provider.limits.map(({ of, most }) => [of, most]));

  test('the figures of its documentation', () => {
    expect(limits()).toEqual({
      clusters: 5000,
      nodes: 5000,
      nodesPerPool: 1000,
      pools: 100,
      pods: 200_000,
      podsPerNode: 250,
    });
  });

  test('a plan of more nodes than a cluster may have is refused, with the limit', () => {
    const { cluster } = targetOn('westeurope');
    const [pool] = cluster.nodePools;
    if (pool === undefined) throw new Error('no pool');
    const pools = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ ...pool, name, nodesPerZone: { min: 1, max: 300 } }));
    const { problems } = deriveProviderPlan({
      cluster: { ...cluster, nodePools: pools, subnets: {} },
      zonesLost: 0,
      workloads: [],
      daemons: [],
    });
    const message = expect.stringMatching(/^aks allows 5000 nodes in a cluster \(AKS docs, .*\); \d+ too many: /);
    expect(problems).toContainEqual(expect.objectContaining({ field: 'nodePools', message }));
  });
});

describe('P13 storage where data is kept', () => {
  /** The clinic with a line of the page in its chart. */
  const clinicWith = (line: string) => {
    class Kept extends Panther {
      constructor(scope: Construct, target: Target<PantherSettings>) {
        super(scope, target);
        runPage(line.replace('this', 'system'), { Volume, system: this });
      }
    }
    const alone = (name: 'mumbai' | 'northeurope' | 'westeurope') => ({ ...clusters[name], identities: {} });
    const app = new Platform({
      home: 'mumbai',
      clusters: { mumbai: alone('mumbai'), northeurope: alone('northeurope'), westeurope: alone('westeurope') },
      environments,
      images,
    })
      .place(Kept, { clinic: { on: [...REGIONS], settings: panther('', { peak: 30_000, offPeak: 8000 }, 0.001) } })
      .app();
    return synthesize(app, check);
  };
  const [line = ''] = blocksOf(readPage('systems/panther.md')).filter((code) => code.startsWith('new Volume('));

  test('a volume in the clinic is in three zones, by the line that the page shows', () => {
    const { findings, objects } = clinicWith(line);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const classes = objects.filter(({ entry }) => entry.identity.kind === 'StorageClass');
    expect(classes.map(({ file }) => file).sort()).toEqual(
      REGIONS.map((name) => `clusters/${name}/00-cluster.yaml`).sort(),
    );
    for (const { entry } of classes) {
      expect(entry.identity.name).toBe('zone-redundant-retain');
      expect(entry.manifest).toMatchObject({ parameters: { skuName: 'Premium_ZRS' }, reclaimPolicy: 'Retain' });
    }
  });

  test('without its reason about the region it is refused', () => {
    const { findings } = clinicWith(line.replace(/, oneRegion: '[^']*'/, ''));
    expect(findings.filter(({ rule }) => rule === 'volume-regions')).toHaveLength(2);
  });

  test('the results of the load test have a class of storage that waits for its first pod, and may grow', () => {
    const load = new Placement('westeurope', 'panther-load');
    const name = String(at(load.one('PersistentVolumeClaim', 'load-results'), 'spec', 'storageClassName'));
    const classes = shipped.objects.filter(
      ({ entry }) => entry.identity.kind === 'StorageClass' && entry.identity.name === name,
    );
    expect(classes.map(({ file }) => file)).toEqual(['clusters/westeurope/00-cluster.yaml']);
    expect(classes[0]?.entry.manifest).toMatchObject({
      provisioner: 'disk.csi.azure.com',
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    });
  });
});
