// A rule: one demand on the flat list of objects, with the reason for it and the judge that would say so otherwise.

import type { Severity } from '../model/finding/finding';
import type { Problem } from '../model/finding/problem';

import type { JsonObject } from '../model/manifest/json';
import type { ApiEntry } from '../model/manifest/object';

/** Reports what is wrong with the value at `pointer` (RFC 6901) of `entry`. Leave out a value that could be a secret. */
export type Report = (entry: ApiEntry, pointer: string, problem: Omit<Problem, 'field'>) => void;

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
