// E34: data of a component, copied by restic as its CronJobs do, restored by their drills and by hand; what is broken fails, and alerts say so.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Cluster } from '../cluster/cluster';
import { MAIN_MINOR } from '../cluster/control-plane';
import { freePorts } from '../cluster/ports';
import { ofKind } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { ObjectStore } from '../outside/objects';
import { askRedis, redisObstacle, redisRoot } from '../outside/redis';
import { resticObstacle, resticRoot } from '../outside/restic';
import { command } from '../process/command';
import { binary } from '../programs/build';
import { Application } from '../world/application';
import { defaultDisksOf } from '../world/disks';
import { isReady, podsOf } from '../world/objects';
import { DEPLOYED } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'vault-production';
const DRILLS = 'backups-operations';
const NAME = 'ledger';
const RESTIC = 'docker.io/restic/restic:0.19.1';
const BUCKET = { name: 'vault', region: 'ap-south-1', host: 'copies.outside.test' };
const PASSWORD = 'correct horse battery staple';
const KEYS = 200;
/** Longer than a run and its retries may take. */
const SECONDS = 240;

export const backups: Proof = {
  id: 'E34',
  title:
    'data is copied by restic, restored by drills and by hand; a broken copy fails, and alerts say that it is too old',
  needs: 'nodes',
  full: true,
  systems: DEPLOYED,
  programs: ['programs/restic', 'programs/gofakes3', 'programs/kube-state-metrics', 'programs/prometheus'],
  obstacle: () => redisObstacle() ?? resticObstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const store = await ObjectStore.start(world.run, BUCKET);
      ends.unshift(() => store.stop());
      await provideImages(cluster, store);
      const disks = defaultDisksOf(cluster, { name: 'vault', storageClass: 'vault-disks', size: '16Mi' });
      ends.unshift(() => cluster.kubectl.delete(disks));
      await cluster.kubectl.apply(disks);
      const vault = new Application(world, {
        name: 'vault',
        behaviour: {},
        secrets: {
          password: PASSWORD,
          [NAMESPACE]: PASSWORD,
          'etcd-backup-operations': PASSWORD,
          id: store.access.environment['AWS_ACCESS_KEY_ID'] ?? '',
          secret: store.access.environment['AWS_SECRET_ACCESS_KEY'] ?? '',
        },
      });
      const written = await vault.write();
      ends.unshift(() => vault.remove());
      await vault.apply(written);
      await cluster.kubectl.run(['rollout', 'status', `statefulset/${NAME}`, '-n', NAMESPACE, '--timeout=240s']);
      await new Vault(cluster, vault, store, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

async function provideImages(cluster: Cluster, store: ObjectStore): Promise<void> {
  const redis = join(cluster.run.folder, 'vault-redis');
  const environment = redisRoot(redis);
  const images = [1, 2].map((tag) => `registry.example/vault/${NAME}:${tag}`);
  await cluster.provideProgram(images, redis, ['/redis-server'], environment);
  const restic = join(cluster.run.folder, 'vault-restic');
  resticRoot(restic, store.access.files);
  const { SSL_CERT_FILE = '' } = store.access.environment;
  await cluster.provideProgram([RESTIC], restic, ['/usr/bin/restic'], { SSL_CERT_FILE, PATH: '/usr/bin:/bin' });
}

const entries = Array.from({ length: KEYS }, (_, index) => [`ledger:${index}`, `entry ${index}`] as const);

interface Job {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

class Vault {
  private runs = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly vault: Application,
    private readonly store: ObjectStore,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    const { figure, store } = this;
    await askRedis(await this.address(), 'mset', ...entries.flat());
    // it may be at one of its own
    await this.cluster.run.until('a save', 20, async () => (await askRedis(await this.address(), 'save'))[0] === 'OK');
    for (const backup of ['dump', 'files']) {
      const copied = await this.runOnce(NAMESPACE, `${backup}-near`, 'Complete');
      const again = await this.runOnce(NAMESPACE, `${backup}-near`, 'Complete');
      const drilled = await this.runOnce(DRILLS, `${NAMESPACE}-${backup}-near`, 'Complete');
      figure(
        `${backup}: copied in ${copied} s, a second time in ${again} s, restored and checked by its drill in ${drilled} s`,
      );
    }
    const keys = await store.keys();
    for (const backup of ['dump', 'files'])
      assert.ok(keys.includes(`here/${NAMESPACE}/${backup}/config`), `a repository of its own: ${backup}`);
    assert.equal(store.refused, 0, 'each request to the store was signed');
    await this.restore();
    await this.assertBroken();
    // last: its edits stay
    await this.assertAlerts();
  }

  /** As the page says it: a Job of the copy that waits, and the data back into a server that has lost all. */
  private async restore(): Promise<void> {
    const { kubectl, run } = this.cluster;
    const inNamespace = ['-n', NAMESPACE];
    await askRedis(await this.address(), 'flushall');
    assert.deepEqual(await askRedis(await this.address(), 'dbsize'), ['0']);
    const made = await kubectl.run([
      ...['create', 'job', 'restore', ...inNamespace, '--from=cronjob/dump-near', '--dry-run=client', '-o', 'json'],
    ]);
    const job = JSON.parse(made);
    const pod = job.spec.template.spec;
    delete pod.initContainers;
    pod.containers[0].command = ['sleep', '3600'];
    await kubectl.apply([job]);
    const inside = (...words: string[]) => kubectl.run(['exec', ...inNamespace, 'job/restore', '--', ...words]);
    await run.until('the Job of a restore', 60, () => inside('restic', 'snapshots'));
    await inside('restic', 'restore', 'latest:/dump', '--target', '/dump');
    const found = join(run.folder, 'restored');
    mkdirSync(found);
    await command('sh', [
      '-c',
      `"$0" --kubeconfig="$1" exec -n ${NAMESPACE} job/restore -- cat /dump/ledger.rdb > "$2"`,
      binary(`programs/kubernetes-${MAIN_MINOR}`, 'kubectl'),
      kubectl.kubeconfig,
      join(found, 'dump.rdb'),
    ]);
    const [port = 0] = await freePorts(1);
    const server = run.start('restored', '/usr/bin/redis-server', [
      ...['--dir', found, '--port', String(port), '--bind', '127.0.0.1'],
    ]);
    const ask = (...words: string[]) => command('redis-cli', ['--raw', '-p', String(port), ...words]);
    await run.until('a server with the restored file', 20, () => ask('ping'));
    const values = (await ask('mget', ...entries.map(([key]) => key))).trim().split('\n');
    await server.stop();
    assert.deepEqual(
      values,
      entries.map(([, value]) => value),
    );
    await kubectl.run(['delete', 'job', 'restore', ...inNamespace]);
    this.figure(`all ${KEYS} entries are in the file that is restored by hand`);
  }

  /** The twins: what is not a copy does not pass for one. */
  private async assertBroken(): Promise<void> {
    const { kubectl } = this.cluster;
    const secret = (value: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'backups', namespace: DRILLS },
      stringData: { [NAMESPACE]: value, 'etcd-backup-operations': PASSWORD },
    });
    await kubectl.apply([secret('another')]);
    await this.runOnce(DRILLS, `${NAMESPACE}-dump-near`, 'Failed');
    await kubectl.apply([secret(PASSWORD)]);
    this.vault.edit("'/redis-cli', '-h', '$(HOST)', '--rdb', '/dump/ledger.rdb'", "'/redis-cli', '--version'");
    await this.vault.apply(await this.vault.write());
    await this.runOnce(NAMESPACE, 'dump-near', 'Failed');
    this.figure('twins: a drill with another password fails, and so does a copy of a dump that wrote nothing');
  }

  /** Its series as kube-state-metrics names them; hours pass in promtool. */
  private async assertAlerts(): Promise<void> {
    const { run, plane } = this.cluster;
    const [port = 0, telemetry = 0] = await freePorts(2);
    const program = run.start('vault-metrics', binary('programs/kube-state-metrics', 'kube-state-metrics'), [
      `--kubeconfig=${await plane.kubeconfig('vault-metrics', 'system:masters')}`,
      ...[
        '--resources=cronjobs',
        `--namespaces=${NAMESPACE},${DRILLS}`,
        '--host=127.0.0.1',
        '--telemetry-host=127.0.0.1',
      ],
      ...[`--port=${port}`, `--telemetry-port=${telemetry}`],
    ]);
    const series = await run.until('series of the CronJobs', 60, async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const found = [...text.matchAll(/^(kube_cronjob_(?:created|status_last_successful_time)\{.*\}) /gm)].map(
        ([, name = '']) => name,
      );
      return found.some((name) => name.includes('last_successful')) && found;
    });
    await program.stop();
    const has = (metric: string, namespace: string, cronjob: string): boolean =>
      series.includes(`kube_cronjob_${metric}{namespace="${namespace}",cronjob="${cronjob}"}`);
    assert.ok(has('status_last_successful_time', NAMESPACE, 'dump-near'), series.join('\n'));
    assert.ok(
      !has('status_last_successful_time', DRILLS, 'etcd-backup-operations-etcd-backup-near'),
      'a run that never was',
    );

    this.vault.edit('import { backups } from', 'import { backups, metrics } from');
    this.vault.edit('parts: [copies]', "parts: [copies, metrics({ retention: '1d', volume: '10Gi', receivers: {} })]");
    const { manifests } = await this.vault.write();
    const rules = ofKind(manifests, 'ConfigMap')
      .flatMap(({ data = {} }) => Object.entries(data))
      .find(([name]) => name.endsWith('rules_evenkeel.yml'))?.[1];
    assert.ok(rules !== undefined, 'the rules of the part metrics');
    const folder = join(run.folder, 'vault-rules');
    mkdirSync(folder);
    writeFileSync(join(folder, 'rules.yml'), rules);
    const healthyHours = { dump: 24 + 120 / 3600 + 1, drill: 7 * 24 + 1 + 1 };
    const firing = (alert: string, namespace: string, cronjob: string) =>
      `count(ALERTS{alertname="${alert}",namespace="${namespace}",cronjob="${cronjob}",alertstate="firing"})`;
    const at = (hours: number, expr: string, isFiring: boolean) => ({
      expr,
      eval_time: `${Math.round(hours * 60)}m`,
      exp_samples: isFiring ? [{ labels: '{}', value: 1 }] : [],
    });
    const copy = firing('BackupTooOld', NAMESPACE, 'dump-near');
    const never = firing('RestoreDrillTooOld', DRILLS, 'etcd-backup-operations-etcd-backup-near');
    const gone = firing('BackupTooOld', 'etcd-backup-operations', 'etcd-backup-near');
    const test = {
      rule_files: ['rules.yml'],
      evaluation_interval: '5m',
      tests: [
        {
          interval: '5m',
          // all series that the cluster has, with what they count as of the first second
          input_series: series.map((name) => ({ series: name, values: '0x3000' })),
          promql_expr_test: [
            at(healthyHours.dump - 0.2, copy, false),
            at(healthyHours.dump + 0.5, copy, true),
            at(healthyHours.drill - 0.2, never, false),
            at(healthyHours.drill + 0.5, never, true),
            // its namespace is not among those whose series are read
            at(0, gone, false),
            at(0.5, gone, true),
          ],
        },
      ],
    };
    writeFileSync(join(folder, 'test.yml'), stringify(test));
    await command(binary('programs/prometheus', 'promtool'), ['test', 'rules', join(folder, 'test.yml')]);
    this.figure(
      `promtool: the alert of a copy fires ${Math.round(healthyHours.dump)} h after its last success, that of a drill that never ran after ${healthyHours.drill} h, that of a CronJob that is gone at once`,
    );
  }

  private async address(): Promise<string> {
    const pod = (await podsOf(this.cluster, NAMESPACE, NAME)).find(isReady);
    assert.ok(pod, 'the ledger is ready');
    return pod.status.podIP ?? '';
  }

  /** Runs a CronJob now, to this end. Gives the seconds that it took. */
  private async runOnce(namespace: string, cronJob: string, end: 'Complete' | 'Failed'): Promise<number> {
    const { kubectl, run } = this.cluster;
    this.runs += 1;
    const name = `now-${this.runs}`;
    const began = Date.now();
    await kubectl.run(['create', 'job', name, '-n', namespace, `--from=cronjob/${cronJob}`]);
    const ended = await run.until(`${cronJob} ends`, SECONDS, async () => {
      const { status } = await kubectl.get<Job>(['job', name, '-n', namespace]);
      return status.conditions?.find(({ type, status: is }) => is === 'True' && /^(?:Complete|Failed)$/.test(type))
        ?.type;
    });
    if (ended !== end) {
      const logs = await kubectl.run(['logs', `job/${name}`, '-n', namespace, '--all-containers', '--prefix']);
      assert.fail(`${namespace}/${cronJob}: ${ended}\n${logs}`);
    }
    return Math.round((Date.now() - began) / 1000);
  }
}
