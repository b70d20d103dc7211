// Whom a Service reaches: pods that serve on its port, and none that end.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, places, record, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { lasting, type Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { deployment, object, running, service } from '../examples';
import type { Rule } from '../rule';

/** The workloads whose pods a Service selects. */
function selectedBy(entries: readonly ApiEntry[], entry: ApiEntry): readonly Workload[] {
  const spec = dig(entry.manifest, 'spec');
  const selector = record(spec?.selector);
  if (selector === undefined || Object.keys(selector).length === 0 || spec?.type === 'ExternalName') return [];
  return pods(entries).having(entry.cluster, entry.identity.namespace, selector);
}

const runsToItsEnd = ({ kind }: Workload): boolean => kind === 'batch/Job' || kind === 'batch/CronJob';

const selectsJobs: Rule = {
  id: 'service-selects-jobs',
  what: 'A Service does not select the pods of a Job or CronJob.',
  why: 'While the Job runs, its pods get requests that they do not serve.',
  severity: 'error',
  judge: 'EndpointSlice controller: every ready pod with the labels is an endpoint',
  reason: reasonKey('service-selects-jobs'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const selected = selectedBy(entries, entry);
      // a Service for the pods of a Job alone gives them names
      if (selected.every(runsToItsEnd)) continue;
      for (const { entry: job, template, labels } of selected.filter(runsToItsEnd)) {
        const { kind, name } = job.identity;
        report(job, `${template}/metadata/labels`, {
          message: `Service ${entry.identity.name} (${describeOrigin(entry.origin)}) sends requests to pods of this ${kind}`,
          expected: `labels of its own, such as the name ${name}`,
          value: labels,
        });
      }
    }
  },
  examples: {
    pass: [deployment(), service({ selector: { app: 'web' }, ports: [{ port: 80 }] })],
    fail: [
      deployment(),
      service({ selector: { app: 'web' }, ports: [{ port: 80 }] }),
      object('batch/v1', 'Job', 'migrate', {
        spec: { template: { metadata: { labels: { app: 'web' } }, spec: { restartPolicy: 'Never', containers: [] } } },
      }),
    ],
  },
};

interface Declared {
  readonly port: number;
  readonly protocol: string;
}

/** The ports that the containers of a pod declare by number. */
const declaredBy = (workload: Workload): Declared[] =>
  lasting(workload).flatMap((container) =>
    places(container.value, 'ports', '').flatMap(({ value }) =>
      typeof value.containerPort === 'number'
        ? [{ port: value.containerPort, protocol: text(value.protocol) ?? 'TCP' }]
        : [],
    ),
  );

/** The number that a port of a Service leads to; undefined for names. */
function targetOf({ value }: Place): Declared | undefined {
  const target =
    isSet(value.targetPort) && value.targetPort !== 0 && value.targetPort !== '' ? value.targetPort : value.port;
  return typeof target === 'number' ? { port: target, protocol: text(value.protocol) ?? 'TCP' } : undefined;
}

const targetPort: Rule = {
  id: 'service-target-port',
  what: 'A port of a Service leads to a port that the selected pods declare, if they declare any.',
  why: 'Connections are refused: without targetPort a Service sends to the number of its own port.',
  severity: 'warning',
  judge: 'kube-linter dangling-service; kubernetes.io, "Service": targetPort is port by default',
  reason: reasonKey('service-target-port'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const selected = selectedBy(entries, entry);
      if (selected.length === 0) continue;
      const all = selected.map((workload) => ({ workload, declared: declaredBy(workload) }));
      for (const port of places(dig(entry.manifest, 'spec'), 'ports', '/spec')) {
        const target = targetOf(port);
        if (target === undefined) continue;
        const lacking = all.filter(
          ({ declared }) =>
            declared.length > 0 &&
            !declared.some((one) => one.port === target.port && one.protocol === target.protocol),
        );
        const [first] = lacking;
        if (first === undefined) continue;
        const offered = first.declared.map((one) => `${one.port}/${one.protocol}`).join(', ');
        const key = isSet(port.value.targetPort) ? 'targetPort' : 'port';
        report(entry, `${port.pointer}/${key}`, {
          message: `${target.port}/${target.protocol} is not among the ports of ${first.workload.entry.origin.construct}: ${offered}`,
          expected: `targetPort: one of them, or ${target.port} declared by the container`,
          value: port.value[key] ?? null,
        });
      }
    }
  },
  examples: {
    pass: [
      running({ ports: [{ containerPort: 8080 }] }),
      service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }),
    ],
    fail: [running({ ports: [{ containerPort: 8080 }] }), service({ selector: { app: 'web' }, ports: [{ port: 80 }] })],
  },
};

export const servicePodRules: readonly Rule[] = [selectsJobs, targetPort];
