// The building blocks that charts are made of.
export { Broker, type BrokerProps, type ProducerUse, type Queue } from './broker';
export type { Client, Connectable, Connection, Limited, SecretReference } from './connection';
export { Database, type DatabaseProps, type DatabaseUse } from './database';
export { DnsRecord, type DnsRecordProps } from './dns-record';
export type { CopyProps } from './environment-copy';
export type { ExposureOptions } from './exposure';
export { ExternalService, type ExternalServiceProps } from './external-service';
export { type Overrides, override } from './override';
export { type PlacementProps, Platform, type PlatformProps, type SystemClass } from './platform';
export type { Probes } from './probes';
export { QueueConsumer, type QueueConsumerProps, type QueueScaling } from './queue-consumer';
export type { Reserve } from './quota';
export { Redis, type RedisProps, type RedisUse } from './redis';
export type { SecurityExits } from './security';
export type { Load } from './sizing';
export { System } from './system';
export { WebService, type WebServiceProps } from './web-service';
export type { Resources, Scratch } from './workload';
