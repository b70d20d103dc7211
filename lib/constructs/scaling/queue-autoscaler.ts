// The autoscaler of a queue's consumer: KEDA's ScaledObject, an HPA over external metrics, or one over CPU and memory.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Capability } from '../../model/cluster/capability';
import type { Derived } from '../../model/finding/derivation';
import { ANNOTATION, derivationNotes } from '../../model/manifest/annotations';
import { SCALING_BEHAVIOR } from '../../model/pods/scaling';
import type { QueueConsumerPlan } from '../../model/services/queue';
import type { Queue } from '../services/broker';
import { type AutoscalerSpec, createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { OWNED_REPLICAS, percentage, renderMetric, utilization } from './autoscaler';

/** How often KEDA polls for a first message, in seconds. */
export const POLL_SECONDS = 15;

/** Failed polls of the queue after which KEDA runs the worst case's number of pods. */
const FAILURES = 3;

type Reader = 'keda' | 'external-metrics' | 'none';

/** Input of the autoscaler. */
export interface QueueAutoscaler {
  readonly deployment: ApiObject;
  readonly queue: Queue;
  readonly reader: Reader;
  readonly plan: QueueConsumerPlan;
  /** Notes on other limits of the number of pods. */
  readonly notes: () => Readonly<Record<string, string>>;
}

/** What reads the queue on a cluster with these capabilities. */
export function readerOf({ management, metrics }: Queue, capabilities: readonly Capability[]): Reader {
  if (capabilities.includes('keda') && management !== undefined) return 'keda';
  return capabilities.includes('external-metrics') && metrics !== undefined ? 'external-metrics' : 'none';
}

/** Creates the only autoscaler of the consumer. Its annotations say how each bound was derived. */
export function createQueueAutoscaler(scope: Construct, scaler: QueueAutoscaler): void {
  const { deployment, queue, reader, plan } = scaler;
  for (const [key, value] of Object.entries(OWNED_REPLICAS)) deployment.metadata.addAnnotation(key, value);
  const notes = () => ({ ...derivations(plan), ...scaler.notes() });
  const metadata = { name: deployment.name, labels: selectorLabels(deployment.name), notes };
  if (reader === 'keda') createScaledObject(scope, metadata, queue, plan);
  else {
    const queued = reader === 'none' ? [] : externalMetrics(queue, plan);
    createObject(scope, 'autoscaler', 'HorizontalPodAutoscaler', metadata, {
      spec: {
        scaleTargetRef: { apiVersion: deployment.apiVersion, kind: deployment.kind, name: deployment.name },
        minReplicas: plan.min.value,
        maxReplicas: plan.max.value,
        metrics: [...queued, ...resources(plan).map(([name, target]) => utilization(name, target))],
        behavior: reader === 'none' ? SCALING_BEHAVIOR : behavior(plan),
      },
    });
  }
}

interface Metadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: () => Readonly<Record<string, string>>;
}

/**
 * Both rates come from the management API, hence `protocol: http`. Source: keda.sh, "RabbitMQ Queue", "Scaling Deployments",
 * "Fallback".
 */
function createScaledObject(scope: Construct, metadata: Metadata, queue: Queue, plan: QueueConsumerPlan): void {
  const { management } = queue;
  if (management === undefined) return;
  const authentication = createObject(
    scope,
    'authentication',
    'TriggerAuthentication',
    { name: metadata.name, labels: metadata.labels },
    { spec: { secretTargetRef: [{ parameter: 'host', name: management.secret, key: management.key }] } },
  );
  const queued = (mode: string, value: Derived | undefined) =>
    value === undefined
      ? []
      : [
          {
            type: 'rabbitmq',
            metricType: 'AverageValue',
            metadata: { protocol: 'http', queueName: queue.queue, mode, value: String(value.value) },
            authenticationRef: { name: authentication.name },
          },
        ];
  const used = resources(plan).map(([type, target]) => ({
    type,
    metricType: 'Utilization',
    metadata: { value: String(percentage(target)) },
  }));
  createObject(scope, 'autoscaler', 'ScaledObject', metadata, {
    spec: {
      scaleTargetRef: { name: metadata.name },
      minReplicaCount: plan.min.value,
      maxReplicaCount: plan.max.value,
      // from one pod on, KEDA reads the queue only when the autoscaler asks
      ...(plan.min.value === 0 ? { pollingInterval: POLL_SECONDS } : {}),
      fallback: { failureThreshold: FAILURES, replicas: plan.max.value },
      advanced: { horizontalPodAutoscalerConfig: { name: metadata.name, behavior: behavior(plan) } },
      triggers: [
        ...queued('QueueLength', plan.queueLengthPerPod),
        ...queued('MessageRate', plan.messageRatePerPod),
        ...used,
      ],
    },
  });
}

function externalMetrics({ queue, metrics }: Queue, plan: QueueConsumerPlan): NonNullable<AutoscalerSpec['metrics']> {
  const metric = (name: string | undefined, value: Derived | undefined) =>
    name === undefined || value === undefined
      ? []
      : [renderMetric({ external: name, labels: { queue }, averageValue: value.value })];
  return [...metric(metrics?.length, plan.queueLengthPerPod), ...metric(metrics?.rate, plan.messageRatePerPod)];
}

/** Targets of resource metrics. Memory comes before CPU, as the API server stores it. */
function resources({ cpuTarget, memoryTarget }: QueueConsumerPlan): (readonly ['cpu' | 'memory', number])[] {
  return [...(memoryTarget === undefined ? [] : [['memory', memoryTarget.value] as const]), ['cpu', cpuTarget.value]];
}

/** A backlog is visible at once, so all pods that it needs start at once. Scaling in is slow, as everywhere. */
function behavior({ max }: QueueConsumerPlan) {
  const scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: max.value, periodSeconds: 15 }],
  };
  return { ...SCALING_BEHAVIOR, scaleUp };
}

function derivations(plan: QueueConsumerPlan): Readonly<Record<string, string>> {
  const notes = derivationNotes({
    'min-replicas': plan.min,
    'max-replicas': plan.max,
    'queue-length': plan.queueLengthPerPod,
    'message-rate': plan.messageRatePerPod,
    'cpu-target': plan.cpuTarget,
    'memory-target': plan.memoryTarget,
    'drain-time': plan.drainSeconds,
  });
  return plan.loss === undefined ? notes : { ...notes, [ANNOTATION.queueUnread]: plan.loss };
}
