// E8: what goes wrong with one pod, one release, one dependency stays there: probes do what they promise, and no more.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APPLY_SYSTEMS } from '../manifests/systems';
import type { Figure } from '../measure/figure';
import { describeVerdict, startLoad } from '../measure/load';
import { failures } from '../measure/under-load';
import { ask, isReady, type Pod, podsOf, restarts } from '../world/objects';
import {
  DEPLOYED,
  type Deployed,
  type World,
  waitForReadyPods,
  waitForRollout,
  waitForSettledPods,
} from '../world/world';
import type { Proof } from './proof';

interface Component {
  readonly namespace: string;
  readonly name: string;
}

export const failure: Proof = {
  id: 'E8',
  title:
    'crash, hang, slow start, an unready pod, a lost dependency, a bad release: each stays where it is; undo brings back',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const releases = await prepareReleases(world);
    // Each on components of its own, so that they go on at the same time.
    const parts = await Promise.allSettled([
      dependencyThenCrash(deployed, figure),
      unready(deployed, figure),
      hang(deployed, figure),
      slowStartThenUndo(deployed, releases, figure),
      badRelease(deployed, releases, figure),
    ]);
    const errors = parts.flatMap((part) => (part.status === 'rejected' ? [part.reason] : []));
    if (errors.length > 0)
      throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join('\n'));
  },
};

/** Files of manifests, written before anything runs: two parts must not change the project at once. */
interface Releases {
  readonly slow: string;
  readonly configured: string;
  readonly bad: string;
}

async function prepareReleases({ project }: World): Promise<Releases> {
  const production = '10-pingpong-production.yaml';
  await project.setImage('pingpong/production', '801');
  const slow = join(await project.synthesize('slow'), production);
  project.edit('charts/platform.ts', 'requestsPerSecond: 100, burst: 200', 'requestsPerSecond: 100, burst: 250');
  const configured = join(await project.synthesize('configured'), production);
  await project.setImage('pingpong/local', '802');
  const bad = join(await project.synthesize('bad'), 'clusters', 'laptop', '10-pingpong-local.yaml');
  return { slow, configured, bad };
}

/** All pods lose the database that they share: none of them leaves its Service. Then one pod crashes, and only that one restarts. */
async function dependencyThenCrash({ cluster, database }: Deployed, figure: Figure): Promise<void> {
  const component = { namespace: 'toytrex-production', name: 'middleware' };
  const [pod] = await podsOf(cluster, component.namespace, component.name);
  assert.ok(pod !== undefined);
  assert.equal((await ask(pod, '/dependencies')).status, 200, 'the database is reached by its name');
  await database.fail();
  try {
    assert.equal((await ask(pod, '/dependencies')).status, 502);
    await sleep(25_000); // readiness would have failed three times
    const pods = await podsOf(cluster, component.namespace, component.name);
    assert.ok(pods.every(isReady) && pods.every((item) => restarts(item) === 0));
    figure(`lost dependency: ${pods.length} of ${pods.length} pods stay ready, none restarted`);
  } finally {
    await database.heal();
  }
  await ask(pod, '/control/crash', 'POST');
  await waitForRestart(cluster, component, pod);
  await assertOnlyRestarted(cluster, component, pod);
  figure('crash: that pod restarted once, no other did');
}

/** A pod that says that it cannot serve leaves the Service, is not restarted, and comes back. */
async function unready({ cluster }: Deployed, figure: Figure): Promise<void> {
  const component = { namespace: 'toytrex-local', name: 'middleware' };
  const before = await podsOf(cluster, component.namespace, component.name);
  const [pod] = before;
  assert.ok(pod !== undefined);
  const readyPods = async () => (await podsOf(cluster, component.namespace, component.name)).filter(isReady);
  await ask(pod, '/control/unready', 'POST');
  await cluster.run.until('the unready pod leaves', 60, async () =>
    (await readyPods()).every(({ metadata }) => metadata.uid !== pod.metadata.uid),
  );
  assert.equal((await readyPods()).length, before.length - 1, 'the others stay');
  await ask(pod, '/control/ready', 'POST');
  await waitForReadyPods(cluster, [component]);
  const after = await podsOf(cluster, component.namespace, component.name);
  assert.deepEqual(after.map(restarts), before.map(restarts));
  figure('unready pod: left the Service alone, came back, was not restarted');
}

/** A deadlock: the pod leaves the Service by readiness, liveness restarts it, and only it. */
async function hang({ cluster }: Deployed, figure: Figure): Promise<void> {
  const component = { namespace: 'toytrex-local', name: 'web' };
  const [pod] = await podsOf(cluster, component.namespace, component.name);
  assert.ok(pod !== undefined);
  await ask(pod, '/control/hang', 'POST');
  const started = Date.now();
  const find = async () =>
    (await podsOf(cluster, component.namespace, component.name)).find(
      ({ metadata }) => metadata.uid === pod.metadata.uid,
    );
  const left = await cluster.run.until('the hung pod leaves', 90, async () => {
    const now = await find();
    return now !== undefined && !isReady(now) ? now : undefined;
  });
  assert.equal(restarts(left), 0, 'readiness acts first');
  figure(`hang: left the Service after ${((Date.now() - started) / 1000).toFixed(0)} s`);
  await waitForRestart(cluster, component, pod);
  figure(`hang: restarted after ${((Date.now() - started) / 1000).toFixed(0)} s, its preStop and grace included`);
  await assertOnlyRestarted(cluster, component, pod);
}

/** A boot nearly as long as its budget is not interrupted. After a change of the configuration, undo serves the old value. */
async function slowStartThenUndo({ cluster }: Deployed, { slow, configured }: Releases, figure: Figure): Promise<void> {
  const component = { namespace: 'pingpong-production', name: 'web' };
  await cluster.provideImages(slow, { START_SECONDS: '15' });
  await cluster.kubectl.run([...APPLY_SYSTEMS, slow]);
  await waitForRollout(cluster, component);
  await waitForSettledPods(cluster, [component]);
  const booted = await podsOf(cluster, component.namespace, component.name);
  assert.deepEqual(
    booted.map(restarts),
    booted.map(() => 0),
  );
  figure('slow start: 15 s of a budget of 20 s, no restart');
  const served = async () => {
    const pods = (await podsOf(cluster, component.namespace, component.name)).filter(isReady);
    const values = await Promise.all(pods.map(async (pod) => (await ask(pod, '/config/THROTTLE_BURST')).text));
    return [...new Set(values)].sort();
  };
  assert.deepEqual(await served(), ['200']);
  await cluster.kubectl.run([...APPLY_SYSTEMS, configured]);
  await waitForRollout(cluster, component);
  await waitForSettledPods(cluster, [component]);
  assert.deepEqual(await served(), ['250']);
  await cluster.kubectl.run(['rollout', 'undo', `deployment/${component.name}`, '-n', component.namespace]);
  await waitForRollout(cluster, component);
  await waitForSettledPods(cluster, [component]);
  assert.deepEqual(await served(), ['200']);
  figure('undo: THROTTLE_BURST 200 → 250 → undo → 200, from the old ConfigMap');
}

/** A release that never becomes ready stops by itself, takes nothing away from users, and is reported as failed. */
async function badRelease({ cluster, authority }: Deployed, { bad }: Releases, figure: Figure): Promise<void> {
  const component = { namespace: 'pingpong-local', name: 'web' };
  const old = await podsOf(cluster, component.namespace, component.name);
  await cluster.provideImages(bad, { NEVER_READY: 'true' });
  const load = startLoad({
    name: 'bad release, Ingress',
    from: cluster.client,
    targets: [`${cluster.ingress.address}:443`],
    host: 'pingpong.localhost',
    authority,
    rate: 20,
  });
  await cluster.kubectl.run([...APPLY_SYSTEMS, bad]);
  const progressing = 'jsonpath={.status.conditions[?(@.type=="Progressing")].reason}';
  await cluster.run.until('the rollout is given up', 240, async () => {
    const reason = await cluster.kubectl.run([
      'get',
      'deployment',
      'web',
      '-n',
      component.namespace,
      '-o',
      progressing,
    ]);
    return reason === 'ProgressDeadlineExceeded';
  });
  const pods = await podsOf(cluster, component.namespace, component.name);
  const kept = pods.filter((pod) => old.some(({ metadata }) => metadata.uid === pod.metadata.uid) && isReady(pod));
  figure(
    `bad release: given up, ${kept.length} of ${old.length} old pods serve, ${pods.length - old.length} new ones wait`,
  );
  assert.equal(kept.length, old.length);
  await cluster.kubectl.run(['rollout', 'undo', `deployment/${component.name}`, '-n', component.namespace]);
  await waitForRollout(cluster, component);
  const verdict = await load.stop();
  figure(describeVerdict(verdict));
  assert.equal(failures({ verdicts: [verdict] }), 0);
}

async function waitForRestart(cluster: Deployed['cluster'], { namespace, name }: Component, pod: Pod): Promise<void> {
  await cluster.run.until(`${pod.metadata.name} restarts and is ready`, 180, async () => {
    const pods = await podsOf(cluster, namespace, name);
    const now = pods.find(({ metadata }) => metadata.uid === pod.metadata.uid);
    return now !== undefined && restarts(now) > restarts(pod) && isReady(now);
  });
}

async function assertOnlyRestarted(
  cluster: Deployed['cluster'],
  { namespace, name }: Component,
  pod: Pod,
): Promise<void> {
  for (const now of await podsOf(cluster, namespace, name)) {
    assert.equal(restarts(now), now.metadata.uid === pod.metadata.uid ? restarts(pod) + 1 : 0, now.metadata.name);
  }
}
