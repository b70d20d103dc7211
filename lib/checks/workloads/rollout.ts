// The number of pods, and how they are replaced: counts, surge and unavailability.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, shown } from '../../analysis/objects/read-json';
import { percentage } from '../../model/manifest/formats';
import type { Json, JsonObject } from '../../model/manifest/json';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, object } from '../examples';
import type { Report, Rule } from '../rule';

const COUNTS: readonly (readonly [Kind, readonly string[]])[] = [
  ...[...REPLICATED].map((kind) => [kind, ['replicas', 'minReadySeconds', 'revisionHistoryLimit']] as const),
  ['apps/DaemonSet', ['minReadySeconds', 'revisionHistoryLimit']],
  ['batch/Job', ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished']],
  ['batch/CronJob', ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']],
];

/** These are int64, the others int32. */
const LONG = new Set(['activeDeadlineSeconds', 'startingDeadlineSeconds']);

const replicas: Rule = {
  id: 'replicas',
  what: 'Counts of pods, seconds and revisions are whole numbers of at least 0.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: ValidateNonnegativeField and decoding',
  check: (entries, report) => {
    for (const [kind, keys] of COUNTS) {
      for (const entry of objectIndex(entries).of(kind)) {
        const spec = dig(entry.manifest, 'spec');
        for (const key of keys) {
          const value = spec?.[key];
          if (!isSet(value) || isInteger(value, 0, LONG.has(key) ? Number.MAX_SAFE_INTEGER : undefined)) continue;
          report(entry, `/spec/${key}`, {
            message: `${JSON.stringify(value)} is not a valid count`,
            expected: 'an integer of 0 or more',
            value,
          });
        }
      }
    }
  },
  examples: {
    pass: [deployment({ replicas: 0 })],
    fail: [deployment({ replicas: -1 }), deployment({ replicas: '3' }), deployment({ minReadySeconds: 1.5 })],
  },
};

const SHARE = 'a whole number of 0 or more, or a percentage such as "25%"';

/** The number of a count or percentage, as the API server reads it; reports a malformed one, and returns the default. */
function readShare(
  entry: ApiEntry,
  pointer: string,
  value: Json | undefined,
  fallback: number,
  report: Report,
  capped = true,
): number {
  if (!isSet(value)) return fallback;
  const percent = typeof value === 'string' && percentage.fits(value) ? Number(value.slice(0, -1)) : undefined;
  if (percent === undefined && !isInteger(value, 0)) {
    report(entry, pointer, {
      message: `${JSON.stringify(value)} is not a valid number or percentage of pods`,
      expected: SHARE,
      value,
    });
    return fallback;
  }
  if (capped && percent !== undefined && percent > 100) {
    report(entry, pointer, { message: `${shown(value)} exceeds 100%`, expected: 'at most "100%"', value });
  }
  return percent ?? Number(value);
}

const STUCK = 'maxSurge and maxUnavailable cannot both be 0: the rollout would never start';

function reportDeployment(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/strategy/rollingUpdate';
  // A quarter is the default of both.
  const unavailable = readShare(entry, `${pointer}/maxUnavailable`, rolling.maxUnavailable, 25, report);
  const surge = readShare(entry, `${pointer}/maxSurge`, rolling.maxSurge, 25, report, false);
  if (unavailable !== 0 || surge !== 0) return;
  report(entry, `${pointer}/maxUnavailable`, {
    message: STUCK,
    expected: 'one of them above 0',
    value: rolling.maxUnavailable ?? null,
  });
}

function reportDaemonSet(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/updateStrategy/rollingUpdate';
  const unavailable = readShare(entry, `${pointer}/maxUnavailable`, rolling.maxUnavailable, 1, report);
  const surge = readShare(entry, `${pointer}/maxSurge`, rolling.maxSurge, 0, report);
  if (unavailable === 0 && surge === 0) {
    report(entry, `${pointer}/maxUnavailable`, {
      message: STUCK,
      expected: 'one of them above 0',
      value: rolling.maxUnavailable ?? null,
    });
  } else if (unavailable !== 0 && surge !== 0) {
    const message = 'a DaemonSet cannot have both maxSurge and maxUnavailable';
    report(entry, `${pointer}/maxSurge`, {
      message,
      expected: 'maxSurge with maxUnavailable: 0',
      value: rolling.maxSurge ?? null,
    });
  }
}

function reportStatefulSet(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/updateStrategy/rollingUpdate/maxUnavailable';
  if (readShare(entry, pointer, rolling.maxUnavailable, 1, report) !== 0) return;
  report(entry, pointer, {
    message: 'maxUnavailable cannot be 0: no pod would ever be replaced',
    expected: '1 or more',
    value: rolling.maxUnavailable ?? null,
  });
}

/** The default of `progressDeadlineSeconds`. */
const DEFAULT_DEADLINE = 600;

function reportDeadline(entry: ApiEntry, spec: JsonObject | undefined, report: Report): void {
  const minReady = spec?.minReadySeconds;
  const deadline = spec?.progressDeadlineSeconds;
  if (typeof minReady !== 'number' || (isSet(deadline) && typeof deadline !== 'number')) return;
  if ((deadline ?? DEFAULT_DEADLINE) > minReady) return;
  const message = 'progressDeadlineSeconds ends before the first pod can become available';
  report(entry, '/spec/progressDeadlineSeconds', {
    message,
    expected: `more than minReadySeconds (${minReady})`,
    value: deadline ?? DEFAULT_DEADLINE,
  });
}

const rolloutStrategy: Rule = {
  id: 'rollout-strategy',
  what: 'A rollout can replace at least one pod at a time, and has well-formed numbers or percentages.',
  why: 'The API server refuses the workload.',
  severity: 'error',
  judge: 'API server: ValidateRollingUpdateDeployment, ValidateRollingUpdateDaemonSet, ValidateDeploymentSpec',
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const entry of all.of('apps/Deployment')) {
      const spec = dig(entry.manifest, 'spec');
      reportDeadline(entry, spec, report);
      const rolling = dig(spec, 'strategy', 'rollingUpdate');
      if (rolling === undefined) continue;
      if (dig(spec, 'strategy')?.type === 'Recreate') {
        const message = 'rollingUpdate does not apply to the strategy Recreate';
        report(entry, '/spec/strategy/rollingUpdate', { message, expected: 'no rollingUpdate', value: rolling });
      } else reportDeployment(entry, rolling, report);
    }
    for (const [kind, reportRollout] of [
      ['apps/DaemonSet', reportDaemonSet],
      ['apps/StatefulSet', reportStatefulSet],
    ] as const) {
      for (const entry of all.of(kind)) {
        const rolling = dig(entry.manifest, 'spec', 'updateStrategy', 'rollingUpdate');
        if (rolling !== undefined) reportRollout(entry, rolling, report);
      }
    }
  },
  examples: {
    pass: [deployment({ strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } } })],
    fail: [
      deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
      object('apps/v1', 'DaemonSet', 'agent', {
        spec: { updateStrategy: { rollingUpdate: { maxUnavailable: '1.5%' } } },
      }),
    ],
  },
};

export const rolloutRules: readonly Rule[] = [replicas, rolloutStrategy];
