// Objects that follow from the others, such as a quota: worked out when all others of their namespace are final.
import { type Derivation, ENTRY, type EntryData } from '../model/entries';
import { isJsonObject, type Json, type JsonObject } from '../model/json';
import type { Placed } from './layout';
import type { Rendered } from './render';

/** Places every object, those that follow from others last, and gives them back in the order in which they came. */
export function placeAll(rendered: readonly Rendered[], place: (object: Rendered) => Placed): Placed[] {
  const placed = new Map<Rendered, Placed>();
  const members = new Map<string, JsonObject[]>();
  const derived: [Rendered, Derivation][] = [];
  for (const object of rendered) {
    const derivation = derivationOf(object);
    if (derivation !== undefined) {
      derived.push([object, derivation]);
      continue;
    }
    const made = place(object);
    placed.set(object, made);
    const key = namespaceOf(object, made.entry.manifest);
    const known = members.get(key);
    if (known === undefined) members.set(key, [made.entry.manifest]);
    else known.push(made.entry.manifest);
  }
  for (const [object, derivation] of derived) {
    const others = members.get(namespaceOf(object, object.manifest)) ?? [];
    placed.set(object, place({ ...object, manifest: derivation(object.manifest, others) }));
  }
  return rendered.flatMap((object) => placed.get(object) ?? []);
}

function derivationOf({ construct }: Rendered): EntryData[typeof ENTRY.derivation] | undefined {
  return construct.node.metadata.find(({ type }) => type === ENTRY.derivation)?.data;
}

function namespaceOf({ placement }: Rendered, { metadata }: Readonly<Record<string, Json>>): string {
  const namespace = isJsonObject(metadata) ? metadata.namespace : undefined;
  return `${placement.cluster}\n${typeof namespace === 'string' ? namespace : ''}`;
}
