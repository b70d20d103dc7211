// A finding: one problem as data. Every part of Evenkeel reports problems this way; text, JSON and the rest are made from it.

import { type ApiEntry, describeIdentity } from '../manifest/object';
import type { Origin, SourceLine } from '../manifest/origin';
import { compareText } from '../manifest/text';
import type { Problem } from './problem';

/** `error` stops synth; `warning` and `note` are only printed. */
export type Severity = 'error' | 'warning' | 'note';

/** A problem with the rule that found it, its severity, and where it is. */
export interface Finding extends Problem {
  /** Stable id of the rule, in kebab-case: `port-range`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Path of the construct: `toytrex-production/web`. */
  readonly construct?: string;
  /** Identity of the object: `apps/Deployment toytrex-production/web`. */
  readonly object?: string;
  readonly source?: SourceLine;
}

/** A problem as a finding of `rule`. */
export function findingOf(rule: string, problem: Problem, severity: Severity = 'error'): Finding {
  return { ...problem, rule, severity };
}

/** The finding with its place: the construct, and the user's line if it is known. */
export function findingAt({ construct, source }: Origin, finding: Finding): Finding {
  const line = source();
  return { ...finding, construct, ...(line === undefined ? {} : { source: line }) };
}

/** A problem as one line, without its place: what is wrong, then what is expected. */
export function findingText({ message, expected, fix }: Problem): string {
  return `${message}; expected ${expected}${fix === undefined ? '' : `; ${fix}`}`;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Whether any finding is an error, in which case nothing may be written. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** Errors first, then by construct, object, rule and field: two runs print the same. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const key = ({ severity, construct, object, rule, field }: Finding) =>
    [SEVERITIES.indexOf(severity), construct ?? '', object ?? '', rule, field ?? ''].join('\0');
  return findings
    .map((finding) => ({ finding, key: key(finding) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ finding }) => finding);
}
