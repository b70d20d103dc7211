// PodDisruptionBudgets: one bound, at least one eviction allowed, one budget per pod.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, isInteger, isSet, record, shown } from '../../analysis/objects/read-json';
import { fewestPods } from '../../analysis/objects/scalers';
import { pods } from '../../analysis/objects/selectors';
import type { Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { percentage } from '../../model/manifest/formats';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { budget, deployment } from '../examples';
import type { Report, Rule } from '../rule';

interface Budget {
  readonly entry: ApiEntry;
  readonly spec: JsonObject;
  readonly selected: readonly Workload[];
}

const budgets = memoizePerObjects((entries): readonly Budget[] =>
  objectIndex(entries)
    .of('policy/PodDisruptionBudget')
    .map((entry) => {
      const spec = dig(entry.manifest, 'spec') ?? {};
      const selector = record(spec.selector);
      const selected =
        selector === undefined ? [] : pods(entries).selected(entry.cluster, entry.identity.namespace, selector);
      return { entry, spec, selected };
    }),
);

const BOUND = 'a whole number of 0 or more, or a percentage up to "100%"';

const percentOf = (value: Json): number | undefined =>
  typeof value === 'string' && percentage.fits(value) ? Number(value.slice(0, -1)) : undefined;

/** The lowest total number of pods under a budget; `undefined` if any of the numbers is unknown. */
function fewest(entries: readonly ApiEntry[], selected: readonly Workload[]): number | undefined {
  let sum = 0;
  for (const workload of selected) {
    const pods = fewestPods(entries, workload);
    if (pods === undefined) return undefined;
    sum += pods;
  }
  return sum;
}

function reportMaxUnavailable(entry: ApiEntry, value: Json, report: Report): void {
  if (value !== 0 && percentOf(value) !== 0) return;
  const message = 'maxUnavailable 0 allows no eviction: nodes cannot be drained';
  report(entry, '/spec/maxUnavailable', { message, expected: '1 or more, or a percentage above 0', value });
}

function reportMinAvailable(entry: ApiEntry, value: Json, total: number | undefined, report: Report): void {
  const percent = percentOf(value);
  const pointer = '/spec/minAvailable';
  const remedy = { expected: 'maxUnavailable: 1 instead', value };
  if (percent === 100) {
    report(entry, pointer, {
      message: 'minAvailable 100% allows no eviction: nodes cannot be drained',
      ...remedy,
    });
  } else if (total !== undefined && total > 1) {
    const wanted = percent === undefined ? integer(value, 0) : Math.ceil((percent * total) / 100);
    if (wanted === undefined || wanted < total) return;
    const message = `minAvailable ${shown(value)} allows no eviction with ${total} pods: nodes cannot be drained`;
    report(entry, pointer, { message, ...remedy });
  }
}

/** Reports a malformed bound; returns whether it is well-formed. */
function reportFormat(entry: ApiEntry, spec: JsonObject, report: Report): boolean {
  const { minAvailable, maxUnavailable } = spec;
  if (isSet(minAvailable) === isSet(maxUnavailable)) {
    const message = isSet(minAvailable)
      ? 'minAvailable and maxUnavailable are both set'
      : 'the budget has no bound, so it allows no eviction';
    report(entry, '/spec', { message, expected: 'either minAvailable or maxUnavailable', cannotWork: true });
    return false;
  }
  const key = isSet(minAvailable) ? 'minAvailable' : 'maxUnavailable';
  const value = spec[key];
  if (!isSet(value)) return false;
  const percent = percentOf(value);
  if (percent === undefined ? isInteger(value, 0) : percent <= 100) return true;
  report(entry, `/spec/${key}`, {
    message: `${JSON.stringify(value)} is not a valid number of pods`,
    expected: BOUND,
    value,
    cannotWork: true,
  });
  return false;
}

const disruptionBudget: Rule = {
  id: 'disruption-budget',
  what: 'A PodDisruptionBudget has one bound and allows at least one eviction even at the lowest number of pods; a single pod has no budget.',
  why: 'A budget that allows no eviction blocks every node drain and cluster upgrade until someone deletes it.',
  severity: 'error',
  judge:
    'API server: ValidatePodDisruptionBudgetSpec; kube-linter pdb-min-available, pdb-max-unavailable; Polaris pdbDisruptionsIsZero',
  reason: reasonKey('disruption-budget'),
  check: (entries, report) => {
    for (const { entry, spec, selected } of budgets(entries)) {
      if (!reportFormat(entry, spec, report)) continue;
      const total = selected.length === 0 ? undefined : fewest(entries, selected);
      if (isSet(spec.maxUnavailable)) reportMaxUnavailable(entry, spec.maxUnavailable, report);
      if (isSet(spec.minAvailable)) reportMinAvailable(entry, spec.minAvailable, total, report);
      if (total !== 1) continue;
      const message = `the budget covers a single pod (${selected.map((workload) => workload.entry.origin.construct).join(', ')}): it blocks drains or protects nothing`;
      report(entry, '/spec/selector', {
        message,
        expected: 'at least two replicas, or no budget',
        value: spec.selector ?? null,
      });
    }
  },
  examples: {
    pass: [budget({ minAvailable: '50%' }), deployment({ replicas: 2 })],
    fail: [budget({ minAvailable: 3 }), deployment({ replicas: 3 })],
  },
};

const disruptionBudgetOverlap: Rule = {
  id: 'disruption-budget-overlap',
  what: 'No pod is under two PodDisruptionBudgets.',
  why: 'The eviction API always responds with 500 for such a pod: its node cannot be drained.',
  severity: 'error',
  judge: 'API server: the eviction subresource, "more than one PodDisruptionBudget"',
  check: (entries, report) => {
    const first = new Map<Workload, ApiEntry>();
    for (const { entry, spec, selected } of budgets(entries)) {
      const others = new Set<ApiEntry>();
      for (const workload of selected) {
        const other = first.get(workload);
        if (other === undefined) first.set(workload, entry);
        else if (!others.has(other)) {
          others.add(other);
          const message = `pods of ${workload.entry.origin.construct} are under this budget and the one of ${describeOrigin(other.origin)}`;
          report(entry, '/spec/selector', {
            message,
            expected: 'one budget per pod',
            value: spec.selector ?? null,
          });
        }
      }
    }
  },
  examples: {
    pass: [budget({ maxUnavailable: 1 }), deployment({ replicas: 2 })],
    fail: [budget({ maxUnavailable: 1 }), budget({ maxUnavailable: 1 }, 'other'), deployment({ replicas: 2 })],
  },
};

export const disruptionRules: readonly Rule[] = [disruptionBudget, disruptionBudgetOverlap];
