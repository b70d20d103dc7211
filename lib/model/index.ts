// The words of the platform file and of every answer: plain typed data, no cdk8s.
export type { Availability, AvailabilityOptions, Disruption } from './availability';
export type { Capability, Cluster, ClusterDescription, ClusterProps, Minor } from './cluster';
export type { Environment, EnvironmentProps, Survives } from './environment';
export type { Finding, Severity, SourceLine } from './finding';
export type { Json, JsonObject } from './json';
export type { ApiEntry, Identity } from './object';
export { type EksProps, eks } from './providers/eks';
export { local } from './providers/local';
export type { ScalingProps } from './scaling';
export type { Target } from './target';
