// How long requests were in the pods of a component, as the test server counts them: by whole milliseconds.
import type { Cluster } from '../cluster/cluster';
import { ask, isReady, podsOf } from '../world/objects';

/** Requests by the milliseconds that they took. */
export type ResponseTimes = ReadonlyMap<number, number>;

/** Of all pods together, since they began. */
export async function responseTimesIn(cluster: Cluster, namespace: string, component: string): Promise<ResponseTimes> {
  const pods = (await podsOf(cluster, namespace, component)).filter(isReady);
  const each = await Promise.all(pods.map(async (pod) => parseResponseTimes((await ask(pod, '/stays')).text)));
  return each.reduce<ResponseTimes>((sum, one) => combine(sum, one, 1), new Map());
}

export function parseResponseTimes(text: string): ResponseTimes {
  const counts: Readonly<Record<string, number>> = JSON.parse(text);
  return new Map(Object.entries(counts).map(([milliseconds, count]) => [Number(milliseconds), count]));
}

/** What came after `before`. */
export function since(before: ResponseTimes, now: ResponseTimes): ResponseTimes {
  return combine(now, before, -1);
}

export function requestsOf(times: ResponseTimes): number {
  return [...times.values()].reduce((sum, count) => sum + count, 0);
}

/** Milliseconds within which the share `share` of them (0 to 1) was answered. */
export function quantileOf(times: ResponseTimes, share: number): number {
  const wanted = share * requestsOf(times);
  let seen = 0;
  for (const [milliseconds, count] of [...times].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= wanted && count > 0) return milliseconds;
  }
  return Number.NaN;
}

function combine(one: ResponseTimes, other: ResponseTimes, sign: 1 | -1): ResponseTimes {
  const sum = new Map(one);
  for (const [milliseconds, count] of other) sum.set(milliseconds, (sum.get(milliseconds) ?? 0) + sign * count);
  return sum;
}
