// Amounts of CPU, memory, storage and the rest: well-formed, not negative, and requests within limits.

import { at, isSet, own, shown } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';

import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { configMap, object, running } from '../examples';
import type { Report, Rule } from '../rule';
import { meant } from './quantity-fix';
import { type Amount, amounts, resources } from './quantity-places';

const GRAMMAR = 'digits with an optional "." and one of n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent such as e3';

/** Resources that come in pieces: helper.IsIntegerResourceName. */
const COUNTED = new Set(
  'pods services replicationcontrollers resourcequotas secrets configmaps persistentvolumeclaims services.nodeports services.loadbalancers'.split(
    ' ',
  ),
);
const isExtended = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
const isShared = (name: string): boolean => !isExtended(name) && !name.startsWith('hugepages-');

function findProblem({ value, name, sign }: Amount): Problem | undefined {
  const found = readQuantity(value);
  if (found === undefined) {
    const better = meant(value);
    const message = `${JSON.stringify(value)} is not a quantity`;
    return { message, expected: GRAMMAR, value, ...(better === undefined ? {} : { fix: `write "${better}"` }) };
  }
  if (sign === 'positive' && found <= 0n)
    return { message: 'the amount must be more than 0', expected: 'a quantity above 0', value };
  if (sign === 'notNegative' && found < 0n)
    return { message: 'the amount is negative', expected: 'a quantity of 0 or more', value };
  if ((COUNTED.has(name) || isExtended(name)) && found % WHOLE !== 0n) {
    return { message: `${name} come in whole pieces`, expected: 'a whole number', value };
  }
  return undefined;
}

const quantity: Rule = {
  id: 'quantity',
  what: 'Amounts are Kubernetes quantities, and not negative.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: resource.ParseQuantity, ValidateResourceQuantityValue, validateMetricTarget',
  check: (entries, report) => {
    for (const amount of amounts(entries)) {
      const problem = findProblem(amount);
      if (problem !== undefined) report(amount.entry, at(amount.pointer, amount.name), problem);
    }
  },
  examples: {
    pass: [
      running({
        resources: {
          requests: { cpu: '.5', memory: '1.5Gi', 'example.com/gpu': 1 },
          limits: { 'example.com/gpu': '1' },
        },
      }),
    ],
    fail: [running({ resources: { requests: { memory: '1,5Gi' } } })],
  },
};

function judgePair(
  entry: ApiEntry,
  pointer: string,
  name: string,
  request: Json,
  limit: Json | undefined,
  report: Report,
): void {
  const asked = readQuantity(request);
  if (asked === undefined) return;
  const where = at(pointer, 'requests', name);
  if (!isSet(limit)) {
    if (isShared(name)) return;
    report(entry, where, {
      message: `${name} cannot be shared, so it needs a limit as well`,
      expected: `limits of the same amount`,
      value: request,
    });
    return;
  }
  const most = readQuantity(limit);
  if (most === undefined) return;
  if (asked > most) {
    report(entry, where, {
      message: `the request is above the limit of ${shown(limit)}`,
      expected: `at most ${shown(limit)}`,
      value: request,
    });
  } else if (asked !== most && !isShared(name)) {
    report(entry, where, {
      message: `${name} cannot be shared: request and limit must be equal`,
      expected: shown(limit),
      value: request,
    });
  }
}

function judgePairs(
  entry: ApiEntry,
  pointer: string,
  requests: JsonObject,
  limits: JsonObject | undefined,
  report: Report,
): void {
  for (const name of Object.keys(requests)) {
    const request = requests[name];
    if (isSet(request)) judgePair(entry, pointer, name, request, own(limits, name), report);
  }
}

const requestAboveLimit: Rule = {
  id: 'request-above-limit',
  what: 'A request is at most the limit, and equal to it for what cannot be shared (GPUs, huge pages).',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: validateResourceRequirements',
  check: (entries, report) => {
    for (const { entry, pointer, requests, limits, claim } of resources(entries)) {
      // Of claims, the API server compares nothing.
      if (requests !== undefined && !claim) judgePairs(entry, pointer, requests, limits, report);
    }
  },
  examples: {
    pass: [running({ resources: { requests: { cpu: '1000m' }, limits: { cpu: 1 } } }), configMap({})],
    fail: [
      running({ resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } }),
      object('v1', 'Pod', 'gpu', {
        spec: { containers: [{ name: 'a', resources: { requests: { 'example.com/gpu': 1 } } }] },
      }),
    ],
  },
};

export const quantityRules: readonly Rule[] = [quantity, requestAboveLimit];
