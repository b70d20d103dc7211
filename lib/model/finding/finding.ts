// A finding: one problem as data. Every part of Evenkeel reports in this form; text, JSON and the rest are made from it.

import { type DocumentLine, describeDocument } from '../manifest/document';
import { defined } from '../manifest/json';
import { type ApiEntry, describeIdentity } from '../manifest/object';
import type { Origin, SourceLine } from '../manifest/origin';
import { compareText } from '../manifest/text';
import type { Problem } from './problem';

/** `error` stops synth; `warning` and `note` are printed and let it go on. */
export type Severity = 'error' | 'warning' | 'note';

/** A problem with the rule that found it, its severity, and where it is. */
export interface Finding extends Problem {
  /** Stable id of the rule, in kebab-case: `port-range`. */
  readonly rule: string;
  /** Whether it stops synth. */
  readonly severity: Severity;
  /** Path of the construct: `toytrex-production/web`. Absent where none is concerned. */
  readonly construct?: string;
  /** Identity of the object: `apps/Deployment toytrex-production/web`. Absent where none is concerned. */
  readonly object?: string;
  /** The user's line. Absent where none is known. */
  readonly source?: SourceLine;
  /** Where the object was read. @default none: neither Include nor Helm read it */
  readonly document?: DocumentLine;
}

/** The finding that `rule` makes of a problem. */
export function findingOf(rule: string, problem: Problem, severity: Severity = 'error'): Finding {
  return { ...problem, rule, severity };
}

/** The finding with its place: a construct, and the user's line where it is known. */
export function findingAt({ construct, source, document }: Origin, finding: Finding): Finding {
  return { ...finding, construct, ...defined({ source: source(), document: document?.(finding.field) }) };
}

/** The finding as one line without its construct: what is wrong, in which document, what would be right. */
export function findingText({ message, expected, fix, document }: Problem & Pick<Finding, 'document'>): string {
  const place = document === undefined ? '' : ` (${describeDocument(document)})`;
  return `${message}${place}; expected ${expected}${fix === undefined ? '' : `; ${fix}`}`;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** The finding with its object, and where the object comes from. */
export function findingOn({ identity, origin }: ApiEntry, finding: Finding): Finding {
  return findingAt(origin, { ...finding, object: describeIdentity(identity) });
}

/** Whether a finding is an error, so that nothing may be written. */
export function hasError(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** Errors first, then by construct, rule and field, so that two runs print the same. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const key = ({ severity, construct, object, rule, field }: Finding) =>
    [SEVERITIES.indexOf(severity), construct ?? '', object ?? '', rule, field ?? ''].join('\0');
  return findings
    .map((finding) => ({ finding, key: key(finding) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ finding }) => finding);
}
