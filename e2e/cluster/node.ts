// A real node: containerd, kubelet and kube-proxy in a network namespace and a mount namespace of their own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REGISTRY_PORT } from '../images/registry';
import { makeCgroups } from '../process/cgroups';
import { command } from '../process/command';
import type { Program, Run } from '../process/run';
import { binary } from '../programs/build';
import { type ControlPlane, MAIN_MINOR } from './control-plane';
import { type Host, OUR_ADDRESS, POD_ADDRESSES, podAddresses, setLink } from './network';

export interface NodeProps {
  readonly name: string;
  /** Value of the label `topology.kubernetes.io/zone`. @default no label, as on kind or minikube */
  readonly zone?: string;
}

const KUBERNETES = `programs/kubernetes-${MAIN_MINOR}` as const;
const CONTAINERD = 'programs/containerd';
const PAUSE_IMAGE = 'evenkeel.test/pause:1';

export class RealNode {
  readonly name: string;
  readonly zone: string | undefined;
  private readonly socket: string;

  private constructor(
    props: NodeProps,
    readonly host: Host,
    folder: string,
    private readonly runtime: Program,
  ) {
    this.name = props.name;
    this.zone = props.zone;
    this.socket = join(folder, 'containerd.sock');
  }

  static async start(run: Run, plane: ControlPlane, props: NodeProps, host: Host, number: number, pause: string) {
    const folder = join(run.folder, props.name);
    for (const name of ['log', 'cni', 'kubelet', 'pods']) mkdirSync(join(folder, name), { recursive: true });
    const cgroup = { path: host.namespace };
    run.note({ kind: 'cgroup', ...cgroup });
    makeCgroups(cgroup);
    const node = new RealNode(props, host, folder, startRuntime(run, props, host, folder, number));
    await run.until(`${props.name}: containerd`, 30, () => node.ctr('version'));
    await node.importImage(pause);
    await node.startKubelet(run, plane, folder);
    await node.startProxy(run, plane);
    return node;
  }

  /** Loads an image of ours, as `kind load` and `minikube image load` do. */
  async importImage(archive: string): Promise<void> {
    await this.ctr('images', 'import', '--local', '--snapshotter', 'native', archive);
  }

  /** The node fails abruptly, or returns. */
  async setLink(state: 'up' | 'down'): Promise<void> {
    await setLink(this.host, state);
  }

  /** Process ids of the containers that run on it, by container id. */
  async processes(): Promise<ReadonlyMap<string, number>> {
    const [, ...lines] = (await this.ctr('tasks', 'list')).trim().split('\n');
    return new Map(
      lines.flatMap((line) => {
        const [id = '', pid, status] = line.split(/\s+/);
        return status === 'RUNNING' ? [[id, Number(pid)] as const] : [];
      }),
    );
  }

  private ctr(...args: string[]): Promise<string> {
    const inside = ['--target', String(this.runtime.pid), '--mount', '--net', '--'];
    const ctr = [binary(CONTAINERD, 'ctr'), '--address', this.socket, '--namespace', 'k8s.io', ...args];
    return command('nsenter', [...inside, ...ctr]);
  }

  private async startKubelet(run: Run, plane: ControlPlane, folder: string): Promise<void> {
    const config = join(folder, 'kubelet.json');
    writeFileSync(config, JSON.stringify(kubeletConfiguration(this.host, plane, folder)));
    const kubelet = [
      binary(KUBERNETES, 'kubelet'),
      `--config=${config}`,
      `--kubeconfig=${await plane.kubeconfig(`system:node:${this.name}`, 'system:nodes')}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--hostname-override=${this.name}`,
      `--node-ip=${this.host.address}`,
      ...(this.zone === undefined ? [] : [`--node-labels=topology.kubernetes.io/zone=${this.zone}`]),
    ];
    const inside = ['--target', String(this.runtime.pid), '--mount', '--net', '--'];
    run.start(`${this.name}-kubelet`, 'nsenter', [...inside, ...kubelet]);
  }

  private async startProxy(run: Run, plane: ControlPlane): Promise<void> {
    const proxy = [
      `--kubeconfig=${await plane.kubeconfig('system:kube-proxy')}`,
      `--hostname-override=${this.name}`,
      '--proxy-mode=iptables',
      `--cluster-cidr=${POD_ADDRESSES}`,
      '--conntrack-max-per-core=0', // the namespace may not set the machine's own limits
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ];
    run.start(`${this.name}-proxy`, binary(KUBERNETES, 'kube-proxy'), proxy, { namespace: this.host.namespace });
  }
}

function startRuntime(run: Run, { name }: NodeProps, host: Host, folder: string, number: number): Program {
  const config = join(folder, 'containerd.toml');
  writeFileSync(config, containerdConfiguration(folder));
  writeFileSync(join(folder, 'cni', 'bridge.conflist'), JSON.stringify(podNetwork(folder, number)));
  const containerd = binary(CONTAINERD, 'containerd');
  // What the kubelet and containerd would leave in the machine's own folders falls to the mount namespace, and goes with it.
  // Its mounts are shared within it, as on any node: a container may ask to see those that come later.
  const script = `
    mount --make-rshared / && mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/kubelet &&
    mount --bind ${join(folder, 'log')} /var/log &&
    exec ${containerd} --config ${config}`;
  return run.start(`${name}-containerd`, 'unshare', ['--mount', '--', 'sh', '-c', script], {
    namespace: host.namespace,
    env: { PATH: `${dirname(containerd)}:${process.env['PATH'] ?? ''}` }, // for its shim
  });
}

function containerdConfiguration(folder: string): string {
  const images = `plugins."io.containerd.cri.v1.images"`;
  const runtime = `plugins."io.containerd.cri.v1.runtime"`;
  return `version = 3
root = "${folder}/containerd"
state = "${folder}/state"
[grpc]
address = "${folder}/containerd.sock"
[ttrpc]
address = "${folder}/containerd.ttrpc"
[${images}]
snapshotter = "native"
use_local_image_pull = true
[${images}.pinned_images]
sandbox = "${PAUSE_IMAGE}"
[${images}.registry]
config_path = "${registries(folder)}"
[plugins."io.containerd.nri.v1.nri"]
disable = true
[${runtime}]
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[${runtime}.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "${folder}/cni"
[${runtime}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[${runtime}.containerd.runtimes.runc.options]
BinaryName = "${binary('programs/runc', 'runc')}"
SystemdCgroup = false
`;
}

/** Every registry, whatever its name, is ours: the manifests keep the names that they have. */
function registries(folder: string): string {
  const all = join(folder, 'registries', '_default');
  mkdirSync(all, { recursive: true });
  const mirror = `[host."http://${OUR_ADDRESS}:${REGISTRY_PORT}"]\ncapabilities = ["pull", "resolve"]\n`;
  writeFileSync(join(all, 'hosts.toml'), mirror);
  return dirname(all);
}

function podNetwork(folder: string, number: number): object {
  const bridge = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    hairpinMode: true, // a pod may reach itself through its Service
    ipam: {
      type: 'host-local',
      dataDir: join(folder, 'addresses'),
      ranges: [[{ subnet: podAddresses(number) }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  const ports = { type: 'portmap', capabilities: { portMappings: true } };
  return { cniVersion: '1.0.0', name: 'pods', plugins: [bridge, ports] };
}

function kubeletConfiguration({ namespace }: Host, plane: ControlPlane, folder: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: plane.authority.certificate },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${namespace}`,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: ['pods'],
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    resolvConf: '',
    clusterDNS: [OUR_ADDRESS],
    clusterDomain: 'cluster.local',
    podLogsDir: join(folder, 'pods'),
    nodeStatusUpdateFrequency: '5s',
    nodeLeaseDurationSeconds: 20,
    evictionHard: { 'memory.available': '100Mi' }, // the machine's disk is not the node's
    imageGCHighThresholdPercent: 100,
  };
}
