// Reasons: annotations of an object that excuse what a rule refuses, where that may be a matter of judgement.

import { at, dig, own } from '../analysis/objects/read-json';
import { didYouMean } from '../model/finding/closest';
import { type Finding, findingOf, findingOn } from '../model/finding/finding';
import type { Problem } from '../model/finding/problem';
import { FIXED_FIELD_REASON, isReasonKey } from '../model/manifest/annotations';
import type { JsonObject } from '../model/manifest/json';
import type { ApiEntry } from '../model/manifest/object';
import { hasReason, type ObjectProblem, type Rule } from './rule';

const annotationsOf = ({ manifest }: ApiEntry): JsonObject | undefined => dig(manifest, 'metadata', 'annotations');

/** The reasons that objects give, and which of them a rule needed. */
export class Reasons {
  private readonly needed = new Map<ApiEntry, Set<string>>();

  constructor(private readonly entries: readonly ApiEntry[]) {}

  /** Whether the object gives the reason that excuses the problem. */
  excuse({ reason }: Rule, entry: ApiEntry, { cannotWork }: ObjectProblem): boolean {
    if (reason === undefined || cannotWork) return false;
    if (own(annotationsOf(entry), reason) === undefined) return false;
    const needed = this.needed.get(entry) ?? new Set();
    this.needed.set(entry, needed.add(reason));
    return hasReason(entry, reason);
  }

  /** A finding for each reason that no rule needed: it would hide the next violation. */
  unused(rules: readonly Rule[]): Finding[] {
    const known = new Set([...rules.flatMap(({ reason }) => reason ?? []), FIXED_FIELD_REASON]);
    return this.entries.flatMap((entry) => {
      // whether a comparison needs its reason is not known here
      const keys = Object.keys(annotationsOf(entry) ?? {}).filter(
        (key) => isReasonKey(key) && key !== FIXED_FIELD_REASON,
      );
      return keys.filter((key) => this.needed.get(entry)?.has(key) !== true).map((key) => unused(entry, key, known));
    });
  }
}

function unused(entry: ApiEntry, key: string, known: ReadonlySet<string>): Finding {
  const message = known.has(key)
    ? `the reason in ${key} excuses nothing`
    : `no rule has a reason ${key}${didYouMean(key, [...known])}`;
  const field = at('/metadata/annotations', key);
  const problem: Problem = { message, expected: 'reasons only for what a rule would refuse', field };
  return findingOn(entry, findingOf('unused-reason', problem, 'warning'));
}

/** The problem with the way out that its rule has. */
export function withWayOut({ reason }: Rule, { cannotWork, ...problem }: ObjectProblem): Omit<Problem, 'field'> {
  if (reason === undefined || cannotWork) return problem;
  return { ...problem, expected: `${problem.expected}, or a reason in the annotation ${reason}` };
}
