// Input of a capacity plan, and its validation.

import { percent, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { type Fields, fields, findSchemaProblems, flag, number, optional } from '../finding/schema';

import type { Contention } from './contention';
import { longestService, type ServiceTime } from './queueing';

/** Promises, measurements, and where it runs. Times are in seconds. */
export interface CapacityInput {
  /** People who use it at the same time. */
  readonly users: { readonly peak: number; readonly offPeak: number };
  /** Mean time between an answer and the user's next request. */
  readonly thinkSeconds: number;
  /** Mean time of processing a request without waiting, and its variation. */
  readonly service: ServiceTime;
  /** Requests that a pod works on at once: threads, workers, or connections to what it calls. */
  readonly concurrencyPerPod: number;
  /** CPU time of a request, in seconds. @default unknown: neither a CPU request nor a target utilisation is derived */
  readonly cpuSecondsPerRequest?: number;
  /** The share `quantile` of the requests is answered within `seconds`. */
  readonly latency: { readonly quantile: number; readonly seconds: number };
  /** Share of a pod's slots that may be in use after the promised loss. @default the highest that holds the latency */
  readonly occupancy?: number;
  /** Fastest growth of the load, as a share of it a second: 0.002 grows by 12 % a minute. */
  readonly growthPerSecond: number;
  /** Zones that the cluster declares; 0 where it declares none. */
  readonly zones: number;
  /** Zones whose loss the pods that are left must carry. */
  readonly zonesLost: number;
  /** Regions that share the load. */
  readonly regions: number;
  /** Regions whose loss the others must carry. */
  readonly regionsLost: number;
  /** Times until new pods take requests, in seconds. */
  readonly times: {
    /** Age of a metric when the autoscaler reads it. */
    readonly metricSeconds: number;
    /** Time from a pod's creation until it serves. */
    readonly readySeconds: number;
    /** Time from the order of a node until it takes pods. */
    readonly nodeSeconds: number;
  };
  /** Most pods ÷ pods that the peak needs: 1 or more. */
  readonly margin: number;
  /** Whether the pods of the peak always run. @default false */
  readonly alwaysAtPeak?: boolean;
  /** @default pods share nothing */
  readonly contention?: Contention;
}

type Where = 'zones' | 'zonesLost' | 'regions' | 'regionsLost' | 'times';

/** What a user states; where it runs is known from elsewhere. */
export const LOAD_FIELDS: Fields<Omit<CapacityInput, Where>> = {
  users: fields<CapacityInput['users']>({ peak: number({ above: 0 }), offPeak: number({ atLeast: 0 }) }),
  thinkSeconds: number({ above: 0 }),
  service: fields<ServiceTime>({
    meanSeconds: number({ above: 0 }),
    coefficientOfVariation: optional(number({ atLeast: 0, atMost: 10 })),
  }),
  concurrencyPerPod: number({ atLeast: 1, atMost: 10_000, whole: true }),
  cpuSecondsPerRequest: optional(number({ above: 0 })),
  latency: fields<CapacityInput['latency']>({
    quantile: number({ above: 0, below: 1 }),
    seconds: number({ above: 0 }),
  }),
  occupancy: optional(number({ above: 0, below: 1 })),
  growthPerSecond: number({ atLeast: 0 }),
  margin: number({ atLeast: 1, atMost: 100 }),
  alwaysAtPeak: optional(flag()),
  contention: optional(
    fields<Contention>({ serial: number({ atLeast: 0, below: 1 }), crosstalk: number({ atLeast: 0 }) }),
  ),
};

const SECONDS = number({ atLeast: 0 });
const LOST = number({ atLeast: 0, whole: true });

const INPUT = fields<CapacityInput>({
  ...LOAD_FIELDS,
  zones: number({ atLeast: 0, atMost: 100, whole: true }),
  zonesLost: LOST,
  regions: number({ atLeast: 1, atMost: 100, whole: true }),
  regionsLost: LOST,
  times: fields<CapacityInput['times']>({ metricSeconds: SECONDS, readySeconds: SECONDS, nodeSeconds: SECONDS }),
});

/** Every input that is invalid, or that no plan can meet. */
export function findInputProblems(input: CapacityInput): Problem[] {
  const invalid = findSchemaProblems(INPUT, input, '');
  return invalid.length > 0 ? invalid : [...findLossProblems(input), ...findDemandProblems(input)];
}

function findLossProblems({ zones, zonesLost, regions, regionsLost }: CapacityInput): Problem[] {
  const losses: readonly (readonly [string, number, number])[] = [
    ['zones', zonesLost, zones],
    ['regions', regionsLost, regions],
  ];
  return losses.flatMap(([name, lost, all]) =>
    lost === 0 || lost < all
      ? []
      : [
          {
            field: `survives.${name}`,
            value: lost,
            message: `losing ${lost} of ${all} ${name} leaves none`,
            expected: all < 2 ? '0' : `at most ${all - 1}`,
          },
        ],
  );
}

function findDemandProblems({ users, service, latency }: CapacityInput): Problem[] {
  const problems: Problem[] = [];
  if (users.offPeak > users.peak) {
    problems.push({
      field: 'users.offPeak',
      value: users.offPeak,
      message: `more users off peak (${users.offPeak}) than at peak (${users.peak})`,
      expected: `at most ${users.peak}`,
    });
  }
  const { meanSeconds, coefficientOfVariation: variation = 1 } = service;
  const longest = longestService(latency.quantile, latency.seconds, variation);
  if (meanSeconds >= longest) {
    const shape = variation === 1 ? 'when it is exponential' : `with a coefficient of variation of ${variation}`;
    problems.push({
      field: 'service.meanSeconds',
      value: meanSeconds,
      message: `a mean of ${milliseconds(meanSeconds)} is too long for ${percent(latency.quantile)} within ${show(latency.seconds * 1000)} ms at any replica count: it must be under ${milliseconds(longest)} ${shape}`,
      expected: `less than ${milliseconds(longest)}, or a later or lower quantile`,
    });
  }
  return problems;
}

function milliseconds(seconds: number): string {
  return `${Number((seconds * 1000).toFixed(1))} ms`;
}
