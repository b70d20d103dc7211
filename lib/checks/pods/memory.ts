// Memory in units that cannot be meant: "512m" is half a byte.

import { isSet, shown } from '../../analysis/objects/read-json';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { running } from '../examples';
import type { Report, Rule } from '../rule';
import { resources } from './quantity-places';

const LEAST = 1024n * 1024n * WHOLE;

/** Billionths of a byte in bytes, exactly. */
function bytes(amount: bigint): string {
  const fraction = String(amount % WHOLE)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const text = `${amount / WHOLE}${fraction === '' ? '' : `.${fraction}`}`;
  return `${text} ${text === '1' ? 'byte' : 'bytes'}`;
}

/** What was probably meant: people count memory in Mi, a few of it in Gi, and many of it in Ki. */
function meant(value: Json): string | undefined {
  const [, digits, unit] = /^\+?(\d+(?:\.\d+)?|\.\d+)([a-zA-Z]*)$/.exec(shown(value)) ?? [];
  if (digits === undefined) return undefined;
  if (unit !== '') return `${digits}Mi`;
  const count = Number(digits);
  if (count <= 16) return `${digits}Gi`;
  return count < 16_384 ? `${digits}Mi` : `${digits}Ki`;
}

function judge(entry: ApiEntry, pointer: string, amounts: JsonObject | undefined, report: Report): void {
  const value = amounts?.memory;
  if (!isSet(value)) return;
  const amount = readQuantity(value);
  // Nothing at all is a way to say "no limit" and "no request".
  if (amount === undefined || amount <= 0n || amount >= LEAST) return;
  const better = meant(value);
  report(entry, `${pointer}/memory`, {
    message: `${shown(value)} of memory is only ${bytes(amount)}`,
    expected: 'at least 1Mi',
    value,
    ...(better === undefined ? {} : { fix: `did you mean "${better}"?` }),
  });
}

const memorySize: Rule = {
  id: 'memory-size',
  what: 'A container asks for 1Mi of memory or more, and is limited to no less.',
  why: 'The API server takes "512m" for half a byte: as a limit no container starts with it, as a request it reserves nothing.',
  severity: 'error',
  judge:
    'container runtime: no process starts below its minimum limit; the API server only warns of fractions of a byte',
  check: (entries, report) => {
    for (const { entry, pointer, requests, limits, claim } of resources(entries)) {
      if (claim) continue;
      judge(entry, `${pointer}/requests`, requests, report);
      judge(entry, `${pointer}/limits`, limits, report);
    }
  },
  examples: {
    pass: [running({ resources: { requests: { memory: '512Mi', cpu: '512m' }, limits: { memory: 1_048_576 } } })],
    fail: [running({ resources: { requests: { memory: '512m' }, limits: { memory: 512 } } })],
  },
};

export const memoryRules: readonly Rule[] = [memorySize];
