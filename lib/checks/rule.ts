// A rule: one demand on the flat list of objects, with the reason for it and the judge that would say so otherwise.
import type { Severity } from '../model/finding/finding';
import type { Json, JsonObject } from '../model/manifest/json';
import type { ApiEntry } from '../model/manifest/object';

/** What a rule says of one place in one object. */
export interface Complaint {
  /** What is wrong, as one sentence without a full stop. */
  readonly message: string;
  /** What would be right. */
  readonly expected: string;
  /** What to do, where `expected` does not say. */
  readonly fix?: string;
  /** The value found; left out where it could be a secret. */
  readonly value?: Json;
}

/** Records a complaint about the value at `pointer` (RFC 6901) of `entry`. */
export type Report = (entry: ApiEntry, pointer: string, complaint: Complaint) => void;

/** One rule. `check` sees every object that the app synthesizes, over all clusters, once. */
export interface Rule {
  /** Stable, kebab-case. */
  readonly id: string;
  /** What it demands, in one sentence. */
  readonly what: string;
  /** What happens to those who do not follow. */
  readonly why: string;
  readonly severity: Severity;
  /** Who refuses it otherwise: a function of the API server's validation, or a judge and its check. */
  readonly judge: string;
  readonly check: (entries: readonly ApiEntry[], report: Report) => void;
  /** Objects that pass and objects that fail, each list checked as one app. */
  readonly examples: { readonly pass: readonly JsonObject[]; readonly fail: readonly JsonObject[] };
}
