// Step 5, files: a pure value, path → text. Names depend on nothing but system, environment and cluster.
import type { IConstruct } from 'constructs';
import type { Finding } from '../../model/finding/finding';
import { isPlatformOwned } from '../../model/manifest/kind-lookup';
import { type ApiEntry, describeIdentity, type Identity } from '../../model/manifest/object';
import type { Placement } from '../../model/platform/entries';
import type { Clock } from '../clock';
import { type Files, renderInventory } from '../output/inventory';
import { findCorruption } from './corruption';
import { DIVIDER, stringifyDocument } from './yaml';

/** An object and where it goes. */
export interface Placed {
  readonly entry: ApiEntry;
  readonly placement: Placement;
  /** Whether the object has no namespace. */
  readonly clusterScoped: boolean;
  readonly construct: IConstruct;
  /** Path of its file. */
  readonly file: string;
}

/** Path of the file that an object belongs to. `platformOwned` where it is the platform team's although its kind is not. */
export function fileOf(
  { group, kind }: Identity,
  placement: Placement,
  clusterScoped: boolean,
  platformOwned: boolean,
): string {
  if (clusterScoped) return `${folderOf(placement)}00-cluster.yaml`;
  return platformOwned || isPlatformOwned(group, kind) ? phaseFile('05', placement) : deployerFile(placement);
}

/** Path of the file that the deployer of a system applies. */
export function deployerFile(placement: Placement): string {
  return phaseFile('10', placement);
}

function phaseFile(phase: string, placement: Placement): string {
  const { system, environment } = placement;
  return `${folderOf(placement)}${phase}-${[system, environment].filter((part) => part !== '').join('-')}.yaml`;
}

function folderOf({ home, cluster }: Placement): string {
  return home ? '' : `clusters/${cluster}/`;
}

/** The files, and what is wrong with their text. */
export interface Layout {
  readonly files: Files;
  readonly findings: readonly Finding[];
}

/** Lays the ordered objects out in files, with the inventory that names them all. */
export function layOut(objects: readonly Placed[], clock: Clock): Layout {
  const byFile = new Map<string, Placed[]>();
  for (const object of objects) {
    const members = byFile.get(object.file);
    if (members === undefined) byFile.set(object.file, [object]);
    else members.push(object);
  }
  const files = new Map<string, string>();
  const inventory = new Map<string, string[]>();
  const findings: Finding[] = [];
  for (const path of [...byFile.keys()].sort()) {
    const members = byFile.get(path) ?? [];
    const write = () => members.map(({ entry }) => writeDocument(entry, findings)).join(DIVIDER);
    files.set(path, clock.measure(members[0]?.placement, write));
    inventory.set(
      path,
      members.map(({ entry }) => describeIdentity(entry.identity)),
    );
  }
  files.set('inventory.txt', renderInventory(inventory));
  return { files, findings };
}

/** The object's document. Some text comes out of the library so that it is read back as other text: that is refused. */
function writeDocument(entry: ApiEntry, findings: Finding[]): string {
  let doubtful = false;
  const text = stringifyDocument(entry.manifest, () => {
    doubtful = true;
  });
  const field = doubtful ? findCorruption(entry.manifest, text) : undefined;
  if (field === undefined) return text;
  const source = entry.origin.source();
  findings.push({
    rule: 'yaml-corruption',
    severity: 'error',
    construct: entry.origin.construct,
    object: describeIdentity(entry.identity),
    field,
    message: 'YAML as cdk8s writes it would be read back as another value',
    expected: 'text without control characters, and without lines that consist of blanks',
    ...(source === undefined ? {} : { source }),
  });
  return text;
}
