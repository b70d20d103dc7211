// A load test of the manifests, as its user has it: started and started again as its page says, its verdict, its tables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import { type Condition, podsOf } from '../world/objects';

/** Names as `LoadTest` derives them from its id. */
const JOBS = { workers: 'load-workers', master: 'load-master' } as const;
/** Longer than a run takes; the Jobs' own deadlines are longer still. */
const LONGEST_SECONDS = 240;

export interface Ended {
  readonly condition: 'Complete' | 'Failed';
  /** Of its pods' containers. */
  readonly exitCodes: readonly number[];
}

export interface Verdict {
  readonly master: Ended;
  readonly workers: Ended;
  /** Why the promise was missed, in the master's own words. */
  readonly reasons: readonly string[];
  readonly table: Table;
}

/** The last row of Locust's table, of all requests; times are in milliseconds. */
export interface Table {
  readonly requests: number;
  readonly failures: number;
  /** By percent, such as `98%`. */
  readonly percentiles: Readonly<Record<string, number>>;
}

export class LoadTestRuns {
  constructor(
    private readonly cluster: Cluster,
    private readonly namespace: string,
    /** Folder of this machine that is the volume. */
    private readonly results: string,
  ) {}

  /** Lets both Jobs begin. */
  async start(): Promise<void> {
    const patch = ['--type', 'merge', '-p', '{"spec":{"suspend":false}}'];
    for (const job of Object.values(JOBS)) await this.kubectl('patch', 'job', job, ...patch);
  }

  /** Waits for the ends of both, and reads what they left. */
  async end(): Promise<Verdict> {
    const [master, workers] = [await this.ended(JOBS.master), await this.ended(JOBS.workers)];
    const log = await this.kubectl('logs', `job/${JOBS.master}`);
    const table = readTable(readFileSync(join(this.results, 'run_stats.csv'), 'utf8'));
    return { master, workers, reasons: [...log.matchAll(/^missed: (.*)$/gm)].map(([, reason = '']) => reason), table };
  }

  /** Makes room for another run; the Jobs must be applied again. */
  async clear(): Promise<void> {
    await this.kubectl('delete', 'job', '--all');
  }

  async workers(): Promise<readonly string[]> {
    return (await podsOf(this.cluster, this.namespace, JOBS.workers)).map(({ metadata }) => metadata.name);
  }

  private async ended(name: string): Promise<Ended> {
    const condition = await this.cluster.run.until(`the end of ${name}`, LONGEST_SECONDS, async () => {
      const job = ['job', name, '-n', this.namespace];
      const { status } = await this.cluster.kubectl.get<{ status: { conditions?: readonly Condition[] } }>(job);
      const ends = status.conditions?.filter(({ status: state }) => state === 'True').map(({ type }) => type);
      return (['Complete', 'Failed'] as const).find((type) => ends?.includes(type));
    });
    const pods = await podsOf(this.cluster, this.namespace, name);
    const exitCodes = pods.flatMap(({ status }) =>
      (status.containerStatuses ?? []).flatMap(({ state }) => state.terminated?.exitCode ?? []),
    );
    return { condition, exitCodes };
  }

  private kubectl(...args: string[]): Promise<string> {
    return this.cluster.kubectl.run([...args, '-n', this.namespace]);
  }
}

/** Reads `run_stats.csv`. Locust, "Retrieve test statistics in CSV format". */
export function readTable(text: string): Table {
  const [head = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const all = rows.find((row) => row[head.indexOf('Name')] === 'Aggregated');
  if (all === undefined) throw new Error(`no row of all requests in:\n${text}`);
  const values = Object.fromEntries(head.map((name, column) => [name, Number(all[column])]));
  const percentiles = Object.fromEntries(Object.entries(values).filter(([name]) => name.endsWith('%')));
  return { requests: values['Request Count'] ?? 0, failures: values['Failure Count'] ?? 0, percentiles };
}

/** What stands for the default storage class with its disks: one volume, a folder of this machine, which every node reaches. */
export function sharedStorage(name: string, path: string): readonly object[] {
  const term = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'Exists' }] };
  return [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        storageClassName: name,
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path },
        nodeAffinity: { required: { nodeSelectorTerms: [term] } },
      },
    },
  ];
}
