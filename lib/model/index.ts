// The words of the platform file and of every answer: plain typed data, no cdk8s.
export type { Availability, AvailabilityOptions, Disruption } from './availability';
export type { Capability } from './capability';
export type { Cluster, ClusterDescription, ClusterProps, Minor, NodePool } from './cluster';
export type { Environment, EnvironmentProps, ExternalRegistry, Survives } from './environment';
export type { Finding, Severity, SourceLine } from './finding';
export type { Json, JsonObject } from './json';
export type { ApiEntry, Identity } from './object';
export type { AllowedDifference, Exposure, IngressShape, IngressSource, Provider, Refusal, Subject } from './provider';
export { type AksGateway, type AksProps, aks } from './providers/aks';
export { type ConformantProps, conformant } from './providers/conformant';
export { type EksProps, eks } from './providers/eks';
export { type EksAutoProps, eksAuto } from './providers/eks-auto';
export { type GkeProps, gke } from './providers/gke';
export { type LocalProps, local } from './providers/local';
export { type OnPremProps, onPrem } from './providers/on-prem';
export type { ScalingProps } from './scaling';
export type { Target } from './target';
