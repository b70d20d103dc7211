// Objects that follow from the others, such as a quota: worked out when all others of their namespace are final.

import type { Finding } from '../../model/finding/finding';
import { isJsonObject, type Json } from '../../model/manifest/json';
import { type Derivation, ENTRY, type EntryData } from '../../model/platform/entries';
import { deployerFile, type Placed } from '../text/layout';
import type { Rendered } from './render';

/**
 * Places every object, those that follow from others last, and gives them back in the order in which they came. What cannot follow
 * is added to `findings`.
 */
export function placeAll(
  rendered: readonly Rendered[],
  place: (object: Rendered) => Placed,
  findings: Finding[],
): Placed[] {
  const placed = new Map<Rendered, Placed>();
  const members = new Map<string, Placed[]>();
  const files = new Map<string, Placed[]>();
  const derived: [Rendered, Derivation][] = [];
  for (const object of rendered) {
    const derivation = derivationOf(object);
    if (derivation !== undefined) {
      derived.push([object, derivation]);
      continue;
    }
    const made = place(object);
    placed.set(object, made);
    add(members, namespaceOf(object, made.entry.manifest), made);
    add(files, made.file, made);
  }
  for (const [object, derivation] of derived) {
    const others = members.get(namespaceOf(object, object.manifest)) ?? [];
    const manifest = derivation(object.manifest, {
      others: others.map(({ entry }) => entry.manifest),
      deployed: (files.get(deployerFile(object.placement)) ?? []).map(({ entry }) => entry.manifest),
      refuse: (problem) => findings.push(withOrigin(problem, object)),
    });
    placed.set(object, place({ ...object, manifest }));
  }
  return rendered.flatMap((object) => placed.get(object) ?? []);
}

function add(map: Map<string, Placed[]>, key: string, object: Placed): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [object]);
  else known.push(object);
}

function withOrigin(problem: Omit<Finding, 'construct' | 'source'>, { origin }: Rendered): Finding {
  const source = origin.source();
  return { ...problem, construct: origin.construct, ...(source === undefined ? {} : { source }) };
}

function derivationOf({ construct }: Rendered): EntryData[typeof ENTRY.derivation] | undefined {
  return construct.node.metadata.find(({ type }) => type === ENTRY.derivation)?.data;
}

function namespaceOf({ placement }: Rendered, { metadata }: Readonly<Record<string, Json>>): string {
  const namespace = isJsonObject(metadata) ? metadata.namespace : undefined;
  return `${placement.cluster}\n${typeof namespace === 'string' ? namespace : ''}`;
}
