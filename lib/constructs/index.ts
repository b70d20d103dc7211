// The building blocks that charts are made of.

export { Backup, type BackupProps } from './backups/backup';
export type { BackupCommand } from './backups/command';
export type { ApiRights, UrlRights } from './component/api-rights';
export type { Metrics } from './component/metrics';
export { type Neighbour, network, type Raw } from './component/neighbour';
export { NodeAgent, type NodeAgentProps } from './component/node-agent';
export { QueueConsumer, type QueueConsumerProps, type QueueScaling } from './component/queue-consumer';
export { StatefulService, type StatefulServiceProps } from './component/stateful-service';
export { WebService, type WebServiceProps } from './component/web-service';
export { Worker, type WorkerProps } from './component/worker';
export { DnsRecord, type DnsRecordProps } from './exposure/dns-record';
export type { BackendTls, ExposureOptions, TrustedMap } from './exposure/exposure-options';
export { CronJob, type CronJobProps } from './jobs/cron-job';
export type { EndingProps } from './jobs/ending';
export { Job, type JobProps } from './jobs/job';
export { Migration, type MigrationProps } from './jobs/migration';
export { LoadTest, type LoadTestProps } from './load-test/load-test';
export type {
  Client,
  Connectable,
  Connection,
  ConnectOptions,
  Limited,
  Pods,
  PolicyPort,
  SecretReference,
  Sender,
} from './network/connection';
export type { NodeAccess } from './nodes/node-access';
export type { NodeChoice } from './nodes/node-choice';
export type { EquipProps } from './parts/equipment';
export type { Part } from './parts/part';
export type { CopyProps } from './platform/copy';
export { type PlacementProps, Platform, type PlatformProps, type SystemClass } from './platform/platform';
export type { PreviewProps } from './platform/preview';
export type { Companion, Company, InitContainer, Sidecar } from './pod/company';
export type { PodField, Resources, SecretKey } from './pod/container';
export type { Files } from './pod/files';
export type { ClaimFolder, Scratch, SecretFolder, Volumes } from './pod/mounts';
export type { Port, Ports, Protocol } from './pod/ports';
export {
  type ExecProbe,
  type GrpcProbe,
  type HealthzProps,
  type HttpProbe,
  healthz,
  type Probe,
  type Probes,
  type TcpProbe,
} from './pod/probes';
export type { SecurityExits } from './pod/security';
export type { Templates } from './pod/templates';
export { type DatabaseResources, PostgreSQL, type PostgreSQLProps } from './postgres/postgresql';
export type { Size } from './scaling/size';
export type { Load } from './scaling/sizing';
export { Broker, type BrokerProps, type ProducerUse, type Queue } from './services/broker';
export { Database, type DatabaseProps, type DatabaseUse } from './services/database';
export { ExternalService } from './services/external-service';
export type { ExternalServiceProps } from './services/outside-service';
export { Redis, type RedisProps, type RedisUse } from './services/redis';
export type { Claim, Claims } from './storage/claims';
export { Volume, type VolumeProps } from './storage/volume';
export type { Reserve } from './system/quota';
export { StoredSecret, type StoredSecretProps } from './system/stored-secret';
export { System, type SystemOptions } from './system/system';
export { type Overrides, override } from './tree/override';
