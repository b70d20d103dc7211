// Remembers the caller: the stack is captured cheaply here and turned into the user's line only when a finding needs it.

import type { IConstruct } from 'constructs';
import { captureTrace, type Trace } from '../../model/manifest/origin';

import { ENTRY, entriesOf, setEntry } from '../../model/platform/entries';

/** The call stack that created `construct`, or that of the nearest construct above it that has one. */
export function traceOf(construct: IConstruct): Trace {
  for (const scope of construct.node.scopes.toReversed()) {
    const [trace] = entriesOf(scope, ENTRY.trace);
    if (trace !== undefined) return trace;
  }
  return {};
}

/** Remembers the current call stack as the trace of `construct` and of everything below it without one. */
export function traceConstruct(construct: IConstruct): void {
  setEntry(construct, ENTRY.trace, captureTrace());
}
