// What a cluster needs once, whatever runs there, such as the class of its load balancers: a chart of its own.
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Cluster } from '../model/cluster';
import { ENTRY, type Placement } from '../model/entries';

const ID = 'cluster';

/** The objects of one cluster. */
export class ClusterObjects extends Chart {
  /** Creates them below `scope` where the provider has any and they are not there yet. */
  static ensure(scope: Construct, cluster: Cluster, home: boolean): void {
    const { clusterObjects = [] } = cluster.provider;
    if (clusterObjects.length > 0 && scope.node.tryFindChild(ID) === undefined) {
      new ClusterObjects(scope, cluster, home);
    }
  }

  private constructor(scope: Construct, cluster: Cluster, home: boolean) {
    super(scope, ID, { disableResourceNameHashes: true, labels: { 'app.kubernetes.io/managed-by': 'evenkeel' } });
    const placement: Placement = { cluster: cluster.name, home, system: ID, environment: '' };
    this.node.addMetadata(ENTRY.placement, placement);
    for (const { name, apiVersion, kind, spec } of cluster.provider.clusterObjects ?? []) {
      new ApiObject(this, kind, { apiVersion, kind, metadata: { name }, spec });
    }
  }
}
