// Memory that a process is allowed to take by its own flags, held against the limit of its container.

import { type Setting, settingsOf } from '../../analysis/network/pod-texts';
import { containerDefaults } from '../../analysis/objects/limit-ranges';
import { neighbours } from '../../analysis/objects/object-index';
import { dig, isSet, own } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { memoryQuantity, readQuantity, WHOLE } from '../../model/manifest/quantity';
import { configMap, running } from '../examples';
import type { Rule } from '../rule';

const UNITS: Readonly<Record<string, bigint>> = { '': 1n, k: 1024n, m: 1024n ** 2n, g: 1024n ** 3n, t: 1024n ** 4n };

/** What a flag lets the process take: an amount of memory, or a share of the limit in percent. */
type Allowance = { readonly flag: string } & ({ readonly bytes: bigint } | { readonly percent: number });

const javaBytes = (amount: string, unit: string): bigint => BigInt(amount) * (UNITS[unit.toLowerCase()] ?? 1n);

/** Sources: java(1), `-Xmx`, `-Xms`, `MaxRAMPercentage`; node --v8-options; Go, runtime, GOMEMLIMIT. */
function allowancesOf({ name, value }: Setting): Allowance[] {
  const found: Allowance[] = [];
  for (const [flag, amount = '', unit = ''] of value.matchAll(
    /(?<![^\s"'=])(?:-Xmx|-Xms|-XX:MaxHeapSize=|-XX:InitialHeapSize=)(\d+)([kmgtKMGT]?)(?![^\s"'])/g,
  ))
    found.push({ flag, bytes: javaBytes(amount, unit) });
  for (const [flag, percent] of value.matchAll(/-XX:(?:Max|Initial)RAMPercentage=(\d+(?:\.\d+)?)/g))
    found.push({ flag, percent: Number(percent) });
  for (const [flag, amount = ''] of value.matchAll(/--max[-_]old[-_]space[-_]size[= ](\d+)/g))
    found.push({ flag, bytes: javaBytes(amount, 'm') });
  const [, amount, unit] = name === 'GOMEMLIMIT' ? (/^(\d+)([KMGT]i)?B$/.exec(value) ?? []) : [];
  if (amount !== undefined)
    found.push({ flag: `GOMEMLIMIT=${value}`, bytes: javaBytes(amount, (unit ?? '').slice(0, 1)) });
  return found;
}

/** A heap of more than this share leaves too little for threads, code and buffers. */
const MOST_PERCENT = 80;

const memoryFlags: Rule = {
  id: 'memory-flags',
  what: 'Flags that bound the memory of a process (-Xmx, MaxRAMPercentage, --max-old-space-size, GOMEMLIMIT) stay below the limit of its container, MaxRAMPercentage at 80 or less.',
  why: 'The process grows until the kernel kills it (OOMKilled), since its own bound comes too late.',
  severity: 'warning',
  judge: 'kernel: the memory cgroup of the container',
  reason: reasonKey('memory-flags'),
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const fallback = containerDefaults(neighbours(entries, workload.entry), 'default').memory;
      for (const container of workload.containers) {
        const stated = own(dig(container.value, 'resources', 'limits'), 'memory');
        const pod = own(dig(workload.pod.value, 'resources', 'limits'), 'memory');
        const limit = readQuantity([stated, pod, fallback].find(isSet));
        if (limit === undefined || limit <= 0n) continue;
        for (const setting of settingsOf(entries, workload, container)) {
          for (const allowance of allowancesOf(setting)) {
            const fits = 'percent' in allowance ? allowance.percent <= MOST_PERCENT : allowance.bytes * WHOLE < limit;
            if (fits) continue;
            report(workload.entry, setting.pointer, {
              message: `${allowance.flag} in ${setting.name} of "${container.name ?? ''}" leaves nothing of the limit of ${memoryQuantity(limit)}`,
              expected:
                'percent' in allowance
                  ? `at most ${MOST_PERCENT} %`
                  : `about 75 % of the limit: ${memoryQuantity((limit * 3n) / 4n)}, or a higher limit`,
              value: allowance.flag,
            });
          }
        }
      }
    }
  },
  examples: {
    pass: [
      running({
        env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmx384m' }],
        resources: { limits: { memory: '512Mi' } },
      }),
    ],
    fail: [
      configMap({ JAVA_TOOL_OPTIONS: '-Xms512m -Xmx1g' }),
      running({ envFrom: [{ configMapRef: { name: 'web' } }], resources: { limits: { memory: '512Mi' } } }),
    ],
  },
};

export const memoryFlagRules: readonly Rule[] = [memoryFlags];
