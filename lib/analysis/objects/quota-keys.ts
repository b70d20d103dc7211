// What a ResourceQuota counts, by the keys of its `spec.hard`.
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity } from '../../model/manifest/quantity';
import { dig } from './read-json';

/** What a quota counts of each pod: that it exists, or what its containers request or are limited to. */
export type Counted =
  | { readonly part: 'pods' }
  | { readonly part: 'requests' | 'limits'; readonly resource: 'cpu' | 'memory' };

/** By key of `spec.hard`. Source: kubernetes.io, "Resource Quotas". */
export const QUOTA_KEYS: ReadonlyMap<string, Counted> = new Map<string, Counted>([
  ['pods', { part: 'pods' }],
  ['count/pods', { part: 'pods' }],
  ['requests.cpu', { part: 'requests', resource: 'cpu' }],
  ['cpu', { part: 'requests', resource: 'cpu' }],
  ['requests.memory', { part: 'requests', resource: 'memory' }],
  ['memory', { part: 'requests', resource: 'memory' }],
  ['limits.cpu', { part: 'limits', resource: 'cpu' }],
  ['limits.memory', { part: 'limits', resource: 'memory' }],
]);

/** One limit of a quota. */
export interface HardLimit {
  readonly key: string;
  readonly counted: Counted;
  /** As it is written. */
  readonly given: Json;
  /** In billionths of a pod, a core or a byte. */
  readonly limit: bigint;
}

/** The limits of a quota on pods, CPU and memory, without invalid quantities. */
export function hardLimits({ manifest }: ApiEntry): HardLimit[] {
  return Object.entries(dig(manifest, 'spec', 'hard') ?? {}).flatMap(([key, given]) => {
    const counted = QUOTA_KEYS.get(key);
    const limit = readQuantity(given);
    return counted === undefined || limit === undefined ? [] : [{ key, counted, given, limit }];
  });
}
