// A control plane: etcd and an API server of any minor, with controllers and a scheduler where they are wanted.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program, Run } from '../process/run';
import { binary, type Minor } from '../programs/build';
import { Authority, type Certificate } from './certificates';
import { Kubectl } from './kubectl';
import { SERVICE_ADDRESSES } from './network';
import { freePorts } from './ports';

/** The minor that real clusters of ours run; the API server alone comes in older and newer ones too. */
export const MAIN_MINOR = '1.36';

export interface ControlPlaneProps {
  /** Names the folder and the programs. */
  readonly name: string;
  /** @default MAIN_MINOR */
  readonly minor?: Minor;
  /** Where the API server listens. @default 127.0.0.1 */
  readonly address?: string;
  /** Whether anything but the API server runs. */
  readonly controllers: boolean;
  /** Seconds until a silent node is given up. @default 24: a dead zone shows sooner than after the usual 50 */
  readonly nodeGraceSeconds?: number;
  /** Seconds until the scheduler tries a refused pod again, at most. @default its own: 10 */
  readonly retrySeconds?: number;
}

type Props = Required<ControlPlaneProps>;

/** Of etcd for its clients and for its peers, and of the API server. */
interface Ports {
  readonly store: number;
  readonly peers: number;
  readonly api: number;
}

export class ControlPlane {
  readonly kubectl: Kubectl;
  /** etcd, API server, and the controllers where there are any. */
  readonly programs: Program[] = [];
  private readonly kubeconfigs = new Map<string, Promise<string>>();

  private constructor(
    readonly run: Run,
    private readonly props: Props,
    readonly authority: Authority,
    readonly folder: string,
    private readonly ports: Ports,
    readonly endpoint: string,
    admin: string,
  ) {
    this.kubectl = new Kubectl(binary(`programs/kubernetes-${MAIN_MINOR}`, 'kubectl'), admin);
  }

  static async start(run: Run, given: ControlPlaneProps): Promise<ControlPlane> {
    const props: Props = { minor: MAIN_MINOR, address: '127.0.0.1', nodeGraceSeconds: 24, retrySeconds: 10, ...given };
    const folder = join(run.folder, props.name);
    mkdirSync(folder);
    const authority = await Authority.create(folder, 'authority');
    const [store = 0, peers = 0, api = 0] = await freePorts(3);
    const endpoint = `https://${props.address}:${api}`;
    const admin = await writeKubeconfig(authority, folder, endpoint, 'admin', 'system:masters');
    const plane = new ControlPlane(run, props, authority, folder, { store, peers, api }, endpoint, admin);
    await plane.startPrograms();
    return plane;
  }

  /** Where etcd answers. */
  get store(): string {
    return `http://127.0.0.1:${this.ports.store}`;
  }

  /** Loses what etcd has, and starts with what is put into its folder instead, which does not exist yet. */
  async replaceStore(fill: (folder: string) => Promise<unknown>): Promise<void> {
    await this.stop();
    this.programs.length = 0;
    const folder = storeOf(this.folder);
    rmSync(folder, { recursive: true });
    await fill(folder);
    await this.startPrograms();
  }

  /** A kubeconfig for a user, by client certificate. Written once: all kube-proxies are one user, and one may be reading it. */
  kubeconfig(user: string, group?: string): Promise<string> {
    const key = `${user} of ${group ?? 'no group'}`;
    const access =
      this.kubeconfigs.get(key) ?? writeKubeconfig(this.authority, this.folder, this.endpoint, user, group);
    this.kubeconfigs.set(key, access);
    return access;
  }

  /** kubectl for a member of a group, by client certificate. */
  async as(group: string): Promise<Kubectl> {
    return new Kubectl(binary(`programs/kubernetes-${MAIN_MINOR}`, 'kubectl'), await this.kubeconfig(group, group));
  }

  /** Ends its programs, the latest first. */
  async stop(): Promise<void> {
    for (const program of this.programs.toReversed()) await program.stop();
  }

  private async startPrograms(): Promise<void> {
    const { run, props, authority, folder, store, ports } = this;
    const etcd = startStore(run, props.name, folder, store, `http://127.0.0.1:${ports.peers}`);
    this.programs.push(etcd, await startApi(run, props, authority, folder, store, ports.api));
    await this.ready();
    if (props.controllers) await this.startControllers();
  }

  private async ready(): Promise<void> {
    await this.run.until(`${this.props.name}: API server ready`, 60, async () => {
      const answer = await this.kubectl.run(['get', '--raw', '/readyz']);
      return answer === 'ok';
    });
  }

  private async startControllers(): Promise<void> {
    const { run, folder } = this;
    const { name } = this.props;
    const [manager = 0, scheduler = 0] = await freePorts(2);
    const kubernetes = `programs/kubernetes-${MAIN_MINOR}` as const;
    const access = await this.kubeconfig('system:kube-controller-manager');
    const manages = run.start(`${name}-controller-manager`, binary(kubernetes, 'kube-controller-manager'), [
      `--kubeconfig=${access}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${manager}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--root-ca-file=${this.authority.certificate}`,
      `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
      // what follows from a node that is given up takes as long as anywhere
      '--node-monitor-period=2s',
      `--node-monitor-grace-period=${this.props.nodeGraceSeconds}s`,
    ]);
    const schedules = run.start(`${name}-scheduler`, binary(kubernetes, 'kube-scheduler'), [
      `--config=${await this.writeSchedulerConfig()}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${scheduler}`,
    ]);
    this.programs.push(manages, schedules);
    await run.until(`${name}: default service account`, 60, () =>
      this.kubectl.run(['get', 'serviceaccount', 'default', '-n', 'default']),
    );
  }

  private async writeSchedulerConfig(): Promise<string> {
    const path = join(this.folder, 'scheduler.json');
    const config = {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      clientConnection: { kubeconfig: await this.kubeconfig('system:kube-scheduler') },
      leaderElection: { leaderElect: false },
      podMaxBackoffSeconds: this.props.retrySeconds,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }
}

/** Folder of etcd's data. */
const storeOf = (folder: string): string => join(folder, 'etcd');

function startStore(run: Run, name: string, folder: string, clients: string, peers: string): Program {
  return run.start(`${name}-etcd`, binary('programs/etcd', 'etcd'), [
    `--data-dir=${storeOf(folder)}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    '--unsafe-no-fsync', // thrown away with the run
    '--log-level=warn',
  ]);
}

async function startApi(
  run: Run,
  { name, minor, address }: Props,
  authority: Authority,
  folder: string,
  store: string,
  port: number,
): Promise<Program> {
  const own = ['kubernetes.default.svc', 'localhost'].map((host) => `DNS:${host}`);
  const server = await authority.issue('api', {
    name: 'kube-apiserver',
    alternatives: [...own, `IP:${address}`, 'IP:127.0.0.1', `IP:${firstService()}`],
  });
  const kubelets = await authority.issue('api-to-kubelets', { name: 'kube-apiserver', organization: 'system:masters' });
  const accounts = await authority.issue('service-accounts', { name: 'service-accounts' });
  const frontAuthority = await Authority.create(folder, 'front-authority');
  const front = await frontAuthority.issue('front', { name: 'front' });
  return run.start(`${name}-api`, binary(`programs/kubernetes-${minor}`, 'kube-apiserver'), [
    `--etcd-servers=${store}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    // The service `kubernetes` takes no loopback address; without nodes it is not called.
    `--advertise-address=${address.startsWith('127.') ? '192.0.2.1' : address}`,
    `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
    '--allow-privileged=true', // as every distribution has it; Pod Security is what refuses
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    `--client-ca-file=${authority.certificate}`,
    ...tls('--tls-cert-file', '--tls-private-key-file', server),
    ...tls('--kubelet-client-certificate', '--kubelet-client-key', kubelets),
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${accounts.certificate}`,
    `--service-account-signing-key-file=${accounts.key}`,
    '--enable-aggregator-routing=true',
    `--requestheader-client-ca-file=${frontAuthority.certificate}`,
    '--requestheader-allowed-names=front',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    ...tls('--proxy-client-cert-file', '--proxy-client-key-file', front),
  ]);
}

function tls(certificateFlag: string, keyFlag: string, { certificate, key }: Certificate): string[] {
  return [`${certificateFlag}=${certificate}`, `${keyFlag}=${key}`];
}

/** Address of the service `kubernetes`: the first of the range. */
function firstService(): string {
  return SERVICE_ADDRESSES.replace(/0\/\d+$/, '1');
}

async function writeKubeconfig(
  authority: Authority,
  folder: string,
  server: string,
  user: string,
  group?: string,
): Promise<string> {
  const file = user.replaceAll(':', '-');
  const issued = await authority.issue(file, {
    name: user,
    ...(group === undefined ? {} : { organization: group }),
  });
  const path = join(folder, `${file}.kubeconfig`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority': authority.certificate } }],
    users: [{ name: user, user: { 'client-certificate': issued.certificate, 'client-key': issued.key } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user } }],
    'current-context': 'e2e',
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}
