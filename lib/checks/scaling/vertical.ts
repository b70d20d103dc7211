// Vertical autoscalers: never on the resource by which another one counts pods, and one for each target.

import { type ScalingMetric, scalingMetrics } from '../../analysis/objects/metrics';
import { objectIndex } from '../../analysis/objects/object-index';
import { scaledWorkload, scalersOf } from '../../analysis/objects/scalers';
import { type VerticalScaler, verticals } from '../../analysis/objects/vertical-scalers';
import { lasting, type Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { isBuiltIn } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { autoscaler, deployment, namespace, object } from '../examples';
import type { Rule } from '../rule';

/** Whether the VPA changes a request that the metric is measured against, or the usage that it compares. */
function collides({ changes }: VerticalScaler, metric: ScalingMetric, workload: Workload | undefined): boolean {
  const { resource, container } = metric;
  if (resource === undefined) return false;
  if (container !== undefined || workload === undefined) return changes(resource, container);
  return lasting(workload).some(({ name }) => changes(resource, name));
}

const sameResource: Rule = {
  id: 'autoscaling-vertical',
  what: 'A VerticalPodAutoscaler leaves alone the resource by which an HPA or a ScaledObject counts pods; updateMode Off only recommends.',
  why: 'Each changes what the other measures: a raised request lowers the utilization, so that pods are taken away under load.',
  severity: 'error',
  judge: 'kubernetes/autoscaler, vertical-pod-autoscaler, known limitations',
  reason: reasonKey('autoscaling-vertical'),
  check: (entries, report) => {
    for (const vertical of verticals(entries)) {
      if (vertical.scaled === undefined) continue;
      for (const scaler of scalersOf(entries).get(vertical.scaled) ?? []) {
        const workload = scaledWorkload(entries, scaler);
        const shared = scalingMetrics(scaler).filter((metric) => collides(vertical, metric, workload));
        const resources = [...new Set(shared.flatMap(({ resource }) => resource ?? []))].sort();
        if (resources.length === 0) continue;
        const left = ['cpu', 'memory'].filter((name) => !resources.includes(name));
        report(vertical.entry, '/spec', {
          message: `${resources.join(' and ')} of ${vertical.target.name} already decides its number of pods: ${describeOrigin(scaler.entry.origin)}`,
          expected:
            left.length === 0
              ? "updateMode: 'Off', or pods counted by another metric"
              : `controlledResources: ['${left.join("', '")}'], or updateMode: 'Off'`,
        });
      }
    }
  },
  examples: {
    pass: [
      autoscaler({}),
      deployment(),
      object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          resourcePolicy: { containerPolicies: [{ containerName: '*', controlledResources: ['memory'] }] },
        },
      }),
    ],
    fail: [
      autoscaler({}),
      deployment(),
      object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
        spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      }),
    ],
  },
};

const verticalTarget: Rule = {
  id: 'autoscaling-vertical-target',
  what: 'A VerticalPodAutoscaler has a target that exists in its namespace, and is the only one of its kind that has it.',
  why: 'Without a target it changes nothing; of two for the same pods, which one counts is undefined.',
  severity: 'error',
  judge: 'VPA recommender: conditions NoPodsMatched and ConfigUnsupported',
  reason: reasonKey('autoscaling-vertical-target'),
  check: (entries, report) => {
    const first = new Map<ApiEntry, ApiEntry>();
    for (const { entry, target, scaled } of verticals(entries)) {
      const { group, kind, name } = target;
      if (scaled === undefined) {
        const { cluster, identity } = entry;
        if (!objectIndex(entries).owns(cluster, identity.namespace) || !isBuiltIn(group, kind)) continue;
        const message = `${kind} "${name}" does not exist in namespace "${identity.namespace ?? ''}"`;
        report(entry, '/spec/targetRef', { message, expected: `the name of an existing ${kind}`, value: name });
        continue;
      }
      const other = first.get(scaled);
      if (other === undefined) first.set(scaled, entry);
      else {
        const message = `${kind} "${name}" is the target here and of ${describeOrigin(other.origin)}`;
        report(entry, '/spec/targetRef', {
          message,
          expected: 'one VerticalPodAutoscaler for a workload',
          value: name,
        });
      }
    }
  },
  examples: {
    pass: [
      deployment(),
      object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
        spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
      }),
    ],
    fail: [
      namespace,
      deployment(),
      object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
        spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'wbe' } },
      }),
    ],
  },
};

export const verticalRules: readonly Rule[] = [sameResource, verticalTarget];
