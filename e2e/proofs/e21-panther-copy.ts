// E21: one line makes an environment like Panther Clinic's, with its own manifests and as many pods as production has off peak.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodesInZones, SimulatedCluster } from '../cluster/kwok';
import { growthOf } from '../manifests/derivations';
import { type Deployment, type Manifest, ofKind, readManifests } from '../manifests/manifests';
import { APPLY_SYSTEMS } from '../manifests/systems';
import type { Figure } from '../measure/figure';
import { type List, type Pod, podsOf } from '../world/objects';
import { BOOKING, CLINIC, deploymentOf, HEADROOM, nodesInZone, POOL, scaleBooking } from '../world/panther';
import { Project } from '../world/project';
import type { Proof } from './proof';

/** Off peak as large as production; at its whole peak it would need more nodes than the pool may have, and synth would say so. */
const LINE =
  "platform.copy(Panther, { of: 'clinic', as: 'rehearsal', settings: { host: 'booking.rehearsal.panther-clinic.example', " +
  "database: 'panther-rehearsal.postgres.database.azure.com', users: { peak: 8000, offPeak: 8000 } } });\n";
const COPY = { namespace: 'panther-rehearsal', name: 'booking' };
/** What an environment may decide; `content` is the hash in a ConfigMap's name. */
const MAY_DIFFER = new Set(['name', 'hosts', 'size', 'secrets', 'content']);
/** What is asked for: five to ten minutes. */
const LONGEST_SECONDS = 300;

export const pantherCopy: Proof = {
  id: 'E21',
  title: 'one line copies Panther Clinic beside production, and the copy is available within five minutes',
  needs: 'api',
  systems: ['panther'],
  full: true,
  prove: async ({ run }, figure) => {
    const manifests = readManifests(CLINIC);
    const { min } = growthOf(manifests);
    const nodes = nodesInZones({ ...POOL, nodesPerZone: nodesForBoth(manifests, min) });
    const cluster = await SimulatedCluster.start(run, 'copy', nodes, { boots: true });
    const { kubectl } = cluster.plane;
    const project = Project.create(join(run.folder, 'copy-project'));
    try {
      await kubectl.run([...APPLY_SYSTEMS, CLINIC]);
      await scaleBooking(cluster.plane, min);
      const production = await run.until('production is placed', 60, async () => {
        const pods = await podsOf(cluster.plane, BOOKING.namespace);
        return pods.length === min && pods.every(({ spec }) => spec.nodeName !== undefined) ? pods : undefined;
      });
      const folder = await copy(cluster, project, figure);
      const [kept, copied] = await Promise.all([BOOKING, COPY].map((one) => podsOf(cluster.plane, one.namespace)));
      assert.equal(copied?.length, min);
      const budget = bootBudgetOf(deploymentOf(manifests, BOOKING));
      const boots = copied?.map(bootSecondsOf) ?? [];
      figure(
        `simulated boot: ${Math.min(...boots)}–${Math.max(...boots)} s, of ${budget} s that the startup probe allows`,
      );
      // their times are whole seconds
      assert.ok(Math.min(...boots) >= budget - 1, 'pods take all of their boot budget');
      assert.deepEqual(kept?.map(uidOf).sort(), production.map(uidOf).sort(), 'production keeps its pods');
      figure(`${min} pods of each environment on ${nodes.length} nodes`);

      const same = '10-panther-clinic.yaml';
      assert.equal(readFileSync(join(folder, same), 'utf8'), readFileSync(join(CLINIC, same), 'utf8'));
      assert.equal(await specOf(cluster, COPY), await specOf(cluster, BOOKING));
      const differences = await project.compareEnvironments('panther/clinic', 'panther/rehearsal');
      const unexpected = differences.filter(({ aspect = '' }) => !MAY_DIFFER.has(aspect));
      assert.deepEqual(unexpected, []);
      const aspects = [...new Set(differences.map(({ aspect }) => aspect))].sort().join(', ');
      figure(`comparison: ${differences.length} fields differ, decided by ${aspects}`);
    } finally {
      await cluster.stop();
    }
  },
};

/** From the line to the last available pod. Gives the folder of the manifests. */
async function copy(cluster: SimulatedCluster, project: Project, figure: Figure): Promise<string> {
  const began = Date.now();
  project.append(join('charts', 'platform.ts'), LINE);
  const folder = join(await project.synthesize('copied'), 'clusters', 'northeurope');
  const synthesized = Date.now();
  await cluster.plane.kubectl.run([...APPLY_SYSTEMS, folder]);
  const manifests = readManifests(folder);
  await waitUntilAvailable(cluster, manifests);
  const available = Date.now();
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  figure(`synth ${seconds(began, synthesized)} s, apply until available ${seconds(synthesized, available)} s`);
  assert.ok(available - began < LONGEST_SECONDS * 1000);
  return folder;
}

const uidOf = ({ metadata }: Pod): string => metadata.uid;

/** Production, its copy, and the headroom of each zone, in any order. */
function nodesForBoth(manifests: readonly Manifest[], pods: number): number {
  const booking = { deployment: deploymentOf(manifests, BOOKING), pods };
  const headroom = deploymentOf(manifests, HEADROOM);
  return nodesInZone([booking, booking]) + nodesInZone([{ deployment: headroom, pods: headroom.spec.replicas ?? 0 }]);
}

interface Available {
  readonly metadata: Deployment['metadata'];
  readonly status: { readonly availableReplicas?: number };
}

/** Every Deployment has as many available pods as its autoscaler wants at the least, or as it says itself. */
async function waitUntilAvailable({ plane }: SimulatedCluster, manifests: readonly Manifest[]): Promise<void> {
  const autoscalers = ofKind(manifests, 'HorizontalPodAutoscaler');
  const wanted = ofKind(manifests, 'Deployment').map(({ metadata: { namespace, name }, spec }) => {
    const scaled = autoscalers.find((one) => one.metadata.namespace === namespace && one.metadata.name === name);
    return { key: `${namespace}/${name}`, pods: scaled?.spec.minReplicas ?? spec.replicas ?? 1 };
  });
  await plane.run.until('every Deployment is available', LONGEST_SECONDS, async () => {
    const { items } = await plane.kubectl.get<List<Available>>(['deployments', '-A']);
    const available = new Map(
      items.map(({ metadata, status }) => [`${metadata.namespace}/${metadata.name}`, status.availableReplicas ?? 0]),
    );
    return wanted.every(({ key, pods }) => (available.get(key) ?? 0) >= pods);
  });
}

/** What its startup probe allows, in seconds. */
function bootBudgetOf({ spec }: Deployment): number {
  const [{ startupProbe: { failureThreshold = 0, periodSeconds = 0 } = {} } = {}] = spec.template.spec.containers;
  return failureThreshold * periodSeconds;
}

/** From the moment that the pod is bound until it is ready. */
function bootSecondsOf({ status }: Pod): number {
  const [bound = Number.NaN, ready = Number.NaN] = ['PodScheduled', 'Ready'].map((wanted) =>
    Date.parse(status.conditions?.find(({ type }) => type === wanted)?.lastTransitionTime ?? ''),
  );
  return (ready - bound) / 1000;
}

/** What the API server stores of it, without the hash of its configuration, which has a database of its own. */
async function specOf({ plane }: SimulatedCluster, { namespace, name }: typeof COPY): Promise<string> {
  const spec = await plane.kubectl.run(['get', 'deployment', name, '-n', namespace, '-o', 'jsonpath={.spec}']);
  return spec.replace(/(?<=-config-)[0-9a-f]{10}/, '');
}
