// Enumerated fields: a misspelt value is refused, and some values are valid in one kind only.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { cronJob, deployment, service } from '../examples';
import type { Report, Rule } from '../rule';

type Values = readonly string[];
/** `required` fields may not be empty; for others, the API server fills in a default. */
type CheckValue = (pointer: string, value: Json | undefined, values: Values, required?: boolean) => void;

const PROTOCOLS: Values = ['TCP', 'UDP', 'SCTP'];
const ACCESS: Values = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];
const DNS: Values = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const PULLS: Values = ['Always', 'IfNotPresent', 'Never'];
const SPREAD: Values = ['DoNotSchedule', 'ScheduleAnyway'];
const METRICS: Values = ['Resource', 'ContainerResource', 'Pods', 'Object', 'External'];
const TARGETS: Values = ['Utilization', 'Value', 'AverageValue'];

/** Fields of a spec, with their possible values. */
const FIELDS: readonly (readonly [Kind, readonly string[], Values])[] = [
  ['/Service', ['type'], ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']],
  ['/Service', ['sessionAffinity'], ['None', 'ClientIP']],
  ['/Service', ['externalTrafficPolicy'], ['Cluster', 'Local']],
  ['/Service', ['internalTrafficPolicy'], ['Cluster', 'Local']],
  ['apps/Deployment', ['strategy', 'type'], ['RollingUpdate', 'Recreate']],
  ['apps/StatefulSet', ['updateStrategy', 'type'], ['RollingUpdate', 'OnDelete']],
  ['apps/StatefulSet', ['podManagementPolicy'], ['OrderedReady', 'Parallel']],
  ['apps/DaemonSet', ['updateStrategy', 'type'], ['RollingUpdate', 'OnDelete']],
  ['batch/CronJob', ['concurrencyPolicy'], ['Allow', 'Forbid', 'Replace']],
  ['policy/PodDisruptionBudget', ['unhealthyPodEvictionPolicy'], ['IfHealthyBudget', 'AlwaysAllow']],
];

const ALWAYS: Values = ['Always'];
const NOT_ALWAYS: Values = ['Never', 'OnFailure'];
const ANY: Values = [...ALWAYS, ...NOT_ALWAYS];

const restartPolicies = (kind: Kind): Values => {
  if (kind === '/Pod') return ANY;
  return kind.startsWith('batch/') ? NOT_ALWAYS : ALWAYS;
};

function checkPod({ kind, pod, containers }: Workload, checkValue: CheckValue): void {
  const { restartPolicy } = pod.value;
  // The default is Always, which a Job cannot have.
  checkValue(
    `${pod.pointer}/restartPolicy`,
    isSet(restartPolicy) && restartPolicy !== '' ? restartPolicy : 'Always',
    restartPolicies(kind),
  );
  checkValue(`${pod.pointer}/dnsPolicy`, pod.value.dnsPolicy, DNS);
  for (const { value, pointer } of places(pod.value, 'topologySpreadConstraints', pod.pointer)) {
    checkValue(`${pointer}/whenUnsatisfiable`, value.whenUnsatisfiable, SPREAD, true);
  }
  for (const container of containers) {
    checkValue(`${container.pointer}/imagePullPolicy`, container.value.imagePullPolicy, PULLS);
    checkProtocols(container, checkValue);
  }
}

function checkProtocols(parent: Place, checkValue: CheckValue): void {
  for (const { value, pointer } of places(parent.value, 'ports', parent.pointer))
    checkValue(`${pointer}/protocol`, value.protocol, PROTOCOLS);
}

function checkMetrics(entry: ApiEntry, checkValue: CheckValue): void {
  for (const { value, pointer } of places(dig(entry.manifest, 'spec'), 'metrics', '/spec')) {
    checkValue(`${pointer}/type`, value.type, METRICS, true);
    for (const source of ['resource', 'containerResource', 'pods', 'object', 'external']) {
      const target = dig(value, source, 'target');
      if (target !== undefined) checkValue(`${pointer}/${source}/target/type`, target.type, TARGETS, true);
    }
  }
}

/** Reports values of `entry` that are missing or not among the possible ones. */
function reportOn(entry: ApiEntry, report: Report): CheckValue {
  return (pointer, value, values, required = false) => {
    const empty = !isSet(value) || value === '';
    if (empty ? !required : typeof value === 'string' && values.includes(value)) return;
    const message = empty ? 'the value is missing' : `${JSON.stringify(value)} is not a possible value`;
    report(entry, pointer, {
      message,
      expected: values.join(values.length === 2 ? ' or ' : ', '),
      value: value ?? null,
    });
  };
}

const knownValue: Rule = {
  id: 'known-value',
  what: 'Enumerated fields have one of their possible values; pods of a Job restart OnFailure or Never, all others Always.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: field.NotSupported; kube-score cronjob-restartpolicy',
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const [kind, path, values] of FIELDS) {
      const key = path.at(-1) ?? '';
      for (const entry of all.of(kind)) {
        const value = dig(entry.manifest, 'spec', ...path.slice(0, -1))?.[key];
        if (isSet(value)) reportOn(entry, report)(`/spec/${path.join('/')}`, value, values);
      }
    }
    for (const workload of workloads(entries)) checkPod(workload, reportOn(workload.entry, report));
    for (const entry of all.of('/Service')) {
      const value = dig(entry.manifest, 'spec');
      if (value !== undefined) checkProtocols({ value, pointer: '/spec' }, reportOn(entry, report));
    }
    for (const entry of all.of('autoscaling/HorizontalPodAutoscaler')) checkMetrics(entry, reportOn(entry, report));
    for (const entry of all.of('/PersistentVolumeClaim')) {
      for (const [i, mode] of list(dig(entry.manifest, 'spec')?.accessModes).entries()) {
        reportOn(entry, report)(`/spec/accessModes/${i}`, mode, ACCESS);
      }
    }
  },
  examples: {
    pass: [
      service({ type: 'ClusterIP', ports: [{ port: 53, protocol: 'UDP' }] }),
      cronJob({ concurrencyPolicy: 'Forbid' }),
    ],
    fail: [service({ type: 'Loadbalancer' }), deployment({}, { restartPolicy: 'Never' })],
  },
};

export const knownValueRules: readonly Rule[] = [knownValue];
