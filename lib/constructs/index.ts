// The building blocks that charts are made of.
export type { Connectable, Connection, SecretReference } from './connection';
export type { ExposureOptions } from './exposure';
export { ExternalService, type ExternalServiceProps } from './external-service';
export { type Overrides, override } from './override';
export { type PlacementProps, Platform, type PlatformProps, type SystemClass } from './platform';
export type { Probes } from './probes';
export type { Reserve } from './quota';
export type { SecurityExits } from './security';
export { System } from './system';
export { WebService, type WebServiceProps } from './web-service';
export type { Resources, Scratch } from './workload';
