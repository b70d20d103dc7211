// Quantities of CPU, memory, storage and so on: well-formed, not negative, and requests within limits.

import { at, isSet, own, shown } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { configMap, object, running } from '../examples';
import type { Report, Rule } from '../rule';
import { intendedQuantity } from './quantity-fix';
import { type Amount, amounts, resources } from './quantity-places';

const GRAMMAR = 'digits with an optional "." and one of n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent such as e3';

/** Resources that are counted in whole numbers: helper.IsIntegerResourceName. */
const COUNTED = new Set(
  'pods services replicationcontrollers resourcequotas secrets configmaps persistentvolumeclaims services.nodeports services.loadbalancers'.split(
    ' ',
  ),
);
const isExtended = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
const isShared = (name: string): boolean => !isExtended(name) && !name.startsWith('hugepages-');

function findProblem({ value, name, sign }: Amount): Problem | undefined {
  const amount = readQuantity(value);
  if (amount === undefined) {
    const better = intendedQuantity(value);
    const message = `${JSON.stringify(value)} is not a valid quantity`;
    return { message, expected: GRAMMAR, value, ...(better === undefined ? {} : { fix: `write "${better}"` }) };
  }
  if (sign === 'positive' && amount <= 0n)
    return { message: 'the amount must be above 0', expected: 'a quantity above 0', value };
  if (sign === 'notNegative' && amount < 0n)
    return { message: 'the amount must not be negative', expected: 'a quantity of 0 or more', value };
  if ((COUNTED.has(name) || isExtended(name)) && amount % WHOLE !== 0n) {
    return { message: `${name} must be a whole number`, expected: 'a whole number', value };
  }
  return undefined;
}

const quantity: Rule = {
  id: 'quantity',
  what: 'Amounts are valid Kubernetes quantities, and not negative.',
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

function reportPair(
  entry: ApiEntry,
  pointer: string,
  name: string,
  request: Json,
  limit: Json | undefined,
  report: Report,
): void {
  const requested = readQuantity(request);
  if (requested === undefined) return;
  const where = at(pointer, 'requests', name);
  if (!isSet(limit)) {
    if (isShared(name)) return;
    report(entry, where, {
      message: `${name} cannot be shared: a limit is required too`,
      expected: 'a limit of the same amount',
      value: request,
    });
    return;
  }
  const limited = readQuantity(limit);
  if (limited === undefined) return;
  if (requested > limited) {
    report(entry, where, {
      message: `the request exceeds the limit of ${shown(limit)}`,
      expected: `at most ${shown(limit)}`,
      value: request,
    });
  } else if (requested !== limited && !isShared(name)) {
    report(entry, where, {
      message: `${name} cannot be shared: request and limit must be equal`,
      expected: shown(limit),
      value: request,
    });
  }
}

function reportPairs(
  entry: ApiEntry,
  pointer: string,
  requests: JsonObject,
  limits: JsonObject | undefined,
  report: Report,
): void {
  for (const name of Object.keys(requests)) {
    const request = requests[name];
    if (isSet(request)) reportPair(entry, pointer, name, request, own(limits, name), report);
  }
}

const requestAboveLimit: Rule = {
  id: 'request-above-limit',
  what: 'A request is at most the limit, and equal to it for resources that cannot be shared (GPUs, huge pages).',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: validateResourceRequirements',
  check: (entries, report) => {
    for (const { entry, pointer, requests, limits, claim } of resources(entries)) {
      // The API server does not compare them for claims.
      if (requests !== undefined && !claim) reportPairs(entry, pointer, requests, limits, report);
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
