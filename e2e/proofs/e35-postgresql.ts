// E35: a PostgreSQL without an operator: its owner connects with its Secret, its data stays, and no one else gets in.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import { ofKind } from '../manifests/manifests';
import { proveDoor } from '../measure/door';
import { type Figure, secondsSince } from '../measure/figure';
import { program } from '../outside/postgres';
import { postgresObstacle, postgresRoot } from '../outside/postgres-image';
import { command } from '../process/command';
import { allowances } from '../world/allowances';
import { Application } from '../world/application';
import { defaultDisksOf } from '../world/disks';
import { isReady, isRefused, type Pod, podsOf } from '../world/objects';
import { DEPLOYED } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'ledgers-development';
const IN = ['-n', NAMESPACE];
const NAME = 'ledger';
const POD = `${NAME}-0`;
const SECRET = 'ledger-app';
const CLASS = 'disks';
const PORT = 5432;
const ENTRIES = 500;

export const postgresql: Proof = {
  id: 'E35',
  title: 'a PostgreSQL in one pod: its owner connects with its Secret, its data stays, other pods do not reach it',
  needs: 'nodes',
  alone: true,
  full: true,
  systems: DEPLOYED,
  obstacle: () => Dataplane.obstacle() ?? postgresObstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const { kubectl } = cluster;
    const password = randomBytes(12).toString('hex');
    const ledgers = new Application(world, { name: 'ledgers', behaviour: {}, secrets: { username: 'app', password } });
    const written = await ledgers.write();
    const image = ofKind(written.manifests, 'Deployment')[0]?.spec.template.spec.containers[0]?.image ?? '';
    const root = join(cluster.run.folder, 'postgresql');
    await cluster.provideProgram([image], root, [], postgresRoot(root));
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const fixtures = defaultDisksOf(cluster, { name: 'books', storageClass: CLASS, size: '64Mi' });
      ends.unshift(() => kubectl.delete(fixtures));
      await kubectl.apply(fixtures);
      // before anything connects: a connection that stands outlives the policy that forbids it
      const firewall = await Dataplane.start(cluster);
      ends.unshift(() => firewall.stop());
      ends.unshift(() => ledgers.remove());
      await ledgers.apply(written);
      await kubectl.apply(allowances(NAMESPACE));
      await new Ledger(cluster, image, password, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

class Ledger {
  constructor(
    private readonly cluster: Cluster,
    private readonly image: string,
    private password: string,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    await this.rolledOut();
    await this.clerkServes();
    assert.equal(await this.ask('select rolsuper from pg_roles where rolname = current_user'), 'f');
    const version = await this.ask('show server_version');
    this.figure(
      `PostgreSQL ${version}: a component connects by the Service, with the files of the Secret; no superuser`,
    );
    await this.ask(`create table entries as select generate_series(1, ${ENTRIES}) as id`);
    await this.proveNetwork();
    await this.proveStop();
    await this.proveDrain();
    await this.provePassword();
    await this.assertRefuses();
    await this.assertForgets();
  }

  /** Its policy lets in the clerk, and neither a pod of its own namespace nor one of another. */
  private async proveNetwork(): Promise<void> {
    await proveDoor(this.cluster, {
      namespace: NAMESPACE,
      client: 'clerk',
      other: 'idler',
      open: [{ name: NAME, address: await this.address(), port: PORT, podPort: PORT }],
      policies: [NAME, 'idler', 'default-deny'],
      image: this.image,
    });
    this.figure(
      'of a component that is connected, one that is not, and a pod of another namespace, only the first gets in; twin: without the policies all three do',
    );
  }

  /** A session is open while the pod stops: it ends, all is written, and the next start recovers nothing. */
  private async proveStop(): Promise<void> {
    const session = this.ask('select pg_sleep(600)').catch((error: unknown) => String(error));
    await this.cluster.run.until('the session', 20, async () => (await this.sessions()) === 1);
    const started = Date.now();
    await this.replaced();
    assert.match(await session, /terminating connection|server closed the connection/);
    await this.assertKept();
    const log = await this.log();
    assert.match(log, /database system was shut down at/, 'it was shut down');
    assert.doesNotMatch(log, /interrupted|automatic recovery/);
    this.figure(
      `its pod replaced beside an open session: shut down in order, ready again after ${secondsSince(started)} s, data kept`,
    );
  }

  /** Its disk stays on the node, so that the pod waits for it. */
  private async proveDrain(): Promise<void> {
    const { cluster } = this;
    const name = (await this.pod())?.spec.nodeName;
    const node = cluster.nodes.find((one) => one.name === name);
    assert.ok(node !== undefined, `${POD} is on a node`);
    await cluster.drain(node);
    await cluster.run.until('the pod waits for its disk', 60, async () => {
      const pod = await this.pod();
      return pod !== undefined && isRefused(pod);
    });
    await cluster.uncordon(node);
    await this.rolledOut();
    await this.assertKept();
    this.figure('its node drained: the pod waits for its disk until the node is back; data kept');
  }

  private async provePassword(): Promise<void> {
    const old = this.password;
    this.password = randomBytes(12).toString('hex');
    await this.setSecret('password', this.password);
    await this.replaced();
    await this.assertKept();
    await assert.rejects(this.ask('select 1', old), /password authentication failed/);
    await this.clerkServes();
    this.figure(
      'a new password in the Secret: in force after the next start, for its clients too; the old one is refused',
    );
  }

  /** A Secret of another user. */
  private async assertRefuses(): Promise<void> {
    await this.setSecret('username', 'bob');
    await this.cluster.kubectl.run(['delete', 'pod', POD, ...IN]);
    await this.cluster.run.until('the refusal', 60, async () =>
      (await this.log()).includes('the Secret has the username bob, expected app'),
    );
    await this.setSecret('username', 'app');
    await this.replaced();
    await this.assertKept();
    this.figure('a Secret of another user: the pod does not start, and says why');
  }

  /** The twin: with another disk there is none of it. */
  private async assertForgets(): Promise<void> {
    const { kubectl } = this.cluster;
    const claim = `data-${POD}`;
    await kubectl.run(['delete', 'pvc', claim, ...IN, '--wait=false']);
    await this.replaced();
    await assert.rejects(this.assertKept(), /relation "entries" does not exist/);
    this.figure('twin: with a claim of another disk, nothing is there');
  }

  private async assertKept(): Promise<void> {
    assert.equal(
      await this.ask('select count(*), sum(id) from entries'),
      `${ENTRIES}|${(ENTRIES * (ENTRIES + 1)) / 2}`,
    );
  }

  /** The answer to a statement of the owner, asked from this machine. */
  private async ask(statement: string, password = this.password): Promise<string> {
    const line = ['--no-psqlrc', '-At', `--host=${await this.address()}`, '--username=app', '--dbname=app'];
    const env = { PGPASSWORD: password, PGCONNECT_TIMEOUT: '5' };
    return (await command(program('psql'), [...line, '--command', statement], { env })).trim();
  }

  private async sessions(): Promise<number> {
    return Number(await this.ask("select count(*) from pg_stat_activity where query like 'select pg_sleep%'"));
  }

  /** Deletes the pod, and waits until another one is ready. */
  private async replaced(): Promise<void> {
    const before = (await this.pod())?.metadata.uid;
    await this.cluster.kubectl.run(['delete', 'pod', POD, ...IN]);
    await this.cluster.run.until('another pod', 180, async () => {
      const pod = await this.pod();
      return pod !== undefined && pod.metadata.uid !== before && isReady(pod);
    });
  }

  private async rolledOut(): Promise<void> {
    await this.cluster.kubectl.run(['rollout', 'status', `statefulset/${NAME}`, ...IN, '--timeout=240s']);
  }

  /** The readiness of the clerk is a query, as a client makes one. */
  private async clerkServes(): Promise<void> {
    await this.cluster.run.until('the clerk', 180, async () =>
      (await podsOf(this.cluster, NAMESPACE, 'clerk')).some(isReady),
    );
  }

  private async pod(): Promise<Pod | undefined> {
    return (await podsOf(this.cluster, NAMESPACE, NAME)).find(({ metadata }) => metadata.name === POD);
  }

  private async address(): Promise<string> {
    return (await this.pod())?.status.podIP ?? '';
  }

  private log(): Promise<string> {
    return this.cluster.kubectl.run(['logs', POD, ...IN]).catch(() => '');
  }

  private async setSecret(key: string, value: string): Promise<void> {
    const patch = JSON.stringify({ stringData: { [key]: value } });
    await this.cluster.kubectl.run(['patch', 'secret', SECRET, ...IN, '-p', patch]);
  }
}
