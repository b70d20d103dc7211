// The metrics of a component: the port that Prometheus asks, and what makes it ask, by what the cluster has.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { prometheusOf } from '../../model/cluster/neighbours';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { either, fields, number, optional, text } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import type { NodeChoice } from '../nodes/node-choice';
import type { NamedPort } from '../pod/ports';
import type { SecurityExits } from '../pod/security';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';

/** Where a component shows its metrics, in the format of Prometheus, by HTTP. */
export interface Metrics {
  /**
   * Name or number of one of its ports, or another number: a port `metrics` of its own, which is not in the Service and to which no
   * client is admitted.
   */
  readonly port: string | number;
  /** @default /metrics */
  readonly path?: string;
  /** The sidecar that listens on a port of its own. @default the component's own container */
  readonly container?: string;
  /** Which of its metrics count requests. Dashboards and promises about requests need it. @default unknown */
  readonly requests?: RequestMetrics;
}

/** The metrics of requests, under the names that the application gives them. */
export interface RequestMetrics {
  /**
   * Name of the histogram of their duration in seconds, without `_bucket`.
   * @example histogram: 'http_request_duration_seconds'
   */
  readonly histogram: string;
  /** Matchers of those that failed: `code=~"5.."`. */
  readonly errors: string;
}

/** What the parts of the platform, and its backups, know of a component. */
export interface Observed {
  readonly name: string;
  /** Its most pods; 0 where that is unknown. */
  readonly pods: number;
  readonly sendsTraces: boolean;
  /** Whether it has templates. */
  readonly readsStore: boolean;
  /** The port of its metrics. @default it has none */
  readonly port?: number;
  readonly requests?: RequestMetrics;
  /** The latency that it promises. @default none */
  readonly latency?: { readonly quantile: number; readonly seconds: number };
  /** Names of the shared claims that it mounts. */
  readonly claims: readonly string[];
  /** Which nodes its pods run on. */
  readonly nodes: NodeChoice;
  /** The user of its processes. @default that of every pod */
  readonly user?: SecurityExits['user'];
}

const PORT = either(
  [text('the name of a port'), number({ atLeast: 1, atMost: 65_535, whole: true })],
  'the name of one of its ports, or an integer from 1 to 65535',
);

/** prometheus.io, "Data model": names of metrics. */
const isHistogram = (name: string): boolean =>
  /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name) && !/_(bucket|count|sum)$/.test(name);

/** What the metrics of a component may say. */
export const METRICS = fields<Metrics>(
  {
    port: PORT,
    path: optional(text('an absolute path, such as /metrics', (path) => path.startsWith('/'))),
    container: optional(text('the name of a sidecar')),
    requests: optional(
      fields<RequestMetrics>(
        {
          histogram: text('the name of a histogram, without _bucket', isHistogram),
          errors: text('matchers of labels: code=~"5.."', (matchers) => matchers.includes('=')),
        },
        "{ histogram: 'http_request_duration_seconds', errors: 'code=~\"5..\"' }",
      ),
    ),
  },
  '{ port: 9102 }',
);

/** The name of a port that has metrics only. */
const OWN = 'metrics';

/** Stated, since the default of each Prometheus is another one. */
const INTERVAL = '30s';

const isMeant =
  (wanted: string | number) =>
  ({ name, port, transport }: NamedPort): boolean =>
    name === wanted || (port === wanted && transport === 'TCP');

/** The port that has nothing but metrics; `undefined` where there are none, or one of `ports` has them. */
export function ownMetricsPort(metrics: Metrics | undefined, ports: readonly NamedPort[]): NamedPort | undefined {
  if (metrics === undefined || typeof metrics.port === 'string' || ports.some(isMeant(metrics.port))) return undefined;
  const { port, container } = metrics;
  return { name: OWN, port, servicePort: port, protocol: 'http', transport: 'TCP', ...defined({ container }) };
}

/** A problem of the port that has nothing but metrics, at the field where the user wrote it. */
export function ofMetrics(problem: Problem, own: NamedPort | undefined): Problem {
  return own !== undefined && problem.field === `ports.${OWN}.container`
    ? { ...problem, field: 'metrics.container' }
    : problem;
}

/** Metrics at a port that does not exist, that does not speak HTTP, or whose name is taken. */
export function findMetricsProblems(metrics: Metrics | undefined, ports: readonly NamedPort[]): Problem[] {
  if (metrics === undefined) return [];
  const { port, container } = metrics;
  const found = ports.find(isMeant(port));
  const names = ports.map(({ name }) => name);
  const field = 'metrics.port';
  if (found === undefined && typeof port === 'string') {
    const message = `there is no port ${port}${didYouMean(port, names)}`;
    return [{ field, value: port, message, expected: [...names, 'a number of its own'].join(', ') }];
  }
  if (found === undefined) {
    if (!names.includes(OWN)) return [];
    const message = `the port of its own would be called ${OWN}, as ports.${OWN} is`;
    return [{ field, value: port, message, expected: `'${OWN}', or another name in ports` }];
  }
  const problems: (Problem | false)[] = [
    found.protocol !== 'http' && {
      field,
      value: port,
      message: `Prometheus asks by HTTP, and the port ${found.name} speaks ${found.protocol}`,
      expected: 'a port that speaks http, or a number of its own',
    },
    container !== undefined &&
      container !== found.container && {
        field: 'metrics.container',
        value: container,
        message: `the port ${found.name} belongs to ${found.container ?? "the component's own container"}`,
        expected: 'no container here: the port says it',
      },
  ];
  return problems.filter((one) => one !== false);
}

/** The metrics that a component has, at one of the ports of its pods. */
export function scrapeOf(
  cluster: Cluster,
  metrics: Metrics | undefined,
  ports: readonly NamedPort[],
): Scrape | undefined {
  const port = metrics && ports.find(isMeant(metrics.port));
  return port && new Scrape(cluster, metrics?.path ?? '/metrics', port);
}

/** The metrics of one component, with the port that has them. */
export class Scrape {
  /** The port of the pods. */
  readonly port: NamedPort;
  /** Annotations of the pods, for a Prometheus that looks for them. */
  readonly podAnnotations: Readonly<Record<string, string>>;
  /** Whether it is known where Prometheus asks from. */
  readonly isAdmitted: boolean;

  constructor(
    private readonly cluster: Cluster,
    private readonly path: string,
    port: NamedPort,
  ) {
    this.port = port;
    this.isAdmitted = !isProblem(prometheusOf(cluster));
    this.podAnnotations = this.hasOperator
      ? {}
      : { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port.port), 'prometheus.io/path': path };
  }

  /** Creates the monitor of a component that has a Service, or none; `undefined` where no operator would read it. */
  createMonitor(
    scope: Construct,
    name: string,
    servicePorts: readonly NamedPort[] | undefined,
    podLabels: Readonly<Record<string, string>> = selectorLabels(name),
  ): ApiObject | undefined {
    if (!this.hasOperator) return undefined;
    const { path, port } = this;
    const metadata = { name, labels: { ...selectorLabels(name), ...this.cluster.prometheus?.monitorLabels } };
    const selector = { matchLabels: podLabels };
    const how = { path, interval: INTERVAL };
    if (servicePorts === undefined) {
      const podMetricsEndpoints = [{ port: port.name, ...how }];
      return createObject(scope, 'monitor', 'PodMonitor', metadata, { spec: { selector, podMetricsEndpoints } });
    }
    const at = servicePorts.includes(port) ? { port: port.name } : { targetPort: port.name };
    return createObject(scope, 'monitor', 'ServiceMonitor', metadata, {
      spec: { selector, endpoints: [{ ...at, ...how }] },
    });
  }

  /** A note where nothing is known to scrape. */
  get notes(): Finding[] {
    const prometheus = prometheusOf(this.cluster);
    if (!isProblem(prometheus)) return [];
    const message = `port ${this.port.port} is closed to Prometheus: ${prometheus.message}`;
    return [findingOf('metrics-unread', { field: 'metrics', message, expected: prometheus.expected }, 'note')];
  }

  private get hasOperator(): boolean {
    return this.cluster.capabilities.includes('prometheus-operator');
  }
}
