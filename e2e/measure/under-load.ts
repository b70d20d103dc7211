// Disturbs a cluster under load, by NodePort and by Ingress, and keeps the books: requests, and ready endpoints.
import { setTimeout as sleep } from 'node:timers/promises';
import { nodePortOf } from '../world/objects';
import type { Deployed } from '../world/world';
import { type Watched, watchEndpoints } from './endpoints';
import type { Figure } from './figure';
import { describeVerdict, type LoadProps, startLoad, type Verdict } from './load';

export interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** Fewest ready endpoints of each Service at any time. */
  readonly fewest: ReadonlyMap<string, number>;
}

const BEFORE_MILLISECONDS = 3000;
const AFTER_MILLISECONDS = 3000;

/** Runs `disturb` while load is on, with some undisturbed seconds before and after, and prints what became of the requests. */
export async function underLoad(
  { cluster }: Pick<Deployed, 'cluster'>,
  loads: readonly LoadProps[],
  watched: readonly Watched[],
  figure: Figure,
  disturb: () => Promise<void>,
): Promise<Outcome> {
  const watches = watched.map((service) => watchEndpoints(cluster, service));
  const running = loads.map(startLoad);
  let verdicts: readonly Verdict[];
  try {
    await sleep(BEFORE_MILLISECONDS);
    await disturb();
    await sleep(AFTER_MILLISECONDS);
  } finally {
    verdicts = await Promise.all(running.map((load) => load.stop()));
    for (const watch of watches) watch.stop();
    for (const verdict of verdicts) figure(describeVerdict(verdict));
  }
  const fewest = new Map(watches.map((watch) => [watch.name, watch.fewest()]));
  figure(`fewest ready endpoints: ${[...fewest].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  return { verdicts, fewest };
}

/** The ways that users come in: production by NodePort, the local environment by Ingress; connections kept, and one a request. */
export async function userLoads(deployed: Deployed, nodes = deployed.cluster.nodes): Promise<LoadProps[]> {
  const { cluster, authority } = deployed;
  const port = await nodePortOf(cluster, { namespace: 'toytrex-production', name: 'web' });
  const production = { from: cluster.client, targets: nodes.map(({ host }) => `${host.address}:${port}`) };
  const local = { from: cluster.client, targets: [`${cluster.ingress.address}:443`], authority };
  return [
    { ...production, name: 'NodePort, kept connections', rate: 100 },
    { ...production, name: 'NodePort, new connections', rate: 40, newConnections: true },
    { ...local, name: 'Ingress of ToyTrex, kept connections', host: 'toytrex.localhost', rate: 60 },
    {
      ...local,
      name: 'Ingress of PingPong, new connections',
      host: 'pingpong.localhost',
      rate: 20,
      newConnections: true,
    },
  ];
}

/** Requests that got no answer, or one that says that no pod was ready. */
export function failures({ verdicts }: Pick<Outcome, 'verdicts'>): number {
  return verdicts.reduce((sum, { sent, statuses }) => sum + sent - (statuses['200'] ?? 0), 0);
}

export interface FailedSecond {
  readonly second: number;
  readonly sent: number;
  readonly failed: number;
}

/** The seconds in which requests failed. */
export function failuresBySecond({ seconds }: Verdict): FailedSecond[] {
  return seconds
    .map(({ second, sent, lost, notOk }) => ({ second, sent, failed: lost + notOk }))
    .filter(({ failed }) => failed > 0);
}

/** How long requests failed, and what part of them. */
export function describeSeconds(verdict: Verdict): string {
  const failed = failuresBySecond(verdict);
  const [first, last] = [failed[0], failed.at(-1)];
  if (first === undefined || last === undefined) return `${verdict.name}: no second with a failure`;
  const during = verdict.seconds.filter(({ second }) => second >= first.second && second <= last.second);
  const sent = during.reduce((sum, item) => sum + item.sent, 0);
  const lost = failed.reduce((sum, item) => sum + item.failed, 0);
  const share = ((100 * lost) / sent).toFixed(0);
  return `${verdict.name}: ${lost} failed within ${last.second - first.second + 1} s, ${share} % of those sent meanwhile`;
}
