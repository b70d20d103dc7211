// Remembers the caller: the stack is captured cheaply here and turned into the user's line only when a finding needs it.

import type { IConstruct } from 'constructs';
import { captureTrace, type Trace } from '../../model/manifest/origin';

import { ENTRY, ownTrace, setEntry } from '../../model/platform/entries';

/** The call stack that created `construct`, or that of the nearest construct above it that has one. */
export function traceOf(construct: IConstruct): Trace {
  for (const scope of construct.node.scopes.toReversed()) {
    const trace = ownTrace(scope);
    if (trace !== undefined) return trace;
  }
  return {};
}

/** Remembers the current call stack as the trace of `construct` and of everything below it without one. */
export function traceConstruct(construct: IConstruct): void {
  setEntry(construct, ENTRY.trace, captureTrace());
}

/**
 * Remembers the call stack of every child that `construct` gets from now on: a plain cdk8s construct does not say where it comes
 * from. Where constructs lacks the hook, findings about such a child have the line of `construct`.
 */
export function traceChildren(construct: IConstruct): void {
  const { node } = construct;
  const add: unknown = Reflect.get(node, 'addChild');
  if (typeof add !== 'function') return;
  const traces = new Map<object, Trace>();
  setEntry(construct, ENTRY.childTraces, traces);
  Reflect.set(node, 'addChild', (child: IConstruct, name: string) => {
    traces.set(child, captureTrace());
    return add.call(node, child, name);
  });
}
