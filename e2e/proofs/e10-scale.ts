// E10: 300 nodes over three zones take the whole of dist at its largest; all pods find a place, evenly.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nodesInZones, SimulatedCluster } from '../cluster/kwok';
import { ofKind } from '../manifests/manifests';
import { APPLY_SYSTEMS, readSystems } from '../manifests/systems';
import type { Figure } from '../measure/figure';
import { countBy, isReady, type List, type Pod } from '../world/objects';
import { DEPLOYED, DIST } from '../world/world';
import type { Proof } from './proof';

const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
const NODES_PER_ZONE = 100;

export const scale: Proof = {
  id: 'E10',
  title: `${ZONES.length * NODES_PER_ZONE} nodes take the whole of dist at its largest: every pod is placed, evenly`,
  needs: 'api',
  systems: DEPLOYED,
  full: true,
  prove: async ({ run }, figure) => {
    const nodes = { zones: ZONES, nodesPerZone: NODES_PER_ZONE, cpu: '2', memory: '8Gi' };
    const cluster = await SimulatedCluster.start(run, 'scale', nodesInZones(nodes));
    try {
      await placeAll(cluster, figure);
      for (const { name, pid } of cluster.plane.programs) figure(`${name}: ${mebibytesOf(pid)} MiB`);
    } finally {
      await cluster.stop();
    }
  },
};

async function placeAll({ plane }: SimulatedCluster, figure: Figure): Promise<void> {
  const { kubectl } = plane;
  const manifests = Object.values(DIST).flatMap(readSystems);
  const autoscalers = ofKind(manifests, 'HorizontalPodAutoscaler');
  const started = Date.now();
  for (const folder of Object.values(DIST)) await kubectl.run([...APPLY_SYSTEMS, folder]);
  for (const { metadata, spec } of autoscalers) {
    const target = [`deployment/${spec.scaleTargetRef.name}`, '-n', metadata.namespace ?? ''];
    await kubectl.run(['scale', ...target, `--replicas=${spec.maxReplicas}`]);
  }
  const deployments = ofKind(manifests, 'Deployment').map(({ metadata, spec }) => {
    const scaled = autoscalers.find(
      (item) => item.metadata.namespace === metadata.namespace && item.spec.scaleTargetRef.name === metadata.name,
    );
    return {
      metadata,
      zoned: spec.template.spec.topologySpreadConstraints?.length === 2,
      wanted: scaled?.spec.maxReplicas ?? spec.replicas ?? 1,
    };
  });
  const total = deployments.reduce((sum, { wanted }) => sum + wanted, 0);
  const pods = await plane.run.until('every pod is placed and ready', 180, async () => {
    const { items } = await kubectl.get<List<Pod>>(['pods', '-A']);
    return items.length === total && items.every(isReady) ? items : undefined;
  });
  figure(
    `${total} pods placed on ${ZONES.length * NODES_PER_ZONE} nodes in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  for (const { metadata, wanted, zoned } of deployments) {
    const own = pods.filter(
      (pod) =>
        pod.metadata.namespace === metadata.namespace &&
        pod.metadata.labels?.['app.kubernetes.io/name'] === metadata.name,
    );
    assert.equal(own.length, wanted);
    assert.equal(
      countBy(own, ({ spec }) => spec.nodeName).size,
      wanted,
      `${metadata.namespace}/${metadata.name}: a node of its own for each`,
    );
    const zones = [...countBy(own, ({ spec }) => spec.nodeName?.replace(/-\d+$/, '')).values()];
    if (zoned)
      assert.ok(zones.length === ZONES.length && Math.max(...zones) - Math.min(...zones) <= 1, 'a skew of at most one');
    figure(`${metadata.namespace}/${metadata.name}: ${wanted} pods on ${wanted} nodes, ${zones.join(' + ')} by zone`);
  }
}

/** Resident memory of a process. */
function mebibytesOf(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}
