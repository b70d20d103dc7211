// Jobs: they end, are not run again by who applies them, and do not hold up the next run for ever.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, own } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { minorOf } from '../../model/manifest/object';
import { container, cronJob, object } from '../examples';
import type { Rule } from '../rule';

/** The minor from which init containers may be sidecars. */
const SIDECARS_FROM = 29;

const company: Rule = {
  id: 'job-company',
  what: 'A Job has one container; a helper beside it is an init container with restartPolicy Always, which ends with it.',
  why: 'A Job is complete when all of its containers have ended: a proxy that never does keeps it running for ever.',
  severity: 'warning',
  judge: 'kubernetes.io, "Sidecar Containers" and "Jobs"',
  reason: reasonKey('job-company'),
  check: (entries, report) => {
    for (const { entry, kind, pod, containers } of workloads(entries)) {
      if (kind !== 'batch/Job' && kind !== 'batch/CronJob') continue;
      const main = containers.filter(({ role }) => role === 'main');
      if (main.length < 2) continue;
      const names = main.map(({ name }) => `"${name ?? ''}"`).join(' and ');
      report(entry, `${pod.pointer}/containers`, {
        message: `the Job ends only when ${names} have all ended`,
        expected:
          (minorOf(entry) ?? SIDECARS_FROM) < SIDECARS_FROM
            ? 'one container, or a helper that ends itself'
            : 'the helper in initContainers, with restartPolicy: Always',
      });
    }
  },
  examples: {
    pass: [cronJob({ schedule: '@daily' })],
    fail: [
      object('batch/v1', 'Job', 'report', {
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [container(), { ...container(), name: 'cloud-sql-proxy' }] },
          },
        },
      }),
    ],
  },
};

/** Hooks of Helm and Argo CD say themselves when the Job runs again. */
const HOOKS = ['helm.sh/hook', 'argocd.argoproj.io/hook'];

const timeToLive: Rule = {
  id: 'job-time-to-live',
  what: 'A Job of the manifests has no ttlSecondsAfterFinished; that of a CronJob may.',
  why: 'When the finished Job is removed, the next apply or sync creates it again, and it runs again.',
  severity: 'warning',
  judge: 'kubernetes.io, "Automatic Cleanup for Finished Jobs"; helm issue 7725',
  reason: reasonKey('job-time-to-live'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/Job')) {
      const { ttlSecondsAfterFinished: value, suspend } = dig(entry.manifest, 'spec') ?? {};
      const annotations = dig(entry.manifest, 'metadata', 'annotations');
      if (!isSet(value) || suspend === true || HOOKS.some((key) => own(annotations, key) !== undefined)) continue;
      const message = 'the Job is removed after its end: the next apply runs it again';
      report(entry, '/spec/ttlSecondsAfterFinished', { message, expected: 'no ttlSecondsAfterFinished', value });
    }
  },
  examples: {
    pass: [object('batch/v1', 'Job', 'migrate', { spec: { template: {} } })],
    fail: [object('batch/v1', 'Job', 'migrate', { spec: { ttlSecondsAfterFinished: 600, template: {} } })],
  },
};

const forbidden: Rule = {
  id: 'cron-hangs',
  what: 'A CronJob with concurrencyPolicy Forbid bounds its runs by activeDeadlineSeconds.',
  why: 'One run that hangs, or whose pod never starts, and no other follows until someone deletes it.',
  severity: 'warning',
  judge: 'kubernetes.io, "CronJob": concurrency policy; "Jobs": termination',
  reason: reasonKey('cron-hangs'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const spec = dig(entry.manifest, 'spec');
      const job = dig(spec, 'jobTemplate', 'spec');
      const bounds = [job?.activeDeadlineSeconds, dig(job, 'template', 'spec')?.activeDeadlineSeconds];
      if (spec?.concurrencyPolicy !== 'Forbid' || bounds.some(isSet)) continue;
      report(entry, '/spec/concurrencyPolicy', {
        message: 'a run that hangs stops all later ones: Forbid without a deadline',
        expected: 'activeDeadlineSeconds in jobTemplate.spec',
        value: 'Forbid',
      });
    }
  },
  examples: {
    pass: [
      cronJob({
        schedule: '@daily',
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: 3600,
            template: { spec: { restartPolicy: 'Never', containers: [container()] } },
          },
        },
      }),
    ],
    fail: [cronJob({ schedule: '@daily', concurrencyPolicy: 'Forbid' })],
  },
};

export const jobRules: readonly Rule[] = [company, timeToLive, forbidden];
