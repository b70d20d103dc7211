// Memory in the wrong unit: "512m" is half a byte.

import { isSet, shown } from '../../analysis/objects/read-json';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { running } from '../examples';
import type { Report, Rule } from '../rule';
import { resources } from './quantity-places';

const LEAST = 1024n * 1024n * WHOLE;

/** An amount in billionths of a byte, in bytes, exactly. */
function bytes(amount: bigint): string {
  const fraction = String(amount % WHOLE)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = `${amount / WHOLE}${fraction === '' ? '' : `.${fraction}`}`;
  return `${text} ${text === '1' ? 'byte' : 'bytes'}`;
}

/** The value that was probably intended: usually in Mi, a small number in Gi, a large one in Ki. */
function intended(value: Json): string | undefined {
  const [, digits, unit] = /^\+?(\d+(?:\.\d+)?|\.\d+)([a-zA-Z]*)$/.exec(shown(value)) ?? [];
  if (digits === undefined) return undefined;
  if (unit !== '') return `${digits}Mi`;
  const count = Number(digits);
  if (count <= 16) return `${digits}Gi`;
  return count < 16_384 ? `${digits}Mi` : `${digits}Ki`;
}

function reportMemory(entry: ApiEntry, pointer: string, amounts: JsonObject | undefined, report: Report): void {
  const value = amounts?.memory;
  if (!isSet(value)) return;
  const amount = readQuantity(value);
  // 0 means "no limit" and "no request".
  if (amount === undefined || amount <= 0n || amount >= LEAST) return;
  const better = intended(value);
  report(entry, `${pointer}/memory`, {
    message: `${shown(value)} of memory is ${bytes(amount)}${better === undefined ? '' : ` (did you mean ${better}?)`}`,
    expected: 'at least 1Mi',
    value,
    ...(better === undefined ? {} : { fix: `write "${better}"` }),
  });
}

const memorySize: Rule = {
  id: 'memory-size',
  what: 'Memory requests and limits of a container are at least 1Mi.',
  why: 'To the API server "512m" is half a byte: no container starts with such a limit, and such a request reserves nothing.',
  severity: 'error',
  judge:
    'container runtime: no process starts below its minimum limit; the API server only warns about fractions of a byte',
  check: (entries, report) => {
    for (const { entry, pointer, requests, limits, claim } of resources(entries)) {
      if (claim) continue;
      reportMemory(entry, `${pointer}/requests`, requests, report);
      reportMemory(entry, `${pointer}/limits`, limits, report);
    }
  },
  examples: {
    pass: [running({ resources: { requests: { memory: '512Mi', cpu: '512m' }, limits: { memory: 1_048_576 } } })],
    fail: [running({ resources: { requests: { memory: '512m' }, limits: { memory: 512 } } })],
  },
};

export const memoryRules: readonly Rule[] = [memorySize];
