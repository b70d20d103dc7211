// Remembers who called: the stack is captured cheaply here and turned into the user's line only when a finding needs it.
import type { IConstruct } from 'constructs';
import { ENTRY, type Trace } from '../../model/platform/entries';

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
  for (const { node } of construct.node.scopes.toReversed()) {
    const entry = node.metadata.find(({ type }) => type === ENTRY.trace);
    if (entry !== undefined) return entry.data;
  }
  return {};
}

/** Remembers the current call stack as the origin of `construct` and of everything below it that has none of its own. */
export function traceConstruct(construct: IConstruct): void {
  construct.node.addMetadata(ENTRY.trace, captureTrace());
}
