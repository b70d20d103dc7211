// Constructs never throw on a user's value: they record a finding and go on, so that all are reported at once.

import type { IConstruct } from 'constructs';
import { type Finding, findingAt, findingOf, findingText } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { captureTrace, type Trace, userLine } from '../../model/manifest/origin';
import { ENTRY, repeating, setEntry } from '../../model/platform/entries';
import { traceOf } from './trace';

/** Records a finding about `construct` that is known now, at the caller's line or at that of `trace`. */
export function report(construct: IConstruct, finding: Finding, trace: Trace = captureTrace()): void {
  const placed = findingAt({ construct: construct.node.path, source: () => userLine(trace) }, finding);
  setEntry(construct, ENTRY.finding, placed);
  // cdk8s' own App.synth() must not write what we refuse
  construct.node.addValidation(repeating(() => errorTexts([placed])));
}

/** Registers `find` to run when the whole chart has been described. Its findings are about `construct` unless `about` says otherwise. */
export function checkLater(construct: IConstruct, find: () => readonly Finding[]): void {
  setEntry(construct, ENTRY.check, find);
  construct.node.addValidation(repeating(() => errorTexts(find())));
}

/** A finding about a construct other than the one whose check found it. */
export function about(construct: IConstruct, finding: Finding): Finding {
  return findingAt({ construct: construct.node.path, source: () => userLine(traceOf(construct)) }, finding);
}

/** The problem as an error of `rule`, unless `holds`. */
export function unless(holds: boolean, rule: string, problem: Problem): Finding[] {
  return holds ? [] : [findingOf(rule, problem)];
}

function errorTexts(findings: readonly Finding[]): string[] {
  return findings.filter(({ severity }) => severity === 'error').map(findingText);
}
