// Bounds of routes, which the API server holds: how many, how long, and which weights.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { LIMITS } from '../../model/exposure/bundles';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Report, Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

type Counted = 'listeners' | 'parentRefs' | 'hostnames' | 'rules' | 'matches' | 'backendRefs';

const withArticle = (kind: string): string => (kind === 'HTTPRoute' ? `an ${kind}` : `a ${kind}`);

/** Reports a list that is longer than its bound. */
export function reportLength(entry: ApiEntry, parent: Place, key: Counted, report: Report): void {
  const { length } = list(parent.value[key]);
  if (length <= LIMITS[key]) return;
  const whole = parent.pointer === '/spec' ? withArticle(entry.identity.kind) : 'a rule';
  report(entry, `${parent.pointer}/${key}`, {
    message: `${length} ${key}, and ${whole} has ${LIMITS[key]} at most`,
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

/** A parent as the API server compares it; a port counts in the experimental channel alone. */
interface Parent {
  readonly section: string;
  readonly port: Json | undefined;
}

const differsByPort = (one: Parent, other: Parent): boolean =>
  one.section === other.section && isSet(one.port) && isSet(other.port) && one.port !== other.port;

/** Two parents that are the same Gateway, and name no two listeners. */
function reportParents(entry: ApiEntry, spec: Place, report: Report): void {
  const known = new Map<string, Parent[]>();
  for (const { value, pointer } of places(spec.value, 'parentRefs', spec.pointer)) {
    const name = [value.group ?? GROUP, value.kind ?? 'Gateway', value.namespace ?? '', value.name ?? '']
      .map(shown)
      .join('/');
    const parent = { section: text(value.sectionName) ?? '', port: value.port };
    const others = known.get(name) ?? [];
    known.set(name, [...others, parent]);
    const same = others.filter(
      ({ section }) => section === parent.section || (section === '') !== (parent.section === ''),
    );
    if (same.length === 0) continue;
    const isByPort = same.every((other) => differsByPort(other, parent));
    const problem = {
      message: isByPort ? 'two parents of the route differ by port alone' : 'another parent of the route is the same',
      expected: 'a sectionName for each, all different; or one parent without',
      value: parent.section,
    };
    report(entry, `${pointer}/sectionName`, isByPort ? problem : { ...problem, cannotWork: true });
  }
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
  what: 'A route has at most 32 parents, each once or each listener of it once (in the experimental channel, each port of it), 16 hosts, 16 rules, 64 matches a rule and 128 in all, 16 backends a rule, each Service with its port, weights from 0 to 1,000,000 that are not all 0, and paths of at most 1024 characters.',
  why: 'The API server refuses the route; with all weights 0, controllers disagree on whether requests fail.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: maxItems and CEL rules of HTTPRoute and GRPCRoute',
  reason: reasonKey('route-limits'),
  check: (entries, report) => {
    // the bounds of both channels are the same
    const refuse: Report = (entry, pointer, problem) => report(entry, pointer, { ...problem, cannotWork: true });
    for (const entry of objectIndex(entries).of(`${GROUP}/HTTPRoute`, `${GROUP}/GRPCRoute`)) {
      const spec = { value: dig(entry.manifest, 'spec') ?? {}, pointer: '/spec' };
      for (const key of ['parentRefs', 'hostnames', 'rules'] as const) reportLength(entry, spec, key, refuse);
      reportParents(entry, spec, report);
      const rules = places(spec.value, 'rules', spec.pointer);
      for (const rule of rules) {
        for (const key of ['matches', 'backendRefs'] as const) reportLength(entry, rule, key, refuse);
        reportWeights(entry, rule, refuse);
        reportPorts(entry, rule, refuse);
        if (entry.identity.kind === 'HTTPRoute') reportPaths(entry, rule, refuse);
      }
      const all = rules.reduce((sum, { value }) => sum + list(value.matches).length, 0);
      if (all <= LIMITS.matchesInAll) continue;
      const message = `${all} matches in all, and a route has ${LIMITS.matchesInAll} at most`;
      refuse(entry, '/spec/rules', { message, expected: ADVICE.matches, value: all });
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
      route({ parentRefs: [{ name: 'shared' }, { name: 'shared', sectionName: 'https' }] }, 'parents'),
    ],
  },
};

function weighted(name: string, weight: number): JsonObject {
  return { name, port: 80, weight };
}

function route(spec: JsonObject, name = 'web'): JsonObject {
  return object(`${GROUP}/v1`, 'HTTPRoute', name, { spec });
}

export const limitRules: readonly Rule[] = [routeLimits];
