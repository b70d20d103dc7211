// Packing: against a search over every packing, and against pods that are placed in random order on random nodes.
import { type NodeRoom, nodesFor, type PodGroup, podsInZone, podsOnNode } from '../../../lib/model/nodes/packing';
import { seeded } from '../../support/random';

const ROOM: NodeRoom = { cpu: 4, memory: 16, pods: 10 };
const group = (pods: number, cpu: number, memory: number, name = 'web'): PodGroup => ({ name, pods, cpu, memory });

describe('pods of one size', () => {
  test.each<[string, PodGroup, number]>([
    ['CPU binds', group(1, 1.5, 1), 2],
    ['memory binds', group(1, 0.1, 5), 3],
    ['the number of pods binds', group(1, 0.01, 0.01), 10],
    ['an error of rounding takes none away', group(1, 0.4, 1), 10],
    ['larger than a node', group(1, 5, 1), 0],
  ])('%s', (_, pod, each) => {
    expect(podsOnNode(ROOM, pod)).toBe(each);
  });

  test('the nodes are exact', () => {
    expect(nodesFor(ROOM, [group(7, 1.5, 1)])).toEqual({ value: 4, because: '7 pods of web, 2 on a node: 4 nodes' });
    expect(nodesFor(ROOM, [group(8, 1.5, 1)]).value).toBe(4);
    expect(nodesFor(ROOM, []).value).toBe(0);
    expect(nodesFor(ROOM, [group(0, 1, 1)]).value).toBe(0);
  });
});

describe('pods of one size in several workloads', () => {
  test('need what those of one workload need', () => {
    const one = nodesFor(ROOM, [group(72, 1, 1)]).value;
    expect(nodesFor(ROOM, [group(60, 1, 1, 'web'), group(0, 3, 3, 'none'), group(12, 1, 1, 'jobs')])).toEqual({
      value: one,
      because: '72 pods of web, jobs, 4 on a node: 18 nodes',
    });
  });

  test.each([
    ['CPU', group(12, 1.001, 1, 'jobs')],
    ['memory', group(12, 1, 1.001, 'jobs')],
  ])('another %s is another size', (_, jobs) => {
    expect(nodesFor(ROOM, [group(60, 1, 1), jobs]).value).toBeGreaterThan(18);
  });
});

test('a small pod on every node can leave no place for a large one', () => {
  // 2 nodes pack them: 4 large ones on one, 4 small ones on the other
  const groups = [group(4, 1, 1, 'large'), group(4, 0.1, 0.1, 'small')];
  expect(nodesFor(ROOM, groups)).toEqual({
    value: 2,
    because: 'of large 4, small 4, the others can block the last of large on at most 1 node: 2 nodes',
  });
  // every pod takes a node of its own for the one that wants a whole node
  expect(nodesFor(ROOM, [group(1, 4, 1, 'whole'), group(3, 0.1, 0.1, 'small')]).value).toBe(4);
});

describe('random groups', () => {
  interface Case {
    readonly room: NodeRoom;
    readonly groups: readonly PodGroup[];
  }

  function draw(random: () => number, most: number): Case {
    const room = { cpu: 2 + random() * 6, memory: 4 + random() * 28, pods: 3 + Math.floor(random() * 8) };
    const kinds = 1 + Math.floor(random() * 3);
    const groups = Array.from({ length: kinds }, (_, kind) =>
      group(
        Math.ceil((random() * most) / kinds),
        (0.02 + random() * 0.98) * room.cpu * (random() < 0.5 ? 1 : 0.3),
        (0.02 + random() * 0.98) * room.memory * (random() < 0.5 ? 1 : 0.3),
        `w${kind}`,
      ),
    );
    return { room, groups };
  }

  const pods = ({ groups }: Case): PodGroup[] => groups.flatMap((one) => Array.from({ length: one.pods }, () => one));

  interface Node {
    cpu: number;
    memory: number;
    pods: number;
  }

  const fits = ({ room }: Case, node: Node, pod: PodGroup): boolean =>
    node.pods < room.pods && node.cpu + pod.cpu <= room.cpu && node.memory + pod.memory <= room.memory;

  /** Whether some packing has a place for all of them: every pod is tried on every node. */
  function packs(described: Case, nodes: Node[], rest: readonly PodGroup[]): boolean {
    const [pod, ...others] = rest;
    if (pod === undefined) return true;
    const tried = new Set<string>();
    return nodes.some((node) => {
      const state = `${node.cpu} ${node.memory} ${node.pods}`;
      if (tried.has(state) || !fits(described, node, pod)) return false;
      tried.add(state);
      const before = { ...node };
      node.cpu += pod.cpu;
      node.memory += pod.memory;
      node.pods++;
      const found = packs(described, nodes, others);
      Object.assign(node, before);
      return found;
    });
  }

  const empty = (count: number): Node[] => Array.from({ length: count }, () => ({ cpu: 0, memory: 0, pods: 0 }));

  function fewest(described: Case): number {
    const all = pods(described).sort((a, b) => b.cpu + b.memory - a.cpu - a.memory);
    let count = 0;
    while (!packs(described, empty(count), all)) count++;
    return count;
  }

  /** Nodes that a scheduler without a plan needs: any node with a place, in any order; another is ordered only where none has. */
  function needed(described: Case, random: () => number): number {
    const rest = pods(described);
    const nodes: Node[] = [];
    while (rest.length > 0) {
      const [pod] = rest.splice(Math.floor(random() * rest.length), 1);
      if (pod === undefined) break;
      const places = nodes.filter((node) => fits(described, node, pod));
      const place = places[Math.floor(random() * places.length)];
      const node = place ?? { cpu: 0, memory: 0, pods: 0 };
      if (place === undefined) nodes.push(node);
      node.cpu += pod.cpu;
      node.memory += pod.memory;
      node.pods++;
    }
    return nodes.length;
  }

  test('never fewer than the best packing of 300 sets; equal to it for one size', () => {
    const random = seeded(6_2026);
    let ratio = 0;
    let ofOneSize = 0;
    for (let trial = 0; trial < 300; trial++) {
      const described = draw(random, 8);
      const nodes = nodesFor(described.room, described.groups).value;
      const best = fewest(described);
      expect({ described, best, enough: nodes >= best }).toEqual({ described, best, enough: true });
      if (described.groups.length === 1) {
        ofOneSize++;
        expect(nodes).toBe(best);
      }
      ratio = Math.max(ratio, nodes / best);
    }
    expect(ofOneSize).toBeGreaterThan(20);
    // what the freedom of the scheduler costs, at most
    expect(ratio).toBeLessThanOrEqual(2);
  });

  test('never fewer than what a random order on random nodes takes, and sometimes just that', () => {
    const random = seeded(12_2026);
    let tight = 0;
    for (let trial = 0; trial < 400; trial++) {
      const described = draw(random, 40);
      const nodes = nodesFor(described.room, described.groups).value;
      for (let order = 0; order < 10; order++) {
        const taken = needed(described, random);
        expect({ described, taken: Math.min(taken, nodes) }).toEqual({ described, taken });
        if (taken === nodes && described.groups.length > 1) tight++;
      }
    }
    expect(tight).toBeGreaterThan(0);
  });

  test('never fewer with one pod more', () => {
    const random = seeded(1_2026);
    for (let trial = 0; trial < 500; trial++) {
      const { room, groups } = draw(random, 40);
      const before = nodesFor(room, groups).value;
      const grown = Math.floor(random() * groups.length);
      const more = groups.map((one, index) => (index === grown ? { ...one, pods: one.pods + 1 } : one));
      expect(nodesFor(room, more).value).toBeGreaterThanOrEqual(before);
      const another = group(1, room.cpu * random(), room.memory * random(), 'another');
      expect(nodesFor(room, [...groups, another]).value).toBeGreaterThanOrEqual(before);
    }
  });
});

describe('pods in one zone', () => {
  test.each([
    [9, 3, 1, 3],
    [10, 3, 1, 4],
    [1, 3, 1, 1],
    [0, 3, 1, 0],
    [9, 3, 2, 4],
    [1, 3, 2, 1],
    [36, 1, 2, 36],
  ])('%i over %i zones in %i revisions: %i', (pods, zones, revisions, most) => {
    expect(podsInZone(pods, zones, revisions)).toBe(most);
  });

  test('the worst split into two revisions, each spread as evenly as it can be', () => {
    for (let pods = 0; pods <= 40; pods++) {
      for (let zones = 1; zones <= 5; zones++) {
        const splits = Array.from(
          { length: pods + 1 },
          (_, old) => Math.ceil(old / zones) + Math.ceil((pods - old) / zones),
        );
        expect(podsInZone(pods, zones, 2)).toBe(Math.max(...splits));
      }
    }
  });
});
