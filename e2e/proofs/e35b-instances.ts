// E35b: a PostgreSQL by CloudNativePG, as its release installs it: what the operator makes is what was counted, and no commit is lost with a zone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { instancePod, labelsOfInstances } from '../../lib/analysis/objects/database-clusters';
import type { JsonObject } from '../../lib/model/manifest/json';
import { METRICS_PORT, OPERATOR_KEYS, POSTGRESQL_PORT, STATUS_PORT } from '../../lib/model/services/postgresql';
import { DatabaseOperator } from '../cluster/cloudnative-pg';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import type { RealNode } from '../cluster/node';
import { type DatabaseCluster, ofKind } from '../manifests/manifests';
import { linesOf } from '../measure/acceptance';
import { proveDoor } from '../measure/door';
import { type Figure, secondsSince } from '../measure/figure';
import { program } from '../outside/postgres';
import { postgresObstacle, postgresRoot } from '../outside/postgres-image';
import { command } from '../process/command';
import { allowances } from '../world/allowances';
import { Application } from '../world/application';
import { defaultDisksOf } from '../world/disks';
import { isReady, type List, type Pod, podsOf } from '../world/objects';
import { DEPLOYED } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'invoices-production';
const IN = ['-n', NAMESPACE];
const NAME = 'ledger';
const CLASS = 'disks';
const INSTANCES = 3;
/** The node without a zone is the third zone here. */
const THIRD_ZONE = 'ap-south-1c';
const HEALTHY_SECONDS = 600;
/** Time of a commit that is answered. */
const ANSWER_SECONDS = 5;

export const instances: Proof = {
  id: 'E35b',
  title:
    'a PostgreSQL by CloudNativePG: the operator makes what was counted, and neither a lost zone nor a drained node loses a commit',
  needs: 'nodes',
  alone: true,
  full: true,
  programs: ['programs/cloudnative-pg'],
  systems: DEPLOYED,
  obstacle: () => Dataplane.obstacle() ?? postgresObstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const { kubectl, nodes } = cluster;
    const invoices = new Application(world, { name: 'invoices', behaviour: {}, secrets: {} });
    const written = await invoices.write();
    const [database] = ofKind(written.manifests, 'Cluster');
    assert.ok(database !== undefined, 'there is a Cluster');
    const root = join(cluster.run.folder, 'instances');
    await cluster.provideProgram([database.spec.imageName], root, [], postgresRoot(root));
    const ends: (() => Promise<unknown>)[] = [];
    try {
      for (const { name } of nodes.filter(({ zone }) => zone === undefined)) {
        await kubectl.run(['label', 'node', name, `${ZONE}=${THIRD_ZONE}`]);
        ends.unshift(() => kubectl.run(['label', 'node', name, `${ZONE}-`]));
      }
      const fixtures = defaultDisksOf(cluster, { name: 'invoices', storageClass: CLASS, size: '256Mi', nodes });
      ends.unshift(() => kubectl.delete(fixtures));
      await kubectl.apply(fixtures);
      const operator = await DatabaseOperator.start(cluster);
      ends.unshift(() => operator.stop());
      figure(`CloudNativePG ${operator.version}, two replicas of the operator`);
      const firewall = await Dataplane.start(cluster);
      ends.unshift(() => firewall.stop());
      ends.unshift(() => invoices.remove());
      await invoices.apply(written);
      await kubectl.apply(allowances(NAMESPACE));
      await new Ledger(cluster, database, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

const ZONE = 'topology.kubernetes.io/zone';

class Ledger {
  private readonly run;
  private readonly kubectl;
  private written = 0;
  /** Numbers of the entries whose commit was answered. */
  private readonly answered: number[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly database: DatabaseCluster,
    private readonly figure: Figure,
  ) {
    this.run = cluster.run;
    this.kubectl = cluster.kubectl;
  }

  async prove(): Promise<void> {
    await this.proveValidation();
    const began = Date.now();
    await this.healthy();
    this.figure(
      `${INSTANCES} instances ready after ${secondsSince(began)} s, with the namespace's own policies and quota`,
    );
    await this.assertCounted();
    await this.clerkServes();
    await this.ask('create table entries (id integer primary key)');
    this.figure('a component connects by the Service, with the files of the Secret that the operator made');
    await this.proveNetwork();
    await this.proveZoneLoss();
    await this.proveDrain();
    await this.proveQuorum();
  }

  /** The operator's own checks take it as it is written, and refuse one with a field that they know to be wrong. */
  private async proveValidation(): Promise<void> {
    const dryRun = (object: unknown) =>
      this.kubectl.run(
        ['apply', '--server-side', '--dry-run=server', '--force-conflicts', '-f', '-'],
        JSON.stringify(object),
      );
    await dryRun(this.database);
    const { spec } = this.database;
    const parameters = { listen_addresses: 'localhost' };
    const broken = { ...this.database, spec: { ...spec, postgresql: { ...spec.postgresql, parameters } } };
    await assert.rejects(dryRun(broken), /listen_addresses.*fixed configuration parameter/is);
    this.figure('its webhooks accept the Cluster; twin: they refuse one with a parameter that is its own');
  }

  /** What the operator makes is what the analysis says of the Cluster. */
  private async assertCounted(): Promise<void> {
    const pods = await this.kubectl.get<List<Pod & { readonly spec: JsonObject }>>(['pods', ...IN, '-l', INSTANCE]);
    assert.equal(pods.items.length, INSTANCES);
    const expected = instancePod(NAME, this.database.spec);
    for (const pod of pods.items) {
      assertHolds(pod.spec, expected, pod.metadata.name);
      assertHolds(pod.metadata.labels ?? {}, labelsOfInstances(NAME), pod.metadata.name);
    }
    const zones = new Set(pods.items.map(({ spec }) => this.zoneOf(spec.nodeName)));
    assert.equal(zones.size, INSTANCES, 'an instance in each zone');
    const secret = await this.kubectl.get<{ readonly data: object }>(['secret', `${NAME}-app`, ...IN]);
    assert.deepEqual(Object.keys(secret.data).sort(), [...OPERATOR_KEYS].sort());
    const services = linesOf(await this.kubectl.run(['get', 'services', ...IN, '-l', OWNED, '-o', 'name']));
    assert.deepEqual(
      services,
      ['r', 'ro', 'rw'].map((role) => `service/${NAME}-${role}`),
    );
    const budgets = linesOf(await this.kubectl.run(['get', 'pdb', ...IN, '-l', OWNED, '-o', 'name']));
    assert.equal(budgets.length, 2);
    const { items } = await this.kubectl.get<List<Event>>(['events', ...IN]);
    const refused = items.filter(({ reason, message }) => reason === 'FailedCreate' && message.includes('quota'));
    assert.deepEqual(refused, [], 'the quota has room for all that it makes');
    this.figure(
      'pods, ports, probes, requests, spread, Secret, Services and budgets as the analysis has them; one instance a zone',
    );
  }

  private async proveNetwork(): Promise<void> {
    const { items } = await this.kubectl.get<List<Pod>>(['pods', ...IN, '-l', INSTANCE]);
    const targets = (ports: readonly number[]) =>
      items.flatMap(({ metadata, status }) =>
        ports.map((port) => ({ name: `${metadata.name}:${port}`, address: status.podIP ?? '', port, podPort: port })),
      );
    await proveDoor(this.cluster, {
      namespace: NAMESPACE,
      client: 'clerk',
      other: 'idler',
      open: targets([POSTGRESQL_PORT]),
      shut: targets([STATUS_PORT, METRICS_PORT]),
      policies: [NAME, 'clerk', 'idler', 'default-deny'],
      image: this.database.spec.imageName,
    });
    this.figure(
      'of a connected component, one that is not, and a pod of another namespace, the first reaches the server of each instance, and nothing else; twin: without the policies all reach all',
    );
  }

  /** The zone of the instance that writes is lost, while it writes. */
  private async proveZoneLoss(): Promise<void> {
    const before = await this.primary();
    const zone = this.zoneOf(before.spec.nodeName);
    const lost = this.cluster.nodes.filter(({ name }) => this.zoneOf(name) === zone);
    const writer = this.write();
    await this.wrote(5);
    const began = Date.now();
    await setLinks(lost, 'down');
    try {
      await this.run.until('another instance writes', 300, async () => {
        const primary = await this.primary();
        return primary.metadata.name !== before.metadata.name;
      });
      await this.wrote(5);
      const seconds = secondsSince(began);
      await writer.stop();
      await this.assertKept();
      await this.clerkServes();
      this.figure(
        `the zone of the instance that writes is lost: another one writes ${seconds} s later; ${this.answered.length} answered commits, all kept`,
      );
    } finally {
      await writer.stop();
      await setLinks(lost, 'up');
    }
    const returned = Date.now();
    await this.cluster.waitForNodes();
    await this.healthy();
    await this.assertKept();
    this.figure(`the zone returns: ${INSTANCES} instances ready ${secondsSince(returned)} s later`);
  }

  /** The node of the instance that writes is drained, while it writes. */
  private async proveDrain(): Promise<void> {
    const before = await this.primary();
    const node = this.cluster.nodes.find(({ name }) => name === before.spec.nodeName);
    assert.ok(node !== undefined);
    const writer = this.write();
    const began = Date.now();
    try {
      await this.wrote(5);
      await this.cluster.drain(node, 400);
      const seconds = secondsSince(began);
      assert.notEqual((await this.primary()).metadata.name, before.metadata.name);
      await this.wrote(5);
      await writer.stop();
      await this.assertKept();
      this.figure(
        `its node drained: another instance writes first; done after ${seconds} s, ${this.answered.length} answered commits, all kept`,
      );
    } finally {
      await writer.stop();
      await this.cluster.uncordon(node);
    }
    await this.healthy();
  }

  /** With two of three instances out of reach nothing is committed, so that nothing can be lost. */
  private async proveQuorum(): Promise<void> {
    const { spec, metadata } = await this.primary();
    const others = this.cluster.nodes.filter(({ name }) => this.zoneOf(name) !== this.zoneOf(spec.nodeName));
    await this.insert();
    await setLinks(others, 'down');
    try {
      await sleep(2 * ANSWER_SECONDS * 1000);
      await assert.rejects(this.insert());
      this.figure(`twin: with ${metadata.name} alone, a commit is not answered within ${ANSWER_SECONDS} s`);
    } finally {
      await setLinks(others, 'up');
    }
    await this.cluster.waitForNodes();
    await this.healthy();
    await this.assertKept();
  }

  /** Commits one entry after the other, each by a connection of its own, as long as it is not stopped. */
  private write(): { stop(): Promise<void> } {
    let isOver = false;
    const loop = async () => {
      while (!isOver) {
        await this.insert().catch(() => undefined);
        await sleep(100);
      }
    };
    const done = loop();
    return {
      stop: () => {
        isOver = true;
        return done;
      },
    };
  }

  private async insert(): Promise<void> {
    this.written += 1;
    const id = this.written;
    await this.ask(`insert into entries values (${id})`);
    this.answered.push(id);
  }

  /** Waits until `count` more commits are answered. */
  private async wrote(count: number): Promise<void> {
    const goal = this.answered.length + count;
    await this.run.until('commits', 120, async () => this.answered.length >= goal);
  }

  private async assertKept(): Promise<void> {
    const kept = new Set(linesOf(await this.ask('select id from entries')).map(Number));
    assert.deepEqual(
      this.answered.filter((id) => !kept.has(id)),
      [],
      'each answered commit is there',
    );
  }

  /** The answer to a statement of the owner, asked of the instance that writes, from this machine. */
  private async ask(statement: string): Promise<string> {
    const [{ status }, password] = await Promise.all([this.primary(), this.password()]);
    const line = ['--no-psqlrc', '-At', `--host=${status.podIP}`, '--username=app', '--dbname=app'];
    const env = { PGPASSWORD: password, PGCONNECT_TIMEOUT: '3' };
    const signal = AbortSignal.timeout(ANSWER_SECONDS * 1000);
    return (await command(program('psql'), [...line, '--command', statement], { env, signal })).trim();
  }

  private async password(): Promise<string> {
    const { data } = await this.kubectl.get<{ readonly data: { readonly password: string } }>([
      'secret',
      `${NAME}-app`,
      ...IN,
    ]);
    return Buffer.from(data.password, 'base64').toString();
  }

  /** The pod of the instance that writes, by the operator's own word. */
  private async primary(): Promise<Pod> {
    const { status } = await this.reported();
    assert.ok(status?.currentPrimary !== undefined, 'an instance writes');
    return this.kubectl.get<Pod>(['pod', status.currentPrimary, ...IN]);
  }

  private reported(): Promise<Reported> {
    return this.kubectl.get<Reported>([`clusters.postgresql.cnpg.io/${NAME}`, ...IN]);
  }

  private async healthy(): Promise<void> {
    await this.run.until(`${INSTANCES} instances`, HEALTHY_SECONDS, async () => {
      const { items } = await this.kubectl.get<List<Pod>>(['pods', ...IN, '-l', INSTANCE]);
      const { status } = await this.reported();
      const ready = items.filter(isReady).length;
      if (ready !== INSTANCES || status?.readyInstances !== INSTANCES)
        throw new Error(`${ready} ready; ${status?.phase}: ${status?.phaseReason}`);
      return status.phase === 'Cluster in healthy state';
    });
  }

  /** The readiness of the clerk is a query, as a client makes one. */
  private async clerkServes(): Promise<void> {
    await this.run.until('the clerk', 240, async () => (await podsOf(this.cluster, NAMESPACE, 'clerk')).some(isReady));
  }

  private zoneOf(node: string | undefined): string {
    return this.cluster.nodes.find(({ name }) => name === node)?.zone ?? THIRD_ZONE;
  }
}

const OWNED = `cnpg.io/cluster=${NAME}`;
const INSTANCE = `${OWNED},cnpg.io/podRole=instance`;

interface Event {
  readonly reason: string;
  readonly message: string;
}

interface Reported {
  readonly status?: {
    readonly currentPrimary?: string;
    readonly readyInstances?: number;
    readonly phase?: string;
    readonly phaseReason?: string;
  };
}

async function setLinks(nodes: readonly RealNode[], state: 'up' | 'down'): Promise<void> {
  await Promise.all(nodes.map((node) => node.setLink(state)));
}

/** Whether all that is expected is there, whatever else is. */
function assertHolds(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected !== 'object' || expected === null) {
    assert.deepEqual(actual, expected, where);
    return;
  }
  if (Array.isArray(expected)) assert.equal((actual as readonly unknown[] | undefined)?.length, expected.length, where);
  for (const [key, value] of Object.entries(expected))
    assertHolds((actual as Readonly<Record<string, unknown>> | undefined)?.[key], value, `${where}.${key}`);
}
