// Headroom: its size against what grows, and against growth that is placed on it.

import { parseQuantity } from '../../../lib/model/manifest/quantity';
import { deriveHeadroom, type Growing, HEADROOM_PRIORITY } from '../../../lib/model/nodes/headroom';
import { seeded } from '../../support/random';

const WEB: Growing = { name: 'web', pods: 9, cpu: '2', memory: '4Gi' };
const derive = (growing: readonly Growing[], zones = 3) => deriveHeadroom({ zones, growing });

test('the autoscaler orders nodes for it, and every other pod comes before it', () => {
  expect(HEADROOM_PRIORITY).toBeGreaterThanOrEqual(-10);
  expect(HEADROOM_PRIORITY).toBeLessThanOrEqual(-1);
});

describe('P2 the size', () => {
  test('one place for each pod that comes, in each zone', () => {
    expect(derive([WEB])).toEqual({
      problems: [],
      plan: {
        podsPerZone: { value: 3, because: 'web 3 pods = 3 places' },
        pods: { value: 9, because: 'web 3 pods = 3 places × 3 zones = 9 pods' },
        headroom: { pods: 9, cpu: '2', memory: '4Gi' },
      },
    });
  });

  test('a share of a pod in each zone is a pod in each zone', () => {
    expect(derive([{ ...WEB, pods: 10 }]).plan?.headroom.pods).toBe(12);
    expect(derive([{ ...WEB, pods: 1 }]).plan?.headroom.pods).toBe(3);
    expect(derive([{ ...WEB, pods: 10 }], 0).plan?.headroom.pods).toBe(10);
  });

  test('each is as large as the largest in CPU and in memory, and holds several small ones', () => {
    const api = { name: 'api', pods: 12, cpu: '500m', memory: '8Gi' };
    const cache = { name: 'cache', pods: 12, cpu: '500m', memory: '1Gi' };
    const { plan } = derive([WEB, api, cache]);
    expect(plan?.headroom).toEqual({ pods: 3 * (3 + 4 + 1), cpu: '2', memory: '8Gi' });
    expect(plan?.podsPerZone.because).toBe('web 3 pods + api 4 pods + cache 4 pods, 4 in a place = 8 places');
  });

  test('what does not grow takes no place', () => {
    expect(derive([WEB, { ...WEB, name: 'api', cpu: '64', pods: 0 }]).plan?.headroom.pods).toBe(9);
  });

  test('growth that is spread over zones finds a place in each, in any order', () => {
    const random = seeded(7_2026);
    for (let trial = 0; trial < 300; trial++) {
      const zones = 1 + Math.floor(random() * 4);
      const growing = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => ({
        name: `w${index}`,
        pods: 1 + Math.floor(random() * 20),
        cpu: `${50 + Math.floor(random() * 1000)}m`,
        memory: `${64 + Math.floor(random() * 2000)}Mi`,
      }));
      const { plan } = derive(growing, zones);
      const place = plan?.headroom;
      if (place === undefined) throw new Error('no plan');
      const inZone = (growing: Growing) => Math.ceil(growing.pods / zones);
      const sum = (what: 'cpu' | 'memory') =>
        growing.reduce((all, one) => all + BigInt(inZone(one)) * (parseQuantity(one[what]) ?? 0n), 0n);
      const held = (what: 'cpu' | 'memory') => BigInt(place.pods / zones) * (parseQuantity(place[what]) ?? 0n);
      // evicting a place makes room for a pod of any workload that has used up its last
      let places = place.pods / zones;
      const waiting = growing.flatMap((one) => Array.from({ length: inZone(one) }, () => one));
      const open = new Map<string, { cpu: bigint; memory: bigint }>();
      while (waiting.length > 0) {
        const [pod] = waiting.splice(Math.floor(random() * waiting.length), 1);
        if (pod === undefined) break;
        const size = { cpu: parseQuantity(pod.cpu) ?? 0n, memory: parseQuantity(pod.memory) ?? 0n };
        let left = open.get(pod.name);
        if (left === undefined || left.cpu < size.cpu || left.memory < size.memory) {
          places--;
          left = { cpu: parseQuantity(place.cpu) ?? 0n, memory: parseQuantity(place.memory) ?? 0n };
        }
        open.set(pod.name, { cpu: left.cpu - size.cpu, memory: left.memory - size.memory });
      }
      expect(places).toBe(0);
      expect(held('cpu') >= sum('cpu') && held('memory') >= sum('memory')).toBe(true);
    }
  });
});

describe('invalid input', () => {
  test.each<[string, readonly Growing[], number, string]>([
    ['nothing grows', [], 3, 'growing'],
    ['nothing that grows', [{ ...WEB, pods: 0 }], 3, 'growing'],
    ['half a zone', [WEB], 0.5, 'zones'],
    ['half a pod', [{ ...WEB, pods: 0.5 }], 3, 'growing[web].pods'],
    ['no CPU', [{ ...WEB, cpu: '0' }], 3, 'growing[web].cpu'],
    ['no memory', [{ ...WEB, memory: 'much' }], 3, 'growing[web].memory'],
  ])('%s', (_, growing, zones, field) => {
    const { plan, problems } = derive(growing, zones);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });
});
