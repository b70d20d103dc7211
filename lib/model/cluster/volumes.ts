// Where a volume can be used, by the driver that makes it.

/** A volume stays on the node, or in the zone, of its first pod; or it is in two zones; or reachable from all of them. */
export type VolumeReach = 'node' | 'zone' | 'two zones' | 'anywhere';

type Parameters = Readonly<Record<string, unknown>>;

/** Source: Azure Disk CSI driver, docs/driver-parameters; a zone-redundant disk is named by its SKU. */
function azureDisk(parameters: Parameters): VolumeReach {
  const sku = Object.entries(parameters).find(([key]) => /^(sku(name)?|storageaccounttype)$/i.test(key))?.[1];
  return typeof sku === 'string' && /_ZRS$/i.test(sku) ? 'anywhere' : 'zone';
}

/** Source: Persistent Disk CSI driver, README; Google Cloud docs, regional-pd. */
const googleDisk = (parameters: Parameters): VolumeReach =>
  parameters['replication-type'] === 'regional-pd' ? 'two zones' : 'zone';

const DRIVERS: ReadonlyMap<string, VolumeReach | ((parameters: Parameters) => VolumeReach)> = new Map<
  string,
  VolumeReach | ((parameters: Parameters) => VolumeReach)
>([
  ['ebs.csi.aws.com', 'zone'],
  ['ebs.csi.eks.amazonaws.com', 'zone'],
  ['kubernetes.io/aws-ebs', 'zone'],
  ['pd.csi.storage.gke.io', googleDisk],
  ['kubernetes.io/gce-pd', googleDisk],
  ['disk.csi.azure.com', azureDisk],
  ['kubernetes.io/azure-disk', azureDisk],
  // file systems: EFS user guide, "regional"; Azure Files and NFS are mounted over the network
  ['efs.csi.aws.com', 'anywhere'],
  ['file.csi.azure.com', 'anywhere'],
  ['nfs.csi.k8s.io', 'anywhere'],
  // directories of a node: kubernetes.io, "Storage Classes", Local; k3s docs, storage; minikube docs, persistent_volumes
  ['kubernetes.io/no-provisioner', 'node'],
  ['rancher.io/local-path', 'node'],
  ['k8s.io/minikube-hostpath', 'node'],
]);

/** The reach of a class's volumes; `undefined` for a driver that is not known here. */
export function reachOf(provisioner: string, parameters: Parameters): VolumeReach | undefined {
  const known = DRIVERS.get(provisioner);
  return typeof known === 'function' ? known(parameters) : known;
}
