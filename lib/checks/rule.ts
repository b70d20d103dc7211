// A rule: one requirement on the flat list of objects, with the reason for it and who would enforce it otherwise.

import { dig, own, text } from '../analysis/objects/read-json';
import type { Severity } from '../model/finding/finding';
import type { Problem } from '../model/finding/problem';
import type { JsonObject } from '../model/manifest/json';
import type { ApiEntry, ClusterApi } from '../model/manifest/object';

/** A problem of an object. */
export interface ObjectProblem extends Omit<Problem, 'field'> {
  /** Whether the object cannot work, so that no reason excuses it. @default the rule's `reason` does, if it has one */
  readonly cannotWork?: true;
}

/** Reports a problem with the value at `pointer` (RFC 6901) of `entry`. Omit a value that could be a secret. */
export type Report = (entry: ApiEntry, pointer: string, problem: ObjectProblem) => void;

/** One rule. Its `check` gets every object that the app synthesizes, on all clusters, in one call. */
export interface Rule {
  /** Stable, kebab-case. */
  readonly id: string;
  /** What it requires, in one sentence. */
  readonly what: string;
  /** What happens if it is violated. */
  readonly why: string;
  /** Whether a violation stops synth. */
  readonly severity: Severity;
  /** Who refuses a violation otherwise: a function of the API server's validation, or a tool and its check. */
  readonly judge: string;
  /**
   * The annotation that excuses an object: its value says why. For rules that may be a matter of judgement.
   * @default none: what the rule refuses cannot work
   */
  readonly reason?: string;
  /** Reports each violation. It must accept any JSON, for users may place anything. */
  readonly check: (entries: readonly ApiEntry[], report: Report) => void;
  /** Objects that pass and objects that fail; each list is checked as one app. */
  readonly examples: {
    readonly pass: readonly JsonObject[];
    readonly fail: readonly JsonObject[];
    /** The cluster that they are for. @default nothing is known of it */
    readonly on?: ClusterApi;
    /** The environments of their namespaces. @default nothing is known of them */
    readonly environments?: Readonly<Record<string, Exclude<ApiEntry['environment'], undefined>>>;
  };
}

/** Whether the object gives a reason under this key. A blank one is none. */
export function hasReason(entry: ApiEntry, key: string): boolean {
  return (text(own(dig(entry.manifest, 'metadata', 'annotations'), key)) ?? '').trim() !== '';
}
