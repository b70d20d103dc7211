// Priority of pods: the classes of Kubernetes itself are for its own namespace.

import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { deployment } from '../examples';
import { hasReason, orReason, withReason } from '../reason';
import type { Rule } from '../rule';

const ID = 'priority-system';

/** Whether a priority class is one of Kubernetes' own. */
const isSystemPriority = (name: unknown): name is string => typeof name === 'string' && name.startsWith('system-');

const priority: Rule = {
  id: 'priority-system',
  what: 'Pods outside kube-system have no priority class of Kubernetes itself, such as system-node-critical.',
  why: 'The scheduler evicts the pods of other systems for them, and the kubelet those of the node.',
  severity: 'error',
  judge: 'kubernetes.io, "Guaranteed Scheduling For Critical Add-On Pods", "Pod Priority and Preemption"',
  check: (entries, report) => {
    for (const { entry, pod } of workloads(entries)) {
      const { priorityClassName: name } = pod.value;
      if (!isSystemPriority(name) || entry.identity.namespace === 'kube-system') continue;
      if (hasReason(entry, reasonKey(ID))) continue;
      const message = `${name} evicts pods of other systems`;
      const expected = `a PriorityClass of your own, or none, ${orReason(ID)}`;
      report(entry, `${pod.pointer}/priorityClassName`, { message, expected, value: name });
    }
  },
  examples: {
    pass: [
      deployment({}, { priorityClassName: 'important' }),
      withReason(
        deployment({}, { priorityClassName: 'system-node-critical' }, 'agent'),
        reasonKey(ID),
        'without it no pod of the node has a network',
      ),
    ],
    fail: [deployment({}, { priorityClassName: 'system-cluster-critical' })],
  },
};

export const priorityRules: readonly Rule[] = [priority];
