// Files that several systems would share, or whose names cannot be listed: each file is of one system in one environment.

import { type Finding, findingAt } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import type { Destination } from '../../model/platform/entries';
import { isOwnable } from '../output/inventory';
import { clusterFile } from './file-names';

/** An object with its file. */
interface InFile {
  readonly entry: ApiEntry;
  readonly destination: Destination;
  readonly file: string;
}

/** One finding for each pair of systems with the same file, and for each name that no file can have. */
export function findFileProblems(objects: readonly InFile[]): Finding[] {
  const findings = new Map<string, Finding>();
  const owners = new Map<string, Destination>();
  for (const { file, destination, entry } of objects) {
    const owner = owners.get(file) ?? destination;
    owners.set(file, owner);
    const report = (key: string, finding: Finding) =>
      findings.has(key) || findings.set(key, findingAt(entry.origin, finding));
    if (!isOwnable(file)) report(JSON.stringify(destination), unlistable(destination));
    else if (nameOf(owner) !== nameOf(destination) && file !== clusterFile(destination))
      report(JSON.stringify([owner, destination]), shared(file, owner, destination));
  }
  return [...findings.values()];
}

const nameOf = ({ system, environment }: Destination): string =>
  environment === '' ? system : `${system} in ${environment}`;

function unlistable(destination: Destination): Finding {
  return {
    rule: 'file-name',
    severity: 'error',
    field: 'name',
    value: destination.system,
    message: 'the name of a system is a part of the name of its file, and this one cannot be',
    expected: 'lower-case letters, digits and "-"',
  };
}

function shared(file: string, owner: Destination, destination: Destination): Finding {
  return {
    rule: 'file-name',
    severity: 'error',
    field: 'name',
    value: destination.system,
    message: `${nameOf(owner)} and ${nameOf(destination)} have the same file, ${file}`,
    expected: 'a name of one of them with which their files differ',
  };
}
