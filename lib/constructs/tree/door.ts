// The door of a construct: the user's input is checked once, and what is refused is replaced, so that other mistakes are still found.

import type { IConstruct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import { accept } from '../../model/finding/input';
import type { Schema } from '../../model/finding/schema';
import { captureTrace } from '../../model/manifest/origin';
import { ENTRY, hasEntry, setEntry } from '../../model/platform/entries';
import { report } from './findings';

/** Accepts the input of `construct`: every problem is reported at the user's line, and the construct then counts as refused. */
export function receive<Input extends object>(
  construct: IConstruct,
  field: string,
  schema: Schema,
  input: Input,
  standIns: Partial<Input>,
): Input {
  const accepted = accept(field, schema, input, standIns);
  if (accepted.input === input) return input;
  const trace = captureTrace();
  for (const problem of accepted.problems) report(construct, findingOf('input', problem), trace);
  refuse(construct);
  return accepted.input;
}

/** Marks a construct whose input was refused. */
export function refuse(construct: IConstruct): void {
  setEntry(construct, ENTRY.refused, true);
}

/** Whether the input of a construct, or of one above or below it, was refused. */
export function isRefused(construct: IConstruct): boolean {
  return construct.node.scopes.some(hasRefusal) || construct.node.children.some(isRefusedWithin);
}

const isRefusedWithin = (construct: IConstruct): boolean =>
  hasRefusal(construct) || construct.node.children.some(isRefusedWithin);

const hasRefusal = (construct: IConstruct): boolean => hasEntry(construct, ENTRY.refused);
