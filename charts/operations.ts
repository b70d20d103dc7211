// What every cluster has of its own: metrics, logs, traces, a key-value store and its copies. Rows G5–G8, G10, G12, P11: docs/systems/global-cluster.md.
import { backups, configuration, logs, type Metrics, metrics, type Part, traces } from 'evenkeel';

/** Where every service shows its metrics: those of its requests under the usual names. */
export const METRICS: Metrics = {
  port: 9102,
  requests: { histogram: 'http_request_duration_seconds', errors: 'code=~"5.."' },
};

/** Who gets alerts. The addresses are keys of the Secret `alerts` in the namespace metrics-operations. */
const receivers = {
  oncall: { only: 'critical', watchdog: true, webhook: { url: { secret: 'alerts', key: 'oncall-url' } } },
  team: { slack: { channel: '#operations', url: { secret: 'alerts', key: 'slack-url' } } },
} as const;

const region = 'ap-south-1';

/** Two zones cannot keep a quorum of three. */
export const mumbai: readonly Part[] = [
  metrics({ retention: '45d', volume: '100Gi', receivers }),
  logs({
    retention: '30d',
    store: { s3: { bucket: 'mumbai-logs', region } },
    survives: { zones: 0, because: 'three members in two zones: the loss of the zone with two stops writing' },
  }),
  traces({ retention: '14d', store: { s3: { bucket: 'mumbai-traces', region } } }),
  configuration({
    survives: { zones: 0, because: 'three members in two zones: the loss of the zone with two stops writing' },
  }),
  backups({
    stores: {
      near: { s3: { bucket: 'mumbai-copies', region } },
      far: {
        azure: { account: 'mumbaicopies', container: 'restic', key: { secret: 'copies', key: 'azure' } },
        region: 'westeurope',
      },
    },
  }),
];

export const onAzure = (cluster: 'westeurope' | 'northeurope'): readonly Part[] => [
  metrics({ retention: '45d', volume: '200Gi', receivers }),
  logs({ retention: '30d', store: { azure: { account: `${cluster}logs`, container: 'loki' } } }),
  traces({ retention: '14d', store: { azure: { account: `${cluster}traces`, container: 'tempo' } } }),
  configuration(),
  backups({
    stores: {
      near: { azure: { account: `${cluster}copies`, container: 'restic' }, region: cluster },
      far: {
        s3: {
          bucket: `${cluster}-copies`,
          region: 'eu-central-1',
          keys: { secret: 'copies', id: 'id', value: 'secret' },
        },
      },
    },
  }),
];

/** The small set: it keeps a day. */
export const laptop: readonly Part[] = [
  metrics({ retention: '1d', volume: '2Gi', receivers: { team: receivers.team } }),
  logs({ retention: '1d', store: { volume: '2Gi' } }),
  traces({ retention: '1d', store: { volume: '2Gi' } }),
];
