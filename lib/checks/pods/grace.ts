// Pod shutdown: the grace period, and how much of it the preStop hook sleeps.

import { dig, list, text } from '../../analysis/objects/read-json';
import { type Container, lasting, workloads } from '../../analysis/objects/workloads';
import type { Json } from '../../model/manifest/json';
import { running } from '../examples';
import type { Rule } from '../rule';

const SLEEP = /(?:^|[\s;&|/])sleep\s+([0-9]+(?:\.[0-9]+)?)(s|m|h)?(?=$|[\s;&|])/g;
const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600 };

/** The seconds that a preStop hook sleeps, with the place that sets them. */
export function preStopSleep(
  container: Container,
): { readonly seconds: number; readonly pointer: string; readonly value: Json } | undefined {
  const pointer = `${container.pointer}/lifecycle/preStop`;
  const hook = dig(container.value, 'lifecycle', 'preStop');
  const native = dig(hook, 'sleep')?.seconds;
  if (typeof native === 'number') return { seconds: native, pointer: `${pointer}/sleep/seconds`, value: native };
  const command = list(dig(hook, 'exec')?.command);
  const line = command.map((part) => text(part) ?? '').join(' ');
  if (!line.includes('sleep')) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of line.matchAll(SLEEP)) seconds += Number(amount) * (SECONDS[unit ?? ''] ?? 1);
  return { seconds, pointer: `${pointer}/exec/command`, value: command };
}

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
