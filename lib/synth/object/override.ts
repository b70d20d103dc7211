// Step 4, override: the user's changes to the final JSON. Objects that follow from others are left for step 5.

import type { Finding } from '../../model/finding/finding';
import { type Completion, ENTRY, entriesOf } from '../../model/platform/entries';
import { type FinalObject, finish } from './final';
import type { Rendered } from './render';

/** An object that is final, or one that is completed from the final ones. */
export type Overridden =
  | { readonly final: FinalObject }
  | { readonly rendered: Rendered; readonly complete: Completion };

/** Applies the overrides of every object that does not follow from others. Keeps the order. */
export function override(objects: readonly Rendered[]): {
  readonly objects: readonly Overridden[];
  readonly findings: readonly Finding[];
} {
  const findings: Finding[] = [];
  const overridden = objects.map((rendered): Overridden => {
    const [complete] = entriesOf(rendered.construct, ENTRY.completion);
    if (complete !== undefined) return { rendered, complete };
    const finished = finish(rendered);
    findings.push(...finished.findings);
    return { final: finished.object };
  });
  return { objects: overridden, findings };
}
