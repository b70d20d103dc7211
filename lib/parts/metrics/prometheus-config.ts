// The configuration of Prometheus: what it scrapes by discovery, which rules it evaluates, and where its alerts go.

import { stringify } from 'yaml';
import type { JsonObject } from '../../model/manifest/json';
import { SCRAPE_SECONDS } from './sizing';

/** Folder of the configuration and of the rules. */
export const CONFIG = '/etc/prometheus';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const POD = '__meta_kubernetes_pod';

/** What the configuration depends on. */
export interface PrometheusConfig {
  /** Name of the cluster, on every series that leaves it. */
  readonly cluster: string;
  /** How long samples are kept, and up to which size in GiB. */
  readonly retention: string;
  readonly kept: number;
  /** Addresses of every Alertmanager: each gets every alert, and they agree on who sends. */
  readonly alertmanagers: readonly string[];
  readonly stateMetrics: string;
  readonly nodeExporterPort: number;
}

type Relabel = JsonObject;

/** The target's own certificate is signed by itself on most distributions: the token is what is checked. */
const BY_TOKEN: JsonObject = {
  scheme: 'https',
  authorization: { credentials_file: `${ACCOUNT}/token` },
};

const copy = (from: string, to: string): Relabel => ({ source_labels: [from], target_label: to });

/**
 * The jobs. Labels that a target sets itself never replace ours: no component can pass for another one.
 *
 * Sources: prometheus.io, "Configuration", kubernetes_sd_config; prometheus/prometheus, documentation/examples/prometheus-kubernetes.yml.
 */
function jobs({ stateMetrics, nodeExporterPort }: PrometheusConfig): JsonObject[] {
  return [
    {
      job_name: 'pods',
      kubernetes_sd_configs: [{ role: 'pod' }],
      relabel_configs: [
        { source_labels: [`${POD}_annotation_prometheus_io_scrape`], regex: 'true', action: 'keep' },
        { source_labels: [`${POD}_phase`], regex: 'Pending|Succeeded|Failed|Completed', action: 'drop' },
        // a pod is a target once for each of its containers and ports: the annotation says which port
        { source_labels: [`${POD}_container_init`], regex: 'true', action: 'drop' },
        { ...copy(`${POD}_annotation_prometheus_io_path`, '__metrics_path__'), regex: '(.+)' },
        { ...copy(`${POD}_annotation_prometheus_io_scheme`, '__scheme__'), regex: '(https?)' },
        {
          source_labels: [`${POD}_annotation_prometheus_io_port`, `${POD}_ip`],
          regex: '(\\d+);(([0-9]+\\.){3}[0-9]+)',
          replacement: '$2:$1',
          target_label: '__address__',
        },
        {
          source_labels: [`${POD}_annotation_prometheus_io_port`, `${POD}_ip`],
          regex: '(\\d+);(([A-Fa-f0-9]{0,4}:){2,7}[A-Fa-f0-9]{0,4})',
          replacement: '[$2]:$1',
          target_label: '__address__',
        },
        copy('__meta_kubernetes_namespace', 'namespace'),
        copy(`${POD}_name`, 'pod'),
        copy(`${POD}_node_name`, 'node'),
        copy(`${POD}_label_app_kubernetes_io_name`, 'job'),
      ],
    },
    {
      job_name: 'kube-state-metrics',
      // its series are about other objects, whose namespaces and pods they name
      honor_labels: true,
      static_configs: [{ targets: [stateMetrics] }],
    },
    {
      job_name: 'node-exporter',
      kubernetes_sd_configs: [{ role: 'node' }],
      relabel_configs: [
        {
          source_labels: ['__address__'],
          regex: '(.+):\\d+',
          replacement: `$1:${nodeExporterPort}`,
          target_label: '__address__',
        },
        copy('__meta_kubernetes_node_name', 'node'),
      ],
    },
    ...(['/metrics', '/metrics/cadvisor'] as const).map((path) => ({
      job_name: path === '/metrics' ? 'kubelet' : 'cadvisor',
      ...BY_TOKEN,
      tls_config: { insecure_skip_verify: true },
      metrics_path: path,
      // cAdvisor's own times are those of its last look, which may be old
      ...(path === '/metrics' ? {} : { honor_timestamps: false }),
      kubernetes_sd_configs: [{ role: 'node' }],
      relabel_configs: [copy('__meta_kubernetes_node_name', 'node')],
    })),
    {
      job_name: 'apiserver',
      ...BY_TOKEN,
      tls_config: { ca_file: `${ACCOUNT}/ca.crt` },
      kubernetes_sd_configs: [{ role: 'endpointslice', namespaces: { names: ['default'] } }],
      relabel_configs: [
        {
          source_labels: ['__meta_kubernetes_service_name', '__meta_kubernetes_endpointslice_port_name'],
          regex: 'kubernetes;https',
          action: 'keep',
        },
      ],
    },
  ];
}

/** The file `prometheus.yml`. */
export function prometheusConfig(input: PrometheusConfig): string {
  const { cluster, retention, kept, alertmanagers } = input;
  return stringify(
    {
      global: {
        scrape_interval: `${SCRAPE_SECONDS}s`,
        scrape_timeout: '10s',
        evaluation_interval: `${SCRAPE_SECONDS}s`,
        // the pod's name distinguishes the two of a pair; Prometheus puts it in
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Prometheus' own
        external_labels: { cluster, replica: '${POD_NAME}' },
      },
      storage: { tsdb: { retention: { time: retention, size: `${kept}GB` } } },
      rule_files: [`${CONFIG}/rules/*.yml`],
      alerting: {
        // alerts of the pair are the same alert
        alert_relabel_configs: [{ regex: 'replica', action: 'labeldrop' }],
        alertmanagers: [{ static_configs: [{ targets: [...alertmanagers] }] }],
      },
      scrape_configs: jobs(input),
    },
    { lineWidth: 0 },
  );
}
