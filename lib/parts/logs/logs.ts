// The part `logs`: Loki, and a collector on every node.

import type { Construct } from 'constructs';
import { NodeAgent } from '../../constructs/component/node-agent';
import { StatefulService } from '../../constructs/component/stateful-service';
import type { LongRunningProps } from '../../constructs/component/stateless';
import type { Part, PartSettings } from '../../constructs/parts/part';
import { System } from '../../constructs/system/system';
import { report } from '../../constructs/tree/findings';
import { selectorLabels } from '../../constructs/tree/labels';
import { findingOf } from '../../model/finding/finding';
import { fields, number, optional, type Schema, text } from '../../model/finding/schema';
import { quantityAmount } from '../../model/manifest/quantity';
import type { Target } from '../../model/platform/target';
import { ALLOY_ARGS, ALLOY_CONFIG, ALLOY_DATA, ALLOY_PORT } from '../part/alloy';
import { clusterSize, definePart, durationSeconds, SURVIVES } from '../part/define';
import { imageOf, type OwnImages } from '../part/images';
import { BY_FILE, PORTS } from '../part/reach';
import { keyVariables, STORE, type Store, useStore } from '../part/store';
import { logCollectorConfig } from './alloy-config';
import { DATA, lokiConfig } from './loki-config';

/** What `logs` takes. */
export interface LogsProps {
  /** How long log lines are kept: `30d`. */
  readonly retention: string;
  /** Where they are kept. */
  readonly store: Store;
  /**
   * Gigabytes of log lines a day, as written by the pods.
   * @default 0.05 for each of the most pods of the cluster's components: an assumption
   */
  readonly gigabytesPerDay?: number;
  /**
   * Takes Loki out of the promise to survive zones, for a reason: three members need three zones to keep a majority without one.
   * @default the environment's promise
   */
  readonly survives?: LongRunningProps['survives'];
  /** Images to use instead of those of the projects, such as a mirror's. @default none */
  readonly images?: OwnImages<'loki' | 'alloy'>;
}

const IMAGE = optional(text('an image with a version'));

const LOGS: Schema = fields<LogsProps>({
  retention: text("a duration: '30d', '6w'", (duration) => durationSeconds(duration) !== undefined),
  store: STORE,
  gigabytesPerDay: optional(number({ above: 0 })),
  survives: optional(SURVIVES),
  images: optional(fields<NonNullable<LogsProps['images']>>({ loki: IMAGE, alloy: IMAGE })),
});

/** An assumption without a source: `sum(rate(loki_distributor_bytes_received_total[1d])) * 86400` says what a cluster really writes. */
const GIGABYTES_A_POD = 0.05;

/** How much smaller log lines are in the store, at least: an assumption without a source. */
const COMPRESSION = 4;

/** For what is not in the store yet, and for the index. */
const LOCAL = '10Gi';

/**
 * Logs of a whole cluster: Loki, and Alloy on every node, which reads the logs of its pods by the API. In an environment that survives zones
 * Loki has three members: they write while two of them run.
 *
 * @example logs({ retention: '30d', store: { s3: { bucket: 'shop-logs', region: 'eu-central-1' } } })
 */
export function logs(props: LogsProps): Part<LogsProps> {
  return definePart('logs', LOGS, props, { systems: () => ({ logs: Logs }), neighbours: () => ({}) });
}

class Logs extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'logs', target);
    const { here } = this.settings;
    const {
      retention = '30d',
      store = { volume: LOCAL },
      gigabytesPerDay,
      survives,
      images,
    } = here.part.props as Partial<LogsProps>;
    const { cluster, environment } = target;
    const { nodes, pods } = clusterSize(this, here);
    const daily = gigabytesPerDay ?? Math.max(0.1, pods * GIGABYTES_A_POD);
    const copies = environment.survives.zones > 0 ? 3 : 1;
    const seconds = durationSeconds(retention) ?? 0;
    if ('volume' in store) this.checkVolume(store.volume, retention, daily, copies);

    const loki = new StatefulService(this, 'loki', {
      image: imageOf('loki', images),
      args: [`-config.file=/etc/loki/loki.yaml`, '-target=all'],
      port: { port: PORTS.loki, servicePort: PORTS.loki },
      ports: { grpc: { port: 9095, protocol: 'tcp' }, gossip: { port: 7946, protocol: 'tcp' } },
      resources: {
        cpu: copies === 1 ? '100m' : '250m',
        memory: `${512 + Math.ceil((daily * 64) / copies / 64) * 64}Mi`,
      },
      size: copies === 1 ? { replicas: 1 } : { members: copies },
      ...(survives === undefined ? {} : { survives }),
      probes: {
        bootSeconds: 180,
        startup: { path: '/ready' },
        readiness: { path: '/ready' },
        // readiness waits for the ring: a member that waits must not be killed for it
        liveness: { path: '/loki/api/v1/status/buildinfo' },
      },
      claims: { [DATA]: { size: 'volume' in store ? store.volume : LOCAL } },
      noBackup: 'volume' in store ? 'logs are a help' : 'what is kept is in the object store',
      metrics: { port: PORTS.loki },
      env: keyVariables(store),
      files: {
        '/etc/loki/loki.yaml': lokiConfig({ store, retentionHours: seconds / 3600, copies, members: 'loki-members' }),
      },
    });
    useStore(loki, store, 'logs.store', here);
    const metrics = here.namespaceOf('metrics');
    if (metrics !== undefined) loki.admit({ namespace: metrics, podLabels: selectorLabels('grafana') });

    const collector = new NodeAgent(this, 'log-collector', {
      image: imageOf('alloy', images),
      args: ALLOY_ARGS,
      port: ALLOY_PORT,
      resources: { cpu: '50m', memory: `${192 + Math.ceil((daily * 16) / Math.max(1, nodes)) * 16}Mi` },
      probes: { bootSeconds: 60, readiness: { path: '/-/ready' } },
      tolerations: [{ operator: 'Exists' }],
      update: { maxUnavailable: '10%' },
      metrics: { port: ALLOY_PORT },
      scratch: [{ path: ALLOY_DATA, size: '256Mi' }],
      env: { NODE_NAME: { field: 'spec.nodeName' } },
      files: { [ALLOY_CONFIG]: logCollectorConfig(`http://loki:${PORTS.loki}/loki/api/v1/push`, cluster.name) },
    });
    const because = 'it reads the logs of the pods of its node by the API, and so needs no folder of the node';
    collector
      .connectTo(loki, BY_FILE)
      .mayCall({ resources: ['namespaces', 'pods'], verbs: ['get', 'list', 'watch'], everywhere: true, because })
      .mayCall({ resources: ['pods/log'], verbs: ['get'], everywhere: true, because });
  }

  /** A volume is one pod's, and must hold what is kept. */
  private checkVolume(volume: string, retention: string, daily: number, copies: number): void {
    const { trace } = this.settings.here.part;
    if (copies > 1) {
      report(
        this,
        findingOf('input', {
          field: 'logs.store',
          message: `${this.target.environment.name} survives zones, and each of three members would keep its own third of the logs`,
          expected: 'an object store: { s3 }, { azure } or { gcs }',
        }),
        trace,
      );
      return;
    }
    const days = (durationSeconds(retention) ?? 0) / 86_400;
    const needed = Math.ceil((daily * days) / COMPRESSION);
    if ((quantityAmount(volume) ?? 0) >= needed * 1e9) return;
    report(
      this,
      findingOf('input', {
        field: 'logs.store.volume',
        value: volume,
        message: `${retention} of logs do not fit on it: ${daily} GB a day × ${days} days ÷ ${COMPRESSION} = ${needed} GB`,
        expected: `volume: '${needed}G', a shorter retention, or another gigabytesPerDay`,
      }),
      trace,
    );
  }
}
