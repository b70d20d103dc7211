// Workloads that differ in their names only are asked once: the answers are those of each by itself, and the calls are counted.
import { worldOf as worldOfTrial } from '../../../e2e/scheduling/prediction';
import { Random } from '../../../e2e/scheduling/random';
import { trialOf } from '../../../e2e/scheduling/trial';
import { list } from '../../../lib/analysis/objects/read-json';
import {
  forecastAfterLoss,
  forecastBeside,
  forecastLeft,
  forecastPlaced,
} from '../../../lib/analysis/scheduling/forecast';
import { factsOf, worldBeside } from '../../../lib/analysis/scheduling/group-facts';
import type { Interval, Node, PodGroup, World } from '../../../lib/analysis/scheduling/world';
import { HOSTNAME, ZONE } from '../../../lib/model/manifest/well-known';
import { countCalls, stopCounting } from '../../growth/support/calls';

afterAll(stopCounting);

const NODES: readonly Node[] = ['a', 'b', 'c'].map((zone) => ({
  name: zone,
  labels: { [ZONE]: zone, [HOSTNAME]: zone },
  taints: [],
  cpu: 400_000,
  memory: 8e12,
  pods: 4000,
}));

/** A service that is spread over zones, and counts its own pods. */
function service(name: string, more: Partial<PodGroup> = {}): PodGroup {
  const constraint = {
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: name } },
  };
  return {
    name,
    namespace: 'shop',
    labels: { app: name },
    wanted: 3,
    cpu: 100,
    memory: 1e8,
    pods: 1,
    priority: 0,
    preempts: true,
    returns: true,
    spec: { topologySpreadConstraints: [constraint] },
    ...more,
  };
}

const worldOf = (groups: readonly PodGroup[]): World => ({ nodes: NODES, groups, namespaceLabels: () => ({}) });

const services = (count: number): PodGroup[] => Array.from({ length: count }, (_, index) => service(`web-${index}`));

/** Pods for each of a trial: more than a search counts, so that bounds answer. */
const TIMES = 0x10000;

/** A random world in which most workloads have twins. */
function randomWorld(seed: number): { readonly world: World; readonly lost: ReadonlySet<Node> } {
  const random = new Random(seed);
  const { world, lost } = worldOfTrial(trialOf(seed, { zones: 3, nodesPerZone: 2, workloads: 2, replicas: 3 }));
  const nodes = world.nodes.map((node) => ({
    ...node,
    cpu: TIMES * node.cpu,
    memory: TIMES * node.memory,
    pods: TIMES * node.pods,
  }));
  const isLost = new Set([...lost].map(({ name }) => name));
  const groups = world.groups.flatMap((group) => {
    const more = {
      returns: random.chance(0.8),
      preempts: random.chance(0.8),
      ...(random.chance(0.2) ? { boundTo: `zone.trial/${seed}` } : {}),
    };
    return ['', '-twin', '-third'].slice(0, random.whole(1, 3)).map((suffix) => {
      const wanted = TIMES * (random.chance(0.1) ? 1 : group.wanted);
      return { ...renamed(group, `${group.name}${suffix}`), ...more, wanted };
    });
  });
  return { world: { ...world, nodes, groups }, lost: new Set(nodes.filter(({ name }) => isLost.has(name))) };
}

/** The group under another name, which its own selectors follow. */
const renamed = (group: PodGroup, name: string): PodGroup =>
  JSON.parse(JSON.stringify(group).replaceAll(`"${group.name}"`, JSON.stringify(name)));

/** The same workloads, each unlike all others: it tolerates a taint of its own, which no node has. */
function unlike(world: World): World {
  const groups = world.groups.map((group, index) => {
    const tolerations = [...list(group.spec.tolerations), { key: `taint-${index}`, operator: 'Exists' }];
    return { ...group, spec: { ...group.spec, tolerations } };
  });
  return { ...world, groups };
}

type Question = (world: World, lost: ReadonlySet<Node>, seed: number) => ReadonlyMap<PodGroup, Interval>;

const QUESTIONS: readonly Question[] = [
  (world) => forecastPlaced(world),
  (world, _, seed) => forecastLeft(world, `zone.trial/${seed}`, 1),
  (world, _, seed) => forecastLeft(world, `host.trial/${seed}`, 2),
  (world, lost) => forecastAfterLoss(world, lost),
  (world, lost) => forecastAfterLoss(world, lost, 'drained'),
];

test('over random worlds, each answer is that of a workload which is asked by itself', () => {
  let [shared, open] = [0, 0];
  for (let seed = 1; seed <= 100; seed++) {
    const { world, lost } = randomWorld(seed);
    const apart = unlike(world);
    expect(factsOf(apart).kinds.size).toBe(apart.groups.length);
    if (factsOf(world).kinds.size < world.groups.length) shared++;
    for (const ask of QUESTIONS) {
      const answers = [...ask(world, lost, seed).values()];
      expect(answers).toEqual([...ask(apart, lost, seed).values()]);
      if (answers.some(({ fewest, most }) => fewest !== most)) open++;
    }
  }
  // or this would say little
  expect(shared).toBeGreaterThan(25);
  expect(open).toBeGreaterThan(100);
});

/** The groups in two namespaces; some keep others apart from themselves, wherever these are. */
function scattered(groups: readonly PodGroup[], seed: number): PodGroup[] {
  const random = new Random(seed);
  return groups.map((group) => {
    const namespace = random.pick(['one', 'two']);
    const labelSelector = { matchLabels: { app: random.pick(groups).labels.app ?? '' } };
    const term = { topologyKey: `host.trial/${seed}`, namespaceSelector: {}, labelSelector };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    return { ...group, namespace, ...(random.chance(0.15) ? { spec: { ...group.spec, affinity } } : {}) };
  });
}

test('over random worlds, further pods are placed beside others as in a world that is made of all at once', () => {
  let kept = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const { world } = randomWorld(seed);
    const groups = scattered(world.groups, seed);
    const random = new Random(seed);
    const added = groups
      .filter(() => random.chance(0.4))
      .map((group) => ({ ...group, labels: { ...group.labels, 'pod-template-hash': 'next' }, wanted: TIMES }));
    const beside = worldBeside({ ...world, groups }, added);
    const whole = { ...world, groups: [...groups, ...added] };
    const asked = new Set(added);
    expect([...forecastBeside(beside, asked).values()]).toEqual([...forecastBeside(whole, asked).values()]);
    const [found, expected] = [factsOf(beside), factsOf(whole)];
    expect([...found.kinds.values()].sort()).toEqual([...expected.kinds.values()].sort());
    for (const group of whole.groups) {
      expect(expected.likeOf(found.likeOf(group))).toBe(expected.likeOf(group));
      expect(found.isKeptApart(group)).toBe(expected.isKeptApart(group));
      expect(found.countsOwnOnly(group)).toBe(expected.countsOwnOnly(group));
      expect(found.keysApart(group)).toEqual(expected.keysApart(group));
      if (expected.isKeptApart(group)) kept++;
    }
  }
  expect(kept).toBeGreaterThan(25);
});

/** How often bounds are asked for in all that a table asks of a world. */
async function questions(groups: readonly PodGroup[]): Promise<number> {
  const calls = await countCalls(
    (path) => (path.endsWith('scheduling/bounds.ts') ? 'bounds' : undefined),
    () => {
      const world = worldOf(groups);
      forecastPlaced(world);
      forecastLeft(world, ZONE, 1);
      forecastAfterLoss(world, new Set(NODES.slice(0, 1)));
    },
  );
  return calls.get('bounds boundPlaced') ?? 0;
}

test('as many questions for forty alike workloads as for one, and more for one that differs', async () => {
  const one = await questions(services(1));
  expect(one).toBeGreaterThan(0);
  expect(await questions(services(40))).toBe(one);
  expect(await questions([...services(40), service('big', { cpu: 200 })])).toBe(2 * one);
});

test.each([
  ['requests', { cpu: 300_000 }],
  ['a number of pods', { wanted: 4 }],
  ['a priority', { priority: 5 }],
  ['a node selector', { spec: { nodeSelector: { [ZONE]: 'a' } } }],
  ['a toleration', { spec: { tolerations: [{ operator: 'Exists' }] } }],
  ['a device', { extended: { 'example.com/gpu': 1 } }],
  ['a volume', { boundTo: ZONE }],
  ['no replacement', { returns: false }],
  ['the pods of others in its spread', { labels: { app: 'web-0' } }],
] as const)('%s of its own keeps a workload apart from others', async (_, more) => {
  const lonely = new Set(NODES.slice(0, 1));
  const odd = service('odd', more);
  const mixed = worldOf([...services(5), odd]);
  for (const ask of [
    forecastPlaced,
    (world: World) => forecastLeft(world, ZONE, 1),
    (world: World) => forecastAfterLoss(world, lonely),
  ]) {
    // the same answer where it is asked first, so that no other stands for it
    expect(ask(mixed).get(odd)).toEqual(ask(worldOf([odd, ...services(5)])).get(odd));
  }
  expect(await questions([...services(5), odd])).toBeGreaterThan(await questions(services(5)));
});
