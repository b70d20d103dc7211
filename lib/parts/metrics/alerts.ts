// The alerts that every cluster has: what is wrong with workloads, nodes, volumes, and with the watchers themselves.

import { stringify } from 'yaml';
import type { Watched } from '../../constructs/backups/watched-job';
import type { JsonObject } from '../../model/manifest/json';

/** `critical` wakes the person on call; `warning` waits for the morning; `none` is for machines. */
type Severity = 'critical' | 'warning' | 'none';

/** A rule that fires while its expression has a result, and has had one for some time. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** Minutes that the expression must hold. */
  readonly minutes: number;
  readonly severity: Severity;
  /** What is wrong, with the labels of the series. */
  readonly summary: string;
}

const OF_POD = '{{ $labels.namespace }}/{{ $labels.pod }}';

/**
 * Sources of the conditions: prometheus-operator/kube-prometheus, manifests/*-prometheusRule.yaml, which many clusters run; the names are
 * theirs, so that their runbooks are found (runbooks.prometheus-operator.dev).
 */
const GROUPS: Readonly<Record<string, readonly Alert[]>> = {
  workloads: [
    {
      alert: 'KubePodCrashLooping',
      expr: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
      minutes: 15,
      severity: 'warning',
      summary: `Container {{ $labels.container }} of ${OF_POD} crashes again and again.`,
    },
    {
      alert: 'KubePodNotReady',
      expr: 'sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"} unless on (namespace, pod) kube_pod_owner{owner_kind="Job"}) > 0',
      minutes: 15,
      severity: 'warning',
      summary: `${OF_POD} has not been ready for 15 minutes.`,
    },
    {
      alert: 'KubeDeploymentUnavailable',
      expr: 'kube_deployment_spec_replicas > 0 and on (namespace, deployment) kube_deployment_status_replicas_available == 0',
      minutes: 1,
      severity: 'critical',
      summary: 'No pod of {{ $labels.namespace }}/{{ $labels.deployment }} is available.',
    },
    {
      alert: 'KubeDeploymentReplicasMismatch',
      expr: '(kube_deployment_spec_replicas > on (namespace, deployment) kube_deployment_status_replicas_available) and on (namespace, deployment) changes(kube_deployment_status_replicas_updated[10m]) == 0',
      minutes: 15,
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.deployment }} has fewer pods than it asks for.',
    },
    {
      alert: 'KubeDeploymentRolloutStuck',
      expr: 'kube_deployment_status_condition{condition="Progressing",status="false"} != 0',
      minutes: 15,
      severity: 'warning',
      summary: 'The rollout of {{ $labels.namespace }}/{{ $labels.deployment }} does not progress.',
    },
    {
      alert: 'KubeStatefulSetReplicasMismatch',
      expr: '(kube_statefulset_status_replicas_ready != on (namespace, statefulset) kube_statefulset_replicas) and on (namespace, statefulset) changes(kube_statefulset_status_replicas_updated[10m]) == 0',
      minutes: 15,
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.statefulset }} has not as many ready pods as it asks for.',
    },
    {
      alert: 'KubeJobFailed',
      expr: 'kube_job_failed{condition="true"} > 0',
      minutes: 15,
      severity: 'warning',
      summary: 'Job {{ $labels.namespace }}/{{ $labels.job_name }} has failed.',
    },
    {
      alert: 'KubeHpaMaxedOut',
      expr: '(kube_horizontalpodautoscaler_status_current_replicas == on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_max_replicas) and on (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas > on (namespace, horizontalpodautoscaler) kube_horizontalpodautoscaler_spec_min_replicas)',
      minutes: 15,
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has as many pods as it may have.',
    },
    {
      alert: 'KubePdbNotEnoughHealthyPods',
      expr: 'kube_poddisruptionbudget_status_current_healthy < on (namespace, poddisruptionbudget) kube_poddisruptionbudget_status_desired_healthy',
      minutes: 15,
      severity: 'warning',
      summary:
        '{{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} has fewer healthy pods than its budget asks for: no node can be drained.',
    },
    {
      alert: 'KubePersistentVolumeFillingUp',
      expr: 'kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.03',
      minutes: 1,
      severity: 'critical',
      summary: 'Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is almost full.',
    },
    {
      alert: 'KubePersistentVolumeFillingUp',
      expr: 'kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.15 and predict_linear(kubelet_volume_stats_available_bytes[6h], 4 * 24 * 3600) < 0',
      minutes: 60,
      severity: 'warning',
      summary: 'Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} will be full within four days.',
    },
  ],
  nodes: [
    {
      alert: 'KubeNodeNotReady',
      expr: 'kube_node_status_condition{condition="Ready",status="true"} == 0 and on (node) kube_node_spec_unschedulable == 0',
      minutes: 15,
      severity: 'warning',
      summary: 'Node {{ $labels.node }} has not been ready for 15 minutes.',
    },
    {
      alert: 'NodeFilesystemSpaceFillingUp',
      expr: 'node_filesystem_avail_bytes{fstype!=""} / node_filesystem_size_bytes{fstype!=""} < 0.15 and predict_linear(node_filesystem_avail_bytes{fstype!=""}[6h], 24 * 3600) < 0 and node_filesystem_readonly{fstype!=""} == 0',
      minutes: 60,
      severity: 'warning',
      summary: '{{ $labels.mountpoint }} of node {{ $labels.node }} will be full within a day.',
    },
    {
      alert: 'KubeAPIDown',
      expr: 'absent(up{job="apiserver"} == 1)',
      minutes: 15,
      severity: 'critical',
      summary: 'No API server answers Prometheus.',
    },
    {
      alert: 'KubeletDown',
      expr: 'absent(up{job="kubelet"} == 1)',
      minutes: 15,
      severity: 'critical',
      summary: 'No kubelet answers Prometheus.',
    },
  ],
  watchers: [
    {
      alert: 'TargetDown',
      expr: '100 * count by (job, namespace) (up == 0) / count by (job, namespace) (up) > 10',
      minutes: 10,
      severity: 'warning',
      summary: '{{ $value | humanize }} % of the targets of {{ $labels.namespace }}/{{ $labels.job }} do not answer.',
    },
    {
      alert: 'Watchdog',
      expr: 'vector(1)',
      minutes: 0,
      severity: 'none',
      summary: 'Always fires: who gets it knows that alerts arrive.',
    },
    {
      alert: 'KubeStateMetricsDown',
      expr: 'absent(up{job="kube-state-metrics"} == 1)',
      minutes: 5,
      severity: 'critical',
      summary: 'kube-state-metrics does not answer: alerts about workloads cannot fire.',
    },
    {
      alert: 'PrometheusBadConfig',
      expr: 'max_over_time(prometheus_config_last_reload_successful[5m]) == 0',
      minutes: 10,
      severity: 'critical',
      summary: `${OF_POD} could not read its configuration.`,
    },
    {
      alert: 'PrometheusRuleFailures',
      expr: 'increase(prometheus_rule_evaluation_failures_total[5m]) > 0',
      minutes: 15,
      severity: 'critical',
      summary: `${OF_POD} cannot evaluate some rules.`,
    },
    {
      alert: 'PrometheusNotConnectedToAlertmanagers',
      expr: 'max_over_time(prometheus_notifications_alertmanagers_discovered[5m]) < 1',
      minutes: 10,
      severity: 'warning',
      summary: `${OF_POD} knows no Alertmanager: its alerts reach no receiver.`,
    },
    {
      alert: 'AlertmanagerClusterDown',
      expr: 'count by (namespace) (avg_over_time(up{job="alertmanager"}[5m]) < 0.5) / count by (namespace) (up{job="alertmanager"}) >= 0.5',
      minutes: 5,
      severity: 'critical',
      summary: 'Half of the Alertmanagers or more do not answer.',
    },
    {
      alert: 'AlertmanagerFailedToSendAlerts',
      expr: 'rate(alertmanager_notifications_failed_total[5m]) / ignoring (reason) group_left () rate(alertmanager_notifications_total[5m]) > 0.01',
      minutes: 5,
      severity: 'warning',
      summary: `${OF_POD} fails to send to {{ $labels.integration }}.`,
    },
    {
      alert: 'AlertmanagerConfigInconsistent',
      expr: 'count by (namespace) (count_values by (namespace) ("config_hash", alertmanager_config_hash)) != 1',
      minutes: 20,
      severity: 'critical',
      summary: 'The Alertmanagers have different configurations.',
    },
  ],
};

/** A CronJob whose last success must not be too old. */
export interface WatchedRun {
  readonly what: Watched;
  readonly namespace: string;
  readonly cronJob: string;
  /** The longest healthy time between the ends of two runs, in seconds. */
  readonly healthySeconds: number;
}

/**
 * Fires where the last success is too old, where there is none although the CronJob is that old, and where there is no such CronJob. There is no
 * series of the last success before the first one. Source: kubernetes/kube-state-metrics, internal/store/cronjob.go.
 */
function tooOld({ what, namespace, cronJob, healthySeconds }: WatchedRun): Alert {
  const labels = `{namespace="${namespace}",cronjob="${cronJob}"}`;
  const success = `max by (namespace, cronjob) (kube_cronjob_status_last_successful_time${labels})`;
  const created = `max by (namespace, cronjob) (kube_cronjob_created${labels})`;
  const { alert, subject, severity } = TOO_OLD[what];
  return {
    alert,
    expr: `time() - ${success} > ${healthySeconds} or (time() - ${created} > ${healthySeconds} unless on (namespace, cronjob) ${success}) or absent(kube_cronjob_created${labels})`,
    minutes: 10,
    severity,
    summary: `${subject} {{ $labels.namespace }}/{{ $labels.cronjob }} has not succeeded for ${Math.floor(healthySeconds / 3600)} hours, or does not exist.`,
  };
}

const TOO_OLD: Readonly<
  Record<Watched, { readonly alert: string; readonly subject: string; readonly severity: Severity }>
> = {
  backup: { alert: 'BackupTooOld', subject: 'Backup', severity: 'critical' },
  drill: { alert: 'RestoreDrillTooOld', subject: 'The drill', severity: 'warning' },
};

/** The groups of rules, as Prometheus and the PrometheusRule of its operator spell them. */
export function alertGroups(watched: readonly WatchedRun[]): JsonObject[] {
  const groups = watched.length === 0 ? GROUPS : { ...GROUPS, backups: watched.map(tooOld) };
  return Object.entries(groups).map(([name, alerts]) => ({
    name: `evenkeel-${name}`,
    rules: alerts.map(({ alert, expr, minutes, severity, summary }) => ({
      alert,
      expr,
      ...(minutes === 0 ? {} : { for: `${minutes}m` }),
      labels: { severity },
      annotations: { summary },
    })),
  }));
}

/** The groups as a file of rules. */
export const alertFile = (watched: readonly WatchedRun[]): string =>
  stringify({ groups: alertGroups(watched) }, { lineWidth: 0 });
