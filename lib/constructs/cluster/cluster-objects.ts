// Objects that a cluster needs once: load balancer classes, storage classes, the roles in use, its sysadmins, and its admission policy.

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { type Cluster, subjectsOn } from '../../model/cluster/cluster';
import type { VolumeSource } from '../../model/cluster/provider';
import { ANNOTATION } from '../../model/manifest/annotations';
import { type Destination, ENTRY, setEntry } from '../../model/platform/entries';
import type { Environment } from '../../model/platform/environment';
import { COMMON_ROLES, type CommonRole, clusterRoleName, RIGHTS } from '../../model/platform/roles';
import { writtenClasses } from '../../model/pods/priority';
import { FinalChart } from '../tree/final-chart';
import { createObject } from '../tree/kinds';
import { systemLabels } from '../tree/labels';
import { createAdmissionPolicy, hasAdmissionPolicies } from './admission-policy';

const ID = 'cluster';

/** A storage class. */
export interface StorageClass extends VolumeSource {
  readonly name: string;
  /** Whether the disk stays when its claim is deleted. */
  readonly kept: boolean;
}

/** The objects of one cluster. */
export class ClusterObjects extends FinalChart {
  /** Creates below `scope` what the provider, the cluster and the roles of the environment need and do not have yet. */
  static ensure(scope: Construct, cluster: Cluster, environment: Environment, home: boolean): void {
    const given = new Set(Object.values(environment.access ?? {}));
    const roles = COMMON_ROLES.filter((role) => given.has(role));
    const { clusterObjects = [] } = cluster.provider;
    const classes = writtenClasses(cluster.priorityClasses);
    const needed = clusterObjects.length + cluster.sysadmins.length + roles.length + classes.length;
    if (needed === 0 && !hasAdmissionPolicies(cluster)) return;
    const chart = ClusterObjects.chartOf(scope, cluster, home);
    for (const role of roles) ensureRole(chart, role);
  }

  /** Creates a storage class that does not exist yet. */
  static ensureStorage(scope: Construct, cluster: Cluster, home: boolean, storage: StorageClass): void {
    const chart = ClusterObjects.chartOf(scope, cluster, home);
    const { name, provisioner, parameters, kept } = storage;
    if (chart.node.tryFindChild(name) !== undefined) return;
    createObject(
      chart,
      name,
      'StorageClass',
      { name },
      {
        provisioner,
        parameters,
        reclaimPolicy: kept ? 'Retain' : 'Delete',
        // a disk in a zone without a node for its pod would be useless
        volumeBindingMode: 'WaitForFirstConsumer',
        allowVolumeExpansion: true,
      },
    );
  }

  private static chartOf(scope: Construct, cluster: Cluster, home: boolean): Construct {
    const existing = scope.node.tryFindChild(ID);
    return existing instanceof Construct ? existing : new ClusterObjects(scope, cluster, home);
  }

  private constructor(scope: Construct, cluster: Cluster, home: boolean) {
    super(scope, ID, { disableResourceNameHashes: true, labels: systemLabels(ID) });
    const destination: Destination = { cluster: cluster.name, home, system: ID, environment: '', api: cluster };
    setEntry(this, ENTRY.destination, destination);
    for (const { name, apiVersion, kind, spec } of cluster.provider.clusterObjects ?? []) {
      new ApiObject(this, kind, { apiVersion, kind, metadata: { name }, spec });
    }
    for (const [className, value] of writtenClasses(cluster.priorityClasses)) {
      createObject(this, `priority-${className}`, 'PriorityClass', { name: className }, { value });
    }
    this.bindSysadmins(cluster);
    if (hasAdmissionPolicies(cluster)) createAdmissionPolicy(this);
  }

  /**
   * Binds to the built-in role: a sysadmin needs all kinds, future ones too, and our own role would be the same wildcards under an
   * unknown name.
   */
  private bindSysadmins(cluster: Cluster): void {
    const subjects = subjectsOn(cluster, cluster.sysadmins);
    if (subjects.length === 0) return;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    const annotations = { [ANNOTATION.accessReason]: "the cluster's sysadmins, as the platform file names them" };
    const metadata = { name: 'evenkeel-sysadmin', annotations };
    createObject(this, 'sysadmin', 'ClusterRoleBinding', metadata, { roleRef, subjects });
  }
}

function ensureRole(chart: Construct, role: CommonRole): void {
  if (chart.node.tryFindChild(role) !== undefined) return;
  const rules = RIGHTS[role].map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs }));
  createObject(chart, role, 'ClusterRole', { name: clusterRoleName(role) }, { rules });
}
