// Queueing: the response time of a pod that processes several requests at once, as a distribution rather than a mean.

/** Time of processing a request, without waiting. */
export interface ServiceTime {
  /** Mean time of a request in service, without waiting, in seconds. */
  readonly meanSeconds: number;
  /** Standard deviation ÷ mean, measured: 0 is constant, 1 exponential. @default 1 */
  readonly coefficientOfVariation?: number;
}

/** A pod with requests arriving at random. */
export interface Station {
  /** Requests processed at once. */
  readonly concurrency: number;
  readonly arrivalsPerSecond: number;
  readonly service: ServiceTime;
}

/** A share of the requests, whose service is a constant part and an exponential one of 1 ÷ `rate` seconds. */
interface Phase {
  readonly share: number;
  readonly constant: number;
  readonly rate: number;
}

/** Interactive law: requests a second of users who think `thinkSeconds` between two requests. Z dominates. */
export function arrivalRate(users: number, thinkSeconds: number, responseSeconds = 0): number {
  return users / (thinkSeconds + responseSeconds);
}

/**
 * Probability that a request must wait, with `servers` and an offered load of `erlangs` = arrival rate × service time.
 * By the recursion of Erlang B, which neither overflows nor cancels. 1 from full load on.
 *
 * Source: Gross and Harris, "Fundamentals of Queueing Theory", M/M/c.
 */
export function erlangC(servers: number, erlangs: number): number {
  if (erlangs >= servers) return 1;
  let blocked = 1;
  for (let server = 1; server <= servers; server++) blocked = (erlangs * blocked) / (server + erlangs * blocked);
  return blocked / (1 - (erlangs / servers) * (1 - blocked));
}

/**
 * P(T > t), the share of requests that take longer than `seconds`, waiting included.
 *
 * With μ = 1 ÷ service time, d = cμ − λ, C = Erlang C, for exponential service (exact, M/M/c, first come first served):
 * `(1 − C)·e^(−μt) + C·(d·e^(−μt) − μ·e^(−dt)) ÷ (d − μ)`; for d = μ: `e^(−μt)·(1 + Cμt)`.
 *
 * For another coefficient of variation v, an approximation: Allen–Cunneen scales the mean wait by (1 + v²) ÷ 2, here the mean
 * of an exponential wait; the service gets its mean and its variation from a constant and an exponential part (v < 1), or
 * from two exponential kinds of request with balanced means (v > 1).
 *
 * Source: Allen, "Probability, Statistics, and Queueing Theory with Computer Science Applications"; Tijms, "A First Course in
 * Stochastic Models" (two-moment fits).
 */
export function responseTail(station: Station, seconds: number): number {
  const { concurrency, arrivalsPerSecond, service } = station;
  const { meanSeconds, coefficientOfVariation: variation = 1 } = service;
  const waiting = erlangC(concurrency, arrivalsPerSecond * meanSeconds);
  const spare = (concurrency / meanSeconds - arrivalsPerSecond) / ((1 + variation ** 2) / 2);
  if (spare <= 0) return 1;
  return phases(service).reduce((tail, { share, constant, rate }) => {
    const left = seconds - constant;
    return tail + share * (left < 0 ? 1 : waitThenServe(waiting, spare, rate, left));
  }, 0);
}

/** The time within which the share `quantile` of the requests is answered, by bisection; Infinity from full load on. */
export function responseQuantile(station: Station, quantile: number): number {
  const missed = 1 - quantile;
  let high = station.service.meanSeconds;
  for (let doubling = 0; responseTail(station, high) > missed; doubling++) {
    if (doubling > 100) return Number.POSITIVE_INFINITY;
    high *= 2;
  }
  return bisect(high, 60, (seconds) => responseTail(station, seconds) > missed)[1];
}

/** Mean wait before the service, in seconds: C ÷ d, scaled by Allen–Cunneen. */
export function meanWait({ concurrency, arrivalsPerSecond, service }: Station): number {
  const { meanSeconds, coefficientOfVariation: variation = 1 } = service;
  const spare = concurrency / meanSeconds - arrivalsPerSecond;
  if (spare <= 0) return Number.POSITIVE_INFINITY;
  return ((erlangC(concurrency, arrivalsPerSecond * meanSeconds) / spare) * (1 + variation ** 2)) / 2;
}

/**
 * The longest mean service time with which the share `quantile` can still be answered within `seconds`: even without waiting,
 * a request takes as long as its service. S ≤ T ÷ ln(1 ÷ (1 − q)) where it is exponential.
 */
export function longestService(quantile: number, seconds: number, coefficientOfVariation = 1): number {
  const alone = { concurrency: 1, arrivalsPerSecond: 0, service: { meanSeconds: 1, coefficientOfVariation } };
  return seconds / responseQuantile(alone, quantile);
}

/** The highest share of slots in use at which `quantile` is answered within `seconds`; 0 where no share works. */
export function highestOccupancy(concurrency: number, service: ServiceTime, quantile: number, seconds: number): number {
  const holds = (occupancy: number) => {
    const arrivalsPerSecond = (occupancy * concurrency) / service.meanSeconds;
    return responseTail({ concurrency, arrivalsPerSecond, service }, seconds) <= 1 - quantile;
  };
  return bisect(1, 40, holds)[0];
}

/** Halves the interval from 0 to `end` `steps` times: its bounds around the point below which `isBelow` holds. */
function bisect(end: number, steps: number, isBelow: (value: number) => boolean): readonly [low: number, high: number] {
  let [low, high] = [0, end];
  for (let step = 0; step < steps; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}

/** The service time in parts with simple formulas that keep its mean and its variation. */
function phases({ meanSeconds, coefficientOfVariation: variation = 1 }: ServiceTime): Phase[] {
  if (variation <= 1) {
    return [{ share: 1, constant: meanSeconds * (1 - variation), rate: 1 / (meanSeconds * variation) }];
  }
  const square = variation ** 2;
  const share = (1 + Math.sqrt((square - 1) / (square + 1))) / 2;
  return [share, 1 - share].map((part) => ({ share: part, constant: 0, rate: (2 * part) / meanSeconds }));
}

/** P(wait + service > t): with probability `waiting` an exponential wait of 1 ÷ `spare`, then an exponential service. */
function waitThenServe(waiting: number, spare: number, rate: number, seconds: number): number {
  const served = Math.exp(-rate * seconds);
  // A constant service time has no exponential part.
  if (rate === Number.POSITIVE_INFINITY) return waiting * Math.exp(-spare * seconds);
  const apart = spare - rate;
  const both =
    Math.abs(apart) < 1e-6 * rate
      ? served * (1 + rate * seconds)
      : (spare * served - rate * Math.exp(-spare * seconds)) / apart;
  return (1 - waiting) * served + waiting * both;
}
