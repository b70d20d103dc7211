// The part `traces`: a collector that takes spans by OTLP and Jaeger's protocols, and Tempo, which keeps them.

import type { Construct } from 'constructs';
import { StatefulService } from '../../constructs/component/stateful-service';
import { WebService } from '../../constructs/component/web-service';
import type { Part, PartSettings } from '../../constructs/parts/part';
import { System } from '../../constructs/system/system';
import { selectorLabels } from '../../constructs/tree/labels';
import { JAEGER, OTLP } from '../../model/cluster/neighbours';
import { fields, optional, type Schema, text } from '../../model/finding/schema';
import type { Target } from '../../model/platform/target';
import { ALLOY_ARGS, ALLOY_CONFIG, ALLOY_DATA, ALLOY_PORT } from '../part/alloy';
import { componentsOf, definePart, durationSeconds } from '../part/define';
import { imageOf, type OwnImages } from '../part/images';
import { BY_FILE, componentIn, hostIn, PORTS } from '../part/reach';
import { keyVariables, STORE, type Store, useStore } from '../part/store';
import { DATA, tempoConfig, traceCollectorConfig } from './tempo-config';

/** What `traces` takes. */
export interface TracesProps {
  /** How long traces are kept: `14d`. */
  readonly retention: string;
  /** Where they are kept. */
  readonly store: Store;
  /** Images to use instead of those of the projects, such as a mirror's. @default none */
  readonly images?: OwnImages<'tempo' | 'alloy'>;
}

const IMAGE = optional(text('an image with a version'));

const TRACES: Schema = fields<TracesProps>({
  retention: text("a duration: '14d', '2w'", (duration) => durationSeconds(duration) !== undefined),
  store: STORE,
  images: optional(fields<NonNullable<TracesProps['images']>>({ tempo: IMAGE, alloy: IMAGE })),
});

const LOCAL = '10Gi';
const ANY_POD = 'each pod of the collector takes the spans of any client, and a client connects again when a pod ends';

/**
 * Traces of a whole cluster: components send them by `connectTo('traces')`. The collector has pods in several zones; Tempo is one pod, since
 * more of Tempo 3 would need Kafka, so that no trace can be read or kept while it moves to another node.
 *
 * @example traces({ retention: '14d', store: { s3: { bucket: 'shop-traces', region: 'eu-central-1' } } })
 */
export function traces(props: TracesProps): Part<TracesProps> {
  return definePart('traces', TRACES, props, {
    systems: () => ({ traces: Traces }),
    neighbours: (_, namespaceOf) => ({
      traces: {
        namespace: namespaceOf('traces'),
        podLabels: selectorLabels('trace-collector'),
        host: hostIn(namespaceOf('traces'), 'trace-collector'),
      },
    }),
  });
}

class Traces extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'traces', target);
    const { here } = this.settings;
    const { retention = '14d', store = { volume: LOCAL }, images } = here.part.props as Partial<TracesProps>;
    const metrics = here.namespaceOf('metrics');
    const survives = target.environment.survives.zones > 0;

    const tempo = new StatefulService(this, 'tempo', {
      image: imageOf('tempo', images),
      args: ['-config.file=/etc/tempo/tempo.yaml', '-target=all'],
      port: { port: PORTS.tempo, servicePort: PORTS.tempo },
      ports: { otlp: { port: OTLP.grpc, protocol: 'tcp' } },
      resources: survives ? { cpu: '250m', memory: '1Gi' } : { cpu: '100m', memory: '512Mi' },
      size: { replicas: 1 },
      survives: { zones: 0, because: 'Tempo 3 in one process is one pod: more would need Kafka' },
      probes: { bootSeconds: 120, startup: { path: '/ready' }, readiness: { path: '/ready' }, liveness: { tcp: true } },
      claims: {
        [DATA]: {
          size: 'volume' in store ? store.volume : LOCAL,
          ...(survives ? { oneZone: 'Tempo is one pod, and what it has sent to its store is safe' } : {}),
        },
      },
      noBackup: 'volume' in store ? 'traces are a help' : 'what is kept is in the object store',
      metrics: { port: PORTS.tempo },
      env: keyVariables(store),
      files: {
        '/etc/tempo/tempo.yaml': tempoConfig({
          store,
          retentionHours: (durationSeconds(retention) ?? 0) / 3600,
          ...(metrics === undefined
            ? {}
            : { remoteWrite: `http://${hostIn(metrics, 'prometheus')}:${PORTS.prometheus}/api/v1/write` }),
        }),
      },
    });
    useStore(tempo, store, 'traces.store', here);
    if (metrics !== undefined) {
      tempo.connectTo(componentIn(metrics, 'prometheus', PORTS.prometheus), BY_FILE);
      tempo.admit({ namespace: metrics, podLabels: selectorLabels('grafana') });
    }

    const collector = new WebService(this, 'trace-collector', {
      image: imageOf('alloy', images),
      args: ALLOY_ARGS,
      port: { port: OTLP.http, servicePort: OTLP.http },
      ports: {
        otlp: { port: OTLP.grpc, protocol: 'grpc', balancedBy: ANY_POD },
        jaeger: { port: JAEGER.http },
        'jaeger-grpc': { port: JAEGER.grpc, protocol: 'grpc', balancedBy: ANY_POD },
        admin: ALLOY_PORT,
      },
      resources: { cpu: '100m', memory: '256Mi' },
      size: { replicas: survives ? 2 : 1 },
      // its makers advise against its own path of health for liveness: grafana/alloy, docs/sources/reference/http
      probes: {
        bootSeconds: 60,
        startup: { path: '/-/ready', port: 'admin' },
        readiness: { path: '/-/ready', port: 'admin' },
        liveness: { tcp: true },
      },
      metrics: { port: 'admin' },
      scratch: [{ path: ALLOY_DATA, size: '256Mi' }],
      files: { [ALLOY_CONFIG]: traceCollectorConfig(`tempo:${OTLP.grpc}`) },
    });
    collector.connectTo(tempo.at('otlp'), BY_FILE);
    for (const system of here.systems) {
      const { namespace = '' } = system;
      for (const { observed } of componentsOf(system)) {
        if (!observed.sendsTraces) continue;
        const sender = { namespace, podLabels: selectorLabels(observed.name) };
        for (const port of ['http', 'otlp', 'jaeger', 'jaeger-grpc']) collector.admit(sender, port);
      }
    }
  }
}
