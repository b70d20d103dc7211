// Disks of nodes: volumes that stay where they are, as those of one zone do.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import type { RealNode } from '../cluster/node';

export interface DiskProps {
  /** Names the folder and the volumes. */
  readonly name: string;
  /** Class that claims ask for. */
  readonly storageClass: string;
  /** Size of each, as a quantity. */
  readonly size: string;
  /** @default those that have a zone of their own */
  readonly nodes?: readonly RealNode[];
}

/** A disk of each node. They must be there before the claims: with none in sight, the scheduler would wait for the class' provisioner. */
export function disksOf({ run, nodes }: Cluster, { name, storageClass, size, ...props }: DiskProps): object[] {
  const { nodes: all = nodes.filter(({ zone }) => zone !== undefined) } = props;
  return all.map((node) => {
    const path = join(run.folder, name, node.name);
    mkdirSync(path, { recursive: true });
    const expression = { key: 'kubernetes.io/hostname', operator: 'In', values: [node.name] };
    const spec = {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: storageClass,
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
    };
    return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `${name}-${node.name}` }, spec };
  });
}

/** A disk of each node, and their class, which is made the default of claims. */
export const defaultDisksOf = (cluster: Cluster, props: DiskProps): object[] => [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: props.storageClass,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  ...disksOf(cluster, props),
];
