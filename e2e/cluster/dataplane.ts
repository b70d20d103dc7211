// A dataplane for network policies: kube-router's firewall on every node, beside kube-proxy. Without it, no policy is enforced here.
import { spawnSync } from 'node:child_process';
import { command } from '../process/command';
import type { Program } from '../process/run';
import { binary } from '../programs/build';
import type { Cluster } from './cluster';
import { SERVICE_ADDRESSES } from './network';
import type { RealNode } from './node';

/** What its rules need of the kernel, tried in a network namespace that ends with the command. */
const TRIAL = [
  'ipset create pods hash:ip',
  'iptables -A FORWARD -m set --match-set pods src -m mark --mark 0x10000/0x10000 -j REJECT',
  'iptables -A FORWARD -j NFLOG --nflog-group 100 -m limit --limit 10/minute --limit-burst 10',
  'sysctl -qw net.bridge.bridge-nf-call-iptables=1',
].join(' && ');

const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT'];

export class Dataplane {
  private constructor(
    private readonly cluster: Cluster,
    private readonly programs: readonly Program[],
  ) {}

  /** Why this machine cannot enforce policies; nothing where it can. */
  static obstacle(): string | undefined {
    const { status, stderr } = spawnSync('unshare', ['--net', '--', 'sh', '-c', TRIAL], { encoding: 'utf8' });
    return status === 0 ? undefined : `the kernel lacks a part of a policy's rules: ${stderr.trim().split('\n')[0]}`;
  }

  static async start(cluster: Cluster): Promise<Dataplane> {
    const { run, plane, nodes } = cluster;
    const kubeconfig = await plane.kubeconfig('kube-router', 'system:masters');
    const programs: Program[] = [];
    for (const node of nodes) {
      // packets between pods of one node, which a bridge connects, pass the rules too: Services need it anyway
      await inside(node, 'sysctl', '-qw', 'net.bridge.bridge-nf-call-iptables=1');
      const flags = [
        '--run-firewall=true',
        '--run-router=false',
        '--run-service-proxy=false',
        '--run-loadbalancer=false',
        '--health-port=0',
        `--kubeconfig=${kubeconfig}`,
        `--hostname-override=${node.name}`,
        `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      ];
      const { namespace } = node.host;
      programs.push(
        run.start(`${node.name}-firewall`, binary('programs/kube-router', 'kube-router'), flags, { namespace }),
      );
    }
    return new Dataplane(cluster, programs);
  }

  /** Ends it, and takes its rules out of the way of all traffic. */
  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
    for (const node of this.cluster.nodes) {
      for (const chain of CHAINS) await unhook(node, chain);
    }
  }
}

/** Removes the rules that lead into its chains; without them these do nothing. */
async function unhook(node: RealNode, chain: string): Promise<void> {
  const rules = (await inside(node, 'iptables', '-S', chain)).split('\n');
  for (const rule of rules.filter((line) => line.includes('-j KUBE-ROUTER-')))
    await inside(node, 'sh', '-c', `iptables --wait ${rule.replace(/^-A/, '-D')}`);
}

function inside({ host }: RealNode, ...line: string[]): Promise<string> {
  return command('ip', ['netns', 'exec', host.namespace, ...line]);
}
