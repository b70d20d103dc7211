// A finding: one problem as data. Every part of Evenkeel reports in this form; text, JSON and the rest are made from it.

import type { Json } from '../manifest/json';
import { compareText } from '../manifest/text';

/** `error` stops synth; `warning` and `note` are printed and let it go on. */
export type Severity = 'error' | 'warning' | 'note';

/** A place in the user's own TypeScript. Line and column count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One problem: what is wrong, where, and what would be right. */
export interface Finding {
  /** Stable id of the rule that speaks, in kebab-case: `port-range`. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong, as one sentence without a full stop. */
  readonly message: string;
  /** What would be right: "an integer from 1 to 65535". */
  readonly expected: string;
  /** What to do about it, where `expected` alone does not say. */
  readonly fix?: string;
  /** Path of the construct: `toytrex-production/web`. */
  readonly construct?: string;
  /** Identity of the object: `apps/Deployment toytrex-production/web`. */
  readonly object?: string;
  /** JSON pointer into the object, or the name of the property that the user set. */
  readonly field?: string;
  /** The value found there. Never a secret: rules about secrets leave it out. */
  readonly value?: Json;
  readonly source?: SourceLine;
}

/** The finding as one line without its place: what is wrong, what would be right. */
export function findingText({ message, expected, fix }: Finding): string {
  return `${message}; expected ${expected}${fix === undefined ? '' : `; ${fix}`}`;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Errors first, then by construct, rule and field, so that two runs print the same. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const key = ({ severity, construct, object, rule, field }: Finding) =>
    [SEVERITIES.indexOf(severity), construct ?? '', object ?? '', rule, field ?? ''].join('\0');
  return findings
    .map((finding) => ({ finding, key: key(finding) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ finding }) => finding);
}
