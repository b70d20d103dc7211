// Three zones for a proof: the node without a zone gets a third one, so that two of three may be lost.
import type { Cluster } from '../cluster/cluster';
import type { RealNode } from '../cluster/node';
import type { Pod } from './objects';

const KEY = 'topology.kubernetes.io/zone';
const THIRD = 'ap-south-1c';

export class ThreeZones {
  private lost: readonly string[] = [];

  private constructor(
    private readonly cluster: Cluster,
    /** Nodes by zone: two, two and one. */
    private readonly nodes: ReadonlyMap<string, readonly RealNode[]>,
  ) {}

  static async begin(cluster: Cluster): Promise<ThreeZones> {
    const nodes = new Map<string, RealNode[]>();
    for (const node of cluster.nodes) {
      const zone = node.zone ?? THIRD;
      if (node.zone === undefined) await cluster.kubectl.run(['label', 'node', node.name, `${KEY}=${THIRD}`]);
      nodes.set(zone, [...(nodes.get(zone) ?? []), node]);
    }
    return new ThreeZones(cluster, nodes);
  }

  get names(): readonly string[] {
    return [...this.nodes.keys()];
  }

  nodesIn(zones: readonly string[]): readonly RealNode[] {
    return zones.flatMap((zone) => this.nodes.get(zone) ?? []);
  }

  /** Zone that the pod runs in. */
  of({ spec }: Pod): string | undefined {
    return this.names.find((zone) => this.nodesIn([zone]).some(({ name }) => name === spec.nodeName));
  }

  /** These fail at once, abruptly. */
  async lose(zones: readonly string[]): Promise<void> {
    this.lost = [...this.lost, ...zones];
    await Promise.all(this.nodesIn(zones).map((node) => node.setLink('down')));
  }

  /** All that were lost return. */
  async restore(): Promise<void> {
    if (this.lost.length === 0) return;
    await Promise.all(this.nodesIn(this.lost).map((node) => node.setLink('up')));
    this.lost = [];
    await this.cluster.waitForNodes();
  }

  /** The third zone is none again. */
  async end(): Promise<void> {
    await this.restore();
    for (const { name } of this.nodesIn([THIRD])) await this.cluster.kubectl.run(['label', 'node', name, `${KEY}-`]);
  }
}
