// Nodes without machines: KWOK plays their kubelets, the control plane is real. For scheduling at a size that no test machine has.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { FOLDER } from '../process/paths';
import type { Program, Run } from '../process/run';
import { binary } from '../programs/build';
import { ControlPlane } from './control-plane';
import { waitForNodes } from './readiness';

const STAGES = join(FOLDER, 'cluster', 'kwok-stages.yaml');

/** A machine that is busy plays heartbeats late. No simulated node dies by itself, and a taint of a moment would change what a spread counts. */
const PATIENCE_SECONDS = 600;

export interface SimulatedNodes {
  readonly zones: readonly string[];
  readonly nodesPerZone: number;
  /** Nodes that each zone has already. @default 0 */
  readonly beside?: number;
  /** What each node can give to pods. */
  readonly cpu: string;
  readonly memory: string;
}

export interface SimulationOptions {
  /** Whether a pod is ready only when its boot may take no longer. @default false: a moment after it was bound */
  readonly boots?: boolean;
  /** Seconds until the scheduler tries a refused pod again, at most. @default its own: from 1 to 10 */
  readonly retrySeconds?: number;
}

/** What startup probes leave a pod until they restart it; nothing where there are none. */
const BOOT_BUDGET =
  '[.spec.containers[].startupProbe | values | .failureThreshold * .periodSeconds] | max // 0 | "\\(.)s"';

export class SimulatedCluster {
  private count = 0;

  private constructor(
    readonly plane: ControlPlane,
    private readonly player: Program,
  ) {}

  static async start(
    run: Run,
    name: string,
    nodes: readonly object[],
    { boots = false, ...scheduling }: SimulationOptions = {},
  ): Promise<SimulatedCluster> {
    const props = { name, controllers: true, nodeGraceSeconds: PATIENCE_SECONDS, ...scheduling };
    const plane = await ControlPlane.start(run, props);
    const kubeconfig = await plane.kubeconfig('kwok', 'system:masters');
    const player = run.start(`${name}-kwok`, binary('programs/kwok', 'kwok'), [
      `--kubeconfig=${kubeconfig}`,
      `--config=${boots ? writeBootingStages(plane.folder) : STAGES}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
    ]);
    const cluster = new SimulatedCluster(plane, player);
    await cluster.add(nodes);
    return cluster;
  }

  /** Adds nodes, as an autoscaler of nodes does, and waits until they are ready. */
  async add(nodes: readonly object[]): Promise<void> {
    await this.plane.kubectl.create(nodes);
    this.count += nodes.length;
    await waitForNodes(this.plane.run, this.plane, this.count);
  }

  async stop(): Promise<void> {
    await this.player.stop();
    await this.plane.stop();
  }
}

/** The same stages, with pods that take the whole of their boot budget. */
function writeBootingStages(folder: string): string {
  const path = join(folder, 'kwok-stages.yaml');
  const documents = parseAllDocuments(readFileSync(STAGES, 'utf8'));
  for (const document of documents) {
    if (document.getIn(['metadata', 'name']) === 'pod-ready') {
      document.setIn(['spec', 'delay', 'durationFrom', 'expressionFrom'], BOOT_BUDGET);
    }
  }
  writeFileSync(path, documents.map(String).join('---\n'));
  return path;
}

/** Nodes in zones, all of one size. */
export function nodesInZones(nodes: SimulatedNodes): object[] {
  const { zones, nodesPerZone, beside = 0 } = nodes;
  return zones.flatMap((zone) =>
    Array.from({ length: nodesPerZone }, (_, index) => nodeObject(`${zone}-${beside + index}`, zone, nodes)),
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
