// The configuration of Loki, all of it in each process: alone with a volume, or three with one object store.

import { stringify } from 'yaml';
import type { JsonObject } from '../../model/manifest/json';
import { endpointOf, type Store } from '../part/store';

/** Folder of what Loki has not sent to its store yet, and of a volume that is its store. */
export const DATA = '/loki';

/** What the configuration depends on. */
export interface LokiConfig {
  readonly store: Store;
  /** How long log lines are kept, in hours. */
  readonly retentionHours: number;
  /** Copies of each line; 1 without other members. */
  readonly copies: 1 | 3;
  /** Names of the headless Service at which the members find each other, and of the one for clients. */
  readonly members: string;
}

/** Source: grafana.com, "Loki configuration parameters", thanos_object_store_config. */
function storeConfig(store: Store): JsonObject {
  if ('s3' in store) {
    const { bucket, region } = store.s3;
    return { s3: { bucket_name: bucket, endpoint: endpointOf(store.s3), region, native_aws_auth_enabled: true } };
  }
  if ('azure' in store) return { azure: { account_name: store.azure.account, container_name: store.azure.container } };
  if ('gcs' in store) return { gcs: { bucket_name: store.gcs.bucket } };
  return { filesystem: { dir: `${DATA}/store` } };
}

/** Name of the kind of store, as Loki spells it. */
const nameOf = (store: Store): string => ('volume' in store ? 'filesystem' : (Object.keys(store)[0] ?? ''));

/**
 * How members find each other, and again after the network between them was cut: those that gave each other up within that time would stay
 * apart, by default for good. Source: grafana/dskit, kv/memberlist/memberlist_client.go, RejoinInterval.
 */
const gossip = (members: string): JsonObject => ({
  join_members: [`${members}:7946`],
  bind_port: 7946,
  rejoin_interval: '30s',
});

/** The file `loki.yaml`. Source: grafana/loki, examples/ha-monolithic; docs/sources/configure. */
export function lokiConfig({ store, retentionHours, copies, members }: LokiConfig): string {
  const isAlone = copies === 1;
  return stringify(
    {
      auth_enabled: false,
      server: { http_listen_port: 3100, grpc_listen_port: 9095, log_level: 'warn' },
      common: {
        path_prefix: DATA,
        replication_factor: copies,
        ...(isAlone
          ? { ring: { instance_addr: '127.0.0.1', kvstore: { store: 'inmemory' } } }
          : { ring: { kvstore: { store: 'memberlist' } }, compactor_grpc_address: 'loki:9095' }),
      },
      ...(isAlone ? {} : { memberlist: gossip(members) }),
      schema_config: {
        configs: [
          {
            from: '2026-01-01',
            store: 'tsdb',
            object_store: nameOf(store),
            schema: 'v13',
            index: { prefix: 'index_', period: '24h' },
          },
        ],
      },
      storage_config: {
        use_thanos_objstore: true,
        object_store: storeConfig(store),
        tsdb_shipper: { active_index_directory: `${DATA}/index`, cache_location: `${DATA}/index-cache` },
      },
      compactor: {
        working_directory: `${DATA}/compactor`,
        retention_enabled: true,
        delete_request_store: nameOf(store),
      },
      limits_config: { retention_period: `${retentionHours}h`, allow_structured_metadata: true },
      analytics: { reporting_enabled: false },
    },
    { lineWidth: 0 },
  );
}
