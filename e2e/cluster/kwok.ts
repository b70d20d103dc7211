// Nodes without machines: KWOK plays their kubelets, the control plane is real. For scheduling at a size that no test machine has.
import { join } from 'node:path';
import { binary } from '../binaries/build';
import { FOLDER } from '../folder';
import { ControlPlane } from './control-plane';
import { waitForNodes } from './readiness';
import type { Program, Run } from './run';

const STAGES = join(FOLDER, 'cluster', 'kwok-stages.yaml');

/** A machine that is busy plays heartbeats late. No simulated node dies by itself, and a taint of a moment would change what a spread counts. */
const PATIENCE_SECONDS = 600;

export interface SimulatedNodes {
  readonly zones: readonly string[];
  readonly nodesPerZone: number;
  /** What each node can give to pods. */
  readonly cpu: string;
  readonly memory: string;
}

export class SimulatedCluster {
  private constructor(
    readonly plane: ControlPlane,
    private readonly player: Program,
  ) {}

  static async start(run: Run, name: string, nodes: readonly object[]): Promise<SimulatedCluster> {
    const plane = await ControlPlane.start(run, { name, controllers: true, nodeGraceSeconds: PATIENCE_SECONDS });
    const kubeconfig = await plane.kubeconfig('kwok', 'system:masters');
    const player = run.start(`${name}-kwok`, binary('binaries/kwok', 'kwok'), [
      `--kubeconfig=${kubeconfig}`,
      `--config=${STAGES}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
    ]);
    await plane.kubectl.create(nodes);
    await waitForNodes(run, plane, nodes.length);
    return new SimulatedCluster(plane, player);
  }

  async stop(): Promise<void> {
    await this.player.stop();
    await this.plane.stop();
  }
}

/** Nodes in zones, all of one size. */
export function nodesInZones(nodes: SimulatedNodes): object[] {
  return nodes.zones.flatMap((zone) =>
    Array.from({ length: nodes.nodesPerZone }, (_, index) => nodeObject(`${zone}-${index}`, zone, nodes)),
  );
}

function nodeObject(name: string, zone: string, { cpu, memory }: SimulatedNodes): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': zone } },
    status: { allocatable: { cpu, memory, pods: '110' }, capacity: { cpu, memory, pods: '110' } },
  };
}
