// The configurations of Tempo, which keeps traces, and of the collector before it.

import { stringify } from 'yaml';
import { JAEGER, OTLP } from '../../model/cluster/neighbours';
import type { JsonObject } from '../../model/manifest/json';
import { PORTS } from '../part/reach';
import { endpointOf, type Store } from '../part/store';

/** Folder of what Tempo has not sent to its store yet, and of a volume that is its store. */
export const DATA = '/var/tempo';

/** What the configuration of Tempo depends on. */
export interface TempoConfig {
  readonly store: Store;
  readonly retentionHours: number;
  /** Where Prometheus takes the metrics of spans. @default they are not made */
  readonly remoteWrite?: string;
}

/** Source: grafana.com, "Tempo configuration", storage. */
function storeConfig(store: Store): JsonObject {
  if ('s3' in store) {
    const { bucket, region } = store.s3;
    return { backend: 's3', s3: { bucket, endpoint: endpointOf(store.s3), region } };
  }
  if ('azure' in store) {
    const { account, container } = store.azure;
    return {
      backend: 'azure',
      azure: { container_name: container, storage_account_name: account, use_federated_token: true },
    };
  }
  if ('gcs' in store) return { backend: 'gcs', gcs: { bucket_name: store.gcs.bucket } };
  return { backend: 'local', local: { path: `${DATA}/store` } };
}

/** The file `tempo.yaml`. Source: grafana/tempo 3.0, docs, "Migrate to 3.0" and "Configuration". */
export function tempoConfig({ store, retentionHours, remoteWrite }: TempoConfig): string {
  return stringify(
    {
      server: { http_listen_port: PORTS.tempo, grpc_listen_port: 9095 },
      distributor: { receivers: { otlp: { protocols: { grpc: { endpoint: `0.0.0.0:${OTLP.grpc}` } } } } },
      storage: { trace: { ...storeConfig(store), wal: { path: `${DATA}/wal` } } },
      backend_worker: { compaction: { block_retention: `${retentionHours}h` } },
      ...(remoteWrite === undefined
        ? {}
        : {
            metrics_generator: {
              storage: { path: `${DATA}/generator`, remote_write: [{ url: remoteWrite, send_exemplars: true }] },
            },
            overrides: { defaults: { metrics_generator: { processors: ['span-metrics', 'service-graphs'] } } },
          }),
      usage_report: { reporting_enabled: false },
    },
    { lineWidth: 0 },
  );
}

/** The file `config.alloy` of the collector. Source: grafana/alloy, docs/sources/reference/components/otelcol. */
export const traceCollectorConfig = (tempo: string): string => `otelcol.receiver.otlp "spans" {
  grpc {
    endpoint = "0.0.0.0:${OTLP.grpc}"
  }
  http {
    endpoint = "0.0.0.0:${OTLP.http}"
  }
  output {
    traces = [otelcol.processor.batch.spans.input]
  }
}

otelcol.receiver.jaeger "spans" {
  protocols {
    grpc {
      endpoint = "0.0.0.0:${JAEGER.grpc}"
    }
    thrift_http {
      endpoint = "0.0.0.0:${JAEGER.http}"
    }
  }
  output {
    traces = [otelcol.processor.batch.spans.input]
  }
}

otelcol.processor.batch "spans" {
  output {
    traces = [otelcol.exporter.otlp.tempo.input]
  }
}

otelcol.exporter.otlp "tempo" {
  client {
    endpoint = "${tempo}"
    tls {
      insecure = true
    }
  }
}
`;
