// E31: the part `logs` as it is committed: lines of a component are found, also of the time in which a zone is lost; with two lost, writes stop.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import type { Figure } from '../measure/figure';
import { ObjectStore } from '../outside/objects';
import { binary } from '../programs/build';
import { allowances } from '../world/allowances';
import { Application } from '../world/application';
import { disksOf } from '../world/disks';
import { isReady, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, DIST } from '../world/world';
import { ThreeZones } from '../world/zones';
import type { Proof } from './proof';

const NAMESPACE = 'logs-operations';
const IN = ['-n', NAMESPACE];
const OF_PART = ['-l', 'app.kubernetes.io/part-of=logs'];
/** What charts/operations.ts names. */
const BUCKET = { name: 'mumbai-logs', region: 'ap-south-1' };
const LOKI = 'docker.io/grafana/loki:3.7.8';
const ALLOY = 'docker.io/grafana/alloy:v1.18.1';

const SOURCE = { namespace: 'gazette-production', name: 'press' };
/** Time between two lines of a pod. */
const BEAT = 500;

/** The zones that are lost, one after the other, and the one that is left. */
const [FIRST, SECOND, LEFT] = ['ap-south-1c', 'ap-south-1a', 'ap-south-1b'];

/** Of the ring: a member that is silent for so long counts as lost. Default of Loki's `heartbeat_timeout`. */
const HEARTBEAT_SECONDS = 60;

export const logs: Proof = {
  id: 'E31',
  title:
    'logs: lines of a component are found, also while a zone is lost; with two lost, writes stop, and nothing is missing after',
  needs: 'nodes',
  alone: true,
  full: true,
  systems: [...DEPLOYED, 'logs'],
  programs: ['programs/loki', 'programs/gofakes3', 'collector'],
  obstacle: () => Dataplane.obstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const { run } = world;
    const gazette = new Application(world, {
      name: 'gazette',
      behaviour: { SPEAK_MILLISECONDS: String(BEAT) },
      secrets: {},
    });
    const written = await gazette.write();
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const zones = await ThreeZones.begin(cluster);
      ends.unshift(() => zones.end());
      const store = await ObjectStore.start(run, BUCKET);
      ends.unshift(() => store.stop());
      await provideImages(cluster, store, figure);
      const disks = disksOf(cluster, {
        name: 'logs',
        storageClass: 'one-zone-retain',
        size: '10Gi',
        nodes: cluster.nodes,
      });
      ends.unshift(() => cluster.kubectl.delete(disks));
      await cluster.kubectl.apply(disks);
      // before anything connects: a connection that stands outlives the policy that forbids it
      const firewall = await Dataplane.start(cluster);
      ends.unshift(() => firewall.stop());
      ends.unshift(() => cluster.kubectl.run(['delete', '-f', DIST.mumbai, ...OF_PART, '--ignore-not-found']));
      await cluster.kubectl.run(['apply', '-f', DIST.mumbai, ...OF_PART]);
      await cluster.kubectl.apply(allowances(NAMESPACE));
      ends.unshift(() => gazette.remove());
      await gazette.apply(written);
      await gazette.complete(written);
      for (const workload of ['statefulset/loki', 'daemonset/log-collector'])
        await cluster.kubectl.run(['rollout', 'status', workload, ...IN, '--timeout=300s']);
      ends.unshift(() => zones.restore());
      await new Lines(cluster, zones, store, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

/** Loki with what stands for the identity of its pods, and the collector's stand-in under Alloy's name. */
async function provideImages(cluster: Cluster, store: ObjectStore, figure: Figure): Promise<void> {
  const version = await cluster.providePart(LOKI, store.access);
  const root = join(cluster.run.folder, 'collector');
  mkdirSync(root, { recursive: true });
  copyFileSync(binary('collector', 'collector'), join(root, 'collector'));
  await cluster.provideProgram([ALLOY], root, ['/collector']);
  figure(`${LOKI.split('/').at(-1)} as ${version}; ${ALLOY.split('/').at(-1)} as a stand-in`);
}

/** What the collector's stand-in says of its pushes. */
interface Books {
  readonly taken: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly reason: string;
}

/** Numbers of the lines of a pod that are found, in their order, and the time of the last in milliseconds. */
interface Found {
  readonly numbers: readonly number[];
  readonly last: number;
}

class Lines {
  /** Pods whose lines are read, by zone. */
  private readonly sources = new Map<string, Pod>();
  private readonly began = Date.now();

  constructor(
    private readonly cluster: Cluster,
    private readonly zones: ThreeZones,
    private readonly store: ObjectStore,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    const { figure } = this;
    await this.begin();
    await this.sendToStore();
    const started = Date.now();
    await this.loseOne();
    await this.loseTwo();
    const returned = Date.now();
    await this.zones.restore();
    await this.cluster.run.until('the members have each other again', 240, () => this.seeEachOther());
    figure(`three members have each other again ${secondsSince(returned)} s after the zones returned`);
    for (const zone of this.zones.names) await this.current(zone, 120);
    figure(`lines of each zone are found as they come ${secondsSince(returned)} s after it`);
    await this.assertComplete(started, Date.now());
    assert.equal(this.store.refused, 0, 'each request to the store was signed');
  }

  /** A pod, a member and lines in each zone. */
  private async begin(): Promise<void> {
    const pods = await podsOf(this.cluster, SOURCE.namespace, SOURCE.name);
    for (const pod of pods) this.sources.set(this.zones.of(pod) ?? '', pod);
    assert.deepEqual([...this.sources.keys()].sort(), [...this.zones.names].sort(), 'a component in each zone');
    const members = await podsOf(this.cluster, NAMESPACE, 'loki');
    assert.deepEqual(members.map((pod) => this.zones.of(pod)).sort(), [...this.zones.names].sort(), 'a member in each');
    await this.cluster.run.until('the members have each other', 120, () => this.seeEachOther());
    for (const zone of this.zones.names) await this.current(zone, 120);
    this.figure('a member of Loki and a pod with lines in each of three zones; the lines are found by query');
  }

  /** What is flushed leaves the members, and is found in the store. */
  private async sendToStore(): Promise<void> {
    for (const member of await podsOf(this.cluster, NAMESPACE, 'loki')) {
      const response = await fetch(`http://${member.status.podIP}:3100/flush`, { method: 'POST' });
      assert.ok(response.ok, `flush: ${response.status}`);
    }
    const keys = await this.cluster.run.until('chunks in the store', 120, async () => {
      const found = await this.store.keys();
      return found.some((key) => key.startsWith('fake/')) && found;
    });
    this.figure(`${keys.length} objects in the store after a flush`);
  }

  private async loseOne(): Promise<void> {
    // lines enough to look for afterwards
    await sleep(Math.max(0, this.began + 30_000 - Date.now()));
    const lost = Date.now();
    await this.zones.lose([FIRST]);
    const seen = new Map([SECOND, LEFT].map((zone) => [zone, lost]));
    let late = 0;
    // longer than a silent member counts as one
    while (Date.now() - lost < (HEARTBEAT_SECONDS + 30) * 1000) {
      for (const [zone, last] of seen) {
        // a query that fails finds nothing newer
        const found = await this.find(zone, lost - 30_000, Date.now()).catch(() => undefined);
        seen.set(zone, Math.max(last, found?.last ?? 0));
        late = Math.max(late, (Date.now() - (seen.get(zone) ?? 0)) / 1000);
      }
      await sleep(1000);
    }
    for (const zone of [SECOND, LEFT]) await this.current(zone, 60);
    await this.assertComplete(this.began, lost, [FIRST, SECOND, LEFT]);
    await this.assertComplete(lost, Date.now(), [SECOND, LEFT]);
    this.figure(
      `one zone lost for ${secondsSince(lost)} s: lines from before and after are found, ${late.toFixed(0)} s late at the most`,
    );
  }

  /** The twin: one of three members has no majority. */
  private async loseTwo(): Promise<void> {
    const before = await this.booksOf(LEFT);
    const lost = Date.now();
    await this.zones.lose([SECOND]);
    const refused = await this.cluster.run.until('writes are refused', 120, async () => {
      const books = await this.booksOf(LEFT);
      return (books.refused['500'] ?? 0) > (before.refused['500'] ?? 0) && books;
    });
    const { taken } = refused;
    await sleep(20_000);
    const after = await this.booksOf(LEFT);
    assert.equal(after.taken, taken, 'no line is taken');
    this.figure(`twin: two zones lost: no line is taken, “${after.reason.slice(0, 120)}”; ${secondsSince(lost)} s`);
  }

  /** Whether each member that can be asked has three healthy ones in its ring. */
  private async seeEachOther(): Promise<boolean> {
    const members = await podsOf(this.cluster, NAMESPACE, 'loki');
    for (const { metadata, status } of members) {
      const response = await fetch(`http://${status.podIP}:3100/ring`, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(5000),
      });
      const { shards } = (await response.json()) as { readonly shards: readonly { id: string; state: string }[] };
      const states = shards.map(({ id, state }) => `${id} ${state}`).sort();
      if (states.length !== 3 || !states.every((text) => text.endsWith(' ACTIVE')))
        throw new Error(`${metadata.name} sees ${states.join(', ')}`);
    }
    return true;
  }

  private async booksOf(zone: string): Promise<Books> {
    const node = this.sourceIn(zone).spec.nodeName;
    const collectors = await podsOf(this.cluster, NAMESPACE, 'log-collector');
    const collector = collectors.find(({ spec }) => spec.nodeName === node);
    const response = await fetch(`http://${collector?.status.podIP}:12345/books`, {
      signal: AbortSignal.timeout(5000),
    });
    return (await response.json()) as Books;
  }

  private sourceIn(zone: string): Pod {
    const pod = this.sources.get(zone);
    assert.ok(pod, `a pod in ${zone}`);
    return pod;
  }

  /** Waits until lines of the zone's pod are found as they come. */
  private async current(zone: string, seconds: number): Promise<void> {
    await this.cluster.run.until(`lines of ${zone}`, seconds, async () => {
      const late = await this.secondsLate(zone);
      if (late > 5) throw new Error(`${late.toFixed(0)} s late`);
      return true;
    });
  }

  /** Age of the pod's last line that is found. */
  private async secondsLate(zone: string): Promise<number> {
    const { last } = await this.find(zone, Date.now() - 280_000, Date.now());
    return (Date.now() - last) / 1000;
  }

  /** Each line of these times is found once, but for the last seconds, which are on their way. */
  private async assertComplete(from: number, to: number, zones: readonly string[] = this.zones.names): Promise<void> {
    const counts: number[] = [];
    for (const zone of zones) {
      const { numbers } = await this.find(zone, from, to - 5000);
      const [first = 0] = numbers;
      const expected = numbers.map((_, index) => first + index);
      assert.deepEqual(numbers, expected, `${zone}: no line is missing, none is there twice`);
      assert.ok(numbers.length > (0.8 * (to - from - 5000)) / BEAT, `${zone}: ${numbers.length} lines`);
      counts.push(numbers.length);
    }
    this.figure(`${counts.join(', ')} lines of ${zones.length} pods, none missing`);
  }

  /** Asks a member in the zone that is never lost. */
  private async find(zone: string, from: number, to: number): Promise<Found> {
    const members = await podsOf(this.cluster, NAMESPACE, 'loki');
    const member = members.find((pod) => this.zones.of(pod) === LEFT && isReady(pod));
    assert.ok(member, `a ready member in ${LEFT}`);
    const { namespace, name } = this.sourceIn(zone).metadata;
    const query = new URLSearchParams({
      query: `{namespace="${namespace}", pod="${name}", app="${SOURCE.name}", cluster="mumbai"}`,
      start: `${from}000000`,
      end: `${to}000000`,
      limit: '5000',
      direction: 'forward',
    });
    const response = await fetch(`http://${member.status.podIP}:3100/loki/api/v1/query_range?${query}`, {
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    const body: { readonly data: { readonly result: readonly { readonly values: readonly [string, string][] }[] } } =
      JSON.parse(text);
    const entries = body.data.result
      .flatMap(({ values }) => values)
      .map(([nanoseconds, line]) => ({ at: Number(BigInt(nanoseconds) / 1_000_000n), line }))
      .filter(({ line }) => line.startsWith('line '))
      .sort((a, b) => a.at - b.at);
    return { numbers: entries.map(({ line }) => Number(line.slice('line '.length))), last: entries.at(-1)?.at ?? 0 };
  }
}

const secondsSince = (began: number): number => Math.round((Date.now() - began) / 1000);
