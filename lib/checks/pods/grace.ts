// Pod shutdown: the grace period, and how much of it the preStop hook sleeps.

import { lasting, preStopSleep, workloads } from '../../analysis/objects/workloads';
import { running } from '../examples';
import type { Rule } from '../rule';

const DEFAULT_GRACE = 30;

const gracePeriod: Rule = {
  id: 'grace-period',
  what: 'The preStop sleep ends before terminationGracePeriodSeconds does.',
  why: 'The grace period starts with preStop: if nothing is left of it, the process is killed in the middle of its requests.',
  severity: 'error',
  judge: 'API server: validateSleepAction refuses a longer sleep; the kubelet kills at the end of the grace period',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const { terminationGracePeriodSeconds: set } = workload.pod.value;
      // The API server turns a negative value into 1.
      const grace = typeof set === 'number' ? Math.max(set, set < 0 ? 1 : 0) : DEFAULT_GRACE;
      for (const container of lasting(workload)) {
        const sleep = container.value.lifecycle === undefined ? undefined : preStopSleep(container);
        if (sleep === undefined || (sleep.seconds < grace && sleep.seconds >= 0)) continue;
        const message = `preStop of "${container.name ?? ''}" sleeps ${sleep.seconds} s, but the grace period is ${grace} s`;
        const fix = `raise terminationGracePeriodSeconds above ${sleep.seconds} s plus the longest request`;
        report(workload.entry, sleep.pointer, {
          message,
          expected: `a sleep of 0 s to less than ${grace} s`,
          value: sleep.value,
          fix,
        });
      }
    }
  },
  examples: {
    pass: [running({ lifecycle: { preStop: { sleep: { seconds: 20 } } } }, { terminationGracePeriodSeconds: 55 })],
    fail: [
      running({ lifecycle: { preStop: { sleep: { seconds: 30 } } } }),
      running({ lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 40'] } } } }),
    ],
  },
};

export const graceRules: readonly Rule[] = [gracePeriod];
