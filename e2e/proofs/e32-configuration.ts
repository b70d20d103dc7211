// E32: the part `configuration`: a changed key is served within seconds by the same pods, also while a zone is lost; without a quorum reads go on.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import type { Figure } from '../measure/figure';
import { CONSUL, consulObstacle, consulRoot, consulTemplateRoot } from '../outside/consul';
import { allowances } from '../world/allowances';
import { Application, type Written } from '../world/application';
import { defaultDisksOf } from '../world/disks';
import { ask, isReady, type Pod, podsOf, restarts } from '../world/objects';
import { DEPLOYED } from '../world/world';
import { ThreeZones } from '../world/zones';
import type { Proof } from './proof';

const STORE = 'configuration-operations';
const SYSTEM = 'tides-production';
const KEY = `${SYSTEM}/level`;
const CLASS = 'disks';
const CONSUL_IMAGE = 'docker.io/hashicorp/consul:2.0.3';
const TEMPLATE_IMAGE = 'docker.io/hashicorp/consul-template:0.42.1';

export const configuration: Proof = {
  id: 'E32',
  title:
    'configuration: a changed key is served within seconds by the same pods, also with a zone lost; without a quorum reads go on',
  needs: 'nodes',
  alone: true,
  full: true,
  systems: DEPLOYED,
  programs: CONSUL,
  obstacle: () => Dataplane.obstacle() ?? consulObstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const token = randomUUID();
    const tides = new Application(world, { name: 'tides', behaviour: {}, secrets: {} });
    const written = await tides.write();
    await provideImages(cluster);
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const zones = await ThreeZones.begin(cluster);
      ends.unshift(() => zones.end());
      const disks = defaultDisksOf(cluster, { name: 'keys', storageClass: CLASS, size: '5Gi', nodes: cluster.nodes });
      ends.unshift(() => cluster.kubectl.delete(disks));
      await cluster.kubectl.apply(disks);
      // before anything connects: a connection that stands outlives the policy that forbids it
      const firewall = await Dataplane.start(cluster);
      ends.unshift(() => firewall.stop());
      ends.unshift(() => tides.remove());
      await apply(cluster, written, token);
      ends.unshift(() => zones.restore());
      await new Keys(cluster, zones, token, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

async function provideImages(cluster: Cluster): Promise<void> {
  const folders = ['consul', 'consul-template'].map((name) => join(cluster.run.folder, name));
  const [consul = '', template = ''] = folders;
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const environment = consulRoot(consul);
  await cluster.provideProgram([CONSUL_IMAGE], consul, ['/bin/consul'], environment);
  consulTemplateRoot(template);
  await cluster.provideProgram([TEMPLATE_IMAGE], template, ['/bin/consul-template']);
}

/** The store first, as docs/how-to/change-at-run-time.md says; then a token that reads the keys of the system, and the system. */
async function apply(cluster: Cluster, { folder }: Written, token: string): Promise<void> {
  const { kubectl } = cluster;
  const files = (names: readonly string[]) => names.flatMap((name) => ['-f', join(folder, `${name}.yaml`)]);
  const secret = (namespace: string, name: string, stringData: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    stringData,
  });
  await kubectl.run(['apply', ...files(['00-cluster', `05-${STORE}`, `05-${SYSTEM}`])]);
  const gossip = { encrypt: randomBytes(32).toString('base64') };
  const acl = { acl: { tokens: { initial_management: token } } };
  await kubectl.apply([
    ...allowances(STORE),
    ...allowances(SYSTEM),
    secret(STORE, 'consul', { 'gossip.json': JSON.stringify(gossip), 'acl.json': JSON.stringify(acl) }),
  ]);
  await kubectl.run(['apply', ...files([`10-${STORE}`])]);
  await kubectl.run(['rollout', 'status', 'statefulset/consul', '-n', STORE, '--timeout=240s']);
  const [member] = await podsOf(cluster, STORE, 'consul');
  assert.ok(member, 'a member of Consul');
  const rules = `key_prefix "${SYSTEM}/" { policy = "read" }`;
  await cluster.run.until('a policy of Consul', 60, () =>
    call(member, token, 'PUT', '/v1/acl/policy', JSON.stringify({ Name: 'read', Rules: rules })),
  );
  const made = await call(member, token, 'PUT', '/v1/acl/token', JSON.stringify({ Policies: [{ Name: 'read' }] }));
  const reader: { readonly SecretID: string } = JSON.parse(made);
  await kubectl.apply([secret(SYSTEM, 'configuration', { token: reader.SecretID })]);
  await call(member, token, 'PUT', `/v1/kv/${KEY}`, '1');
  await kubectl.run(['apply', ...files([`10-${SYSTEM}`])]);
  await kubectl.run(['rollout', 'status', 'deployment/web', '-n', SYSTEM, '--timeout=240s']);
  const refused = await answerOf(member, reader.SecretID, 'PUT', `/v1/kv/${KEY}`, '2');
  assert.equal(refused.status, 403, 'the token of the component reads only');
}

/** Asks a member, and gives the status and the text of its answer. */
async function answerOf({ status }: Pod, token: string, method: string, path: string, body?: string) {
  const response = await fetch(`http://${status.podIP}:8500${path}`, {
    method,
    headers: { 'x-consul-token': token },
    signal: AbortSignal.timeout(10_000),
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

/** The text of an answer that is well. */
async function call(member: Pod, token: string, method: string, path: string, body?: string): Promise<string> {
  const { status, text } = await answerOf(member, token, method, path, body);
  if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
  return text;
}

class Keys {
  /** Pods of the component as they began. */
  private pods: readonly Pod[] = [];
  private level = 1;

  constructor(
    private readonly cluster: Cluster,
    private readonly zones: ThreeZones,
    private readonly token: string,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    this.pods = await podsOf(this.cluster, SYSTEM, 'web');
    const all = [...this.zones.names].sort();
    assert.deepEqual(this.pods.map((pod) => this.zones.of(pod)).sort(), all, 'a component in each zone');
    const members = await podsOf(this.cluster, STORE, 'consul');
    assert.deepEqual(members.map((pod) => this.zones.of(pod)).sort(), all, 'a member in each zone');
    await this.served(all, 5);
    for (let change = 0; change < 3; change += 1) await this.proveChange(all);
    await this.assertSame();
    this.figure('the same three pods, none restarted');
    const [first = '', second = '', left = ''] = await this.orderOfLoss();
    await this.proveOneLost(first, [second, left]);
    await this.proveTwoLost(second, left);
    await this.proveReturn(all);
    await this.assertSame();
    this.figure('the same three pods after all of it, none restarted');
  }

  private async proveChange(zones: readonly string[], seconds = 15): Promise<void> {
    const member = await this.memberIn(zones.at(-1) ?? '');
    const began = Date.now();
    await this.write(member, 60);
    const written = Date.now();
    await this.served(zones, seconds);
    this.figure(
      `a changed key is written after ${since(began, written)} s and served by ${zones.length} pods ${since(written)} s later`,
    );
  }

  /** The leader’s zone goes first: the worst. */
  private async orderOfLoss(): Promise<readonly string[]> {
    const members = await podsOf(this.cluster, STORE, 'consul');
    const leader = JSON.parse(
      await call(await this.memberIn(this.zones.names[0] ?? ''), this.token, 'GET', '/v1/status/leader'),
    );
    const pod = members.find(({ status }) => String(leader).startsWith(`${status.podIP}:`));
    assert.ok(pod, `the leader ${leader} is a member`);
    const zone = this.zones.of(pod) ?? '';
    return [zone, ...this.zones.names.filter((name) => name !== zone)];
  }

  private async proveOneLost(lost: string, left: readonly string[]): Promise<void> {
    const before = String(this.level);
    await this.zones.lose([lost]);
    await this.assertServes(left, before);
    // those that waited for the lost member notice late
    await this.proveChange(left, 180);
    this.figure('one zone lost, that of the leader: reads go on, and so do writes');
    await this.proveChange(left);
  }

  /** The twin: one of three members has no majority. */
  private async proveTwoLost(lost: string, left: string): Promise<void> {
    const before = String(this.level);
    await this.zones.lose([lost]);
    const began = Date.now();
    const member = await this.memberIn(left);
    const refused = await this.cluster.run.until('a write is refused', 90, async () => {
      const answer = await answerOf(member, this.token, 'PUT', `/v1/kv/${KEY}`, 'never').catch(() => undefined);
      return answer !== undefined && answer.status !== 200 && answer;
    });
    this.figure(
      `twin: two zones lost: a write is refused with ${refused.status} “${refused.text.trim()}” after ${since(began)} s`,
    );
    await sleep(20_000);
    await this.assertServes([left], before);
    const stale = await call(member, this.token, 'GET', `/v1/kv/${KEY}?raw&stale`);
    assert.equal(stale, before, 'a stale read of the store');
    const pods = await podsOf(this.cluster, STORE, 'consul');
    assert.ok(
      !pods.some((pod) => isReady(pod) && this.zones.of(pod) === left),
      'the member without a leader is not ready',
    );
    this.figure(
      `twin: ${since(began)} s without a quorum: the pod that is left serves ${before}, and stale reads of the store go on`,
    );
  }

  private async proveReturn(zones: readonly string[]): Promise<void> {
    const began = Date.now();
    await this.zones.restore();
    await this.write(await this.memberIn(zones.at(-1) ?? ''), 180);
    this.figure(`a write again ${since(began)} s after the zones returned`);
    await this.served(zones, 180);
    this.figure(`served by the pods of all zones ${since(began)} s after it`);
  }

  /** Writes the next level, again while it is refused. */
  private async write(member: Pod, seconds: number): Promise<void> {
    this.level += 1;
    await this.cluster.run.until('the write', seconds, () =>
      call(member, this.token, 'PUT', `/v1/kv/${KEY}`, String(this.level)),
    );
  }

  /** Waits until the pods of these zones serve the level. */
  private async served(zones: readonly string[], seconds: number): Promise<void> {
    await this.cluster.run.until(`level ${this.level}`, seconds, async () => {
      await this.assertServes(zones, String(this.level));
      return true;
    });
  }

  private async assertServes(zones: readonly string[], level: string): Promise<void> {
    for (const pod of this.pods.filter((one) => zones.includes(this.zones.of(one) ?? ''))) {
      const { status, text } = await ask(pod, '/run/config/level');
      assert.deepEqual([pod.metadata.name, status, text], [pod.metadata.name, 200, level]);
    }
  }

  private async memberIn(zone: string): Promise<Pod> {
    const member = (await podsOf(this.cluster, STORE, 'consul')).find((pod) => this.zones.of(pod) === zone);
    assert.ok(member, `a member in ${zone}`);
    return member;
  }

  /** No rollout: names, and how often each container began, are those of the start. */
  private async assertSame(): Promise<void> {
    const states = (pods: readonly Pod[]) =>
      pods
        .map((pod) => [
          pod.metadata.uid,
          restarts(pod),
          pod.status.initContainerStatuses?.map(({ restartCount }) => restartCount),
        ])
        .sort();
    assert.deepEqual(states(await podsOf(this.cluster, SYSTEM, 'web')), states(this.pods));
  }
}

const since = (began: number, ended = Date.now()): string => ((ended - began) / 1000).toFixed(1);
