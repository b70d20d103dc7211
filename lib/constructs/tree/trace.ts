// Remembers who called: the stack is captured cheaply here and turned into the user's line only when a finding needs it.

import type { IConstruct } from 'constructs';
import type { Trace } from '../../model/manifest/origin';

import { ENTRY, entriesOf, setEntry } from '../../model/platform/entries';

const FRAMES = 30;

/** The call stack of here and now. Its text is made by the engine on first reading. */
export function captureTrace(): Trace {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  const trace: Trace = {};
  Error.captureStackTrace(trace, captureTrace);
  Error.stackTraceLimit = limit;
  return trace;
}

/** The call stack of whoever created `construct`, or the nearest construct above it that has one. */
export function traceOf(construct: IConstruct): Trace {
  for (const scope of construct.node.scopes.toReversed()) {
    const [trace] = entriesOf(scope, ENTRY.trace);
    if (trace !== undefined) return trace;
  }
  return {};
}

/** Remembers the current call stack as the origin of `construct` and of everything below it that has none of its own. */
export function traceConstruct(construct: IConstruct): void {
  setEntry(construct, ENTRY.trace, captureTrace());
}
