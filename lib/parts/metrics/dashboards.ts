// Dashboards, generated: one a system with what it promises, and one of the cluster's nodes.

import type { Observed } from '../../constructs/component/metrics';
import type { ObservedDatabase } from '../../constructs/services/database';
import { percent } from '../../model/finding/derivation';
import type { JsonObject } from '../../model/manifest/json';

/** Name and identifier of Grafana's data source for Prometheus. */
export const PROMETHEUS = 'prometheus';

/** The newest version of the format that Grafana 13 writes without converting: grafana/grafana, apps/dashboard/pkg/migration. */
const SCHEMA_VERSION = 41;

/** Grafana divides the width of a dashboard into 24. */
const COLUMNS = 24;
const PANEL = { width: 8, height: 7 } as const;

/** A panel before it has a place. */
interface Panel {
  readonly title: string;
  /** Expressions by the name of their line. */
  readonly lines: Readonly<Record<string, string>>;
  /** Unit, as Grafana names it. */
  readonly unit: 'short' | 'percentunit' | 's' | 'bytes' | 'reqps';
}

/** The system of a dashboard. */
export interface ShownSystem {
  readonly namespace: string;
  readonly components: readonly Observed[];
  /** Databases whose connections its pods share. */
  readonly databases: readonly ObservedDatabase[];
}

/** What follows the component's name in that of a pod: of a Deployment, a StatefulSet, a DaemonSet or a Job. */
const POD_SUFFIX = '([a-z0-9]{6,10}-[a-z0-9]{5}|[0-9]+|[a-z0-9]{5})';

/** The pods of a component, and not those of one whose name is longer. */
const podsOf = (namespace: string, name: string): string => `namespace="${namespace}",pod=~"${name}-${POD_SUFFIX}"`;

function componentPanels(namespace: string, { name, requests, latency }: Observed): Panel[] {
  const pods = podsOf(namespace, name);
  const own = `namespace="${namespace}"`;
  const scaler = `${own},horizontalpodautoscaler="${name}"`;
  const panels: Panel[] = [
    {
      title: `${name}: pods`,
      unit: 'short',
      lines: {
        ready: `sum(kube_pod_status_ready{${pods},condition="true"})`,
        fewest: `max(kube_horizontalpodautoscaler_spec_min_replicas{${scaler}})`,
        most: `max(kube_horizontalpodautoscaler_spec_max_replicas{${scaler}})`,
      },
    },
    {
      title: `${name}: CPU of what is requested`,
      unit: 'percentunit',
      lines: {
        used: `sum(rate(container_cpu_usage_seconds_total{${pods},container!=""}[5m])) / sum(kube_pod_container_resource_requests{${pods},resource="cpu"})`,
      },
    },
    {
      title: `${name}: memory of its limit, and restarts`,
      unit: 'percentunit',
      lines: {
        fullest: `max(container_memory_working_set_bytes{${pods},container!=""} / on (namespace, pod, container) kube_pod_container_resource_limits{${pods},resource="memory"})`,
        'restarts an hour': `sum(increase(kube_pod_container_status_restarts_total{${pods}}[1h]))`,
      },
    },
  ];
  if (requests === undefined) return panels;
  const { histogram, errors } = requests;
  const of = (suffix: string, matchers = ''): string =>
    `sum(rate(${histogram}_${suffix}{${own},job="${name}"${matchers}}[5m]))`;
  const quantile = latency?.quantile ?? 0.99;
  return [
    ...panels,
    { title: `${name}: requests`, unit: 'reqps', lines: { all: of('count'), failed: of('count', `,${errors}`) } },
    {
      title: `${name}: share that failed`,
      unit: 'percentunit',
      lines: { failed: `${of('count', `,${errors}`)} / ${of('count')}` },
    },
    {
      title: `${name}: latency, ${percent(quantile)} within`,
      unit: 's',
      lines: {
        measured: `histogram_quantile(${quantile}, sum by (le) (rate(${histogram}_bucket{${own},job="${name}"}[5m])))`,
        ...(latency === undefined ? {} : { promised: `vector(${latency.seconds})` }),
      },
    },
  ];
}

function databasePanel(namespace: string, { database, connections, perPod }: ObservedDatabase): Panel {
  const used = perPod.map(
    ({ component, connections: each }) =>
      `(sum(kube_pod_status_phase{${podsOf(namespace, component)},phase="Running"}) * ${each} or vector(0))`,
  );
  return {
    title: `${database}: connections that the pods may open`,
    unit: 'short',
    lines: { 'may open': used.join(' + '), 'there are': `vector(${connections})` },
  };
}

function render(panels: readonly Panel[]): JsonObject[] {
  const perRow = COLUMNS / PANEL.width;
  return panels.map(({ title, lines, unit }, index) => ({
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: { type: PROMETHEUS, uid: PROMETHEUS },
    gridPos: {
      x: (index % perRow) * PANEL.width,
      y: Math.floor(index / perRow) * PANEL.height,
      w: PANEL.width,
      h: PANEL.height,
    },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' } },
    targets: Object.entries(lines).map(([legendFormat, expr], line) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + line),
      datasource: { type: PROMETHEUS, uid: PROMETHEUS },
      expr,
      legendFormat,
    })),
  }));
}

const dashboard = (uid: string, title: string, panels: readonly Panel[]): string =>
  JSON.stringify({
    uid,
    title,
    schemaVersion: SCHEMA_VERSION,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    tags: ['evenkeel'],
    panels: render(panels),
  });

/** Grafana takes identifiers of at most 40 characters. */
const uidOf = (name: string): string => name.slice(0, 40);

/** The dashboard of a system, as JSON. */
export function systemDashboard({ namespace, components, databases }: ShownSystem): string {
  const panels = [
    ...components.flatMap((component) => componentPanels(namespace, component)),
    ...databases.filter(({ perPod }) => perPod.length > 0).map((database) => databasePanel(namespace, database)),
  ];
  return dashboard(uidOf(namespace), namespace, panels);
}

/** The dashboard of the cluster's nodes and of the alerts that fire. */
export function clusterDashboard(cluster: string): string {
  return dashboard(uidOf(`cluster-${cluster}`), `Cluster ${cluster}`, [
    {
      title: 'Alerts that fire',
      unit: 'short',
      lines: { '{{alertname}}': 'count by (alertname) (ALERTS{alertstate="firing",alertname!="Watchdog"})' },
    },
    {
      title: 'Nodes',
      unit: 'short',
      lines: {
        ready: 'sum(kube_node_status_condition{condition="Ready",status="true"})',
        all: 'count(kube_node_info)',
      },
    },
    {
      title: 'Targets that do not answer',
      unit: 'short',
      lines: { '{{namespace}}/{{job}}': 'count by (namespace, job) (up == 0)' },
    },
    {
      title: 'CPU of nodes',
      unit: 'percentunit',
      lines: { '{{node}}': '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
    },
    {
      title: 'Memory of nodes',
      unit: 'percentunit',
      lines: { '{{node}}': '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes' },
    },
    {
      title: 'Requested of what nodes offer',
      unit: 'percentunit',
      lines: {
        '{{resource}}':
          'sum by (resource) (kube_pod_container_resource_requests{resource=~"cpu|memory"}) / sum by (resource) (kube_node_status_allocatable{resource=~"cpu|memory"})',
      },
    },
  ]);
}
