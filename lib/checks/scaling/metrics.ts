// Metrics of an HPA: targets above 0, and requests to measure utilization against.

import { type ScalingMetric, scalingMetrics } from '../../analysis/objects/metrics';
import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, own, places } from '../../analysis/objects/read-json';
import { scaledWorkload, scalers } from '../../analysis/objects/scalers';
import { type Container, lasting, type Workload } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import { autoscaler, deployment, running } from '../examples';
import type { Rule } from '../rule';

const NUMBER = 'an integer of 1 or more, in percent of the request';

const targetUtilization: Rule = {
  id: 'autoscaling-target-utilization',
  what: 'A utilization target is a whole percentage of at least 1, and the only target of its metric.',
  why: 'The API server refuses the HPA.',
  severity: 'error',
  judge: 'API server: validateMetricTarget, validateResourceSource',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('autoscaling/HorizontalPodAutoscaler')) {
      const spec = dig(entry.manifest, 'spec');
      const reportTarget = (pointer: string, value: Json | undefined): void => {
        if (!isSet(value) || isInteger(value, 1)) return;
        report(entry, pointer, {
          message: `${JSON.stringify(value)} is not a valid target utilization`,
          expected: NUMBER,
          value,
        });
      };
      reportTarget('/spec/targetCPUUtilizationPercentage', spec?.targetCPUUtilizationPercentage);
      for (const metric of places(spec, 'metrics', '/spec')) {
        for (const source of ['resource', 'containerResource']) {
          const target = dig(metric.value, source, 'target');
          if (target === undefined) continue;
          const pointer = `${metric.pointer}/${source}/target`;
          reportTarget(`${pointer}/averageUtilization`, target.averageUtilization);
          const set = isSet(target.averageUtilization);
          if (set !== isSet(target.averageValue)) continue;
          const message = set ? 'the metric has two targets' : 'the metric has no target';
          report(entry, pointer, { message, expected: 'either averageUtilization or averageValue' });
        }
      }
    }
  },
  examples: {
    pass: [
      autoscaler({
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 120 } } },
        ],
      }),
    ],
    fail: [
      autoscaler({
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } } },
        ],
      }),
    ],
  },
};

/** Resources that a LimitRange requests for containers without requests, by namespace. */
const defaulted = memoizePerObjects((entries): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const entry of objectIndex(entries).of('/LimitRange')) {
    const key = placeOf(entry.cluster, entry.identity.namespace);
    const names = found.get(key) ?? new Set<string>();
    for (const { value } of places(dig(entry.manifest, 'spec'), 'limits', '')) {
      if (value.type !== 'Container') continue;
      for (const kind of ['default', 'defaultRequest'])
        for (const name of Object.keys(dig(value, kind) ?? {})) names.add(name);
    }
    found.set(key, names);
  }
  return found;
});

/** Whether a pod or container requests a resource. */
const requestsResource = (podOrContainer: JsonObject, resource: string): boolean =>
  // A limit without a request is a request too: the API server copies it.
  isSet(own(dig(podOrContainer, 'resources', 'requests'), resource)) ||
  isSet(own(dig(podOrContainer, 'resources', 'limits'), resource));

/** The measured containers without a request. */
function lacking(workload: Workload, resource: string, container: string | undefined): readonly Container[] {
  if (requestsResource(workload.pod.value, resource)) return [];
  return lasting(workload).filter(
    ({ name, value }) => (container === undefined || name === container) && !requestsResource(value, resource),
  );
}

/** Where the metric names its container. */
const containerPointer = ({ pointer, target }: ScalingMetric): string =>
  target.endsWith('/metadata/value') ? `${pointer}/metadata/containerName` : `${pointer}/container`;

const needsRequests: Rule = {
  id: 'autoscaling-needs-requests',
  what: 'If an autoscaler has a utilization target, every container of the pod, including sidecars, requests that resource; for a ContainerResource metric, its container does.',
  why: 'If one container has no request, the HPA reports FailedGetResourceMetric and scales nothing, even under load.',
  severity: 'error',
  judge: 'HPA controller: calculatePodRequests',
  check: (entries, report) => {
    for (const scaler of scalers(entries)) {
      const workload = scaledWorkload(entries, scaler);
      if (workload === undefined) continue;
      const defaults = defaulted(entries).get(placeOf(scaler.entry.cluster, scaler.entry.identity.namespace));
      for (const metric of scalingMetrics(scaler)) {
        const { pointer, resource, container, utilization } = metric;
        if (resource === undefined || utilization === undefined) continue;
        if (container !== undefined && !lasting(workload).some(({ name }) => name === container)) {
          const expected = `one of ${lasting(workload)
            .map(({ name }) => name)
            .join(', ')}`;
          report(scaler.entry, containerPointer(metric), {
            message: `the pods have no container "${container}"`,
            expected,
            value: container,
          });
        }
        const without = defaults?.has(resource) === true ? [] : lacking(workload, resource, container);
        if (without.length === 0) continue;
        const names = without.map(({ name }) => `"${name ?? ''}"`).join(', ');
        const verb = without.length === 1 ? 'has' : 'have';
        const message = `${names} of ${workload.entry.origin.construct} ${verb} no ${resource} request to measure utilization against`;
        report(scaler.entry, pointer, {
          message,
          expected: `a ${resource} request on every measured container`,
        });
      }
    }
  },
  examples: {
    pass: [autoscaler({}), running({ resources: { requests: { cpu: '100m' } } })],
    fail: [autoscaler({}), deployment()],
  },
};

export const metricRules: readonly Rule[] = [targetUtilization, needsRequests];
