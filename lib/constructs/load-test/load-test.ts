// A load test by Locust: a master that judges, workers that act as users, and a volume for the results.

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { deriveLoadTest, LOAD_TEST, type LoadTestInput, type LoadTestPlan } from '../../model/capacity/load-test';
import { fields, number, quantity, text, volumeSize } from '../../model/finding/schema';
import { derivationNotes } from '../../model/manifest/annotations';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { pullPolicy } from '../../model/platform/target';
import { createNetworkPolicy, nameExit } from '../network/policy';
import { containerSecurity, podSecurity } from '../pod/security';
import { Volume } from '../storage/volume';
import { System } from '../system/system';
import { receive } from '../tree/door';
import { type Container, createObject, type PodSpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { LOAD_SCRIPT } from './script';

/** The users, the host under test, and what must hold. */
export interface LoadTestProps extends LoadTestInput {
  /** Image of Locust, usually a copy in the environment's registry: `this.image('locust')`. */
  readonly image: string;
  /** Host under test, by HTTPS. */
  readonly host: string;
  /** Path of each request. */
  readonly path: string;
  /** The share `quantile` of the requests is answered within `seconds`, and none fails. */
  readonly latency: { readonly quantile: number; readonly seconds: number };
  /** Memory of a worker as a quantity. */
  readonly memoryPerWorker: string;
  /** Size of the volume for the results, as a quantity. */
  readonly results: string;
}

const PROPS = fields<LoadTestProps>({
  ...LOAD_TEST,
  image: text('an image of Locust'),
  host: text('the host name under test'),
  path: text("an absolute path, such as '/'", (path) => path.startsWith('/')),
  latency: fields<LoadTestProps['latency']>({
    quantile: number({ above: 0, below: 1 }),
    seconds: number({ above: 0 }),
  }),
  memoryPerWorker: quantity(),
  results: volumeSize(),
});

const STAND_INS: LoadTestProps = {
  users: 1,
  thinkSeconds: 1,
  usersPerSecond: 1,
  seconds: 1,
  requestsPerSecondPerWorker: 1,
  image: 'registry.invalid/refused:1',
  host: 'refused.invalid',
  path: '/',
  latency: { quantile: 0.5, seconds: 1 },
  memoryPerWorker: '1Gi',
  results: '1Gi',
};

const PORT = 5557; // Locust, "Distributed load generation": --master-bind-port
const WAIT_SECONDS = 300;
const STOP_SECONDS = 10;
const DAY_SECONDS = 86_400;

/**
 * Two suspended Jobs: applying them starts nothing. `kubectl patch job <name>-master -p '{"spec":{"suspend":false}}'`, and the same for
 * `<name>-workers`, starts the test; the master's exit code is the verdict, and its tables are on the volume `<name>-results`.
 *
 * Give it its own system: in the namespace of the tested system it would use up that quota.
 *
 * Source: Locust, "Distributed load generation", "Running without the web UI"; kubernetes.io, "Jobs" (suspending).
 */
export class LoadTest extends Construct {
  /** The derived load; `undefined` where the input was refused. */
  readonly plan: LoadTestPlan | undefined;
  private readonly props: LoadTestProps;
  private readonly names: { readonly master: string; readonly workers: string; readonly results: string };

  constructor(scope: Construct, id: string, props: LoadTestProps) {
    super(scope, id);
    traceConstruct(this);
    this.props = receive(this, '', PROPS, props, STAND_INS);
    this.names = { master: `${id}-master`, workers: `${id}-workers`, results: `${id}-results` };
    const { users, thinkSeconds, usersPerSecond, seconds, requestsPerSecondPerWorker } = this.props;
    const { plan } = deriveLoadTest({ users, thinkSeconds, usersPerSecond, seconds, requestsPerSecondPerWorker });
    this.plan = plan;
    if (plan === undefined) return;
    this.createScript(id);
    this.createNetwork();
    const reason = 'the results of a test, which can be made again';
    new Volume(this, this.names.results, {
      size: this.props.results,
      oneZone: reason,
      oneRegion: reason,
      noBackup: reason,
    });
    this.createMaster(plan);
    this.createWorkers(plan);
  }

  private createScript(id: string): void {
    const metadata = { name: `${id}-script`, labels: selectorLabels(id) };
    new ApiObject(this, 'script', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { 'locustfile.py': LOAD_SCRIPT },
    });
  }

  /** Workers reach the master and the host; all other traffic is denied. */
  private createNetwork(): void {
    const { master, workers } = this.names;
    const { cluster } = System.of(this).target;
    const labels = selectorLabels(master);
    const port = { name: 'locust', port: PORT, targetPort: 'locust', protocol: 'TCP' };
    const spec = { type: 'ClusterIP', selector: labels, ports: [port] };
    createObject(this, 'service', 'Service', { name: master, labels }, { spec });
    const host = { outside: this.props.host, cidrs: [], port: 443 };
    const [masterScope, workerScope] = [new Construct(this, 'master'), new Construct(this, 'workers')];
    createNetworkPolicy(masterScope, master, cluster, () => ({
      admitted: [{ from: { podLabels: selectorLabels(workers) }, port: { port: PORT } }],
      peers: [],
    }));
    const peers = [{ component: master, port: PORT }, host];
    const policy = createNetworkPolicy(workerScope, workers, cluster, () => ({ admitted: [], peers }));
    nameExit(policy, 'host', host);
  }

  private createMaster({ workers, seconds }: LoadTestPlan): void {
    const { users, usersPerSecond, host } = this.props;
    const args = [
      ...['--master', '--headless', '--locustfile', '/load/locustfile.py', '--host', `https://${host}`],
      ...['--users', String(users), '--spawn-rate', String(usersPerSecond), '--run-time', `${seconds.value}s`],
      ...['--expect-workers', String(workers.value), '--expect-workers-max-wait', String(WAIT_SECONDS)],
      ...['--stop-timeout', String(STOP_SECONDS), '--csv', '/results/run'],
    ];
    const mounts = [
      { name: 'script', mountPath: '/load', readOnly: true },
      { name: 'results', mountPath: '/results' },
    ];
    const script = { name: 'script', configMap: { name: `${this.node.id}-script` } };
    const results = { name: 'results', persistentVolumeClaim: { claimName: this.names.results } };
    const container = this.container(args, '512Mi', mounts);
    const pod = this.pod({ ...container, ports: [{ name: 'locust', containerPort: PORT, protocol: 'TCP' }] }, [
      script,
      results,
    ]);
    this.createJob(this.names.master, 1, seconds.value, pod);
  }

  private createWorkers({ workers, seconds }: LoadTestPlan): void {
    // a worker asks the master for the script
    const args = ['--worker', '--locustfile', '-', '--master-host', this.names.master];
    const pod = this.pod(this.container(args, this.props.memoryPerWorker, []), []);
    this.createJob(this.names.workers, workers.value, seconds.value, pod);
  }

  /** A failed pod is not replaced: a test that lost a worker has tested a smaller load. */
  private createJob(name: string, pods: number, seconds: number, pod: PodSpec): void {
    const labels = selectorLabels(name);
    const { requestsPerSecond, workers } = this.plan ?? {};
    const annotations = derivationNotes({ requests: requestsPerSecond, workers });
    createObject(
      this,
      `${name}-job`,
      'Job',
      { name, labels, annotations },
      {
        spec: {
          suspend: true,
          parallelism: pods,
          completions: pods,
          backoffLimit: 0,
          activeDeadlineSeconds: WAIT_SECONDS + seconds + 60,
          ttlSecondsAfterFinished: DAY_SECONDS,
          template: { metadata: { labels: { ...System.of(this).labels, ...labels } }, spec: pod },
        },
      },
    );
  }

  private container(args: readonly string[], memory: string, mounts: readonly Mount[]): Container {
    const { image, path, latency, thinkSeconds } = this.props;
    const variables = {
      HOME: '/tmp',
      LOAD_PATH: path,
      LOAD_QUANTILE: String(latency.quantile),
      LOAD_LIMIT_MS: String(latency.seconds * 1000),
      LOAD_THINK_SECONDS: String(thinkSeconds),
    };
    const bytes = canonicalQuantity(memory);
    return {
      name: 'locust',
      image,
      imagePullPolicy: pullPolicy(image, System.of(this).target.environment),
      args,
      env: Object.entries(variables).map(([name, value]) => ({ name, value })),
      resources: { requests: { cpu: '1', memory: bytes }, limits: { memory: bytes } },
      ...containerSecurity({}),
      volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }, ...mounts],
    };
  }

  private pod(container: Container, volumes: NonNullable<PodSpec['volumes']>): PodSpec {
    return {
      enableServiceLinks: false,
      ...podSecurity({}),
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: STOP_SECONDS + 20,
      containers: [container],
      volumes: [{ name: 'scratch', emptyDir: { sizeLimit: '64Mi' } }, ...volumes],
    };
  }
}

type Mount = NonNullable<Container['volumeMounts']>[number];
