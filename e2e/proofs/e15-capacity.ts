// E15: as many pods as the model asks for keep the latency, as many as the promised loss leaves do too, and too few miss it.
import assert from 'node:assert/strict';
import { responseQuantile, responseTail, type ServiceTime, type Station } from '../../lib/model/capacity/queueing';
import { podsLeft } from '../../lib/model/pods/availability';
import { LOAD } from '../apps/visits-load';
import { type Manifest, ofKind } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { type CrowdReport, visitAsCrowd } from '../measure/locust';
import { pythonObstacle } from '../programs/python';
import { Application } from '../world/application';
import { isReady, nodePortOf, podsOf } from '../world/objects';
import { DEPLOYED, type Deployed } from '../world/world';
import type { Proof } from './proof';

const WEB = { namespace: 'visits-production', name: 'web' };
const ZONES = { all: 2, lost: 1 };
const LIMIT = LOAD.latency.seconds * 1000;
/** A share of late answers that shows in a run as short as ours. */
const CLEARLY_LATE = 0.05;
const MEASURED_SECONDS = 30;
/** In milliseconds: a generator that is later than this measures itself and not the pods. */
const WORST_LAG = 25;

export const capacity: Proof = {
  id: 'E15',
  title: 'the pods that the model asks for answer 98 % within 200 ms, those left after the loss too, too few do not',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  programs: ['locust'],
  obstacle: pythonObstacle,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { users, thinkSeconds, concurrencyPerPod: slots, service } = LOAD;
    const milliseconds = service.meanSeconds * 1000;
    const visits = new Application(world, {
      name: 'visits',
      behaviour: { SLOTS: String(slots), SERVICE_MILLISECONDS: String(milliseconds) },
      secrets: { 'tls.crt': '', 'tls.key': '' }, // no request uses HTTPS
    });
    const written = await visits.write();
    const predicted = podsOfManifests(written.manifests);
    const left = podsLeft(predicted, ZONES.all, ZONES.lost);
    const tooFew = mostThatAreLate(left);
    figure(
      `${users.peak} users, ${thinkSeconds} s of thought, pods of ${slots} slots, ${milliseconds} ms, exponential: ` +
        `${predicted} pods, ${left} after the loss of a zone`,
    );
    try {
      await visits.apply(written);
      const enough = await measure(deployed, predicted, figure);
      // From here on the number of pods is ours to set.
      await deployed.cluster.kubectl.run(['delete', 'hpa', WEB.name, '-n', WEB.namespace]);
      await scale(deployed, left);
      const lost = await measure(deployed, left, figure);
      await scale(deployed, tooFew);
      const few = await measure(deployed, tooFew, figure);
      for (const report of [enough, lost, few]) assert.equal(report.failures, 0, JSON.stringify(report.errors));
      assert.ok(enough.p98 <= LIMIT, `${predicted} pods answer 98 % within ${enough.p98} ms`);
      assert.ok(lost.p98 <= LIMIT, `${left} pods answer 98 % within ${lost.p98} ms`);
      assert.ok(few.p98 > LIMIT, `${tooFew} pods answer 98 % within ${few.p98} ms, and should not`);
    } finally {
      await visits.remove();
    }
  },
};

/** What the autoscaler of the manifests wants at the least: the peak's pods always run. */
function podsOfManifests(manifests: readonly Manifest[]): number {
  const [autoscaler] = ofKind(manifests, 'HorizontalPodAutoscaler');
  assert.ok(autoscaler !== undefined && autoscaler.spec.minReplicas === autoscaler.spec.maxReplicas);
  return autoscaler.spec.minReplicas;
}

/** The largest number of pods that are clearly late, below those left after the loss. */
function mostThatAreLate(left: number): number {
  let pods = left - 1;
  while (responseTail(stationOf(pods), LOAD.latency.seconds) < CLEARLY_LATE) pods -= 1;
  return pods;
}

/** One of several pods: connections are new, and each goes to a pod at random, so that each is a queue of its own. */
function stationOf(
  pods: number,
  requestsPerSecond = LOAD.users.peak / LOAD.thinkSeconds,
  service: ServiceTime = LOAD.service,
): Station {
  return { concurrency: LOAD.concurrencyPerPod, arrivalsPerSecond: requestsPerSecond / pods, service };
}

async function scale({ cluster }: Deployed, pods: number): Promise<void> {
  await cluster.kubectl.run(['scale', `deployment/${WEB.name}`, '-n', WEB.namespace, `--replicas=${pods}`]);
}

/** Prints the predicted figures beside the measured ones. */
async function measure(deployed: Deployed, pods: number, figure: Figure): Promise<CrowdReport> {
  const { cluster } = deployed;
  await waitForPods(deployed, pods);
  const port = await nodePortOf(cluster, WEB);
  const report = await visitAsCrowd(cluster.run, {
    from: cluster.client,
    targets: cluster.nodes.map(({ host }) => `${host.address}:${port}`),
    users: LOAD.users.peak,
    thinkSeconds: LOAD.thinkSeconds,
    seconds: MEASURED_SECONDS,
  });
  const station = stationOf(pods);
  const asItWas = stationOf(pods, report.requestsPerSecond, { meanSeconds: report.meanService / 1000 });
  const p98 = (responseQuantile(station, LOAD.latency.quantile) * 1000).toFixed(0);
  figure(
    `${pods} pods: later than ${LIMIT} ms predicted ${late(station)}, ${late(asItWas)} for what came and took so long, ` +
      `measured ${percent(report.tail(LIMIT))}, ${percent(report.tailInPods(LIMIT))} without the network; ` +
      `98 % within ${p98} ms predicted, ${report.p98} ms measured`,
  );
  figure(
    `${pods} pods: ${report.requests} requests, ${report.failures} failed, ${report.requestsPerSecond.toFixed(1)}/s; ` +
      `service ${report.meanService.toFixed(1)} ms; Locust late by ${report.lagP98.toFixed(1)} ms in 2 of 100`,
  );
  assert.ok(
    report.lagP98 <= WORST_LAG,
    `Locust was late by ${report.lagP98.toFixed(1)} ms: the result is inconclusive`,
  );
  return report;
}

function late(station: Station): string {
  return percent(responseTail(station, LOAD.latency.seconds));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Waits until that number of pods serves; those that end get no new connection any more. */
async function waitForPods({ cluster }: Deployed, count: number): Promise<void> {
  await cluster.run.until(`${count} pods of ${WEB.namespace}`, 180, async () => {
    const pods = await podsOf(cluster, WEB.namespace, WEB.name);
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return staying.length === count && staying.every(isReady);
  });
}
