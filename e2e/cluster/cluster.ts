// A cluster on this machine: a control plane, real nodes with or without zones, names, metrics, ingress, a registry.
import { join } from 'node:path';
import { type Behaviour, packImages } from '../images/components';
import { packLocust } from '../images/locust';
import { type Added, packPart } from '../images/parts';
import { serveRegistry } from '../images/registry';
import { ImageStore } from '../images/store';
import { type Manifest, ofKind } from '../manifests/manifests';
import { readSystems } from '../manifests/systems';
import { hasCgroups } from '../process/cgroups';
import { command } from '../process/command';
import type { Run } from '../process/run';
import { binary } from '../programs/build';
import { ControlPlane } from './control-plane';
import { type Host, makeBridge, makeHost, OUR_ADDRESS, routePods } from './network';
import { type NodeProps, RealNode } from './node';
import { waitForNodes } from './readiness';
import { startIngress, startMetrics, startNames } from './services';

export interface ClusterProps {
  readonly nodes: readonly NodeProps[];
  /** Hosts outside of the cluster, and the addresses that stand for them. */
  readonly outside: ReadonlyMap<string, string>;
}

/** Host numbers on the bridge: ours is 1, nodes begin at 11. */
const INGRESS = 5;
const CLIENT = 6;
const SECOND_INGRESS = 7;
const FIRST_NODE = 11;

export class Cluster {
  private constructor(
    readonly run: Run,
    readonly plane: ControlPlane,
    readonly nodes: readonly RealNode[],
    readonly ingress: Host,
    /** Where load comes from. */
    readonly client: Host,
    private readonly store: ImageStore,
  ) {}

  /** Why this machine cannot run real nodes; undefined when it can. */
  static async obstacle(): Promise<string | undefined> {
    if (process.platform !== 'linux') return `a cluster needs Linux, this is ${process.platform}`;
    if (process.getuid?.() !== 0) return 'real nodes need root';
    if (!hasCgroups()) return 'real nodes need control groups of version 1 here (version 2 is not tried)';
    for (const [program, args] of NEEDED) {
      const works = await command(program, args).then(
        () => true,
        () => false,
      );
      if (!works) return `real nodes need ${program}, see e2e/README.md`;
    }
    return undefined;
  }

  static async start(run: Run, { nodes, outside }: ClusterProps): Promise<Cluster> {
    await makeBridge(run);
    const ingress = await makeHost(run, 'ingress', INGRESS);
    const client = await makeHost(run, 'client', CLIENT);
    const plane = await ControlPlane.start(run, { name: 'cluster', address: OUR_ADDRESS, controllers: true });
    const store = await ImageStore.create(join(run.folder, 'images'), binary('server', 'server'));
    const pause = { reference: 'evenkeel.test/pause:1', args: ['pause'], environment: {} };
    store.add(pause);
    const archive = await store.archive(pause.reference);
    await serveRegistry(store, OUR_ADDRESS);
    await startNames(run, plane, outside, ingress);
    const hosts = new Map<number, Host>();
    const started = await Promise.all(
      nodes.map(async (props, index) => {
        const host = await makeHost(run, props.name, FIRST_NODE + index);
        hosts.set(index + 1, host);
        return RealNode.start(run, plane, props, host, index + 1, archive);
      }),
    );
    await routePods([...hosts.values(), ingress, client], hosts);
    const cluster = new Cluster(run, plane, started, ingress, client, store);
    await cluster.waitForNodes();
    await Promise.all([startMetrics(run, plane), startIngress(run, plane, 'traefik', ingress)]);
    return cluster;
  }

  get kubectl() {
    return this.plane.kubectl;
  }

  /** Makes the images that these manifests name available: loaded on the nodes where they are never pulled, else in the registry. */
  async provideImages(folder: string, behaviour: Behaviour = {}): Promise<void> {
    const containers = packImages(this.store, readSystems(folder), behaviour);
    const loadedByHand = containers.filter(({ imagePullPolicy }) => imagePullPolicy === 'Never');
    for (const { image } of loadedByHand) {
      const archive = await this.store.archive(image);
      for (const node of this.nodes) await node.importImage(archive);
    }
  }

  /** Puts Locust into the registry, under the names that the Jobs of these manifests use. */
  async provideLocust(manifests: readonly Manifest[]): Promise<void> {
    await packLocust(this.store, ofKind(manifests, 'Job'));
  }

  /** Puts a program, with nothing beside it but the files of a folder, into the registry, under each of these names. */
  async provideProgram(
    references: readonly string[],
    folder: string,
    program: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const root = await this.store.pack(folder, program);
    for (const reference of references) this.store.add({ reference, root, environment });
  }

  /** Puts a part of the platform into the registry, under the name that manifests use. Gives the version of its program. */
  async providePart(reference: string, added: Added = {}): Promise<string> {
    const folder = join(this.run.folder, 'parts', reference.replaceAll(/[^\w.-]/g, '_'));
    return packPart(this.store, reference, folder, added);
  }

  /** Puts our server into the registry under another name. */
  provideServer(reference: string, environment: Readonly<Record<string, string>>): void {
    this.store.add({ reference, environment });
  }

  /** Serves the Ingresses of another class from an address of its own, until it is stopped. */
  async addIngress(className: string): Promise<Ingress> {
    const host = await makeHost(this.run, 'ingress-2', SECOND_INGRESS);
    await routePods([host], new Map(this.nodes.map((node, index) => [index + 1, node.host])));
    const program = await startIngress(this.run, this.plane, className, host);
    return { host, stop: () => program.stop() };
  }

  /** Moves the pods of a node away, as before an upgrade of it. */
  async drain(node: RealNode, timeoutSeconds = 240): Promise<void> {
    const options = ['--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${timeoutSeconds}s`];
    await this.kubectl.run(['drain', node.name, ...options]);
  }

  async uncordon(node: RealNode): Promise<void> {
    await this.kubectl.run(['uncordon', node.name]);
  }

  /** All nodes of the zone fail abruptly, or return. */
  async setZone(zone: string, state: 'up' | 'down'): Promise<void> {
    await Promise.all(this.nodes.filter((node) => node.zone === zone).map((node) => node.setLink(state)));
  }

  async waitForNodes(): Promise<void> {
    await waitForNodes(this.run, this.plane, this.nodes.length);
  }
}

export interface Ingress {
  readonly host: Host;
  stop(): Promise<void>;
}

const NEEDED: readonly (readonly [string, readonly string[]])[] = [
  ['ip', ['-Version']],
  ['iptables', ['--version']],
  ['conntrack', ['--version']],
  ['openssl', ['version']],
  ['nsenter', ['--version']],
  ['/usr/lib/cni/bridge', ['--version']],
];
