// From a construct tree to files: collect → order → render → override → derive → lay out → verify. Nothing is written here.

import type { IConstruct } from 'constructs';
import { type Finding, hasError, sortFindings } from '../model/finding/finding';
import type { ApiEntry } from '../model/manifest/object';
import { isWithin } from '../model/manifest/origin';
import { derive } from './object/derive';
import type { FinalObject } from './object/final';
import { override } from './object/override';
import { render } from './object/render';
import { verify } from './object/verify';
import type { Files } from './output/inventory';
import { findFileProblems } from './text/file-problems';
import { layOut } from './text/layout';
import { Clock } from './tree/clock';
import { collect } from './tree/collect';
import { findCrossings } from './tree/crossing';
import { order } from './tree/order';

/** The result of a synthesis. */
export interface Synthesis {
  /** All files; empty when a finding is an error. */
  readonly files: Files;
  /** All findings. With an error among them there are no files. */
  readonly findings: readonly Finding[];
  /** Every object with its file, also when there are errors. */
  readonly objects: readonly FinalObject[];
  /** The same objects as checks and analyses read them: one list, so that values memoized for it are computed once. */
  readonly entries: readonly ApiEntry[];
  /** Where the time went, by chart. */
  readonly clock: Clock;
}

/** Finds problems of the final objects. */
export type Check = (entries: readonly ApiEntry[]) => readonly Finding[];

export interface SynthesisOptions {
  /** Whether to run step 7. A build that is only compared with another leaves it out. @default true */
  readonly verifies?: boolean;
}

/**
 * Synthesizes the tree below `root`, in time linear in its size (n log n for the order).
 * Problems are findings: nothing is thrown for what a user wrote.
 */
export function synthesize(root: IConstruct, check: Check, { verifies = true }: SynthesisOptions = {}): Synthesis {
  const clock = new Clock();
  const tree = collect(root, clock);
  const ordered = order(root, tree);
  const rendered = render(root, ordered.objects, clock);
  const overridden = override(rendered.objects);
  const derived = derive(overridden.objects);
  const laidOut = layOut(derived.objects, clock);
  const entries = derived.objects.map(({ entry }) => entry);
  const found = [
    ...[ordered, overridden, derived].flatMap(({ findings }) => findings),
    ...check(entries),
    ...findCrossings(tree.dependencies, derived.objects),
    ...findFileProblems(derived.objects),
    ...laidOut.findings,
  ];
  const isBelow = (construct: string) => tree.refused.some((path) => isWithin(construct, path));
  const unresolved = rendered.findings.filter(({ construct = '' }) => !isBelow(construct));
  const isFollowUp = ({ construct = '', field = '' }: Finding) =>
    isBelow(construct) ||
    unresolved.some((lost) => lost.construct === construct && lost.field !== undefined && isWithin(field, lost.field));
  const beforeVerify = [...tree.findings, ...unresolved, ...found.filter((finding) => !isFollowUp(finding))];
  const findings = sortFindings(
    verifies ? [...beforeVerify, ...verify(tree.verifications, entries, beforeVerify)] : beforeVerify,
  );
  const files = hasError(findings) ? new Map<string, string>() : laidOut.files;
  return { files, findings, objects: derived.objects, entries, clock };
}
