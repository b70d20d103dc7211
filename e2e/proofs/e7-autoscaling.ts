// E7: the autoscaler on real metrics: out under load, in afterwards no faster than its policy, never below the minimum.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Autoscaler, ofKind, readManifests } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { describeVerdict, startLoad } from '../measure/load';
import { failures } from '../measure/under-load';
import type { Run } from '../process/run';
import { nodePortOf } from '../world/objects';
import { DEPLOYED, type Deployed, DIST } from '../world/world';
import type { Proof } from './proof';

const WEB = { namespace: 'toytrex-production', name: 'web' };
const LOAD_SECONDS = 100;

/** Replicas that the autoscaler asked for, each with the time at which it did. */
interface Change {
  readonly at: number;
  readonly replicas: number;
}

/** What was seen between the two proofs. */
const changes: Change[] = [];
let loadEnded = 0;

export const scaleOut: Proof = {
  id: 'E7',
  title: 'the autoscaler adds pods under load, on real metrics, and nothing is lost',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { minReplicas, maxReplicas } = policy().spec;
    record(deployed);
    const { cluster } = deployed;
    const port = await nodePortOf(cluster, WEB);
    const load = startLoad({
      name: 'NodePort, 8 ms of CPU a request',
      from: cluster.client,
      targets: cluster.nodes.map(({ host }) => `${host.address}:${port}`),
      path: '/?work=8',
      rate: 90,
    });
    await sleep(LOAD_SECONDS * 1000);
    const verdict = await load.stop();
    loadEnded = Date.now();
    figure(describeVerdict(verdict));
    const most = Math.max(...changes.map(({ replicas }) => replicas));
    figure(`${minReplicas} → ${most} replicas (at most ${maxReplicas})`);
    assert.ok(most > minReplicas && most <= maxReplicas);
    assert.equal(failures({ verdicts: [verdict] }), 0);
  },
};

export const scaleIn: Proof = {
  id: 'E7b',
  title: 'after the load it takes pods away no faster than its policy says, and never goes below the minimum',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  prove: async (world, figure) => {
    if (changes.length === 0) await scaleOut.prove(world, figure);
    await firstDecrease(world.run);
    assertPolicy(figure);
  },
};

/** The rest of the way in: long, since one pod a minute may go. */
export const scaleInToMinimum: Proof = {
  id: 'E7c',
  title: 'in the end the minimum is reached, and kept',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  prove: async (world, figure) => {
    if (changes.length === 0) await scaleOut.prove(world, figure);
    const { minReplicas } = policy().spec;
    await world.run.until('the minimum', 900, async () => changes.at(-1)?.replicas === minReplicas);
    await sleep(60_000);
    assert.equal(changes.at(-1)?.replicas, minReplicas);
    assertPolicy(figure);
  },
};

function record({ cluster }: Deployed): void {
  const args = ['deployment', WEB.name, '-n', WEB.namespace];
  cluster.kubectl.watch(args, ['.spec.replicas'], ([value]) => {
    const replicas = Number(value);
    if (changes.at(-1)?.replicas !== replicas) changes.push({ at: Date.now(), replicas });
  });
}

async function firstDecrease(run: Run): Promise<void> {
  const window = policy().spec.behavior.scaleDown.stabilizationWindowSeconds;
  await run.until('the first pod that the autoscaler takes away', window + 180, async () => decreases().length > 0);
}

function assertPolicy(figure: Figure): void {
  const { minReplicas, behavior } = policy().spec;
  const { stabilizationWindowSeconds, policies } = behavior.scaleDown;
  const [limit] = policies;
  assert.ok(
    limit?.type === 'Percent' && policies.length === 1,
    'the policy that is proved here: a percentage a period',
  );
  const [first] = decreases();
  assert.ok(first !== undefined);
  // The number before it was wanted when it came, and may have been wanted for the last time then.
  const wanted = changes.findLast(({ at }) => at < first.at)?.at ?? 0;
  const waited = (first.at - wanted) / 1000;
  const sinceLoad = ((first.at - loadEnded) / 1000).toFixed(0);
  figure(`first pod taken away ${waited.toFixed(0)} s after the last was added, ${sinceLoad} s after the load ended`);
  assert.ok(waited >= stabilizationWindowSeconds - 1, `no pod is taken away within ${stabilizationWindowSeconds} s`);
  for (const { at, replicas } of decreases()) {
    const before = replicasAt(at - (limit.periodSeconds - 1) * 1000); // a second for what it takes to see a change
    assert.ok(replicas >= Math.floor(before * (1 - limit.value / 100)), `${before} → ${replicas} within one period`);
    assert.ok(replicas >= minReplicas);
  }
  figure(`replicas: ${changes.map(({ replicas }) => replicas).join(' → ')}`);
}

/** Changes after the load that took pods away. */
function decreases(): Change[] {
  return changes.filter(({ at, replicas }, index) => at > loadEnded && replicas < (changes[index - 1]?.replicas ?? 0));
}

function replicasAt(time: number): number {
  return (changes.findLast(({ at }) => at <= time) ?? changes[0])?.replicas ?? 0;
}

function policy(): Autoscaler {
  const all = ofKind(readManifests(DIST.mumbai), 'HorizontalPodAutoscaler');
  const found = all.find(({ metadata }) => metadata.namespace === WEB.namespace && metadata.name === WEB.name);
  if (found === undefined) throw new Error('ToyTrex production scales its web');
  return found;
}
