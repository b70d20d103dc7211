// Bounds of routes and Gateways, which the API server holds: how many, how long, and which weights.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, text } from '../../analysis/objects/read-json';
import { LIMITS } from '../../model/exposure/bundles';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Report, Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

type Counted = 'listeners' | 'parentRefs' | 'hostnames' | 'rules' | 'matches' | 'backendRefs';

/** Reports a list that is longer than its bound. */
function reportLength(entry: ApiEntry, parent: Place, key: Counted, report: Report): void {
  const { length } = list(parent.value[key]);
  if (length <= LIMITS[key]) return;
  report(entry, `${parent.pointer}/${key}`, {
    message: `${length} ${key}, and a ${entry.identity.kind} has ${LIMITS[key]} at most`,
    expected: ADVICE[key],
    value: length,
  });
}

const ADVICE: Readonly<Record<Counted, string>> = {
  listeners: 'hosts on a further cluster, or a wildcard for some of them',
  parentRefs: 'a further route',
  hostnames: 'the further hosts at a component of their own, or a wildcard',
  rules: 'a further route',
  matches: 'fewer paths: a prefix includes what is below it',
  backendRefs: 'fewer Services behind one rule',
};

function reportWeights(entry: ApiEntry, rule: Place, report: Report): void {
  const refs = places(rule.value, 'backendRefs', rule.pointer);
  const weights = refs.map(({ value: { weight } }) => (isSet(weight) ? weight : 1));
  for (const [index, weight] of weights.entries()) {
    if (typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= LIMITS.weight) continue;
    const message = 'the weight is not a share of the traffic';
    const expected = `an integer from 0 to ${LIMITS.weight}`;
    report(entry, `${refs[index]?.pointer}/weight`, { message, expected, value: weight });
  }
  if (refs.length === 0 || weights.some((weight) => weight !== 0)) return;
  const message = refs.length === 1 ? 'the only backend has weight 0' : 'all backends have weight 0';
  report(entry, `${rule.pointer}/backendRefs`, { message, expected: 'a backend with a weight above 0', value: 0 });
}

/** The API server wants the port of a Service; of other backends only their controller knows. */
function reportPorts(entry: ApiEntry, rule: Place, report: Report): void {
  for (const { value, pointer } of places(rule.value, 'backendRefs', rule.pointer)) {
    const isService = (value.group ?? '') === '' && (value.kind ?? 'Service') === 'Service';
    if (!isService || isSet(value.port)) continue;
    report(entry, `${pointer}/port`, { message: 'a Service without a port', expected: 'port: that of the Service' });
  }
}

/** What a client would normalize to another path, so that no request has it. */
const NOT_NORMAL = /\/\/|\/\.{1,2}(?:\/|$)|%2f|#/i;

function reportPaths(entry: ApiEntry, rule: Place, report: Report): void {
  for (const { value, pointer } of places(rule.value, 'matches', rule.pointer)) {
    const path = dig(value, 'path');
    const name = text(path?.value) ?? '/';
    if (path?.type === 'RegularExpression') continue;
    const at = `${pointer}/path/value`;
    if (name.length > LIMITS.path) {
      const message = `the path has ${name.length} characters`;
      report(entry, at, { message, expected: `at most ${LIMITS.path}`, value: name.length });
    } else if (!name.startsWith('/') || NOT_NORMAL.test(name)) {
      const message = name.startsWith('/') ? 'the path is not normalized' : 'the path is not absolute';
      report(entry, at, {
        message,
        expected: 'a path that starts with "/", without "//", "/./", "/../" or "%2f"',
        value: name,
      });
    }
  }
}

const routeLimits: Rule = {
  id: 'route-limits',
  what: 'A route has at most 32 parents, 16 hosts, 16 rules, 64 matches a rule and 128 in all, 16 backends a rule, each Service with its port, weights from 0 to 1,000,000 that are not all 0, and paths of at most 1024 characters.',
  why: 'The API server refuses the route; with all weights 0, controllers disagree on whether requests fail.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: maxItems and CEL rules of HTTPRoute and GRPCRoute',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${GROUP}/HTTPRoute`, `${GROUP}/GRPCRoute`)) {
      const spec = { value: dig(entry.manifest, 'spec') ?? {}, pointer: '/spec' };
      for (const key of ['parentRefs', 'hostnames', 'rules'] as const) reportLength(entry, spec, key, report);
      const rules = places(spec.value, 'rules', spec.pointer);
      for (const rule of rules) {
        for (const key of ['matches', 'backendRefs'] as const) reportLength(entry, rule, key, report);
        reportWeights(entry, rule, report);
        reportPorts(entry, rule, report);
        if (entry.identity.kind === 'HTTPRoute') reportPaths(entry, rule, report);
      }
      const all = rules.reduce((sum, { value }) => sum + list(value.matches).length, 0);
      if (all <= LIMITS.matchesInAll) continue;
      const message = `${all} matches in all, and a route has ${LIMITS.matchesInAll} at most`;
      report(entry, '/spec/rules', { message, expected: ADVICE.matches, value: all });
    }
  },
  examples: {
    pass: [route({ rules: [{ backendRefs: [weighted('blue', 95), weighted('green', 5)] }] })],
    fail: [
      route({ hostnames: Array.from({ length: 17 }, (_, index) => `a${index}.example.com`) }, 'hosts'),
      route({ rules: [{ backendRefs: [weighted('web', 0)] }] }, 'none'),
      route({ rules: [{ backendRefs: [{ name: 'web' }] }] }, 'port'),
      route({ rules: [{ backendRefs: [weighted('blue', 1_000_001), weighted('green', 1)] }] }, 'more'),
      route({ rules: [{ matches: [{ path: { type: 'PathPrefix', value: '//api' } }] }] }, 'paths'),
    ],
  },
};

function weighted(name: string, weight: number): JsonObject {
  return { name, port: 80, weight };
}

function route(spec: JsonObject, name = 'web'): JsonObject {
  return object(`${GROUP}/v1`, 'HTTPRoute', name, { spec });
}

/** What two listeners may not have in common. */
const placeOf = ({ port, protocol, hostname }: JsonObject): string => [port, protocol, hostname ?? ''].join(' ');

const listenerLimits: Rule = {
  id: 'listener-limits',
  what: 'A Gateway has 1 to 64 listeners, each with a name of its own of at most 253 characters, and with a port, protocol and host of its own; HTTP has no TLS.',
  why: 'The API server refuses the Gateway, and with it every host.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: maxItems and CEL rules of Gateway',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${GROUP}/Gateway`)) {
      const spec = { value: dig(entry.manifest, 'spec') ?? {}, pointer: '/spec' };
      const listeners = places(spec.value, 'listeners', '/spec');
      reportLength(entry, spec, 'listeners', report);
      if (listeners.length === 0) {
        report(entry, '/spec/listeners', { message: 'the Gateway has no listener', expected: 'one or more' });
      }
      const names = new Set<string>();
      const taken = new Set<string>();
      for (const { value, pointer } of listeners) {
        const name = text(value.name) ?? '';
        const add = (key: string, message: string, expected: string) =>
          report(entry, `${pointer}/${key}`, { message, expected, value: name });
        if (name.length > LIMITS.name) {
          add(
            'name',
            `the name of the listener has ${name.length} characters`,
            `at most ${LIMITS.name}: a host of 247`,
          );
        }
        if (names.has(name)) add('name', 'another listener has this name', 'a name of its own');
        if (taken.has(placeOf(value))) {
          add('hostname', 'another listener has this port, protocol and host', 'a port or a host of its own');
        }
        if (value.protocol === 'HTTP' && isSet(value.tls))
          add('tls', 'a listener for HTTP has TLS', 'protocol HTTPS, or no tls');
        names.add(name);
        taken.add(placeOf(value));
      }
    }
  },
  examples: {
    pass: [
      gateway([
        { name: 'http', port: 80, protocol: 'HTTP' },
        { name: 'https', port: 443, protocol: 'HTTPS' },
      ]),
    ],
    fail: [
      gateway([], 'none'),
      gateway(
        Array.from({ length: 65 }, (_, index) => ({ name: `l${index}`, port: 1000 + index, protocol: 'HTTP' })),
        'many',
      ),
      gateway(
        [
          { name: 'a', port: 80, protocol: 'HTTP' },
          { name: 'b', port: 80, protocol: 'HTTP' },
        ],
        'twice',
      ),
    ],
  },
};

function gateway(listeners: readonly JsonObject[], name = 'shared'): JsonObject {
  return object(`${GROUP}/v1`, 'Gateway', name, { spec: { gatewayClassName: 'eg', listeners: [...listeners] } });
}

export const limitRules: readonly Rule[] = [routeLimits, listenerLimits];
