// How many more previews a cluster has room for, and which of those that are there find none.

import type { Problem } from '../../model/finding/problem';
import { defined } from '../../model/manifest/json';
import { deriveProviderPlan } from '../../model/nodes/node-plan';
import type { PlannedWorkload, ProviderPlanInput } from '../../model/nodes/node-plan-input';

/** A preview of a system on a cluster. */
export interface PlacedPreview {
  readonly system: string;
  readonly environment: string;
  readonly namespace: string;
}

/** The room for previews of one system. */
export interface PreviewRoom {
  readonly system: string;
  /** How many there are. */
  readonly present: number;
  /** How many more there is room for, at most 1000. */
  readonly more: number;
  /** Environments for which the nodes have no room: the last ones of the data. */
  readonly unfit: readonly string[];
  /** What one more would exceed. Absent if there is room for 1000. */
  readonly limit?: Problem;
}

/** More previews than anyone counts. */
const ENOUGH = 1000;

/**
 * The room for previews by system, on a cluster that describes its pools and how its pods get addresses. `input` is that of its plan
 * as it is, `next` that with one more preview of each system.
 */
export function previewRooms(
  input: ProviderPlanInput,
  present: readonly PlacedPreview[],
  next: { readonly input: ProviderPlanInput; readonly previews: readonly PlacedPreview[] },
): PreviewRoom[] {
  if (input.cluster.nodePools.length === 0 || deriveProviderPlan(input).plan === undefined) return [];
  const all = input.workloads;
  const problemWith = (workloads: readonly PlannedWorkload[]): Problem | undefined =>
    deriveProviderPlan({ ...input, workloads }).problems[0];
  const unfit = lastOf(present, (left) => problemWith(all.filter((one) => !left.some((each) => isOf(each, one)))));
  return next.previews.map((preview) => {
    const { system } = preview;
    const own = next.input.workloads.filter((workload) => isOf(preview, workload));
    const problemOf = (count: number) =>
      problemWith([...all, ...Array.from({ length: count }, (_, index) => own.map((one) => named(one, index))).flat()]);
    const more = largest((count) => problemOf(count) === undefined);
    return {
      system,
      present: present.filter((one) => one.system === system).length,
      more,
      unfit: unfit.filter((one) => one.system === system).map(({ environment }) => environment),
      ...defined({ limit: more === ENOUGH ? undefined : problemOf(more + 1) }),
    };
  });
}

const isOf = ({ namespace }: PlacedPreview, { name }: PlannedWorkload): boolean => name.startsWith(`${namespace}/`);

const named = (workload: PlannedWorkload, index: number): PlannedWorkload => ({
  ...workload,
  name: `${workload.name}-${index}`,
});

/** The fewest of the last previews without which the plan has no problem; none where it has one without any preview. */
function lastOf(
  previews: readonly PlacedPreview[],
  problemWithout: (left: readonly PlacedPreview[]) => Problem | undefined,
): readonly PlacedPreview[] {
  for (let count = 0; count <= previews.length; count += 1) {
    const left = count === 0 ? [] : previews.slice(-count);
    if (problemWithout(left) === undefined) return left;
  }
  return [];
}

/** The largest count that fits, up to `ENOUGH`: what does not fit does not fit with more either. */
function largest(fits: (count: number) => boolean): number {
  let [least, most] = [0, 1];
  while (most <= ENOUGH && fits(most)) [least, most] = [most, most * 2];
  most = Math.min(most, ENOUGH + 1);
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return least;
}
