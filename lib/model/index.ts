// The words of the platform file and of every answer: plain typed data, no cdk8s.
export type { Availability, AvailabilityOptions, Disruption } from './availability';
export { type BrokerBudget, type BrokerBudgetInput, deriveBrokerBudget } from './broker-budget';
export type { Budget } from './budget';
export type { Capability } from './capability';
export { type CapacityPlan, deriveCapacity } from './capacity';
export type { CapacityInput } from './capacity-input';
export type { Cluster, ClusterDescription, ClusterProps, GroupId, Minor, Subnets } from './cluster';
export { type DatabaseBudgetInput, deriveDatabaseBudget } from './database-budget';
export type { Derived, Outcome } from './derivation';
export type { Access, AccessChanges, Environment, EnvironmentProps, ExternalRegistry, Survives } from './environment';
export type { Finding, Severity, SourceLine } from './finding';
export { deriveHeadroom, type Growing, type HeadroomInput, type HeadroomPlan } from './headroom';
export type { Json, JsonObject } from './json';
export { deriveLoadTest, type LoadTestInput, type LoadTestPlan } from './load-test';
export type { AddressRange } from './node-network';
export type { Headroom, Machine, NodePool, Taint } from './node-pool';
export type { ApiEntry, Identity } from './object';
export type { Replacement } from './pods';
export type { AllowedDifference, Exposure, IngressShape, IngressSource, Provider, Refusal, Subject } from './provider';
export { deriveProviderPlan, type PoolPlan, type ProviderPlan } from './provider-plan';
export {
  type DaemonPod,
  type PlannedWorkload,
  type PodsOverTime,
  type ProviderPlanInput,
  podsOverTime,
} from './provider-plan-input';
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
export { deriveQueueConsumer, type QueueConsumerInput, type QueueConsumerPlan } from './queue-scaling';
export { deriveRedisBudget, type RedisBudget, type RedisBudgetInput } from './redis-budget';
export type { Role } from './roles';
export type { ScalingProps } from './scaling';
export type { Tags, Target } from './target';
export { moveTraffic, TRAFFIC_STEPS, type TrafficShare, type TrafficStep } from './traffic';
