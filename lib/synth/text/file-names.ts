// Names of files. They depend only on cluster, system and environment, and kubectl applies files in the order of their names.
import type { Destination } from '../../model/platform/entries';

/** Path of the file of cluster-scoped objects. */
export function clusterFile(destination: Destination): string {
  return `${folderOf(destination)}00-cluster.yaml`;
}

/** Path of the file of the platform team's objects in the namespace of a system. */
export function platformFile(destination: Destination): string {
  return phaseFile('05', destination);
}

/** Path of the file that the deployer of a system applies first, and waits for: its migrations, and what they need. */
export function migrationFile(destination: Destination): string {
  return phaseFile('07', destination);
}

/** Path of the file that the deployer of a system applies. */
export function deployerFile(destination: Destination): string {
  return phaseFile('10', destination);
}

function phaseFile(phase: string, destination: Destination): string {
  const { system, environment } = destination;
  return `${folderOf(destination)}${phase}-${[system, environment].filter((part) => part !== '').join('-')}.yaml`;
}

function folderOf({ home, cluster }: Destination): string {
  return home ? '' : `clusters/${cluster}/`;
}
