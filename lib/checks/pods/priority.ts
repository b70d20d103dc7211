// Priority of pods: their class exists, and those of Kubernetes itself are for its own namespace.

import { objectIndex } from '../../analysis/objects/object-index';
import { workloads } from '../../analysis/objects/workloads';
import { didYouMean } from '../../model/finding/closest';
import { reasonKey } from '../../model/manifest/annotations';
import { deployment, object, withReason } from '../examples';
import type { Rule } from '../rule';

const REASON = reasonKey('priority-system');

/** Whether a priority class is one of Kubernetes' own. */
const isSystemPriority = (name: unknown): name is string => typeof name === 'string' && name.startsWith('system-');

/** A name as the key of an object. */
const keyText = (name: string): string => (/^[a-z]+$/.test(name) ? name : `'${name}'`);

const priority: Rule = {
  id: 'priority-system',
  what: 'Pods outside kube-system have no priority class of Kubernetes itself, such as system-node-critical.',
  why: 'The scheduler evicts the pods of other systems for them, and the kubelet those of the node.',
  severity: 'error',
  judge: 'kubernetes.io, "Guaranteed Scheduling For Critical Add-On Pods", "Pod Priority and Preemption"',
  reason: REASON,
  check: (entries, report) => {
    for (const { entry, pod } of workloads(entries)) {
      const { priorityClassName: name } = pod.value;
      if (!isSystemPriority(name) || entry.identity.namespace === 'kube-system') continue;
      const message = `${name} evicts pods of other systems`;
      const expected = `a PriorityClass of your own, or none`;
      report(entry, `${pod.pointer}/priorityClassName`, { message, expected, value: name });
    }
  },
  examples: {
    pass: [
      deployment({}, { priorityClassName: 'important' }),
      withReason(
        deployment({}, { priorityClassName: 'system-node-critical' }, 'agent'),
        REASON,
        'without it no pod of the node has a network',
      ),
    ],
    fail: [deployment({}, { priorityClassName: 'system-cluster-critical' })],
  },
};

const exists: Rule = {
  id: 'priority-class-exists',
  what: 'The priority class of a pod is in the app, or the cluster declares it.',
  why: 'The API server refuses each pod: no PriorityClass of that name was found.',
  severity: 'error',
  judge: 'API server: admission plugin Priority',
  reason: reasonKey('priority-class-exists'),
  check: (entries, report) => {
    for (const { entry, pod } of workloads(entries)) {
      const { priorityClassName: name } = pod.value;
      if (typeof name !== 'string' || name === '' || isSystemPriority(name)) continue;
      const { cluster, api } = entry;
      if (objectIndex(entries).find('scheduling.k8s.io/PriorityClass', cluster, undefined, name)) continue;
      const declared = api?.priorityClasses ?? {};
      if (Object.hasOwn(declared, name)) continue;
      const known = Object.keys(declared);
      report(entry, `${pod.pointer}/priorityClassName`, {
        message: `no PriorityClass ${name} is in the app${didYouMean(name, known)}`,
        expected: `in clusters.${cluster}, priorityClasses: { ${keyText(name)}: 1000 }, or 'elsewhere' for one that others make`,
        value: name,
      });
    }
  },
  examples: {
    pass: [
      deployment({}, { priorityClassName: 'important' }),
      {
        ...object('scheduling.k8s.io/v1', 'PriorityClass', 'important', { value: 1000 }),
        metadata: { name: 'important' },
      },
    ],
    fail: [deployment({}, { priorityClassName: 'important' })],
  },
};

export const priorityRules: readonly Rule[] = [priority, exists];
