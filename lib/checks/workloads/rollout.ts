// How many pods there are, and how they are replaced: counts, surge and unavailability.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet } from '../../analysis/objects/read-json';
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

/** These are int64 to the API server, the others int32. */
const LONG = new Set(['activeDeadlineSeconds', 'startingDeadlineSeconds']);

const replicas: Rule = {
  id: 'replicas',
  what: 'Counts of pods, seconds and kept revisions are whole numbers from 0.',
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
            message: `${JSON.stringify(value)} cannot be a count`,
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

/** A number or percentage as the API server reads it: its number, whether percent or not. */
function share(
  entry: ApiEntry,
  pointer: string,
  value: Json | undefined,
  otherwise: number,
  report: Report,
  capped = true,
): number {
  if (!isSet(value)) return otherwise;
  const percent = typeof value === 'string' && percentage.fits(value) ? Number(value.slice(0, -1)) : undefined;
  if (percent === undefined && !isInteger(value, 0)) {
    report(entry, pointer, {
      message: `${JSON.stringify(value)} is neither a number nor a percentage of pods`,
      expected: SHARE,
      value,
    });
    return otherwise;
  }
  if (capped && percent !== undefined && percent > 100) {
    report(entry, pointer, { message: 'cannot exceed 100%', expected: 'at most "100%"', value });
  }
  return percent ?? Number(value);
}

const STUCK = 'maxSurge and maxUnavailable are both 0, so that no pod can ever be replaced';

function judgeDeployment(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/strategy/rollingUpdate';
  // A quarter is the default of both.
  const unavailable = share(entry, `${pointer}/maxUnavailable`, rolling.maxUnavailable, 25, report);
  const surge = share(entry, `${pointer}/maxSurge`, rolling.maxSurge, 25, report, false);
  if (unavailable !== 0 || surge !== 0) return;
  report(entry, `${pointer}/maxUnavailable`, {
    message: STUCK,
    expected: 'one of them above 0',
    value: rolling.maxUnavailable ?? null,
  });
}

function judgeDaemonSet(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/updateStrategy/rollingUpdate';
  const unavailable = share(entry, `${pointer}/maxUnavailable`, rolling.maxUnavailable, 1, report);
  const surge = share(entry, `${pointer}/maxSurge`, rolling.maxSurge, 0, report);
  if (unavailable === 0 && surge === 0) {
    report(entry, `${pointer}/maxUnavailable`, {
      message: STUCK,
      expected: 'one of them above 0',
      value: rolling.maxUnavailable ?? null,
    });
  } else if (unavailable !== 0 && surge !== 0) {
    const message = 'a DaemonSet replaces pods by surge or by unavailability, not by both';
    report(entry, `${pointer}/maxSurge`, {
      message,
      expected: 'maxUnavailable: 0 beside it',
      value: rolling.maxSurge ?? null,
    });
  }
}

function judgeStatefulSet(entry: ApiEntry, rolling: JsonObject, report: Report): void {
  const pointer = '/spec/updateStrategy/rollingUpdate/maxUnavailable';
  if (share(entry, pointer, rolling.maxUnavailable, 1, report) !== 0) return;
  report(entry, pointer, {
    message: 'with 0 no pod can ever be replaced',
    expected: '1 or more',
    value: rolling.maxUnavailable ?? null,
  });
}

/** The default of `progressDeadlineSeconds`. */
const PATIENCE = 600;

function judgePatience(entry: ApiEntry, spec: JsonObject | undefined, report: Report): void {
  const settled = spec?.minReadySeconds;
  const deadline = spec?.progressDeadlineSeconds;
  if (typeof settled !== 'number' || (isSet(deadline) && typeof deadline !== 'number')) return;
  if ((deadline ?? PATIENCE) > settled) return;
  const message = 'the rollout is declared failed before its first pod counts as available';
  report(entry, '/spec/progressDeadlineSeconds', {
    message,
    expected: `more than minReadySeconds (${settled})`,
    value: deadline ?? PATIENCE,
  });
}

const rolloutStrategy: Rule = {
  id: 'rollout-strategy',
  what: 'A rollout may replace at least one pod at a time, in numbers or percentages that are well-formed.',
  why: 'The API server refuses the workload.',
  severity: 'error',
  judge: 'API server: ValidateRollingUpdateDeployment, ValidateRollingUpdateDaemonSet, ValidateDeploymentSpec',
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const entry of all.of('apps/Deployment')) {
      const spec = dig(entry.manifest, 'spec');
      judgePatience(entry, spec, report);
      const rolling = dig(spec, 'strategy', 'rollingUpdate');
      if (rolling === undefined) continue;
      if (dig(spec, 'strategy')?.type === 'Recreate') {
        const message = 'Recreate stops all pods before it starts new ones, so there is nothing to roll';
        report(entry, '/spec/strategy/rollingUpdate', { message, expected: 'no rollingUpdate', value: rolling });
      } else judgeDeployment(entry, rolling, report);
    }
    for (const [kind, judge] of [
      ['apps/DaemonSet', judgeDaemonSet],
      ['apps/StatefulSet', judgeStatefulSet],
    ] as const) {
      for (const entry of all.of(kind)) {
        const rolling = dig(entry.manifest, 'spec', 'updateStrategy', 'rollingUpdate');
        if (rolling !== undefined) judge(entry, rolling, report);
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
