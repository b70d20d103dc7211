// Fields that take one of a few words: a misspelt one is refused, and some are refused in one kind and right in another.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { cronJob, deployment, service } from '../examples';
import type { Report, Rule } from '../rule';

type Words = readonly string[];
/** `required` fields may not be empty; of the others, the API server fills in what is. */
type Judge = (pointer: string, value: Json | undefined, words: Words, required?: boolean) => void;

const PROTOCOLS: Words = ['TCP', 'UDP', 'SCTP'];
const ACCESS: Words = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];
const DNS: Words = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const PULLS: Words = ['Always', 'IfNotPresent', 'Never'];
const SPREAD: Words = ['DoNotSchedule', 'ScheduleAnyway'];
const METRICS: Words = ['Resource', 'ContainerResource', 'Pods', 'Object', 'External'];
const TARGETS: Words = ['Utilization', 'Value', 'AverageValue'];

/** Fields of a spec with the words they take. */
const FIELDS: readonly (readonly [Kind, readonly string[], Words])[] = [
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

const ALWAYS: Words = ['Always'];
const ENDING: Words = ['Never', 'OnFailure'];
const ANY: Words = [...ALWAYS, ...ENDING];

const restarts = (kind: Kind): Words => {
  if (kind === '/Pod') return ANY;
  return kind.startsWith('batch/') ? ENDING : ALWAYS;
};

function judgePod({ kind, pod, containers }: Workload, judge: Judge): void {
  const { restartPolicy } = pod.value;
  // Left out it means Always, which a Job cannot have.
  judge(
    `${pod.pointer}/restartPolicy`,
    isSet(restartPolicy) && restartPolicy !== '' ? restartPolicy : 'Always',
    restarts(kind),
  );
  judge(`${pod.pointer}/dnsPolicy`, pod.value.dnsPolicy, DNS);
  for (const { value, pointer } of places(pod.value, 'topologySpreadConstraints', pod.pointer)) {
    judge(`${pointer}/whenUnsatisfiable`, value.whenUnsatisfiable, SPREAD, true);
  }
  for (const container of containers) {
    judge(`${container.pointer}/imagePullPolicy`, container.value.imagePullPolicy, PULLS);
    judgeProtocols(container, judge);
  }
}

function judgeProtocols(of: Place, judge: Judge): void {
  for (const { value, pointer } of places(of.value, 'ports', of.pointer))
    judge(`${pointer}/protocol`, value.protocol, PROTOCOLS);
}

function judgeMetrics(entry: ApiEntry, judge: Judge): void {
  for (const { value, pointer } of places(dig(entry.manifest, 'spec'), 'metrics', '/spec')) {
    judge(`${pointer}/type`, value.type, METRICS, true);
    for (const source of ['resource', 'containerResource', 'pods', 'object', 'external']) {
      const target = dig(value, source, 'target');
      if (target !== undefined) judge(`${pointer}/${source}/target/type`, target.type, TARGETS, true);
    }
  }
}

function judgeTo(entry: ApiEntry, report: Report): Judge {
  return (pointer, value, words, required = false) => {
    const empty = !isSet(value) || value === '';
    if (empty ? !required : typeof value === 'string' && words.includes(value)) return;
    const message = empty ? 'the value is missing' : `${JSON.stringify(value)} is not possible here`;
    report(entry, pointer, { message, expected: words.join(words.length === 2 ? ' or ' : ', '), value: value ?? null });
  };
}

const knownValue: Rule = {
  id: 'known-value',
  what: 'Fields that take one of a few words hold one of them; pods of a Job restart OnFailure or Never, all others Always.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: field.NotSupported; kube-score cronjob-restartpolicy',
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const [kind, path, words] of FIELDS) {
      const key = path.at(-1) ?? '';
      for (const entry of all.of(kind)) {
        const value = dig(entry.manifest, 'spec', ...path.slice(0, -1))?.[key];
        if (isSet(value)) judgeTo(entry, report)(`/spec/${path.join('/')}`, value, words);
      }
    }
    for (const workload of workloads(entries)) judgePod(workload, judgeTo(workload.entry, report));
    for (const entry of all.of('/Service')) {
      const value = dig(entry.manifest, 'spec');
      if (value !== undefined) judgeProtocols({ value, pointer: '/spec' }, judgeTo(entry, report));
    }
    for (const entry of all.of('autoscaling/HorizontalPodAutoscaler')) judgeMetrics(entry, judgeTo(entry, report));
    for (const entry of all.of('/PersistentVolumeClaim')) {
      for (const [i, mode] of list(dig(entry.manifest, 'spec')?.accessModes).entries()) {
        judgeTo(entry, report)(`/spec/accessModes/${i}`, mode, ACCESS);
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
