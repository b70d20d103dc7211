// Names of files. They depend on nothing but cluster, system and environment, and kubectl applies them in their order.
import type { Destination } from '../../model/platform/entries';

/** Path of the file of what has no namespace. */
export function clusterFile(destination: Destination): string {
  return `${folderOf(destination)}00-cluster.yaml`;
}

/** Path of the file of what belongs to the platform team in the namespace of a system. */
export function platformFile(destination: Destination): string {
  return phaseFile('05', destination);
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
