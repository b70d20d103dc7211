// Label selectors: what they match, and which pods they select, without looking at all pods.

import type { Json, JsonObject } from '../../model/manifest/json';
import { memoizePerObjects, placeOf } from './object-index';
import { isSet, list, own, places, record, shown, text } from './read-json';
import { running, type Workload } from './workloads';

/** Whether `labels` have every pair of `wanted`. */
export function hasAll(labels: JsonObject, wanted: JsonObject): boolean {
  for (const key of Object.keys(wanted)) {
    if (own(labels, key) !== wanted[key]) return false;
  }
  return true;
}

function meets(labels: JsonObject, requirement: JsonObject): boolean {
  const found = own(labels, text(requirement.key) ?? '');
  const values = list(requirement.values);
  switch (requirement.operator) {
    case 'In':
      return isSet(found) && values.includes(found);
    case 'NotIn':
      return !isSet(found) || !values.includes(found);
    case 'Exists':
      return isSet(found);
    case 'DoesNotExist':
      return !isSet(found);
    default:
      return false;
  }
}

/** Whether a LabelSelector (`matchLabels` and `matchExpressions`) matches. An empty one matches everything. */
export function matches(selector: JsonObject, labels: JsonObject): boolean {
  const pairs = record(selector.matchLabels);
  if (pairs !== undefined && !hasAll(labels, pairs)) return false;
  return places(selector, 'matchExpressions', '').every(({ value }) => meets(labels, value));
}

/** Whether a LabelSelector has no requirements. */
export const isEmpty = (selector: JsonObject): boolean =>
  Object.keys(record(selector.matchLabels) ?? {}).length === 0 && list(selector.matchExpressions).length === 0;

interface Neighbours {
  readonly all: Workload[];
  readonly byLabel: Map<string, Workload[]>;
}

const NONE: readonly Workload[] = [];
const pair = (key: string, value: Json | undefined): string => `${key}=${shown(value)}`;

/** Pods by namespace and label. */
class Pods {
  private readonly spaces = new Map<string, Neighbours>();

  constructor(all: readonly Workload[]) {
    for (const one of all) this.add(one);
  }

  /** Workloads in a namespace whose pods a plain map of labels selects. */
  having(cluster: string, namespace: string | undefined, wanted: JsonObject): readonly Workload[] {
    return this.candidates(cluster, namespace, wanted).filter(({ labels }) => hasAll(labels, wanted));
  }

  /** Workloads in a namespace whose pods a LabelSelector selects. */
  selected(cluster: string, namespace: string | undefined, selector: JsonObject): readonly Workload[] {
    const wanted = record(selector.matchLabels) ?? {};
    return this.candidates(cluster, namespace, wanted).filter(({ labels }) => matches(selector, labels));
  }

  /** Candidates are those with the rarest of the labels: linear, even with everything in one namespace. */
  private candidates(cluster: string, namespace: string | undefined, wanted: JsonObject): readonly Workload[] {
    const space = this.spaces.get(placeOf(cluster, namespace));
    let fewest: readonly Workload[] = space?.all ?? NONE;
    for (const key of Object.keys(wanted)) {
      const labelled = space?.byLabel.get(pair(key, wanted[key])) ?? NONE;
      if (labelled.length < fewest.length) fewest = labelled;
    }
    return fewest;
  }

  private add(one: Workload): void {
    const place = placeOf(one.entry.cluster, one.entry.identity.namespace);
    let space = this.spaces.get(place);
    if (space === undefined) {
      space = { all: [], byLabel: new Map() };
      this.spaces.set(place, space);
    }
    space.all.push(one);
    for (const key of Object.keys(one.labels)) {
      const label = pair(key, one.labels[key]);
      const labelled = space.byLabel.get(label);
      if (labelled === undefined) space.byLabel.set(label, [one]);
      else labelled.push(one);
    }
  }
}

export const pods = memoizePerObjects((entries) => new Pods(running(entries)));
