// Step 6, lay out: the objects as files, a map from path to text.

import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import { groupBy } from '../../model/manifest/group-by';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import type { Destination } from '../../model/platform/entries';
import { type Files, isOwnable, renderInventory } from '../output/inventory';
import type { Clock } from '../tree/clock';
import { findCorruption } from './corruption';
import { DIVIDER, stringifyDocument } from './yaml';

/** An object with its file. */
interface InFile {
  readonly entry: ApiEntry;
  readonly destination: Destination;
  /** Path of the file. */
  readonly file: string;
}

/** The files, and findings about their text. */
export interface Layout {
  readonly files: Files;
  readonly findings: readonly Finding[];
}

/** Lays the ordered objects out in files, with the inventory that lists them all. */
export function layOut(objects: readonly InFile[], clock: Clock): Layout {
  const files = new Map<string, string>();
  const inventory = new Map<string, string[]>();
  const findings: Finding[] = [];
  const byFile = groupBy(objects, ({ file }) => file);
  for (const path of [...byFile.keys()].sort()) {
    const members = byFile.get(path) ?? [];
    const documents = clock.measure(members[0]?.destination, () => members.map(({ entry }) => documentOf(entry)));
    files.set(path, documents.map(({ text }) => text).join(DIVIDER));
    findings.push(...documents.flatMap((document) => document.findings));
    // What cannot be listed is a finding of its own, with which nothing is written.
    const listed = members.map(({ entry }) => describeIdentity(entry.identity).replaceAll(/[\r\n]/g, ' '));
    if (isOwnable(path)) inventory.set(path, listed);
  }
  files.set('inventory.txt', renderInventory(inventory));
  return { files, findings };
}

/** The object's document, with a finding for each part that has no form in YAML. */
function documentOf(entry: ApiEntry): {
  readonly text: string;
  readonly findings: readonly Finding[];
} {
  let loses = false;
  const text = stringifyDocument(entry.manifest, () => {
    loses = true;
  });
  const problems = loses ? findCorruption(entry.manifest) : [];
  return { text, findings: problems.map((problem) => findingOn(entry, findingOf('yaml-corruption', problem))) };
}
