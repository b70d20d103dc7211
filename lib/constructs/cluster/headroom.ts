// Headroom: idle pods hold room on nodes, and give way to other pods until the next node is ready.

import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import type { Headroom, NodePool } from '../../model/cluster/pool';
import { poolLabels, poolTolerations } from '../../model/cluster/pool-labels';
import { findingOf } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import type { Trace } from '../../model/manifest/origin';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { ZONE } from '../../model/manifest/well-known';
import { HEADROOM_PRIORITY } from '../../model/nodes/headroom';
import { type Destination, ENTRY, setEntry } from '../../model/platform/entries';
import { createDefaultDeny } from '../network/policy';
import { checkNodeFitLater } from '../nodes/node-fit';
import { containerSecurity, podSecurity } from '../pod/security';
import { createNamespace } from '../system/namespace';
import { createQuota } from '../system/quota';
import { FinalChart } from '../tree/final-chart';
import { report } from '../tree/findings';
import { createObject, type DeploymentSpec, type PodSpec } from '../tree/kinds';
import { selectorLabels, systemLabels } from '../tree/labels';

const NAME = 'headroom';
const PAUSE = 'registry.k8s.io/pause:3.10';

/** A pool with headroom. */
type PoolWithHeadroom = NodePool & { readonly headroom: Headroom };

/** The headroom of one cluster, in its own namespace: a Deployment for each pool with headroom. */
export class ClusterHeadroom extends FinalChart {
  /** Creates it below `scope` where a pool has headroom and it does not exist yet. */
  static ensure(scope: Construct, cluster: Cluster, home: boolean, trace: Trace): void {
    const pools = cluster.nodePools.filter((pool): pool is PoolWithHeadroom => pool.headroom !== undefined);
    if (pools.length === 0 || scope.node.tryFindChild(NAME) !== undefined) return;
    new ClusterHeadroom(scope, cluster, pools, home, trace);
  }

  private constructor(
    scope: Construct,
    cluster: Cluster,
    pools: readonly PoolWithHeadroom[],
    home: boolean,
    trace: Trace,
  ) {
    super(scope, NAME, { namespace: NAME, disableResourceNameHashes: true, labels: systemLabels(NAME) });
    const destination: Destination = { cluster: cluster.name, home, system: NAME, environment: '', api: cluster };
    setEntry(this, ENTRY.destination, destination);
    setEntry(this, ENTRY.trace, trace);
    createNamespace(this, NAME, cluster, undefined);
    createObject(
      this,
      'priority',
      'PriorityClass',
      { name: NAME },
      {
        value: HEADROOM_PRIORITY,
        preemptionPolicy: 'Never',
        description: 'Holds room on nodes and gives way to every other pod',
      },
    );
    createQuota(this, NAME, cluster, []);
    createDefaultDeny(this);
    for (const pool of pools) this.hold(cluster, pool, trace);
  }

  private hold(cluster: Cluster, pool: PoolWithHeadroom, trace: Trace): void {
    const { nodePools, provider } = cluster;
    const name = nodePools.length === 1 ? NAME : `${NAME}-${pool.name}`;
    const labels = selectorLabels(name);
    const deployment = createObject(
      this,
      name,
      'Deployment',
      { name, labels },
      { spec: render(labels, cluster, pool) },
    );
    // no system's deployer may write here
    setEntry(deployment, ENTRY.platformOwned, true);
    checkNodeFitLater(this, { ...cluster, nodePools: [pool] }, () => pool.headroom);
    if (nodePools.length === 1) return;
    const chosen = poolLabels(provider, pool, nodePools);
    if (isProblem(chosen)) report(this, findingOf('headroom-pool', chosen), trace);
  }
}

/**
 * All pods may be unavailable at once, so that an eviction raises no alarm and a changed size needs no further node. They stop
 * without a grace period, so that evicting them takes no time.
 */
function render(labels: Readonly<Record<string, string>>, cluster: Cluster, pool: PoolWithHeadroom): DeploymentSpec {
  return {
    replicas: pool.headroom.pods,
    selector: { matchLabels: labels },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } },
    template: { metadata: { labels }, spec: renderPod(cluster, pool, labels) },
  };
}

function renderPod(cluster: Cluster, pool: PoolWithHeadroom, labels: Readonly<Record<string, string>>): PodSpec {
  const { headroom } = pool;
  const chosen = cluster.nodePools.length === 1 ? undefined : poolLabels(cluster.provider, pool, cluster.nodePools);
  const tolerations = poolTolerations(pool);
  const memory = canonicalQuantity(headroom.memory);
  const zones = {
    topologyKey: ZONE,
    maxSkew: 1,
    whenUnsatisfiable: 'DoNotSchedule',
    nodeTaintsPolicy: 'Honor',
    labelSelector: { matchLabels: labels },
  };
  return {
    priorityClassName: NAME,
    enableServiceLinks: false,
    ...podSecurity({}),
    terminationGracePeriodSeconds: 0,
    ...(chosen === undefined || isProblem(chosen) ? {} : { nodeSelector: chosen }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(cluster.zones.length === 0 ? {} : { topologySpreadConstraints: [zones] }),
    containers: [
      {
        name: 'pause',
        image: headroom.image ?? PAUSE,
        // the image never changes, and must not wait for a registry
        imagePullPolicy: 'IfNotPresent',
        resources: { requests: { cpu: canonicalQuantity(headroom.cpu), memory }, limits: { memory } },
        ...containerSecurity({}),
      },
    ],
  };
}
