// StatefulSets and DaemonSets: names of pods, releases that reach them, budgets that work for them.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, isSet, record, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { reasonKey } from '../../model/manifest/annotations';
import { percentage } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import { budget, object, service } from '../examples';
import type { Rule } from '../rule';

const set = (kind: string, spec: JsonObject): JsonObject =>
  object('apps/v1', kind, 'web', {
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
      ...spec,
    },
  });

const headless: Rule = {
  id: 'stateful-service',
  what: 'The Service that a StatefulSet names in serviceName is headless, and selects its pods.',
  why: 'Only a headless Service gives each pod its name, web-0.web: members of a cluster do not find each other.',
  severity: 'error',
  judge: 'kubernetes.io, "StatefulSets": stable network ID; kube-score statefulset-has-servicename',
  reason: reasonKey('stateful-service'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('apps/StatefulSet')) {
      const { cluster, identity, manifest } = entry;
      const name = text(dig(manifest, 'spec')?.serviceName) ?? '';
      const found = objectIndex(entries).find('/Service', cluster, identity.namespace, name);
      // one that does not exist is a finding of reference-exists
      if (found === undefined) continue;
      const spec = dig(found.manifest, 'spec');
      const selector = record(spec?.selector) ?? {};
      const selected = pods(entries).having(cluster, identity.namespace, selector);
      const problem =
        spec?.clusterIP !== 'None'
          ? {
              message: `Service ${name} is not headless: the pods have no names of their own`,
              expected: 'a Service with clusterIP: None',
            }
          : selected.every((workload) => workload.entry !== entry)
            ? {
                message: `Service ${name} does not select the pods of this StatefulSet`,
                expected: 'a headless Service with their labels',
              }
            : undefined;
      if (problem !== undefined) report(entry, '/spec/serviceName', { ...problem, value: name });
    }
  },
  examples: {
    pass: [set('StatefulSet', { serviceName: 'web' }), service({ clusterIP: 'None', selector: { app: 'web' } })],
    fail: [set('StatefulSet', { serviceName: 'web' }), service({ selector: { app: 'web' } })],
  },
};

const reached: Rule = {
  id: 'release-reaches-pods',
  what: 'A release replaces the pods of a StatefulSet or DaemonSet: not OnDelete, and no partition above all of its pods.',
  why: 'The rollout counts as done while the old pods go on, until someone deletes them by hand.',
  severity: 'warning',
  judge: 'kubernetes.io, "StatefulSets": update strategies; "Perform a Rolling Update on a DaemonSet"',
  reason: reasonKey('release-reaches-pods'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('apps/StatefulSet', 'apps/DaemonSet')) {
      const spec = dig(entry.manifest, 'spec');
      const strategy = dig(spec, 'updateStrategy');
      if (strategy?.type === 'OnDelete') {
        const message = 'OnDelete replaces no pod: a release waits until someone deletes them';
        report(entry, '/spec/updateStrategy/type', { message, expected: 'RollingUpdate', value: 'OnDelete' });
      }
      const partition = integer(dig(strategy, 'rollingUpdate')?.partition, 1);
      const replicas = integer(spec?.replicas ?? 1, 0);
      if (partition === undefined || replicas === undefined || partition < replicas) continue;
      report(entry, '/spec/updateStrategy/rollingUpdate/partition', {
        message: `a partition of ${partition} replaces none of ${replicas} pods`,
        expected: `less than ${replicas}, or no partition`,
        value: partition,
      });
    }
  },
  examples: {
    pass: [set('StatefulSet', { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } })],
    fail: [set('DaemonSet', { updateStrategy: { type: 'OnDelete' } })],
  },
};

const controlled: Rule = {
  id: 'disruption-budget-controller',
  what: 'A PodDisruptionBudget for pods of a DaemonSet, a Job or none has minAvailable as a number: their wanted number is unknown.',
  why: 'The budget reports SyncFailed and allows no eviction: their nodes cannot be drained.',
  severity: 'error',
  judge:
    'disruption controller: getExpectedScale; kubernetes.io, "Specifying a Disruption Budget": arbitrary workloads',
  reason: reasonKey('disruption-budget-controller'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('policy/PodDisruptionBudget')) {
      const spec = dig(entry.manifest, 'spec');
      const selector = dig(spec, 'selector');
      const key = isSet(spec?.maxUnavailable) ? 'maxUnavailable' : 'minAvailable';
      const value = spec?.[key];
      const isCount = key === 'minAvailable' && !(typeof value === 'string' && percentage.fits(value));
      if (selector === undefined || !isSet(value) || isCount) continue;
      const selected = pods(entries).selected(entry.cluster, entry.identity.namespace, selector);
      const other = selected.find(({ kind }) => !REPLICATED.has(kind));
      if (other === undefined) continue;
      report(entry, `/spec/${key}`, {
        message: `the budget covers pods of a ${other.entry.identity.kind} (${other.entry.origin.construct}): it allows no eviction`,
        expected: 'no budget for them, or minAvailable as a number',
        value,
      });
    }
  },
  examples: {
    pass: [budget({ maxUnavailable: 1 }), set('StatefulSet', { replicas: 3 })],
    fail: [budget({ maxUnavailable: 1 }), set('DaemonSet', {})],
  },
};

export const setRules: readonly Rule[] = [headless, reached, controlled];
