// The part `metrics`: Prometheus, Alertmanager, Grafana and the exporters, for every system of a cluster.

import type { Construct, IConstruct } from 'constructs';
import { isWatched } from '../../constructs/backups/watched-job';
import { StatefulService } from '../../constructs/component/stateful-service';
import type { WebService } from '../../constructs/component/web-service';
import type { Equipped, Part, PartSettings } from '../../constructs/parts/part';
import { SECRET_KEY, type SecretKey } from '../../constructs/pod/container';
import { PostgreSQL } from '../../constructs/postgres/postgresql';
import { Database } from '../../constructs/services/database';
import { System } from '../../constructs/system/system';
import { report } from '../../constructs/tree/findings';
import { createObject } from '../../constructs/tree/kinds';
import { selectorLabels } from '../../constructs/tree/labels';
import { override } from '../../constructs/tree/override';
import { prometheusOf } from '../../model/cluster/neighbours';
import { findingOf } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { fields, number, optional, type Schema, text, volumeSize } from '../../model/finding/schema';
import { subdomain } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import type { Target } from '../../model/platform/target';
import { clusterSize, componentsOf, definePart, durationSeconds, systemsBeside } from '../part/define';
import { imageOf, type OwnImages } from '../part/images';
import { BY_FILE, everyNode, everyPod, hostIn, PORTS, podsIn } from '../part/reach';
import { alertmanagerConfig, portOf, RECEIVERS, type Receiver, SECRETS, secretsOf } from './alertmanager-config';
import { alertFile, alertGroups, type WatchedRun } from './alerts';
import { clusterDashboard, systemDashboard } from './dashboards';
import { createNodeExporter, createStateMetrics, NODE_EXPORTER_PORT } from './exporters';
import { createGrafana } from './grafana';
import { CONFIG, prometheusConfig } from './prometheus-config';
import { findSizeProblems, type MetricsLoad, sizeMetrics } from './sizing';

/** What `metrics` takes. */
export interface MetricsProps extends MetricsLoad {
  /**
   * Who gets alerts, by name.
   * @default none: alerts show in Alertmanager and Grafana only, which a warning says
   * @example receivers: { oncall: { slack: { channel: '#alerts', url: { secret: 'alerts', key: 'slack' } } } }
   */
  readonly receivers?: Readonly<Record<string, Receiver>>;
  /**
   * Grafana: its host, and the key of a Secret with the administrator's password.
   * @default without a host
   */
  readonly grafana?: {
    /** Host name at which it is exposed. @default none: `kubectl port-forward` shows it */
    readonly host?: string;
    /** @default { secret: 'grafana', key: 'admin-password' } */
    readonly admin?: SecretKey;
  };
  /** Images to use instead of those of the projects, such as a mirror's. @default none */
  readonly images?: OwnImages<'prometheus' | 'alertmanager' | 'kube-state-metrics' | 'node-exporter' | 'grafana'>;
}

const DURATION = "a duration: '15d', '6w'";
const IMAGE = optional(text('an image with a version'));

const METRICS: Schema = fields<MetricsProps>({
  retention: text(DURATION, (duration) => durationSeconds(duration) !== undefined),
  series: optional(number({ atLeast: 1, whole: true })),
  volume: volumeSize(),
  receivers: optional(RECEIVERS),
  grafana: optional(
    fields<NonNullable<MetricsProps['grafana']>>({
      host: optional(text('a host name', subdomain.fits)),
      admin: optional(SECRET_KEY),
    }),
  ),
  images: optional(
    fields<NonNullable<MetricsProps['images']>>({
      prometheus: IMAGE,
      alertmanager: IMAGE,
      'kube-state-metrics': IMAGE,
      'node-exporter': IMAGE,
      grafana: IMAGE,
    }),
  ),
});

const OTHER_ZONE = 'each pod has data of its own, and one in another zone goes on';

/**
 * Metrics of a whole cluster: Prometheus, which scrapes every component that names `metrics`, Alertmanager, Grafana with a dashboard for each
 * system, kube-state-metrics and node-exporter. Where the environment survives a zone, Prometheus is a pair and Alertmanager three.
 *
 * @example metrics({ retention: '15d', volume: '50Gi', receivers: { oncall: { slack: { channel: '#alerts', url: { secret: 'alerts', key: 'slack' } } } } })
 */
export function metrics(props: MetricsProps): Part<MetricsProps> {
  return definePart('metrics', METRICS, props, {
    systems: (cluster) =>
      hasOperator(cluster) ? { metrics: WatchedMetrics } : { metrics: Metrics, 'node-metrics': NodeMetrics },
    neighbours: (cluster, namespaceOf) =>
      hasOperator(cluster)
        ? {}
        : { prometheus: { namespace: namespaceOf('metrics'), podLabels: selectorLabels('prometheus') } },
  });
}

class Metrics extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'metrics', target);
    const { here } = this.settings;
    const {
      retention = '15d',
      volume = '1Ti',
      series,
      receivers = {},
      images,
    } = here.part.props as Partial<MetricsProps>;
    const { cluster, environment } = target;
    const survives = environment.survives.zones > 0;
    const size = clusterSize(this, here);
    const load = { retention, volume, ...defined({ series }) };
    for (const problem of findSizeProblems(load, size)) report(this, findingOf('input', problem), here.part.trace);
    const sized = sizeMetrics(load, size);

    // one in each of three zones; of two in one zone the loss of that zone would leave fewer than their budget keeps
    const senders = survives ? Math.min(3, Math.max(2, cluster.zones.length)) : 1;
    const alertmanager = this.createAlertmanager(imageOf('alertmanager', images), receivers, senders);
    const stateMetrics = createStateMetrics(this, imageOf('kube-state-metrics', images), size.pods);
    const prometheus = new StatefulService(this, 'prometheus', {
      image: imageOf('prometheus', images),
      args: [
        `--config.file=${CONFIG}/prometheus.yml`,
        '--storage.tsdb.path=/prometheus',
        // traces become metrics too: Tempo writes them here
        '--web.enable-remote-write-receiver',
        '--enable-feature=exemplar-storage',
      ],
      port: { port: PORTS.prometheus, servicePort: PORTS.prometheus },
      resources: { cpu: sized.cpu, memory: sized.memory },
      size: { replicas: survives ? 2 : 1 },
      probes: {
        // the log of what is not yet in blocks is read at the start
        bootSeconds: 600,
        startup: { path: '/-/ready' },
        readiness: { path: '/-/ready' },
        liveness: { path: '/-/healthy' },
      },
      claims: { '/prometheus': { size: volume, ...(survives ? { oneZone: OTHER_ZONE } : {}) } },
      noBackup: 'what it has measured is a help, and its rules and dashboards are in git',
      metrics: { port: PORTS.prometheus },
      env: { POD_NAME: { field: 'metadata.name' } },
      files: {
        [`${CONFIG}/prometheus.yml`]: prometheusConfig({
          cluster: cluster.name,
          retention,
          kept: sized.kept,
          alertmanagers: alertmanager.members.map((host) => `${host}:9093`),
          stateMetrics: 'kube-state-metrics:8080',
          nodeExporterPort: NODE_EXPORTER_PORT,
        }),
        [`${CONFIG}/rules/evenkeel.yml`]: alertFile(watchedRuns(this)),
      },
    });
    // a client keeps to one of the pair: they were not asked at the same moments
    override(prometheus.service)
      .set('spec.sessionAffinity', 'ClientIP')
      .set('spec.sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
    const tracing = here.namespaceOf('traces');
    if (tracing !== undefined) prometheus.admit({ namespace: tracing, podLabels: selectorLabels('tempo') });
    prometheus.connectTo(stateMetrics, BY_FILE).connectTo(alertmanager, BY_FILE);
    prometheus.connectTo(everyPod, BY_FILE);
    prometheus.connectTo(everyNode('kubelet', 10_250), BY_FILE);
    prometheus.connectTo(everyNode('node-exporter', NODE_EXPORTER_PORT), BY_FILE);
    const because = 'it looks for what to scrape in every namespace';
    const verbs = ['get', 'list', 'watch'];
    prometheus
      .mayCall({ resources: ['nodes', 'pods', 'services'], verbs, everywhere: true, because })
      .mayCall({ resources: ['nodes/metrics'], verbs: ['get'], everywhere: true, because })
      .mayCall({ group: 'discovery.k8s.io', resources: ['endpointslices'], verbs, everywhere: true, because })
      .mayCall({ urls: ['/metrics', '/metrics/slis'], verbs: ['get'], because });

    shownIn(this, 'prometheus').connectTo(prometheus, BY_FILE);
  }

  private createAlertmanager(
    image: string,
    receivers: Readonly<Record<string, Receiver>>,
    replicas: number,
  ): StatefulService {
    const secrets = secretsOf(receivers);
    const peers = Array.from({ length: replicas }, (_, ordinal) => `alertmanager-${ordinal}.alertmanager-members:9094`);
    const alertmanager = new StatefulService(this, 'alertmanager', {
      image,
      args: [
        '--config.file=/etc/alertmanager/alertmanager.yml',
        '--storage.path=/alertmanager',
        ...(replicas === 1
          ? ['--cluster.listen-address=']
          : [
              '--cluster.listen-address=[$(POD_IP)]:9094',
              '--cluster.peer-name=$(POD_NAME)',
              ...peers.map((peer) => `--cluster.peer=${peer}`),
              // a pod that comes back has another address
              '--cluster.reconnect-timeout=5m',
              `--cluster.label=${this.namespace ?? ''}/alertmanager`,
            ]),
      ],
      port: { port: 9093, servicePort: 9093 },
      ...(replicas === 1
        ? {}
        : { ports: { gossip: { port: 9094, protocol: 'tcp' }, 'gossip-udp': { port: 9094, protocol: 'udp' } } }),
      resources: { cpu: '50m', memory: '128Mi' },
      size: { replicas, ...(replicas === 1 ? {} : { gossip: true }) },
      probes: {
        bootSeconds: 60,
        startup: { path: '/-/ready' },
        readiness: { path: '/-/ready' },
        liveness: { path: '/-/healthy' },
      },
      // several inform each other of silences and of what they sent, so that one without a disk can start in any zone
      ...(replicas === 1
        ? { claims: { '/alertmanager': { size: '1Gi' } }, noBackup: 'silences are made again' }
        : { claims: {}, scratch: [{ path: '/alertmanager', size: '1Gi' }] }),
      metrics: { port: 9093 },
      env: { POD_NAME: { field: 'metadata.name' }, POD_IP: { field: 'status.podIP' } },
      volumes: Object.fromEntries([...secrets].map(([secret, keys]) => [`${SECRETS}/${secret}`, { secret, keys }])),
      files: { '/etc/alertmanager/alertmanager.yml': alertmanagerConfig(receivers) },
    });
    const { trace } = this.settings.here.part;
    if (Object.keys(receivers).length === 0) {
      report(
        this,
        findingOf(
          'alerts-unsent',
          {
            field: 'metrics.receivers',
            message: 'alerts reach no one: they show in Alertmanager and Grafana only',
            expected:
              "receivers: { oncall: { slack: { channel: '#alerts', url: { secret: 'alerts', key: 'slack' } } } }",
          },
          'warning',
        ),
        trace,
      );
    }
    const key = `${this.namespace ?? ''}/alertmanager`;
    const hasIdentity = this.settings.here.hasIdentity('metrics', 'alertmanager');
    for (const [name, receiver] of Object.entries(receivers)) {
      if (!('sns' in receiver) || hasIdentity) continue;
      report(
        this,
        findingOf('input', {
          field: `metrics.receivers.${name}.sns`,
          message: `${key} has no identity on ${this.target.cluster.name}, and SNS takes no key from a file`,
          expected: `in clusters.${this.target.cluster.name}, identities: { '${key}': … }`,
        }),
        trace,
      );
    }
    for (const [name, receiver] of Object.entries(receivers)) {
      alertmanager.connectTo(outside(name, portOf(receiver)), BY_FILE);
    }
    return alertmanager;
  }
}

/** Rules and dashboards beside a Prometheus that its operator runs, with Alertmanager and the exporters, as kube-prometheus installs them. */
class WatchedMetrics extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'metrics', target);
    const { cluster } = target;
    const { part } = this.settings.here;
    const { receivers } = part.props as Partial<MetricsProps>;
    if (receivers !== undefined) {
      const message = `${cluster.name} has prometheus-operator, whose Alertmanager has receivers of its own`;
      const expected = 'no receivers here: its AlertmanagerConfig or its Secret names them';
      report(this, findingOf('input', { field: 'metrics.receivers', message, expected }), part.trace);
    }
    const labels = { ...cluster.prometheus?.monitorLabels };
    createObject(
      this,
      'rules',
      'PrometheusRule',
      { name: 'evenkeel', labels },
      { spec: { groups: alertGroups(watchedRuns(this)) } },
    );
    const source = prometheusOf(cluster);
    if (isProblem(source)) return; // not with the operator
    // the Service that the operator gives every Prometheus: prometheus-operator, pkg/prometheus
    shownIn(this, hostIn(source.namespace, 'prometheus-operated')).connectTo(
      podsIn('prometheus', source, PORTS.prometheus),
      BY_FILE,
    );
  }
}

/** Creates Grafana in a system of the part, with what the cluster's systems are and promise. */
function shownIn(system: System<PartSettings>, prometheus: string): WebService {
  const { here } = system.settings;
  const { grafana = {}, images } = here.part.props as Partial<MetricsProps>;
  const { host, admin = { secret: 'grafana', key: 'admin-password' } } = grafana;
  const [logs, traces] = [here.namespaceOf('logs'), here.namespaceOf('traces')];
  return createGrafana(system, {
    image: imageOf('grafana', images),
    sources: { prometheus, ...defined({ logs, traces }) },
    dashboards: dashboardsOf(here.systems, system.target.cluster.name),
    admin,
    host,
  });
}

/** A database outside the cluster, or in it. */
const isDatabase = (one: IConstruct): one is Database | PostgreSQL =>
  one instanceof Database || one instanceof PostgreSQL;

/** A dashboard for the cluster, and one for each of its systems, as JSON by name. */
function dashboardsOf(systems: readonly System<unknown>[], cluster: string): Readonly<Record<string, string>> {
  const shown = systems.map((system) => {
    const { namespace = '' } = system;
    const databases = system.node.findAll().filter(isDatabase);
    const json = systemDashboard({
      namespace,
      components: componentsOf(system).map(({ observed }) => observed),
      databases: databases.map(({ observed }) => observed),
    });
    return [namespace, json] as const;
  });
  return { [`cluster-${cluster}`]: clusterDashboard(cluster), ...Object.fromEntries(shown) };
}

/** Whether Prometheus is run by its operator, which others installed with all that belongs to it. */
const hasOperator = ({ capabilities }: Equipped): boolean => capabilities.includes('prometheus-operator');

/** The backups and drills of the cluster. */
function watchedRuns(system: System<PartSettings>): WatchedRun[] {
  return systemsBeside(system).flatMap(({ node, namespace = '' }) =>
    node
      .findAll()
      .filter(isWatched)
      .map(({ what, name, healthySeconds }) => ({ what, namespace, cronJob: name, healthySeconds })),
  );
}

/** A receiver outside of the cluster, whose addresses no manifest knows. */
const outside = (name: string, port: number) => ({
  connection: () => ({ name, host: name, port, peer: { outside: `the receiver ${name}`, cidrs: [], port } }),
});

class NodeMetrics extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'node-metrics', target, {
      privileged: 'node-exporter reads the disks, the network and the load of its node',
    });
    const { images } = this.settings.here.part.props as Partial<MetricsProps>;
    createNodeExporter(this, imageOf('node-exporter', images));
  }
}
