// All findings about the way from the objects of a commit to those of the app.

import type { ObjectChanges, ObjectPair } from '../../analysis/changes/object-pairs';
import { at, dig, own } from '../../analysis/objects/read-json';
import { type Finding, findingOf, findingOn, sortFindings } from '../../model/finding/finding';
import { FIXED_FIELD_REASON } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { hasReason } from '../rule';
import { findRefusals } from './fixed-fields';
import { findHandovers, findLeftAutoscalers } from './handover';
import type { Refusal } from './refusal';
import { findLostData, findRenamed } from './removals';

/** Checks the changes. Never throws, even for malformed objects; sources are looked up only for findings. */
export function checkChanges(changes: ObjectChanges): Finding[] {
  const refused = new Map(changes.pairs.map((pair) => [pair.after, findRefusals(pair, changes.entries)]));
  return sortFindings([
    ...changes.pairs.flatMap((pair) => findFixedFields(pair, refused.get(pair.after) ?? [])),
    ...changes.entries.flatMap((entry) => findOldReasons(entry, changes, refused)),
    ...findHandovers(changes),
    ...findLeftAutoscalers(changes),
    ...findLostData(changes),
    ...findRenamed(changes),
  ]);
}

function findFixedFields({ after }: ObjectPair, refusals: readonly Refusal[]): Finding[] {
  if (hasReason(after, FIXED_FIELD_REASON)) return [];
  return refusals.map(({ pointer, severity, expected, ...rest }) => {
    const wayOut = `${expected}, or a reason in the annotation ${FIXED_FIELD_REASON}`;
    const problem = { ...rest, field: pointer, expected: wayOut };
    const finding =
      severity === 'warning' ? findingOf('fixed-field', problem, 'warning') : findingOf('fixed-field', problem);
    return findingOn(after, finding);
  });
}

/** A reason that the commit has already, for a change that is none since: it would hide the next one. */
function findOldReasons(
  entry: ApiEntry,
  { ref, pairs, added }: ObjectChanges,
  refused: ReadonlyMap<ApiEntry, readonly Refusal[]>,
): Finding[] {
  if (!hasReason(entry, FIXED_FIELD_REASON) || (refused.get(entry)?.length ?? 0) > 0) return [];
  const pair = pairs.find(({ after }) => after === entry);
  const isNew = pair === undefined ? added.includes(entry) : reasonOf(pair.before.manifest) === undefined;
  const problem = {
    field: at('/metadata/annotations', FIXED_FIELD_REASON),
    message: `the reason in ${FIXED_FIELD_REASON} excuses nothing against ${ref}`,
    expected: isNew
      ? 'a reason only for a change that the API server refuses'
      : 'no reason any more, once the clusters have the change',
  };
  return [findingOn(entry, findingOf('unused-reason', problem, 'warning'))];
}

const reasonOf = (manifest: JsonObject) => own(dig(manifest, 'metadata', 'annotations'), FIXED_FIELD_REASON);
