// The table of failures over systems as users write them: what each event does, and the object that decides.
import { ApiObject } from 'cdk8s';
import { failureTable, type Row } from '../../../lib/analysis/survival/table';
import { type Cell, type Result, worstOf } from '../../../lib/analysis/survival/verdict';
import { check } from '../../../lib/checks';
import { override, type System, WebService, type WebServiceProps } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { type ClusterDescription, eks, type NodePool } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { describeIdentity } from '../../../lib/model/manifest/object';
import { synthesize } from '../../../lib/synth/synthesize';
import { PRODUCTION, SUBNETS, shopApp, WEB } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 2, max: 2 } };

/** One that fills most of a core. */
const BIG = { resources: { cpu: '900m', memory: '128Mi' } };

const unchecked = () => [];

const cluster = (pool: Partial<NodePool> = {}, zones = ['ap-south-1a', 'ap-south-1b']): ClusterDescription =>
  eks({ region: 'ap-south-1', zones, kubernetes: '1.36', nodePools: [{ ...POOL, ...pool }], ...SUBNETS });

/** The row of the system `shop`, which promises to survive a zone. It has no other errors, unless it is not checked. */
function rowOf(build: (system: System) => void, on: ClusterDescription = cluster(), judged: typeof check = check): Row {
  const zones = on.zones.length > 1 ? 1 : 0;
  const app = shopApp(build, { cluster: on, environment: { ...PRODUCTION, survives: { zones, regions: 0 } } });
  const { entries, findings } = synthesize(app, judged);
  const errors = findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'survives-zones');
  expect(judged === check ? errors : []).toEqual([]);
  const placements = placementsOf(app);
  const [row] = failureTable(entries, placements, { provider: { unknown: 'not asked' } });
  if (row === undefined) throw new Error('no row');
  return row;
}

const web =
  (props: Partial<WebServiceProps> = {}) =>
  (system: System): void =>
    void new WebService(system, 'web', { ...WEB, ...props });

const scaled =
  (min: number, max: number, cpu = 0.45, more: Partial<WebServiceProps> = {}) =>
  (system: System): void => {
    new WebService(system, 'web', { ...WEB, ...more, size: { cpu, min, max } });
  };

/** Pods of 900m of another system, by default over all zones. */
const others =
  (replicas: number, whenUnsatisfiable = 'DoNotSchedule') =>
  (system: System) => {
    const labels = { app: 'others' };
    const constraint = {
      topologyKey: 'topology.kubernetes.io/zone',
      maxSkew: 1,
      whenUnsatisfiable,
      labelSelector: { matchLabels: labels },
    };
    const containers = [{ name: 'main', resources: { requests: { cpu: '900m' } } }];
    const topologySpreadConstraints = [constraint];
    new ApiObject(system, 'others', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'others', namespace: 'other' },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers, topologySpreadConstraints } },
      },
    });
  };

function cellOf({ cells }: Row, event: string): Cell {
  const cell = cells.find((one) => one.event === event);
  if (cell === undefined) throw new Error(`no cell ${event}`);
  return cell;
}

function worst(row: Row, event: string): Result {
  const result = worstOf(cellOf(row, event).results);
  if (result === undefined) throw new Error(`no result of ${event}`);
  return result;
}

const decider = ({ decides }: Result): string =>
  decides === undefined ? '' : `${describeIdentity(decides.entry.identity)} ${decides.pointer}`;

describe('needed pods', () => {
  test('without an autoscaler the load is unknown: all pods', () => {
    expect(worst(rowOf(web({ size: { replicas: 4 } })), 'pod lost')).toMatchObject({
      wanted: 4,
      needed: 4,
      verdict: 'degraded',
    });
  });

  test('with one, the pods that carry the same load at 100 % of their request', () => {
    expect(worst(rowOf(scaled(4, 4)), 'pod lost')).toMatchObject({ wanted: 4, needed: 2, verdict: 'holds' });
  });

  test('at its minimum and at its maximum', () => {
    const { results } = cellOf(rowOf(scaled(4, 10)), 'pod lost');
    expect(results.map(({ scale, wanted, needed }) => [scale, wanted, needed])).toEqual([
      ['steady', 4, 2],
      ['peak', 10, 5],
    ]);
  });
});

describe('zones and nodes that are alike are asked once', () => {
  const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
  const wanting = (key: string, value: string) => (system: System) => {
    const { deployment } = new WebService(system, 'web', { ...WEB, size: { replicas: 2 } });
    override(deployment).set('spec.template.spec.nodeSelector', { [key]: value });
  };

  test.each(ZONES)('but for the zone that pods want: %s', (zone) => {
    const row = rowOf(wanting('topology.kubernetes.io/zone', zone), cluster({}, ZONES), unchecked);
    const { placed, working } = worst(row, 'zone lost');
    expect(placed).toEqual({ fewest: 0, most: 0 });
    expect(working.join('\n')).toContain(`(without ${zone})`);
  });

  test('but for the node that pods want', () => {
    const row = rowOf(wanting('kubernetes.io/hostname', 'ap-south-1c-general-2'), cluster({}, ZONES), unchecked);
    const lost = worst(row, 'node lost');
    expect(lost.placed).toEqual({ fewest: 0, most: 0 });
    expect(decider(lost)).toBe('apps/Deployment shop-production/web /spec/template/spec/nodeSelector');
  });
});

describe('a pod is lost', () => {
  test('a single pod leaves none until its replacement has booted', () => {
    expect(worst(rowOf(web({ size: { replicas: 1 } }), cluster({}, [])), 'pod lost')).toMatchObject({
      verdict: 'fails',
      seconds: 35,
    });
  });
});

describe('a node is lost', () => {
  test('how many pods it had depends on the order in which they came', () => {
    expect(worst(rowOf(scaled(3, 3, 0.6)), 'node lost')).toMatchObject({
      verdict: 'depends on scheduling order',
      left: { fewest: 1, most: 2 },
      placed: { fewest: 3, most: 3 },
    });
  });

  test('nodes that are not described: no answer', () => {
    const row = rowOf(scaled(3, 3), { ...cluster(), nodePools: [] });
    expect(cellOf(row, 'node lost')).toEqual({
      event: 'node lost',
      says: 'the cluster does not describe its nodes',
      results: [],
    });
    expect(cellOf(row, 'zone lost').verdict).toBe('degraded');
  });
});

describe('a zone is lost', () => {
  test('what survives carries the load, and the rest finds a place', () => {
    expect(worst(rowOf(scaled(4, 4)), 'zone lost')).toMatchObject({
      verdict: 'holds',
      left: { fewest: 2, most: 2 },
      // given up after 50 s, two nodes at 10 s each, 300 s of toleration, boot of 30 s and a first readiness after 5 s
      seconds: 50 + 20 + 300 + 35,
    });
  });

  test('too few for the load at once, recovered later', () => {
    const result = worst(rowOf(web({ size: { replicas: 4 } })), 'zone lost');
    expect(result).toMatchObject({ verdict: 'degraded', missing: 0.5, survives: true });
  });

  test('the other zone has no room: the requests decide', () => {
    const result = worst(
      rowOf(web({ size: { replicas: 4 }, resources: { cpu: '900m', memory: '128Mi' } }), cluster({ cpu: '1' })),
      'zone lost',
    );
    expect(result).toMatchObject({ verdict: 'fails', placed: { fewest: 2, most: 2 }, survives: false });
    expect(result.working.join()).toContain('insufficient cpu');
    expect(decider(result)).toBe(
      'apps/Deployment shop-production/web /spec/template/spec/containers/0/resources/requests',
    );
  });

  test('nodes are there that the pods have ordered before anything is lost', () => {
    const pool = { cpu: '1', nodesPerZone: { min: 1, max: 2 } };
    const row = rowOf(web({ size: { replicas: 4 }, resources: { cpu: '900m', memory: '128Mi' } }), cluster(pool));
    expect(cellOf(row, 'as it is').verdict).toBe('holds');
    expect(worst(row, 'pod lost').left).toEqual({ fewest: 3, most: 3 });
    const none = rowOf(web({ size: { replicas: 4 } }), cluster({ nodesPerZone: { min: 0, max: 2 } }));
    expect(worst(none, 'zone lost').placed).toEqual({ fewest: 4, most: 4 });
    const noPods = (system: System) => {
      override(new WebService(system, 'web', { ...WEB, size: { replicas: 2 } }).deployment).set('spec.replicas', 0);
    };
    const off = rowOf(noPods, cluster({ nodesPerZone: { min: 0, max: 2 } }), () => []);
    expect(worst(off, 'zone lost')).toMatchObject({ verdict: 'holds', placed: { fewest: 0, most: 0 } });
  });

  test('nodes that may be ordered make room, later', () => {
    const pool = { cpu: '1', nodesPerZone: { min: 2, max: 4 } };
    const result = worst(
      rowOf(web({ size: { replicas: 4 }, resources: { cpu: '900m', memory: '128Mi' } }), cluster(pool)),
      'zone lost',
    );
    expect(result).toMatchObject({ placed: { fewest: 4, most: 4 }, survives: true });
    expect(result.seconds).toBeGreaterThan(900);
  });

  test('a spread that counts dead nodes: the constraint decides', () => {
    const result = worst(
      rowOf((system) => {
        const { deployment } = new WebService(system, 'web', { ...WEB, size: { replicas: 4 } });
        override(deployment).replace(
          'spec.template.spec.topologySpreadConstraints[topology.kubernetes.io/zone].nodeTaintsPolicy',
          'Ignore',
        );
      }),
      'zone lost',
    );
    expect(result).toMatchObject({ verdict: 'fails', placed: { fewest: 2, most: 2 } });
    expect(decider(result)).toBe('apps/Deployment shop-production/web /spec/template/spec/topologySpreadConstraints/0');
  });

  test('two of three; all of two; none declared', () => {
    const three = cluster({}, ['ap-south-1a', 'ap-south-1b', 'ap-south-1c']);
    expect(worst(rowOf(scaled(6, 6), three), '2 zones lost')).toMatchObject({ left: { fewest: 2, most: 2 } });
    expect(cellOf(rowOf(scaled(6, 6)), '2 zones lost')).toMatchObject({
      verdict: 'fails',
      says: 'the cluster has 2 zones',
    });
    expect(cellOf(rowOf(scaled(6, 6), cluster({}, [])), 'zone lost').verdict).toBeUndefined();
  });
});

describe('a zone is lost after pods were taken away', () => {
  const three = cluster({ nodesPerZone: { min: 2, max: 6 } }, ['ap-south-1a', 'ap-south-1b', 'ap-south-1c']);

  test('those that remain may be in one zone, if it held that many', () => {
    expect(worst(rowOf(scaled(2, 12), three), 'zone lost, scaled in')).toMatchObject({
      verdict: 'depends on scheduling order',
      left: { fewest: 0, most: 1 },
      placed: { fewest: 2, most: 2 },
    });
    expect(worst(rowOf(scaled(6, 12), three), 'zone lost, scaled in').left).toEqual({ fewest: 2, most: 4 });
  });

  test('nothing is taken away where nothing scales', () => {
    expect(cellOf(rowOf(scaled(6, 6), three), 'zone lost, scaled in')).toMatchObject({ says: 'nothing scales' });
  });
});

describe('a region is lost', () => {
  test('a system in one region is gone', () => {
    expect(cellOf(rowOf(scaled(4, 4)), 'region lost')).toMatchObject({ verdict: 'fails', says: 'runs in 1 region' });
  });
});

describe('a node is drained', () => {
  test('one pod at a time, as the budget says', () => {
    expect(worst(rowOf(scaled(4, 4)), 'node drained')).toMatchObject({
      verdict: 'holds',
      left: { fewest: 3, most: 3 },
    });
  });

  test('two budgets over one pod evict none', () => {
    const two = (system: System) => {
      web({ size: { replicas: 4 } })(system);
      new ApiObject(system, 'second', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'second' },
        spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } },
      });
    };
    const result = worst(
      rowOf(two, cluster(), () => []),
      'node drained',
    );
    expect(result.verdict).toBe('fails');
    expect(result.working.join()).toContain('two PodDisruptionBudgets select its pods');
  });

  test('a budget that lets none go blocks the drain for ever', () => {
    const row = rowOf(
      web({ size: { replicas: 2 }, availability: { disruption: { minAvailable: 2 } } }),
      cluster(),
      () => [],
    );
    expect(worst(row, 'node drained')).toMatchObject({ verdict: 'fails' });
    expect(decider(worst(row, 'node drained'))).toBe('policy/PodDisruptionBudget shop-production/web /spec');
  });

  test('a budget that allows one at a time blocks it where there is no room', () => {
    const two = cluster({ nodesPerZone: { min: 1, max: 1 } });
    const blocked = worst(rowOf(scaled(4, 4, 0.5, BIG), two), 'node drained');
    expect(blocked).toMatchObject({ verdict: 'fails', placed: { fewest: 2, most: 2 }, survives: false });
    expect(blocked.working.join()).toContain('the drain never ends');
    // a single pod of the node may be missing for good
    const one = cluster({ cpu: '1', nodesPerZone: { min: 1, max: 1 } });
    expect(worst(rowOf(scaled(2, 2, 0.45, BIG), one), 'node drained').verdict).toBe('degraded');
  });

  test('or only in some of the ways in which the pods may lie', () => {
    const three = cluster({ nodesPerZone: { min: 3, max: 3 } }, []);
    const build = (system: System) => {
      scaled(4, 4, 0.5, BIG)(system);
      others(2, 'ScheduleAnyway')(system);
    };
    const result = worst(rowOf(build, three, unchecked), 'node drained');
    expect(result).toMatchObject({ verdict: 'depends on scheduling order', survives: false });
    expect(result.working.join()).toContain('the drain may never end');
  });

  test('pods that never found a place are missing already', () => {
    const three = cluster({ cpu: '1', nodesPerZone: { min: 3, max: 3 } }, []);
    const result = worst(rowOf(scaled(4, 4, 0.5, BIG), three), 'node drained');
    expect(result).toMatchObject({ verdict: 'fails', left: { fewest: 3, most: 3 } });
    expect(result.working.join()).toContain('allows 0 evictions');
  });

  describe('with one budget over two workloads', () => {
    const both = (spec: { readonly minAvailable: number | string }) => (system: System) => {
      for (const [name, replicas] of [
        ['web', 2],
        ['worker', 10],
      ] as const) {
        const labels = { app: name, part: 'shop' };
        const template = { metadata: { labels }, spec: { containers: [{ name: 'main' }] } };
        new ApiObject(system, name, {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name },
          spec: { replicas, selector: { matchLabels: { app: name } }, template },
        });
      }
      new ApiObject(system, 'budget', {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'budget' },
        spec: { ...spec, selector: { matchLabels: { part: 'shop' } } },
      });
    };
    const drained = (minAvailable: number | string) => {
      const row = rowOf(both({ minAvailable }), cluster({ cpu: '8' }, []), unchecked);
      const { results } = cellOf(row, 'node drained');
      return new Map(results.filter(({ scale }) => scale === 'steady').map((one) => [one.component, one]));
    };

    test('all that may go may be of one of them', () => {
      const results = drained('50%');
      expect(results.get('web')).toMatchObject({
        verdict: 'depends on scheduling order',
        left: { fewest: 0, most: 1 },
      });
      expect(results.get('worker')?.left).toEqual({ fewest: 4, most: 9 });
    });

    test('what must stay may be of the other', () => {
      const results = drained(2);
      expect(results.get('web')).toMatchObject({ left: { fewest: 0, most: 1 }, placed: { fewest: 2, most: 2 } });
      expect(results.get('worker')).toMatchObject({ left: { fewest: 0, most: 9 }, placed: { fewest: 10, most: 10 } });
    });

    test('none may go where all must stay', () => {
      const results = drained(12);
      expect(results.get('web')).toMatchObject({ verdict: 'fails', left: { fewest: 2, most: 2 } });
      expect(results.get('worker')).toMatchObject({ verdict: 'fails', left: { fewest: 10, most: 10 } });
    });
  });

  test('without one, all pods of the node go at once', () => {
    const result = worst(
      rowOf(
        (system) => {
          const { deployment } = new WebService(system, 'web', { ...WEB, size: { replicas: 1 } });
          override(deployment).replace('spec.replicas', 2);
        },
        cluster({}, []),
      ),
      'node drained',
    );
    expect(result).toMatchObject({ verdict: 'depends on scheduling order', left: { fewest: 0, most: 1 } });
  });
});

describe('a release', () => {
  test('needs room for its surge, or it is stuck', () => {
    const tight = cluster({ cpu: '1', nodesPerZone: { min: 1, max: 1 } });
    const big = { ...BIG, size: { replicas: 2 } };
    const stuck = { verdict: 'fails', placed: { fewest: 0, most: 0 } };
    expect(worst(rowOf(web(big), tight), 'release')).toMatchObject(stuck);
    // the pods of the first release would end, but there is none
    expect(worst(rowOf(web(big), tight), 'two releases')).toMatchObject(stuck);
    expect(worst(rowOf(web(big)), 'release')).toMatchObject({ verdict: 'holds', left: { fewest: 2, most: 2 } });
  });

  test('is not better than the state before', () => {
    const inPlace = (replicas: number) => (system: System) => {
      const { deployment } = new WebService(system, 'web', { ...WEB, ...BIG, size: { replicas } });
      override(deployment).replace('spec.strategy.rollingUpdate', { maxSurge: 0, maxUnavailable: 1 });
    };
    const tight = cluster({ cpu: '1', nodesPerZone: { min: 1, max: 1 } });
    for (const event of ['release', 'two releases']) {
      // two of four serve, so that none of them may go
      const stuck = worst(rowOf(inPlace(4), tight, unchecked), event);
      expect(stuck).toMatchObject({ verdict: 'fails', left: { fewest: 2, most: 2 }, placed: { fewest: 0, most: 0 } });
      expect(worst(rowOf(inPlace(2), tight, unchecked), event)).toMatchObject({
        verdict: 'degraded',
        left: { fewest: 1, most: 1 },
        placed: { fewest: 2, most: 2 },
      });
    }
    const recreate = (system: System) => {
      const { deployment } = new WebService(system, 'web', { ...WEB, ...BIG, size: { replicas: 4 } });
      override(deployment).replace('spec.strategy', { type: 'Recreate' });
    };
    expect(worst(rowOf(recreate, tight, unchecked), 'release')).toMatchObject({
      left: { fewest: 0, most: 0 },
      placed: { fewest: 2, most: 2 },
    });
  });

  describe('whose new pods are spread by themselves', () => {
    const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
    const both = (replicas: number, filler: number, strategy?: object) => (system: System) => {
      others(filler)(system);
      const { deployment } = new WebService(system, 'web', { ...WEB, ...BIG, size: { replicas } });
      if (strategy !== undefined) override(deployment).replace('spec.strategy.rollingUpdate', { ...strategy });
    };
    const release = (build: (system: System) => void, cpu: string) =>
      worst(rowOf(build, cluster({ cpu, nodesPerZone: { min: 1, max: 1 } }, ZONES), unchecked), 'release');

    test('is stuck where there is room in the wrong zone', () => {
      const result = release(both(3, 2), '1900m');
      expect(result).toMatchObject({
        verdict: 'depends on scheduling order',
        placed: { fewest: 0, most: 3 },
        survives: false,
      });
      expect(result.working.join()).toContain('the rollout can get stuck');
    });

    test('moves with a place in each', () => {
      expect(release(both(3, 0), '1900m').verdict).toBe('holds');
      expect(release(both(6, 3), '3700m').verdict).toBe('holds');
    });

    test('moves with a place anywhere where it is a single one', () => {
      expect(release(both(1, 3), '1900m').verdict).toBe('holds');
    });

    test('may miss a zone where each has many pods and one place', () => {
      expect(release(both(9, 3), '4600m').verdict).toBe('depends on scheduling order');
      expect(release(both(9, 3), '5500m').verdict).toBe('holds');
    });

    test('may miss a zone too where an old pod goes first', () => {
      const inPlace = { maxSurge: 0, maxUnavailable: 1 };
      expect(release(both(3, 0, inPlace), '1').verdict).toBe('degraded');
      expect(release(both(6, 0, inPlace), '1900m').verdict).toBe('depends on scheduling order');
    });
  });

  test('takes a wave of boot and minReady for each surge, and the grace of the last', () => {
    // 4 pods at 50 % surge: two waves of 30 s boot, 5 s to the first readiness and 10 s; grace 20 + 30 + 5
    expect(worst(rowOf(web({ size: { replicas: 4 } })), 'release').seconds).toBe(2 * (35 + 10) + 55);
  });

  test('two of them fit in the quota, which is made for that', () => {
    expect(worst(rowOf(web({ size: { replicas: 4 } })), 'two releases').verdict).toBe('holds');
  });

  test('a quota without room for terminating pods refuses the second', () => {
    const app = shopApp(web({ size: { replicas: 4 } }), {
      cluster: cluster(),
      environment: { ...PRODUCTION, survives: { zones: 0, regions: 0 } },
    });
    const { objects } = synthesize(app, () => []);
    const entries = objects.map(({ entry }) =>
      entry.identity.kind === 'ResourceQuota'
        ? { ...entry, manifest: { ...entry.manifest, spec: { hard: { pods: '8' } } } }
        : entry,
    );
    const placements = placementsOf(app);
    const [row] = failureTable(entries, placements, { provider: { unknown: 'not asked' } });
    if (row === undefined) throw new Error('no row');
    expect(worst(row, 'release').verdict).toBe('holds');
    const refused = worst(row, 'two releases');
    expect(refused).toMatchObject({ verdict: 'fails', survives: false });
    expect(decider(refused)).toBe('ResourceQuota shop-production/shop /spec/hard/pods');
  });
});

test('two releases of a StatefulSet: its pods are made once their namesakes have gone, so that a quota counts each once', () => {
  const build = (pods: string) => (system: System) => {
    const labels = { app: 'queue' };
    new ApiObject(system, 'queue', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'queue' },
      spec: {
        replicas: 3,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'main' }] } },
      },
    });
    const spec = { hard: { pods } };
    new ApiObject(system, 'quota', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec });
  };
  expect(worst(rowOf(build('3'), cluster(), unchecked), 'two releases').verdict).toBe('degraded');
  expect(worst(rowOf(build('2'), cluster(), unchecked), 'two releases').verdict).toBe('fails');
});

test('a release of a StatefulSet stops each pod before its successor starts: 2 × (40 s grace + 5 s boot)', () => {
  const row = rowOf(
    (system) => {
      const labels = { app: 'queue' };
      const container = { name: 'main', readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 5 } };
      const spec = { terminationGracePeriodSeconds: 40, containers: [container] };
      const template = { metadata: { labels }, spec };
      new ApiObject(system, 'queue', {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'queue' },
        spec: { replicas: 2, selector: { matchLabels: labels }, template },
      });
    },
    cluster(),
    unchecked,
  );
  const result = worst(row, 'release');
  expect(result.seconds).toBe(90);
  expect(result.working).toContain('90 s: 2 waves of grace 40 s, boot 5 s and minReady 0 s');
  expect(decider(result)).toBe('apps/StatefulSet shop-production/queue /spec/updateStrategy');
});

describe('a quota that Evenkeel did not write', () => {
  /** Four pods of 100m and 128Mi, and two of the surge. */
  const release = (spec: JsonObject, pod: JsonObject = {}) => {
    const row = rowOf(
      (system) => {
        const { deployment } = new WebService(system, 'web', { ...WEB, size: { replicas: 4 } });
        for (const [key, value] of Object.entries(pod)) override(deployment).set(`spec.template.spec.${key}`, value);
        new ApiObject(system, 'quota', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'quota' }, spec });
        const classOf = (name: string, globalDefault: boolean) =>
          new ApiObject(system, `class-${name}`, {
            apiVersion: 'scheduling.k8s.io/v1',
            kind: 'PriorityClass',
            metadata: { name },
            value: 10,
            globalDefault,
          });
        if (pod.priorityClassName === undefined) classOf('usual', true);
        classOf('batch', false);
      },
      cluster(),
      unchecked,
    );
    return worst(row, 'release');
  };

  test.each([
    ['pods', '5', '6'],
    ['count/pods', '5', '6'],
    ['requests.cpu', '599m', '600m'],
    ['cpu', '599m', '600m'],
    ['requests.memory', '767Mi', '768Mi'],
    ['memory', '767Mi', '768Mi'],
    ['limits.memory', '767Mi', '768Mi'],
  ])('%s: %s is too little, %s is not', (key, little, enough) => {
    const refused = release({ hard: { [key]: little } });
    expect(refused.verdict).toBe('fails');
    expect(decider(refused)).toBe(`ResourceQuota shop-production/quota /spec/hard/${key.replace('/', '~1')}`);
    expect(release({ hard: { [key]: enough } }).verdict).toBe('holds');
  });

  const hard = { pods: '2' };
  const ofClass = (operator: string, ...values: string[]): JsonObject => ({
    hard,
    scopeSelector: {
      matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values.length === 0 ? {} : { values }) }],
    },
  });

  test.each<[string, JsonObject, JsonObject, 'fails' | 'holds']>([
    ['another class', ofClass('In', 'batch'), {}, 'holds'],
    ['its class', ofClass('In', 'batch'), { priorityClassName: 'batch' }, 'fails'],
    ['the class that pods have by default', ofClass('In', 'usual'), {}, 'fails'],
    ['all classes but its own', ofClass('NotIn', 'batch'), { priorityClassName: 'batch' }, 'holds'],
    ['any class', { hard, scopes: ['PriorityClass'] }, {}, 'fails'],
    ['pods with a deadline', { hard, scopes: ['Terminating'] }, {}, 'holds'],
    ['pods with a deadline', { hard, scopes: ['Terminating'] }, { activeDeadlineSeconds: 60 }, 'fails'],
    ['pods without', { hard, scopes: ['NotTerminating'] }, {}, 'fails'],
    ['pods without requests', { hard, scopes: ['BestEffort'] }, {}, 'holds'],
    ['pods with requests', { hard, scopes: ['NotBestEffort'] }, {}, 'fails'],
    ['several scopes, all of which must fit', { hard, scopes: ['NotBestEffort', 'Terminating'] }, {}, 'holds'],
    ['affinity to other namespaces', { hard, scopes: ['CrossNamespacePodAffinity'] }, {}, 'holds'],
    [
      'affinity to other namespaces',
      { hard, scopes: ['CrossNamespacePodAffinity'] },
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', namespaceSelector: {} } },
            ],
          },
        },
      },
      'fails',
    ],
  ])('of %s %j with %j: %s', (_, spec, pod, verdict) => {
    expect(release(spec, pod).verdict).toBe(verdict);
  });
});

describe('a database', () => {
  const account = (text: string) => (system: System) => {
    web()(system);
    new ApiObject(system, 'database', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'database', annotations: { 'evenkeel.dev/connections': text } },
      spec: { type: 'ExternalName', externalName: 'db.example' },
    });
  };

  test('the account of its clients is read from its Service', () => {
    expect(cellOf(rowOf(account('480 of 600: web 480; 600')), 'database at its limit')).toMatchObject({
      verdict: 'holds',
      says: 'database: 480 of 600 connections',
    });
    expect(cellOf(rowOf(account('700 of 600: web 700; 600')), 'database at its limit').verdict).toBe('fails');
    expect(cellOf(rowOf(web()), 'database at its limit').verdict).toBeUndefined();
  });
});

test('pods that make way are judged as all others are, and make way', () => {
  const row = rowOf((system) => {
    web({ size: { replicas: 4 }, resources: { cpu: '900m', memory: '128Mi' } })(system);
    new ApiObject(system, 'headroom-class', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'headroom' },
      value: -5,
    });
    const { deployment } = new WebService(system, 'headroom', {
      ...WEB,
      size: { replicas: 4 },
      resources: { cpu: '900m', memory: '128Mi' },
    });
    override(deployment).set('spec.template.spec.priorityClassName', 'headroom');
  });
  const placed = new Map(cellOf(row, 'zone lost').results.map((one) => [one.component, one.placed]));
  expect(placed).toEqual(
    new Map([
      ['web', { fewest: 4, most: 4 }],
      ['headroom', { fewest: 0, most: 0 }],
    ]),
  );
});
