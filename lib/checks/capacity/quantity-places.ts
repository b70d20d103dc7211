// The fields where the API server reads a quantity.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, place, places, record } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';

/** One amount, in a map of amounts or in its own field. */
export interface Amount {
  readonly entry: ApiEntry;
  /** Pointer to its parent. */
  readonly pointer: string;
  /** Its key there. */
  readonly name: string;
  readonly value: Json;
  readonly sign: 'any' | 'notNegative' | 'positive';
}

/** A `resources` block. */
export interface Resources {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly requests: JsonObject | undefined;
  readonly limits: JsonObject | undefined;
  /** Whether it belongs to a claim, whose storage must be above 0. */
  readonly claim: boolean;
}

const resourcesAt = (entry: ApiEntry, parent: Place | undefined, claim: boolean): Resources[] => {
  const found = place(parent?.value, 'resources', parent?.pointer ?? '');
  if (found === undefined) return [];
  const { value, pointer } = found;
  return [{ entry, pointer, requests: record(value.requests), limits: record(value.limits), claim }];
};

/** The inline claims of a pod's volumes. */
const inlineClaims = (pod: Place): (Place | undefined)[] =>
  places(pod.value, 'volumes', pod.pointer).map(({ value, pointer }) => {
    const spec = dig(value, 'ephemeral', 'volumeClaimTemplate', 'spec');
    return spec === undefined ? undefined : { value: spec, pointer: `${pointer}/ephemeral/volumeClaimTemplate/spec` };
  });

/** Every `resources` block: of containers, of pods, of claims. */
export const resources = memoizePerObjects((entries): readonly Resources[] => {
  const found: Resources[] = [];
  for (const { entry, pod, containers } of workloads(entries)) {
    for (const container of containers) found.push(...resourcesAt(entry, container, false));
    found.push(...resourcesAt(entry, pod, false));
    for (const claim of inlineClaims(pod)) found.push(...resourcesAt(entry, claim, true));
  }
  for (const entry of objectIndex(entries).of('/PersistentVolumeClaim')) {
    found.push(...resourcesAt(entry, place(entry.manifest, 'spec', ''), true));
  }
  for (const entry of objectIndex(entries).of('apps/StatefulSet')) {
    for (const claim of places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', '/spec')) {
      found.push(...resourcesAt(entry, place(claim.value, 'spec', claim.pointer), true));
    }
  }
  return found;
});

type Add = (entry: ApiEntry, parent: Place | undefined, sign: Amount['sign'], only?: readonly string[]) => void;

function addPolicies(entries: readonly ApiEntry[], add: Add): void {
  for (const entry of objectIndex(entries).of('/ResourceQuota')) {
    add(entry, place(dig(entry.manifest, 'spec'), 'hard', '/spec'), 'notNegative');
  }
  for (const entry of objectIndex(entries).of('/LimitRange')) {
    for (const limit of places(dig(entry.manifest, 'spec'), 'limits', '/spec')) {
      for (const key of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']) {
        add(entry, place(limit.value, key, limit.pointer), 'any');
      }
    }
  }
  for (const entry of objectIndex(entries).of('/PersistentVolume')) {
    add(entry, place(dig(entry.manifest, 'spec'), 'capacity', '/spec'), 'positive', ['storage']);
  }
}

const SOURCES = ['resource', 'containerResource', 'pods', 'object', 'external'];

function addAutoscalers(entries: readonly ApiEntry[], add: Add): void {
  for (const entry of objectIndex(entries).of('autoscaling/HorizontalPodAutoscaler')) {
    const spec = dig(entry.manifest, 'spec');
    for (const metric of places(spec, 'metrics', '/spec')) {
      for (const source of SOURCES) {
        const of = place(metric.value, source, metric.pointer);
        if (of !== undefined) add(entry, place(of.value, 'target', of.pointer), 'positive', ['value', 'averageValue']);
      }
    }
    for (const way of ['scaleUp', 'scaleDown']) {
      const rules = dig(spec, 'behavior', way);
      if (rules !== undefined)
        add(entry, { value: rules, pointer: `/spec/behavior/${way}` }, 'notNegative', ['tolerance']);
    }
  }
}

/** Every amount that the API server parses. */
export const amounts = memoizePerObjects((entries): readonly Amount[] => {
  const found: Amount[] = [];
  const push = (entry: ApiEntry, pointer: string, map: JsonObject, name: string, sign: Amount['sign']): void => {
    const value = map[name];
    if (isSet(value)) found.push({ entry, pointer, name, value, sign });
  };
  const add: Add = (entry, parent, sign, only) => {
    if (parent !== undefined)
      for (const name of only ?? Object.keys(parent.value)) push(entry, parent.pointer, parent.value, name, sign);
  };
  for (const { entry, pointer, requests, limits, claim } of resources(entries)) {
    for (const name of Object.keys(requests ?? {})) {
      const sign = claim && name === 'storage' ? 'positive' : 'notNegative';
      if (requests !== undefined) push(entry, `${pointer}/requests`, requests, name, sign);
    }
    for (const name of Object.keys(limits ?? {})) {
      if (limits !== undefined) push(entry, `${pointer}/limits`, limits, name, 'notNegative');
    }
  }
  for (const { entry, pod } of workloads(entries)) {
    for (const { value, pointer } of places(pod.value, 'volumes', pod.pointer)) {
      add(entry, place(value, 'emptyDir', pointer), 'notNegative', ['sizeLimit']);
    }
  }
  addPolicies(entries, add);
  addAutoscalers(entries, add);
  return found;
});
