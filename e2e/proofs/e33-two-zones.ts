// E33: two of three zones fail under load, at once: what was promised to remain, remains and recovers; where one zone was promised, it does not.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import type { RealNode } from '../cluster/node';
import type { Watched } from '../measure/endpoints';
import type { Figure } from '../measure/figure';
import type { LoadProps, Verdict } from '../measure/load';
import { describeSeconds, failuresBySecond, underLoad } from '../measure/under-load';
import { Application } from '../world/application';
import { countBy, isReady, isRefused, nodePortOf, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, waitForRollout } from '../world/world';
import { ThreeZones } from '../world/zones';
import type { Proof } from './proof';

/** The zone that is left: it has nodes of its own name in Mumbai, so that what moves there may stay. */
const LEFT = 'ap-south-1b';

/** The environments of ferries, by how many zones may be lost. */
const STURDY = { namespace: 'ferries-sturdy', name: 'web' };
const PLAIN = { namespace: 'ferries-plain', name: 'web' };

/** What `prove` says of the loss of two zones. */
interface Promised {
  readonly atOnce: number;
  readonly inTheEnd: number;
  readonly seconds: number;
}

/** When it happened, in milliseconds. */
interface Course {
  lost: number;
  withdrawn: number;
  /** The first pod of the twin again. */
  replaced: number;
}

export const twoZones: Proof = {
  id: 'E33',
  title:
    'two of three zones are lost under load: what survives two keeps its pods and recovers; what survives one does not',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const ferries = new Application(world, { name: 'ferries', behaviour: {}, secrets: {} });
    const { folder } = await ferries.write();
    const sturdy = await promised(ferries, 'sturdy');
    const plain = await promised(ferries, 'plain');
    figure(`prove: ${sturdy.atOnce} pods at once and ${sturdy.inTheEnd} in the end where two zones may be lost`);
    figure(`prove: ${plain.atOnce} pods at once and ${plain.inTheEnd} in the end where one may`);
    const zones = await ThreeZones.begin(cluster);
    const lost = zones.names.filter((zone) => zone !== LEFT);
    try {
      await place(cluster, folder, zones, lost);
      const loads = await loadsOf(cluster, zones.nodesIn([LEFT]));
      const watched: readonly Watched[] = [
        { ...STURDY, promised: sturdy.atOnce },
        { ...PLAIN, promised: plain.atOnce },
      ];
      const course: Course = { lost: 0, withdrawn: 0, replaced: 0 };
      const { fewest, verdicts } = await underLoad({ cluster }, loads, watched, figure, () =>
        loseTwo(cluster, zones, lost, { sturdy, plain }, course, figure),
      );
      assert.equal(fewest.get('ferries-sturdy/web'), sturdy.atOnce, 'ready endpoints at the least');
      assert.equal(fewest.get('ferries-plain/web'), plain.atOnce, 'ready endpoints of the twin at the least');
      const [kept, fresh, twin] = verdicts;
      assert.ok(kept && fresh && twin);
      for (const verdict of [kept, fresh]) judge(verdict, course, sturdy, figure);
      judgeTwin(twin, course, figure);
    } finally {
      await zones.restore();
      await ferries.remove();
      await zones.end();
    }
  },
};

async function promised(ferries: Application, environment: string): Promise<Promised> {
  const rows = (await ferries.prove()).filter((row) => row.environment === environment);
  const cell = rows.flatMap(({ cells }) => cells).find(({ event }) => event === '2 zones lost');
  const result = cell?.results[0];
  assert.ok(result?.seconds !== undefined, `prove has a row of ${environment}`);
  return { atOnce: result.left.fewest, inTheEnd: result.placed.fewest, seconds: result.seconds };
}

/** The twin comes while the zone that will be left takes no pods: the worst that can happen to it. */
async function place(cluster: Cluster, folder: string, zones: ThreeZones, lost: readonly string[]): Promise<void> {
  const apply = (environment: string) =>
    cluster.kubectl.run([
      'apply',
      ...['00-cluster', `05-ferries-${environment}`, `10-ferries-${environment}`].flatMap((file) => [
        '-f',
        join(folder, `${file}.yaml`),
      ]),
    ]);
  await apply('sturdy');
  await waitForRollout(cluster, STURDY);
  const left = zones.nodesIn([LEFT]);
  for (const { name } of left) await cluster.kubectl.run(['cordon', name]);
  try {
    await apply('plain');
    await waitForRollout(cluster, PLAIN);
  } finally {
    for (const node of left) await cluster.uncordon(node);
  }
  const zonesOf = async ({ namespace, name }: typeof STURDY) =>
    Object.fromEntries(countBy(await podsOf(cluster, namespace, name), (pod) => zones.of(pod)));
  assert.deepEqual(await zonesOf(STURDY), Object.fromEntries(zones.names.map((zone) => [zone, 2])));
  assert.deepEqual(await zonesOf(PLAIN), Object.fromEntries(lost.map((zone) => [zone, 1])));
}

/** Users reach the nodes that are left: taking a dead node out is the load balancer's own part. */
async function loadsOf(cluster: Cluster, nodes: readonly RealNode[]): Promise<LoadProps[]> {
  const to = async (where: typeof STURDY): Promise<Omit<LoadProps, 'name' | 'rate'>> => {
    const port = await nodePortOf(cluster, where);
    return { from: cluster.client, targets: nodes.map(({ host }) => `${host.address}:${port}`), connections: 100 };
  };
  return [
    { ...(await to(STURDY)), name: 'survives two, kept connections', rate: 40 },
    { ...(await to(STURDY)), name: 'survives two, new connections', rate: 15, newConnections: true },
    { ...(await to(PLAIN)), name: 'survives one, new connections', rate: 5, newConnections: true },
  ];
}

async function loseTwo(
  cluster: Cluster,
  zones: ThreeZones,
  lost: readonly string[],
  { sturdy, plain }: { readonly sturdy: Promised; readonly plain: Promised },
  course: Course,
  figure: Figure,
): Promise<void> {
  const { run } = cluster;
  const since = () => Math.round((Date.now() - course.lost) / 1000);
  const readyOf = async ({ namespace, name }: typeof STURDY): Promise<readonly Pod[]> =>
    (await podsOf(cluster, namespace, name)).filter(isReady);
  course.lost = Date.now();
  await zones.lose(lost);
  await run.until('the dead zones are given up', 120, async () => {
    const ready = [...(await readyOf(STURDY)), ...(await readyOf(PLAIN))];
    return ready.every((pod) => zones.of(pod) === LEFT);
  });
  course.withdrawn = Date.now();
  assert.equal((await readyOf(STURDY)).length, sturdy.atOnce);
  figure(`dead endpoints withdrawn after ${since()} s`);
  await run.until('a pod of the twin again', plain.seconds, async () => (await readyOf(PLAIN)).length > 0);
  course.replaced = Date.now();
  await run.until('the twin has what it can have', 60, async () => {
    const pods = await podsOf(cluster, PLAIN.namespace, PLAIN.name);
    return pods.filter(isReady).length === plain.inTheEnd && pods.some(isRefused);
  });
  figure(`twin: ${plain.inTheEnd} of 2 pods after ${since()} s, the other finds no place`);
  await run.until('all pods in one zone', sturdy.seconds - since(), async () => {
    const ready = await readyOf(STURDY);
    return ready.length === sturdy.inTheEnd;
  });
  figure(`all ${sturdy.inTheEnd} pods in one zone after ${since()} s, at most ${sturdy.seconds} s by prove`);
  assert.equal((await readyOf(PLAIN)).length, plain.inTheEnd, 'the twin waits for a zone');
  const returned = Date.now();
  await zones.restore();
  await run.until('all is well', 180, async () => {
    const [ours, theirs] = await Promise.all([readyOf(STURDY), readyOf(PLAIN)]);
    return ours.length === 6 && theirs.length === 2;
  });
  figure(`all healed ${Math.round((Date.now() - returned) / 1000)} s after the zones returned`);
}

/** Until the dead endpoints are withdrawn, the share of the pods that are left is answered; afterwards, all. */
function judge(verdict: Verdict, { lost, withdrawn }: Course, { atOnce, inTheEnd }: Promised, figure: Figure): void {
  figure(describeSeconds(verdict));
  const during = secondsOf(verdict, lost, withdrawn);
  const answered = during.reduce((sum, { sent, failed }) => sum + sent - failed, 0);
  const sent = during.reduce((sum, second) => sum + second.sent, 0);
  const share = answered / sent;
  figure(`${verdict.name}: ${percent(share)} answered until then; ${percent(atOnce / inTheEnd)} of the pods were left`);
  assert.ok(share > atOnce / inTheEnd / 2, 'the pods that are left answer');
  // a request of the last second may wait for its time-out, and one that waited for a connection is sent late
  const after = failuresBySecond(verdict).filter(({ second }) => verdict.started + second * 1000 > withdrawn + 6000);
  const failed = after.reduce((sum, second) => sum + second.failed, 0);
  figure(`${verdict.name}: ${failed} failed once they were withdrawn`);
  assert.ok(
    failed < verdict.sent / 1000,
    'once the dead endpoints are withdrawn, recovery and return lose next to nothing',
  );
}

/** Without a pod, nothing is answered until one is placed again. */
function judgeTwin(verdict: Verdict, { lost, replaced }: Course, figure: Figure): void {
  figure(describeSeconds(verdict));
  // endpoints are read a moment after they serve, a longer one on a busy machine
  const during = secondsOf(verdict, lost, replaced - 2000);
  const sent = during.reduce((sum, second) => sum + second.sent, 0);
  const failed = during.reduce((sum, second) => sum + second.failed, 0);
  figure(`twin: ${failed} of ${sent} requests failed while it had no pod`);
  assert.ok(sent > 0 && failed > sent * 0.99, 'the twin answers next to none');
}

/** The seconds from one moment to another, without the ones that hold the moments. */
function secondsOf({ started, seconds }: Verdict, from: number, to: number) {
  return seconds
    .filter(({ second }) => started + second * 1000 >= from && started + (second + 1) * 1000 <= to)
    .map(({ sent, lost, notOk }) => ({ sent, failed: lost + notOk }));
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
