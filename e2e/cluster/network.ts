// The network of a cluster on one machine: a bridge, and a network namespace for every host on it.
import { command } from '../process/command';
import type { Run } from '../process/run';

export const SERVICE_ADDRESSES = '10.202.0.0/16';
/** Addresses of all pods; node N has 10.201.N.0/24. */
export const POD_ADDRESSES = '10.201.0.0/16';
/** Where nodes, ingress and clients live. */
export const HOST_ADDRESSES = '10.200.0.0/24';
/** Our own address on the bridge: control plane, registry, DNS, and what stands for the world outside. */
export const OUR_ADDRESS = '10.200.0.1';

const BRIDGE = 'ek0';

export interface Host {
  /** Name of its network namespace. */
  readonly namespace: string;
  readonly address: string;
}

/** Makes the bridge. Its name is fixed, so that two runs at once exclude each other instead of mixing. */
export async function makeBridge(run: Run): Promise<void> {
  run.note({ kind: 'link', name: BRIDGE });
  await ip('link', 'add', BRIDGE, 'type', 'bridge');
  await ip('address', 'add', `${OUR_ADDRESS}/24`, 'dev', BRIDGE);
  await ip('link', 'set', BRIDGE, 'up');
}

/** Makes a host: a network namespace that forwards, with one link to the bridge and its default route over it. */
export async function makeHost(run: Run, name: string, number: number): Promise<Host> {
  const namespace = `ek-${name}`;
  const address = `10.200.0.${number}`;
  run.note({ kind: 'namespace', name: namespace });
  await ip('netns', 'add', namespace);
  const [outer, inner] = [linkOf(namespace), 'eth0'];
  await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', namespace);
  await ip('link', 'set', outer, 'master', BRIDGE, 'up');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', inner);
  await ip('-n', namespace, 'link', 'set', inner, 'up');
  await ip('-n', namespace, 'route', 'add', 'default', 'via', OUR_ADDRESS);
  await command('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  return { namespace, address };
}

/** The addresses of pods on the node with this number. */
export function podAddresses(node: number): string {
  return `10.201.${node}.0/24`;
}

/** Announces on the bridge where the pods of every node are. */
export async function routePods(hosts: readonly Host[], nodes: ReadonlyMap<number, Host>): Promise<void> {
  for (const [number, node] of nodes) {
    const route = [podAddresses(number), 'via', node.address];
    await ip('route', 'replace', ...route);
    for (const host of hosts.filter(({ address }) => address !== node.address)) {
      await ip('-n', host.namespace, 'route', 'replace', ...route);
    }
  }
}

/** Takes the host's link down or up: down, it fails abruptly and does not notice. */
export async function setLink({ namespace }: Host, state: 'up' | 'down'): Promise<void> {
  await ip('link', 'set', linkOf(namespace), state);
}

function ip(...args: string[]): Promise<string> {
  return command('ip', args);
}

/** Name of a host's link on our side; at most 15 characters. */
function linkOf(namespace: string): string {
  return `v-${namespace}`.slice(0, 15);
}
