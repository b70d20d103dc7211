// The words of the platform file and of every answer: plain typed data, no cdk8s.

export { type CapacityPlan, deriveCapacity } from './capacity/capacity';
export type { CapacityInput } from './capacity/capacity-input';
export { deriveLoadTest, type LoadTestInput, type LoadTestPlan } from './capacity/load-test';
export type { Capability } from './cluster/capability';
export type { Cluster, ClusterDescription, ClusterProps, GroupId, Minor } from './cluster/cluster';
export type { ApiServer, NeighbourRole, Neighbours, Prometheus } from './cluster/neighbours';
export type { AddressRange, Subnets } from './cluster/network';
export type { Headroom, Machine, NodeBounds, NodePool, NodePrices, Taint } from './cluster/pool';
export type { AllowedDifference, Provider, Subject } from './cluster/provider';
export type { Exposed, Exposure, IngressShape } from './exposure/exposed';
export type { Bundle, Entry, ExistingGateway, GatewayApi } from './exposure/gateway-api';
export type { GatewayController } from './exposure/gateway-controller';
export type { IngressSource, PodSource } from './exposure/source';
export type { Derived, Outcome } from './finding/derivation';
export type { Finding, Severity } from './finding/finding';
export type { Problem } from './finding/problem';
export type { Json, JsonObject } from './manifest/json';
export type { ApiEntry, Identity } from './manifest/object';
export type { SourceLine } from './manifest/origin';

export { deriveHeadroom, type Growing, type HeadroomInput, type HeadroomPlan } from './nodes/headroom';
export { deriveProviderPlan } from './nodes/node-plan';
export {
  type DaemonPod,
  type PlannedWorkload,
  type PodsOverTime,
  type ProviderPlanInput,
  podsOverTime,
} from './nodes/node-plan-input';
export type { NodeCost, PoolPlan, ProviderPlan, Span } from './nodes/node-plan-types';

export type {
  Access,
  AccessChanges,
  Environment,
  EnvironmentProps,
  ExternalRegistry,
  Survives,
} from './platform/environment';
export type { ArgoProps, FluxAlerts, FluxProps, GitOpsProps, GitOpsSource } from './platform/gitops';
export type { Preview, PreviewData, Previews } from './platform/preview';
export type { Role } from './platform/roles';
export type { Images, Tags, Target } from './platform/target';
export { moveTraffic, TRAFFIC_STEPS, type TrafficShare, type TrafficStep } from './platform/traffic';
export type { Availability, AvailabilityOptions, Disruption } from './pods/availability';
export type { Replacement } from './pods/replacement';
export type { ScalingMetric, ScalingProps } from './pods/scaling';
export { type AksGateway, type AksProps, aks } from './providers/aks';
export type { AksPodNetwork } from './providers/aks-network';
export type { EksPodNetwork } from './providers/aws-network';
export { type ConformantProps, conformant } from './providers/conformant';
export { type EksProps, eks } from './providers/eks';
export { type EksAutoProps, eksAuto } from './providers/eks-auto';
export { type GkeProps, gke } from './providers/gke';
export { type LocalProps, local } from './providers/local';
export { type OnPremProps, onPrem } from './providers/on-prem';
export type { PodRanges } from './providers/pod-ranges';
export { type BrokerBudget, type BrokerBudgetInput, deriveBrokerBudget } from './services/broker';
export type { Budget } from './services/budget';
export { type DatabaseBudgetInput, deriveDatabaseBudget } from './services/database';
export { deriveQueueConsumer, type QueueConsumerPlan } from './services/queue';
export type { QueueConsumerInput } from './services/queue-input';
export { deriveRedisBudget, type RedisBudget, type RedisBudgetInput } from './services/redis';
