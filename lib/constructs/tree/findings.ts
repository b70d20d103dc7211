// Constructs never throw on a user's value: they record a finding and go on, so that all of them come out at once.
import type { IConstruct } from 'constructs';
import { type Finding, findingText } from '../../model/finding/finding';
import { ENTRY, type Inspection, type ReportedFinding, type Trace } from '../../model/platform/entries';
import { captureTrace, traceOf } from './trace';

/** A finding of a construct; its path and the user's line are added here. */
export type Problem = Omit<Finding, 'construct' | 'source'>;

/** Records a finding about `construct` that is known now, at the caller's line or at that of `trace`. */
export function report(construct: IConstruct, problem: Problem, trace: Trace = captureTrace()): void {
  const finding: Finding = { ...problem, construct: construct.node.path };
  const reported: ReportedFinding = { finding, trace };
  construct.node.addMetadata(ENTRY.finding, reported);
  // cdk8s' own App.synth() knows validations only, and must not write what we refuse
  construct.node.addValidation({ validate: () => (finding.severity === 'error' ? [findingText(finding)] : []) });
}

/** A problem that an inspection finds. */
export interface Inspected extends Problem {
  /** The construct that is wrong, where that is one below the construct that was asked. */
  readonly about?: IConstruct;
}

/** Asks `produce` for findings about `construct`, or what lies below it, when the whole chart has been described. */
export function inspect(construct: IConstruct, produce: () => readonly Inspected[]): void {
  const inspection: Inspection = () =>
    produce().map(({ about = construct, ...problem }) => ({
      finding: { ...problem, construct: about.node.path },
      trace: about === construct ? {} : traceOf(about),
    }));
  construct.node.addMetadata(ENTRY.inspection, inspection);
  construct.node.addValidation({
    validate: () =>
      inspection()
        .map(({ finding }) => finding)
        .filter(({ severity }) => severity === 'error')
        .map(findingText),
  });
}
