// A component with one pod on every node, such as a collector of metrics: a DaemonSet.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { NodePool } from '../../model/cluster/pool';
import { boundsByZone } from '../../model/cluster/pool-bounds';
import { poolLabels, poolTolerations } from '../../model/cluster/pool-labels';
import { type NodeToleration, TOLERATION } from '../../model/cluster/tolerations';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { checked, either, fields, list, number, optional, text } from '../../model/finding/schema';
import { NODE_OS } from '../../model/manifest/well-known';
import { POD_BOUND, type PodBound } from '../../model/pods/replacement';
import type { ClientNumbers, Connectable, ConnectOptions, Limited } from '../network/connection';
import {
  findAccessProblems,
  NODE_ACCESS,
  type NodeAccess,
  nodeAccessNotes,
  withNodeAccess,
} from '../nodes/node-access';
import { fits } from '../nodes/node-fit';
import type { Probes } from '../pod/probes';
import { checkLater, report } from '../tree/findings';
import { createObject, type DaemonSetSpec, type PodSpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { Component } from './component';
import { COMPONENT_STAND_INS } from './component-props';
import type { Raw } from './neighbour';
import { LONG_RUNNING, type LongRunningProps } from './stateless';

/** How a release replaces the pods: each after it has stopped, or beside the old one. */
type AgentUpdate =
  /** Nodes that may be without a running pod at once. */
  | { readonly maxUnavailable: PodBound }
  /** Nodes on which the new pod may run beside the old one: no node is without, but each needs room for two. */
  | { readonly maxSurge: PodBound };

/** Required and optional properties of a component on every node. No client is admitted to its `port`. */
export interface NodeAgentProps extends Omit<LongRunningProps, 'availability' | 'survives'> {
  /** How a release replaces its pods. @default one node at a time is without: { maxUnavailable: 1 } */
  readonly update?: AgentUpdate;
  /** Names of the cluster's node pools that it runs on. @default every node whose taints it tolerates */
  readonly pools?: readonly string[];
  /** Tolerations besides those of the taints of its pools. @default none */
  readonly tolerations?: readonly NodeToleration[];
  /**
   * What it sees of the node itself. Only a System that is `privileged` may have it.
   * @default nothing
   * @example node: { folders: { '/host/root': '/' }, network: true, because: 'reads how full the disks are' }
   */
  readonly node?: NodeAccess;
  /** How long a new pod must stay ready before it counts, in seconds. @default 10 */
  readonly minReadySeconds?: number;
  /** Time from the stop signal until a pod is killed, in seconds. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
}

const { availability: _, survives: __, ...SHARED } = LONG_RUNNING;
const SECONDS = optional(number({ atLeast: 0, atMost: 86_400, whole: true }));

/** Above 0 and at most all nodes: the API server refuses another bound. */
const bound = (key: 'maxUnavailable' | 'maxSurge') =>
  checked<Readonly<Record<string, PodBound>>>(fields<Record<string, PodBound>>({ [key]: POD_BOUND }), (update) => {
    const value = update[key] ?? 0;
    const share = Number.parseFloat(`${value}`);
    if (share > 0 && (typeof value === 'number' || share <= 100)) return [];
    const message = share > 0 ? `${value} exceeds 100%` : `${key} cannot be 0: the rollout would never start`;
    return [{ field: key, value, message, expected: "1 or more, or a percentage from '1%' to '100%'" }];
  });

const NODE_AGENT = fields<NodeAgentProps>({
  ...SHARED,
  update: optional(either([bound('maxUnavailable'), bound('maxSurge')], '{ maxUnavailable: 1 } or { maxSurge: 1 }')),
  pools: optional(list(text('the name of a node pool'), "['general']")),
  tolerations: optional(list(TOLERATION, "[{ operator: 'Exists' }]")),
  node: optional(NODE_ACCESS),
  minReadySeconds: SECONDS,
  terminationGracePeriodSeconds: SECONDS,
});

const isLinux = ({ labels = {} }: NodePool): boolean => (labels[NODE_OS] ?? 'linux') === 'linux';

/**
 * A component with one pod on every node: a DaemonSet without a Service, and without a disruption budget, since a drain leaves its pods.
 *
 * It tolerates the taints of the cluster's pools, so that it runs on all of them; Kubernetes adds those of nodes in trouble. Folders,
 * network and processes of the node need `node`, in a System that is privileged: Pod Security *restricted* forbids them.
 *
 * @example new NodeAgent(this, 'collector', { resources, port: 9100, probes: { bootSeconds: 5, readiness: { path: '/' } } })
 * @throws when it is not inside a System
 */
export class NodeAgent extends Component<NodeAgentProps> {
  /** Its DaemonSet, for overrides. */
  readonly daemonSet: ApiObject;

  constructor(scope: Construct, id: string, props: NodeAgentProps) {
    const { port: _, ...standIns } = COMPONENT_STAND_INS;
    super(scope, id, props, NODE_AGENT, standIns);
    this.daemonSet = createObject(
      this,
      'daemon-set',
      'DaemonSet',
      {
        name: this.name,
        labels: selectorLabels(this.name),
        notes: () => ({ ...this.reasons, ...nodeAccessNotes(this.props.node) }),
      },
      { spec: () => this.renderSpec() },
    );
    const problems = () => [...this.poolProblems, ...findAccessProblems(this.props.node, this.system.isPrivileged)];
    checkLater(this, () => problems().map((problem) => findingOf('input', problem)));
    checkLater(this, () => this.fitProblems);
  }

  override connectTo(service: Connectable | Raw | 'traces', options?: ConnectOptions): this;
  override connectTo<Use extends object>(service: Limited<Use>, use: Use, options?: ConnectOptions): this;
  override connectTo<Use extends object>(
    service: Connectable | Raw | Limited<Use> | 'traces',
    second?: Use | ConnectOptions,
    third?: ConnectOptions,
  ): this {
    const { name } = this.system.target.cluster;
    if (typeof service === 'object' && 'join' in service && service.join !== undefined && !this.isCounted) {
      const message = `the account leaves it out: ${name} declares no node pools, so its number of pods is unknown`;
      report(
        this,
        findingOf('agent-pods', { field: 'connectTo', message, expected: `nodePools of ${name}` }, 'warning'),
      );
    }
    return super.connectTo(service as Limited<Use>, second as Use, third);
  }

  protected override get probes(): Probes {
    return this.props.probes;
  }

  /** The most nodes that its pools may have. */
  protected get numbers(): ClientNumbers {
    const { zones } = this.system.target.cluster;
    const bounds = this.pools.flatMap((pool) => boundsByZone(pool, zones));
    const maxReplicas = bounds.reduce((sum, { max }) => sum + max, 0);
    const { update } = this;
    if (!('maxSurge' in update)) return { maxReplicas, replacement: 'inPlace' };
    const { minReadySeconds = 10, terminationGracePeriodSeconds = 30 } = this.props;
    const fastestAvailableSeconds = Math.max(1, minReadySeconds);
    const replacement = { maxSurge: update.maxSurge, terminationGracePeriodSeconds, fastestAvailableSeconds };
    return { maxReplicas, replacement };
  }

  /** Without pools the number of nodes is unknown. */
  protected override get isCounted(): boolean {
    return this.system.target.cluster.nodePools.length > 0;
  }

  protected override get hasSeveralPods(): boolean {
    return true;
  }

  protected override get insteadOfVolume(): string {
    return 'scratch';
  }

  private get update(): AgentUpdate {
    return this.props.update ?? { maxUnavailable: 1 };
  }

  /** The pools that it runs on: those it names, or all with Linux. */
  private get pools(): readonly NodePool[] {
    const { nodePools } = this.system.target.cluster;
    const { pools } = this.props;
    return pools === undefined ? nodePools.filter(isLinux) : nodePools.filter(({ name }) => pools.includes(name));
  }

  private get poolProblems(): Problem[] {
    const { nodePools, name: cluster, provider } = this.system.target.cluster;
    const { pools } = this.props;
    if (pools === undefined) return [];
    if (pools.length === 0) {
      return [{ field: 'pools', message: 'it would run on no node', expected: 'one or more pools, or no pools' }];
    }
    const names = nodePools.map(({ name }) => name);
    const unknown = pools.filter((name) => !names.includes(name));
    const alike = this.pools.map((pool) => poolLabels(provider, pool, nodePools)).filter((one) => isProblem(one));
    return [
      ...unknown.map((name) => ({
        field: 'pools',
        value: name,
        message: `${cluster} has no pool ${name}${didYouMean(name, names)}`,
        expected: names.length === 0 ? `nodePools of ${cluster}` : `one of ${names.join(', ')}`,
      })),
      ...alike.map(({ message, expected }) => ({ field: 'pools', message, expected })),
    ];
  }

  /** Where no pool is large enough, the base says so. */
  private get fitProblems(): Finding[] {
    const { pools } = this;
    const { cpu, memory } = this.resources;
    const small = pools.filter((pool) => !fits([pool], { cpu, memory }));
    if (small.length === 0 || !fits(this.system.target.cluster.nodePools, { cpu, memory })) return [];
    const sizes = small.map((pool) => `${pool.name} (${pool.cpu} CPU, ${pool.memory})`).join(', ');
    return [
      findingOf('node-fit', {
        field: 'resources',
        value: { cpu, memory },
        message: `its pod does not fit on the nodes of ${sizes}`,
        expected: 'smaller requests, or pools: […] without them',
      }),
    ];
  }

  /** Which nodes it runs on, in addition to what else the pod says. */
  private get place(): Pick<PodSpec, 'affinity' | 'tolerations' | 'nodeSelector'> {
    const { nodePools, provider } = this.system.target.cluster;
    const tolerations = [...this.pools.flatMap(poolTolerations), ...(this.props.tolerations ?? [])];
    const distinct = [...new Map(tolerations.map((one) => [JSON.stringify(one), one])).values()];
    const tolerated = distinct.length === 0 ? {} : { tolerations: distinct };
    if (this.props.pools === undefined) {
      return { ...tolerated, ...(nodePools.every(isLinux) ? {} : { nodeSelector: { [NODE_OS]: 'linux' } }) };
    }
    const nodeSelectorTerms = this.pools.flatMap((pool) => {
      const labels = poolLabels(provider, pool, nodePools);
      if (isProblem(labels)) return []; // reported
      return {
        matchExpressions: Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
      };
    });
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    return { ...tolerated, affinity: { nodeAffinity } };
  }

  private renderSpec(): DaemonSetSpec {
    const { update } = this;
    const { minReadySeconds = 10, terminationGracePeriodSeconds = 30 } = this.props;
    const template = this.podTemplate({ preStopSeconds: 0, terminationGracePeriodSeconds });
    const pod = withNodeAccess(template, this.props.node);
    const { place } = this;
    const tolerations = [...(pod.spec.tolerations ?? []), ...(place.tolerations ?? [])];
    return {
      selector: { matchLabels: selectorLabels(this.name) },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0, ...update } },
      minReadySeconds,
      template: { ...pod, spec: { ...pod.spec, ...place, ...(tolerations.length === 0 ? {} : { tolerations }) } },
    };
  }
}
