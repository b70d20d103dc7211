// A refusal: a change of a field that the API server does not make, with the way round; and what all tables of such fields use.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { isSame, storedValue } from '../../analysis/changes/stored-form';
import { at, dig, own } from '../../analysis/objects/read-json';
import { type Json, type JsonObject, jsonText } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import { type ApiEntry, describeIdentity, type Identity, minorOf } from '../../model/manifest/object';

/** One change that the API server does not make. */
export interface Refusal {
  /** JSON pointer (RFC 6901) into the object. */
  readonly pointer: string;
  /** The value that it would get. Absent where there is none, and where it could be a secret. */
  readonly value?: Json;
  readonly message: string;
  readonly expected: string;
  /** The way round. */
  readonly fix: string;
  /** `warning` where it depends on what only the cluster knows. @default error */
  readonly severity?: 'warning';
}

/** Finds the refusals of a pair, among all objects of the app. Never throws: manifests may have any shape. */
export type FindRefusals = (pair: ObjectPair, entries: readonly ApiEntry[]) => readonly Refusal[];

/** Kinds whose fields are judged, each with all that judges it. */
export type RefusalTable = readonly (readonly [Kind, ...(readonly FindRefusals[])])[];

/** The command that deletes an object. */
export function deletion({ kind, namespace, name }: Identity, ...options: readonly string[]): string {
  const place = namespace === undefined ? [] : ['-n', namespace];
  return ['kubectl', ...place, 'delete', kind.toLowerCase(), name, ...options].join(' ');
}

/** Ways round, by what is lost with the object. */
export const WAYS = {
  /** For what holds nothing and is not served from. */
  recreate: ({ after }: ObjectPair) =>
    `${deletion(after.identity)} right before the apply, which creates it again; or another name`,
  /** For what others refer to by its name. */
  rename: ({ after: { identity } }: ObjectPair) => `a ${identity.kind} of another name, and what refers to it changed`,
} as const;

/** How a field is compared, and what is said. */
interface FixedField {
  /** What the API server stores where the field is absent. @default nothing */
  readonly fallback?: Json;
  /** Its value as the API server stores it. @default without what is unset or empty */
  readonly stored?: (value: Json | undefined) => Json | undefined;
  /** The first minor that makes the change: `33` for 1.33. @default none does */
  readonly until?: number;
  /** The first minor that refuses the change. @default all do */
  readonly from?: number;
  readonly way: (pair: ObjectPair) => string;
  /** Whether its values may be long, or secret, so that they are not shown. */
  readonly hidden?: true;
}

/** The value at a path of keys. */
export function valueAt(manifest: JsonObject, path: readonly string[]): Json | undefined {
  return own(dig(manifest, ...path.slice(0, -1)), path.at(-1) ?? '');
}

/** Judges the field at `path`, which never changes once the object exists. */
export function fixed(path: readonly string[], field: FixedField): FindRefusals {
  const { fallback, stored = storedValue, until = Infinity, from = 0, way, hidden } = field;
  return (pair) => {
    const minor = minorOf(pair.after);
    // where the minor is unknown, only what every minor refuses is reported
    if (minor === undefined ? until !== Infinity || from > 0 : minor >= until || minor < from) return [];
    const before = stored(valueAt(pair.before.manifest, path)) ?? fallback;
    const after = stored(valueAt(pair.after.manifest, path)) ?? fallback;
    if (isSame(before, after)) return [];
    return [refusal(pair, path, hidden ? {} : { before, after }, way(pair))];
  };
}

/** Text of a value in a message. */
const LONGEST = 160;

function shownValue(value: Json | undefined): string {
  if (value === undefined) return 'no value';
  const text = typeof value === 'string' ? value : jsonText(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** The refusal of a change of the field at `path`. */
export function refusal(
  { after: { identity } }: ObjectPair,
  path: readonly string[],
  { before, after }: { readonly before?: Json | undefined; readonly after?: Json | undefined },
  fix: string,
): Refusal {
  const isShown = before !== undefined || after !== undefined;
  return {
    pointer: at('', ...path),
    ...(after === undefined ? {} : { value: after }),
    message: `the API server refuses another ${path.join('.')} for ${describeIdentity(identity)}`,
    expected: isShown ? `${shownValue(before)}, as before` : 'what it was before',
    fix,
  };
}
