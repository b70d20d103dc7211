// Who serves the metrics of an autoscaler: a cluster that lacks it leaves the number of pods as it is.

import { type MetricSource, scalingMetrics } from '../../analysis/objects/metrics';
import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, text } from '../../analysis/objects/read-json';
import { isHpa, scalers } from '../../analysis/objects/scalers';
import { verticals } from '../../analysis/objects/vertical-scalers';
import type { ApiEntry, ClusterApi } from '../../model/manifest/object';
import { autoscaler, bare, deployment } from '../examples';
import type { Report, Rule } from '../rule';

interface MetricsApi {
  readonly group: string;
  readonly capability: string;
  /** What is measured, for messages. */
  readonly what: string;
  readonly brings?: (api: ClusterApi) => boolean;
}

const APIS: Readonly<Record<Exclude<MetricSource, 'keda'>, MetricsApi>> = {
  resource: {
    group: 'metrics.k8s.io',
    capability: 'metrics-server',
    what: 'CPU and memory of pods',
    brings: ({ provider }) => provider.metricsApi,
  },
  custom: { group: 'custom.metrics.k8s.io', capability: 'custom-metrics', what: 'metrics of objects and pods' },
  external: { group: 'external.metrics.k8s.io', capability: 'external-metrics', what: 'external metrics' },
};

/** Groups that the app itself brings to a cluster, by an APIService. */
const aggregated = memoizePerObjects((entries): ReadonlySet<string> => {
  const services = objectIndex(entries).of('apiregistration.k8s.io/APIService');
  return new Set(services.map(({ cluster, manifest }) => placeOf(cluster, text(dig(manifest, 'spec')?.group))));
});

/** Reports each source that the object's cluster lacks, once. */
function reportSources(
  entries: readonly ApiEntry[],
  entry: ApiEntry,
  reads: readonly { readonly source: MetricSource; readonly pointer: string }[],
  report: Report,
): void {
  const { api, cluster } = entry;
  if (api === undefined) return;
  const seen = new Set<MetricSource>();
  for (const { source, pointer } of reads) {
    if (source === 'keda' || seen.has(source)) continue;
    seen.add(source);
    const { group, capability, what, brings } = APIS[source];
    if (brings?.(api) || api.capabilities.includes(capability)) continue;
    if (aggregated(entries).has(placeOf(cluster, group))) continue;
    report(entry, pointer, {
      message: `nothing on ${cluster} serves ${what}: the autoscaler never acts`,
      expected: `capabilities: ['${capability}', …] on a cluster that has it installed, or no autoscaler`,
    });
  }
}

const metricsApi: Rule = {
  id: 'autoscaling-metrics-api',
  what: 'The cluster serves the metrics that an autoscaler reads: its provider brings metrics-server, or it declares the capability metrics-server, custom-metrics or external-metrics, or the app has the APIService.',
  why: 'The HPA reports FailedGetResourceMetric and keeps the number of pods, under any load; `prove` would count pods that never start.',
  severity: 'warning',
  judge: 'HPA controller: FailedGetResourceMetric, FailedGetExternalMetric; kubernetes.io, "Resource metrics pipeline"',
  check: (entries, report) => {
    for (const scaler of scalers(entries)) {
      const metrics = scalingMetrics(scaler);
      const place = isHpa(scaler) ? '/spec' : '/spec/triggers';
      reportSources(
        entries,
        scaler.entry,
        metrics.map(({ source, pointer }) => ({ source, pointer: pointer === '/spec/metrics' ? place : pointer })),
        report,
      );
    }
    for (const { entry } of verticals(entries))
      reportSources(entries, entry, [{ source: 'resource', pointer: '/spec' }], report);
  },
  examples: {
    pass: [
      autoscaler({}),
      deployment(),
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.k8s.io' },
        spec: { group: 'metrics.k8s.io', version: 'v1beta1' },
      },
    ],
    fail: [autoscaler({}), deployment()],
    on: bare,
  },
};

export const metricsApiRules: readonly Rule[] = [metricsApi];
