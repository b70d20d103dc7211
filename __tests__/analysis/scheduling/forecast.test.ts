// The forecast against a second witness that tries every order: the same intervals, over many small random clusters.

import { worldOf } from '../../../e2e/scheduling/prediction';
import { type Trial, trialOf } from '../../../e2e/scheduling/trial';
import { list, own } from '../../../lib/analysis/objects/read-json';
import { boundPlaced } from '../../../lib/analysis/scheduling/bounds';
import { forecastAfterLoss, forecastLeft, forecastPlaced, reasons } from '../../../lib/analysis/scheduling/forecast';
import { groupIndexOf } from '../../../lib/analysis/scheduling/groups';
import { lessDaemons } from '../../../lib/analysis/scheduling/pod-groups';
import { Rules } from '../../../lib/analysis/scheduling/rules';
import { type Interval, type Node, type PodGroup, tainted, type World } from '../../../lib/analysis/scheduling/world';
import type { JsonObject } from '../../../lib/model';
import { HOSTNAME, ZONE } from '../../../lib/model/manifest/well-known';
import { type App, type Host, layouts, outcomes } from './witness';

const TRIALS = Array.from({ length: 120 }, (_, seed) =>
  trialOf(seed + 1, { zones: 3, nodesPerZone: 2, workloads: 2, replicas: 4 }),
);

interface Witnessed {
  readonly world: World;
  readonly lost: ReadonlySet<Node>;
  readonly hosts: readonly Host[];
  readonly apps: readonly App[];
}

const witnessed = (trial: Trial): Witnessed => {
  const { world, lost } = worldOf(trial);
  return asWitnessed(world, lost);
};

function asWitnessed(world: World, lost: ReadonlySet<Node>): Witnessed {
  const hosts = world.nodes.map((node) => ({ ...node, lost: lost.has(node) }));
  const apps = world.groups.map(({ name, wanted, cpu, memory, priority, spec }) => ({
    app: name,
    replicas: wanted,
    cpu,
    memory,
    priority,
    spec,
  }));
  return { world, lost, hosts, apps };
}

const intervalOf = (values: Iterable<number>): Interval => {
  const all = [...values];
  return { fewest: Math.min(...all), most: Math.max(...all) };
};

const within = (inner: Interval, outer: Interval) => outer.fewest <= inner.fewest && inner.most <= outer.most;

const ALL = TRIALS.map(witnessed);

test('after a loss, the intervals are those of every order and every choice', () => {
  const wide: number[] = [];
  ALL.forEach(({ world, lost, hosts, apps }, index) => {
    const seen = outcomes(hosts, apps).map(intervalOf);
    const forecast = forecastAfterLoss(world, lost);
    expect(world.groups.map((group) => forecast.get(group))).toEqual(seen);
    if (seen.some(({ fewest, most }) => fewest !== most)) wide.push(index);
  });
  // orders matter in some of them, or this would say little
  expect(wide.length).toBeGreaterThan(5);
});

test('bounds that need no search never exclude what can happen', () => {
  for (const { world, lost, hosts, apps } of ALL) {
    const after = tainted(world, lost);
    const seen = outcomes(hosts, apps);
    expect(seen).toHaveLength(world.groups.length);
    world.groups.forEach((group, app) => {
      expect(within(intervalOf(seen[app] ?? []), boundPlaced(after, group))).toBe(true);
    });
  }
});

test('pods left without the fullest node or zone are never outside the interval', () => {
  for (const { world, hosts, apps } of ALL) {
    const found = layouts(hosts, apps);
    for (const prefix of ['host.trial/', 'zone.trial/']) {
      const key = Object.keys(world.nodes[0]?.labels ?? {}).find((one) => one.startsWith(prefix)) ?? '';
      const forecast = forecastLeft(world, key, 1);
      world.groups.forEach((group, app) => {
        const left = (found[app] ?? []).map((counts) => {
          const domains = new Map<string, number>();
          counts.forEach((count, node) => {
            const domain = String(own(hosts[node]?.labels ?? {}, key));
            domains.set(domain, (domains.get(domain) ?? 0) + count);
          });
          return counts.reduce((sum, one) => sum + one, 0) - Math.max(...domains.values());
        });
        expect(within(intervalOf(left), forecast.get(group) ?? { fewest: 0, most: -1 })).toBe(true);
      });
    }
  }
});

/** Three zones of one node each. */
const NODES: readonly Node[] = ['a', 'b', 'c'].map((zone) => ({
  name: `node-${zone}`,
  labels: { [ZONE]: zone, [HOSTNAME]: `node-${zone}` },
  taints: [],
  cpu: 4000,
  memory: 8e9,
  pods: 110,
}));

const spread = (more: JsonObject): JsonObject => ({
  topologySpreadConstraints: [
    {
      topologyKey: ZONE,
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
      ...more,
    },
  ],
});

const group = (wanted: number, more: Partial<PodGroup> = {}): PodGroup => ({
  name: 'web',
  namespace: 'shop',
  labels: { app: 'web' },
  wanted,
  cpu: 1000,
  memory: 1e9,
  pods: 1,
  priority: 0,
  preempts: true,
  returns: true,
  spec: {},
  ...more,
});

const worldWith = (...groups: PodGroup[]): World => ({ nodes: NODES, groups, namespaceLabels: () => ({}) });
const lostA: ReadonlySet<Node> = new Set(NODES.slice(0, 1));

test('worlds that differ in one number are searched one by one, though searches are remembered', () => {
  const beside = [{ topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } }];
  const spec = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: beside } } };
  const placed = (cpu: number, more: Partial<PodGroup> = {}) => {
    const web = group(6, { spec, ...more });
    return forecastPlaced({ ...worldWith(web), nodes: NODES.map((node) => ({ ...node, cpu })) }).get(web);
  };
  expect(placed(4000)).toEqual({ fewest: 4, most: 4 });
  expect(placed(2000)).toEqual({ fewest: 2, most: 2 });
  expect(placed(4000, { cpu: 2000 })).toEqual({ fewest: 2, most: 2 });
  expect(placed(4000, { wanted: 3 })).toEqual({ fewest: 3, most: 3 });
  expect(placed(4000)).toEqual({ fewest: 4, most: 4 });
});

describe('a zone of three is lost, six pods', () => {
  const placed = (more: JsonObject, wanted = 6) => {
    const web = group(wanted, { spec: spread(more), cpu: 500 });
    return forecastAfterLoss(worldWith(web), lostA).get(web);
  };

  test('dead nodes do not count: all pods are placed', () => {
    expect(placed({ nodeTaintsPolicy: 'Honor', minDomains: 2 })).toEqual({ fewest: 6, most: 6 });
  });

  test('dead nodes count, or three zones must be there: two pods wait', () => {
    expect(placed({})).toEqual({ fewest: 4, most: 4 });
    expect(placed({ nodeTaintsPolicy: 'Honor', minDomains: 3 })).toEqual({ fewest: 4, most: 4 });
  });

  test('the reason is reported in the words of the scheduler', () => {
    const web = group(6, { spec: spread({}), cpu: 500 });
    expect(reasons(worldWith(web), lostA, web).join()).toContain("didn't match pod topology spread constraints");
  });
});

test('where there is too much for a search, the reason is that of one order of many', () => {
  const nodes = Array.from({ length: 30 }, (_, index): Node => {
    const labels = { [ZONE]: `zone-${index % 3}`, [HOSTNAME]: `node-${index}` };
    return { name: `node-${index}`, labels, taints: [], cpu: 4000, memory: 8e9, pods: 110 };
  });
  const groups = Array.from({ length: 5 }, (_, index) => group(30, { labels: { app: `web-${index}` } }));
  const lost: ReadonlySet<Node> = new Set(nodes.slice(0, 1));
  const [first] = groups;
  expect(first && reasons({ ...worldWith(...groups), nodes }, lost, first)).toEqual([]);
  const last = group(1, { labels: { app: 'last' }, cpu: 5000 });
  expect(reasons({ ...worldWith(...groups, last), nodes }, lost, last)).toEqual([
    '1 untolerated taint',
    '29 insufficient cpu',
  ]);
});

test('pods that no controller recreates leave their room to others', () => {
  // one of each is on either node, and the room left on a node takes one of the two lost pods
  const webAfterLoss = (returns: boolean) => {
    const own = (app: string) => spread({ nodeTaintsPolicy: 'Honor', labelSelector: { matchLabels: { app } } });
    const db = group(2, { labels: { app: 'db' }, returns, spec: own('db') });
    const web = group(2, { cpu: 1500, spec: own('web') });
    return forecastAfterLoss({ ...worldWith(db, web), nodes: NODES.slice(0, 2) }, lostA).get(web);
  };
  expect(webAfterLoss(true)).toEqual({ fewest: 1, most: 2 });
  expect(webAfterLoss(false)).toEqual({ fewest: 2, most: 2 });
});

describe('pods that are bound to their zone, or not replaced', () => {
  const own = spread({ nodeTaintsPolicy: 'Honor' });
  const [first, ...others] = NODES;
  const afterLoss = (pods: PodGroup, nodes: readonly Node[], how?: 'drained') =>
    forecastAfterLoss({ ...worldWith(pods), nodes }, new Set(nodes.slice(0, 1)), how).get(pods);

  test('without volumes too, those of a lost node stay away', () => {
    expect(afterLoss(group(3, { returns: false, spec: own }), NODES)).toEqual({ fewest: 2, most: 2 });
    expect(afterLoss(group(3, { returns: false }), NODES)).toEqual({ fewest: 0, most: 3 });
  });

  test('those that had to wait have no volume yet, and come where there is room', () => {
    // the first zone has room for one, so that the spread leaves two of five waiting
    const nodes = [...(first === undefined ? [] : [{ ...first, cpu: 1000 }]), ...others.slice(0, 1)];
    const db = group(5, { spec: own, boundTo: ZONE, returns: false, returnsEvicted: true });
    expect(forecastPlaced({ ...worldWith(db), nodes }).get(db)).toEqual({ fewest: 3, most: 3 });
    expect(afterLoss(db, nodes)).toEqual({ fewest: 4, most: 4 });
    expect(afterLoss(db, nodes, 'drained')).toEqual({ fewest: 4, most: 4 });
    expect(afterLoss({ ...db, wanted: 3 }, nodes, 'drained')).toEqual({ fewest: 2, most: 2 });
  });
});

test('zones that a pod does not want count only where their affinity is ignored', () => {
  const takes = (more: JsonObject) => {
    const web = group(4, { spec: { ...spread(more), nodeSelector: { pool: 'here' } } });
    const nodes = NODES.map((node, index) => ({
      ...node,
      labels: { ...node.labels, pool: index < 2 ? 'here' : 'there' },
    }));
    return new Rules({ ...worldWith(web), nodes }).takes(Uint16Array.of(1, 1, 0), 0, 0);
  };
  expect(takes({})).toBe(true);
  expect(takes({ nodeAffinityPolicy: 'Ignore' })).toBe(false);
});

test('scheduling gates keep pods from every node, in words of their own', () => {
  const gated = group(3, { spec: { schedulingGates: [{ name: 'example.com/wait' }] } });
  const world = worldWith(gated, group(2, { name: 'other', labels: { app: 'other' } }));
  expect([...forecastPlaced(world).values()]).toEqual([
    { fewest: 0, most: 0 },
    { fewest: 2, most: 2 },
  ]);
  expect(reasons(world, new Set(), gated)).toEqual(['3 waiting for scheduling gates']);
  const open = group(3, { spec: { schedulingGates: [] } });
  expect(forecastPlaced(worldWith(open)).get(open)).toEqual({ fewest: 3, most: 3 });
});

test('keys whose values may not be the same leave a pod beside those that have its own', () => {
  const terms = (more: JsonObject) => [{ topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } }, ...more }];
  const placed = (more: JsonObject, labels: JsonObject) => {
    const spec = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms(more) } } };
    const [one, other] = [group(4, { labels, spec }), group(1, { name: 'other', labels: { app: 'web', tenant: 'b' } })];
    return forecastPlaced({ ...worldWith(one, other), nodes: NODES.slice(0, 1) }).get(one);
  };
  const [tenant, withoutTenant] = [{ app: 'web', tenant: 'a' }, { app: 'web' }];
  expect(placed({}, tenant)).toEqual({ fewest: 0, most: 1 });
  // beside its own, but not beside those of another tenant
  expect(placed({ mismatchLabelKeys: ['tenant'] }, tenant)).toEqual({ fewest: 0, most: 4 });
  expect(placed({ mismatchLabelKeys: ['tenant'] }, withoutTenant)).toEqual({ fewest: 0, most: 1 });
});

describe('priority', () => {
  const low = group(3, { name: 'low', labels: { app: 'low' }, cpu: 4000, priority: -5 });

  test('pods of lower priority make way, and wait', () => {
    const high = group(2, { cpu: 4000, priority: 0 });
    const forecast = forecastPlaced(worldWith(low, high));
    expect([forecast.get(high), forecast.get(low)]).toEqual([
      { fewest: 2, most: 2 },
      { fewest: 1, most: 1 },
    ]);
  });

  test('unless those of higher priority may not have others removed', () => {
    const meek = group(2, { cpu: 4000, priority: 0, preempts: false });
    expect(forecastPlaced(worldWith(low, meek)).get(meek)).toEqual({ fewest: 0, most: 2 });
  });

  test('or want to be beside those that would have to make way', () => {
    const beside: JsonObject = {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: HOSTNAME, labelSelector: { matchLabels: { app: 'low' } } },
      ],
    };
    const world: World = {
      nodes: NODES.slice(0, 1),
      groups: [
        group(4, { name: 'low', labels: { app: 'low' } }),
        group(2, {
          name: 'high',
          labels: { app: 'high' },
          priority: 1000,
          spec: { affinity: { podAffinity: beside } },
        }),
      ],
      namespaceLabels: () => ({}),
    };
    const { hosts, apps } = asWitnessed(world, new Set());
    const intervals = [
      { fewest: 2, most: 4 },
      { fewest: 0, most: 2 },
    ];
    expect([...forecastPlaced(world).values()]).toEqual(intervals);
    expect(outcomes(hosts, apps).map(intervalOf)).toEqual(intervals);
  });
});

test('of equals that compete, who comes first decides', () => {
  const [one, other] = [group(3, { cpu: 4000 }), group(3, { name: 'other', labels: { app: 'other' }, cpu: 4000 })];
  const forecast = forecastPlaced(worldWith(one, other));
  expect([forecast.get(one), forecast.get(other)]).toEqual([
    { fewest: 0, most: 3 },
    { fewest: 0, most: 3 },
  ]);
});

describe('pods of DaemonSets', () => {
  const agent = (more: Partial<PodGroup>) => group(1, { name: 'agent', labels: { app: 'agent' }, ...more });

  test('take nothing of a node that they do not fit on', () => {
    const nodes = NODES.map((node, index) => ({ ...node, memory: index === 1 ? 2e9 : 8e9 }));
    const left = nodes.map((node) => lessDaemons(node, [agent({ cpu: 0, memory: 4e9 })]));
    expect(left.map(({ memory, pods }) => [memory, pods])).toEqual([
      [4e9, 109],
      [2e9, 110],
      [4e9, 109],
    ]);
    const web = group(4, { cpu: 100 });
    expect(forecastPlaced({ ...worldWith(web), nodes: left }).get(web)).toEqual({ fewest: 4, most: 4 });
  });

  test('a node without room takes no pod, and none from other nodes', () => {
    const nodes = NODES.map((node, index) => ({ ...node, cpu: index === 0 ? 4000 : -1000 }));
    const web = group(6);
    expect(forecastPlaced({ ...worldWith(web), nodes }).get(web)).toEqual({ fewest: 4, most: 4 });
  });

  test('find their places by priority', () => {
    const daemons = [agent({ cpu: 3000 }), agent({ cpu: 2000, priority: 1000 })];
    expect(NODES.map((node) => lessDaemons(node, daemons).cpu)).toEqual([2000, 2000, 2000]);
  });
});

test('more pods than a search can count have bounds', () => {
  const together: JsonObject = {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'web' } } },
    ],
  };
  const web = group(70_000, { cpu: 0, memory: 0, spec: { affinity: { podAffinity: together } } });
  const [node] = NODES.map((one) => ({ ...one, pods: Infinity }));
  const world: World = { ...worldWith(web), nodes: node === undefined ? [] : [node] };
  expect(forecastPlaced(world).get(web)).toEqual({ fewest: 0, most: 70_000 });
});

describe('beyond what can be searched', () => {
  const nodes = Array.from({ length: 30 }, (_, index): Node => {
    const labels = { [ZONE]: `z${index % 3}`, [HOSTNAME]: `n${index}`, rack: `r${index % 2}` };
    return { name: `n${index}`, labels, taints: [], cpu: 4000, memory: 8e9, pods: 29 };
  });
  const web = { matchLabels: { app: 'web' } };
  const overHosts = { topologyKey: HOSTNAME, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: web };
  const strict: JsonObject = {
    topologySpreadConstraints: [...list(spread({ nodeTaintsPolicy: 'Honor' }).topologySpreadConstraints), overHosts],
  };
  const apart = (topologyKey: string): JsonObject => ({
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: web }] },
    },
  });
  const others = (wanted: number) => group(wanted, { name: 'other', labels: { app: 'other' }, cpu: 4000 });
  const placed = (spec: JsonObject, wanted: number, filling: number) => {
    const pods = group(wanted, { cpu: 50, memory: 1e6, spec });
    return forecastPlaced({ ...worldWith(pods, others(filling)), nodes }).get(pods);
  };

  test('pods that are spread over zones and nodes find room in zones that others cannot fill', () => {
    expect(placed(strict, 9, 4)).toEqual({ fewest: 9, most: 9 });
    expect(placed({ ...spread({}), ...apart(HOSTNAME) }, 9, 4)).toEqual({ fewest: 9, most: 9 });
    // each zone is looked at by itself, as if those eight were all on its ten nodes
    expect(placed(strict, 9, 8)).toEqual({ fewest: 6, most: 9 });
    // they fill a zone, and one pod finds a place in each other one
    expect(placed(strict, 9, 10)).toEqual({ fewest: 2, most: 9 });
  });

  test('after the loss of a zone too, and the other zones have their share', () => {
    const pods = group(9, { cpu: 50, memory: 1e6, spec: strict });
    const world = { ...worldWith(pods), nodes };
    const lost = new Set(nodes.filter(({ labels }) => labels[ZONE] === 'z0'));
    expect(forecastAfterLoss(world, lost).get(pods)).toEqual({ fewest: 9, most: 9 });
    expect(forecastLeft(world, ZONE, 1).get(pods)).toEqual({ fewest: 6, most: 6 });
    expect(forecastLeft(world, HOSTNAME, 1).get(pods)).toEqual({ fewest: 8, most: 8 });
  });

  test('pods that keep apart find room in each domain that others cannot fill', () => {
    expect(placed(apart(HOSTNAME), 9, 0)).toEqual({ fewest: 9, most: 9 });
    expect(placed(apart(HOSTNAME), 29, 4)).toEqual({ fewest: 26, most: 29 });
    expect(placed(apart(HOSTNAME), 40, 0)).toEqual({ fewest: 30, most: 30 });
    expect(placed(apart(ZONE), 9, 0)).toEqual({ fewest: 3, most: 3 });
  });

  test('a domain that crosses zones bars nodes in each of them', () => {
    const pods = group(9, { cpu: 50, memory: 1e6, spec: { ...spread({}), ...apart('rack') } });
    expect(boundPlaced({ ...worldWith(pods), nodes }, pods)).toEqual({ fewest: 2, most: 2 });
    const oneRack = nodes.map((node) => ({ ...node, labels: { ...node.labels, rack: 'r0' } }));
    expect(boundPlaced({ ...worldWith(pods), nodes: oneRack }, pods)).toEqual({ fewest: 1, most: 1 });
  });

  test('anti-affinity with others leaves only what can be at most', () => {
    const shy = { ...apart(HOSTNAME), ...spread({}) };
    const pods = group(9, { cpu: 50, memory: 1e6, spec: shy });
    const alike = group(9, { name: 'alike', cpu: 50, memory: 1e6 });
    expect(boundPlaced({ ...worldWith(pods, alike), nodes }, pods)).toEqual({ fewest: 0, most: 9 });
  });
});

describe('as many pods as an autoscaler may want', () => {
  const MOST = 2_147_483_647;

  test('are counted, not tried one by one', () => {
    const full = group(MOST, { spec: spread({}) });
    const roomy = group(MOST, { spec: spread({}), cpu: 0, memory: 0 });
    expect(forecastPlaced(worldWith(full)).get(full)).toEqual({ fewest: 12, most: 12 });
    const nodes = NODES.map((node) => ({ ...node, pods: Infinity }));
    // one zone has a third of them and one more
    const left = forecastLeft({ ...worldWith(roomy), nodes }, ZONE, 1).get(roomy);
    expect(left).toEqual({ fewest: 1_431_655_764, most: 1_431_655_764 });
  });

  test('share domains as those do that can be tried', () => {
    const domains = [0, 1, 2, 3];
    const nodes = NODES.slice(0, 1).flatMap((node) =>
      domains.map((domain) => ({ ...node, labels: { [ZONE]: `z${domain}` } })),
    );
    for (const skew of [1, 2, 3]) {
      for (const wanted of [1, 2, 5, 8, 11]) {
        const web = group(wanted, { spec: spread({ maxSkew: skew }) });
        const shares = waysToLay(wanted, domains.length)
          .filter((pods) => Math.max(...pods) - Math.min(...pods) <= skew)
          .map((pods) => pods.toSorted((a, b) => b - a));
        for (const count of [1, 2, 3]) {
          const most = Math.max(...shares.map((pods) => pods.slice(0, count).reduce((sum, one) => sum + one, 0)));
          expect(groupIndexOf({ ...worldWith(web), nodes }).share(web, nodes, { key: ZONE, count })).toBe(most);
        }
      }
    }
  });
});

/** Every distribution of pods over places. */
function waysToLay(pods: number, places: number): number[][] {
  if (places === 1) return [[pods]];
  return Array.from({ length: pods + 1 }, (_, here) => here).flatMap((here) =>
    waysToLay(pods - here, places - 1).map((rest) => [here, ...rest]),
  );
}

test('a cluster too large for a search has bounds, at once', () => {
  const nodes = Array.from({ length: 60 }, (_, index) => ({
    ...NODES[index % 3],
    name: `n${index}`,
    labels: { [ZONE]: `z${index % 3}`, [HOSTNAME]: `n${index}` },
    taints: [],
    cpu: 4000,
    memory: 8e9,
    pods: 110,
  }));
  const groups = Array.from({ length: 8 }, (_, index) =>
    group(20, { name: `w${index}`, labels: { app: `w${index}` }, cpu: 700 }),
  );
  const forecast = forecastPlaced({ nodes, groups, namespaceLabels: () => ({}) });
  expect([...forecast.values()]).toEqual(groups.map(() => ({ fewest: 20, most: 20 })));
});
