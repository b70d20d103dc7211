// Reasons: a rule of judgement does not hold for an object whose annotation says why.

import { dig, text } from '../analysis/objects/read-json';
import { reasonKey } from '../model/manifest/annotations';
import type { JsonObject } from '../model/manifest/json';
import type { ApiEntry } from '../model/manifest/object';

/** Whether an annotation of the object gives a reason under `key`. */
export function hasReason({ manifest }: ApiEntry, key: string): boolean {
  return (text(dig(manifest, 'metadata', 'annotations')?.[key]) ?? '').trim() !== '';
}

/** The alternative to expect, if what the rule refuses is intended. */
export const orReason = (rule: string): string => `or a reason in the annotation ${reasonKey(rule)}`;

/** The same object with a reason. */
export const withReason = (manifest: JsonObject, key: string, reason: string): JsonObject => ({
  ...manifest,
  metadata: { ...dig(manifest, 'metadata'), annotations: { [key]: reason } },
});
