// Rules of an HTTPRoute or GRPCRoute: filters that exclude each other, what they need, and time-outs.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, shown, text } from '../../analysis/objects/read-json';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Report, Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

/** The field of each type of filter. */
const FIELDS: ReadonlyMap<string, string> = new Map([
  ['RequestHeaderModifier', 'requestHeaderModifier'],
  ['ResponseHeaderModifier', 'responseHeaderModifier'],
  ['RequestMirror', 'requestMirror'],
  ['RequestRedirect', 'requestRedirect'],
  ['URLRewrite', 'urlRewrite'],
  ['CORS', 'cors'],
  ['ExtensionRef', 'extensionRef'],
]);

/** Types of which a list has one at most. */
const ONCE: ReadonlySet<string> = new Set([
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'URLRewrite',
  'CORS',
]);

const MOST_FILTERS = 16;

/** A type has its own field, and no other. */
function reportFields(
  { value, pointer }: Place,
  report: (at: string, message: string, expected: string) => void,
): void {
  const type = text(value.type) ?? '';
  const own = FIELDS.get(type);
  if (own === undefined) return;
  if (!isSet(value[own])) report(pointer, `a filter of type ${type} without ${own}`, own);
  for (const field of FIELDS.values()) {
    if (field === own || !isSet(value[field])) continue;
    report(`${pointer}/${field}`, `a filter of type ${type} with ${field}`, `${own}, or a filter of its own`);
  }
}

const pathOf = (filter: JsonObject): JsonObject | undefined =>
  dig(filter, 'requestRedirect', 'path') ?? dig(filter, 'urlRewrite', 'path');

const REPLACES: ReadonlyMap<unknown, string> = new Map([
  ['ReplaceFullPath', 'replaceFullPath'],
  ['ReplacePrefixMatch', 'replacePrefixMatch'],
]);

/** What replaces a path is of the type that is named; a prefix is replaced where it is the only match. */
function reportPath(
  rule: Place,
  { value, pointer }: Place,
  report: (at: string, message: string, expected: string) => void,
) {
  const path = pathOf(value);
  if (path === undefined) return;
  const at = `${pointer}/${isSet(value.requestRedirect) ? 'requestRedirect' : 'urlRewrite'}/path`;
  const own = REPLACES.get(path.type);
  if (own === undefined) return;
  if (!isSet(path[own])) report(at, `a path of type ${shown(path.type ?? '')} without ${own}`, own);
  for (const field of REPLACES.values()) {
    if (field !== own && isSet(path[field]))
      report(`${at}/${field}`, `a path of type ${shown(path.type ?? '')} with ${field}`, own);
  }
  if (own !== 'replacePrefixMatch' || !isSet(path[own])) return;
  const matches = places(rule.value, 'matches', '');
  const isPrefix = (match: JsonObject | undefined) => (dig(match, 'path')?.type ?? 'PathPrefix') === 'PathPrefix';
  // without a list there is one match, of the prefix /; an empty one stays empty
  if (!isSet(rule.value.matches) || (matches.length === 1 && isPrefix(matches[0]?.value))) return;
  report(
    at,
    'the prefix of more than one match, or of none, is replaced',
    'one match, by PathPrefix; a rule for each other one',
  );
}

function reportFilters(entry: ApiEntry, rule: Place, holder: Place, report: Report): void {
  const filters = places(holder.value, 'filters', holder.pointer);
  const add = (at: string, message: string, expected: string) => report(entry, at, { message, expected });
  if (filters.length > MOST_FILTERS) {
    add(
      `${holder.pointer}/filters`,
      `${filters.length} filters, and a ${holder === rule ? 'rule' : 'backend'} has ${MOST_FILTERS} at most`,
      holder === rule ? 'a further rule' : 'fewer filters, or those of all backends at the rule',
    );
  }
  const types = new Set<string>();
  for (const filter of filters) {
    const type = text(filter.value.type) ?? '';
    if (ONCE.has(type) && types.has(type))
      add(`${filter.pointer}/type`, `a second filter of type ${type}`, 'one of them');
    types.add(type);
    reportFields(filter, add);
    reportPath(rule, filter, add);
    reportMirror(filter, add);
  }
  if (types.has('RequestRedirect') && types.has('URLRewrite')) {
    add(`${holder.pointer}/filters`, 'a request is redirected, and rewritten as well', 'RequestRedirect or URLRewrite');
  }
}

function reportMirror({ value, pointer }: Place, add: (at: string, message: string, expected: string) => void): void {
  const mirror = dig(value, 'requestMirror');
  if (mirror === undefined) return;
  const at = `${pointer}/requestMirror`;
  const to = dig(mirror, 'backendRef');
  const isService = (to?.group ?? '') === '' && (to?.kind ?? 'Service') === 'Service';
  if (isService && !isSet(to?.port))
    add(`${at}/backendRef/port`, 'a Service without a port', 'port: that of the Service');
  if (isSet(mirror.percent) && isSet(mirror.fraction)) add(at, 'a percent and a fraction are mirrored', 'one of them');
}

const DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;
const UNITS: ReadonlyMap<string, number> = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);

const milliseconds = (duration: string): number =>
  [...duration.matchAll(/(\d+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS.get(unit ?? '') ?? 0),
    0,
  );

function reportTimeouts(entry: ApiEntry, { value, pointer }: Place, report: Report): void {
  const timeouts = dig(value, 'timeouts');
  const [all, one] = [timeouts?.request, timeouts?.backendRequest];
  for (const [key, duration] of [
    ['request', all],
    ['backendRequest', one],
  ] as const) {
    if (!isSet(duration) || (typeof duration === 'string' && DURATION.test(duration))) continue;
    const message = `${shown(duration)} is not a duration of the Gateway API`;
    report(entry, `${pointer}/timeouts/${key}`, {
      message,
      expected: "a text of whole numbers and units: '90s', '1m30s'",
      value: duration,
    });
  }
  if (typeof all !== 'string' || typeof one !== 'string' || !DURATION.test(all) || !DURATION.test(one)) return;
  if (milliseconds(all) === 0 || milliseconds(one) <= milliseconds(all)) return;
  const message = `a backend has ${one}, and the request as a whole ${all}`;
  report(entry, `${pointer}/timeouts/backendRequest`, { message, expected: `at most ${all}`, value: one });
}

const routeFilters: Rule = {
  id: 'route-filters',
  what: 'A rule of a route redirects, or has backends and may rewrite; its filters have the field of their type, each type of them once, and a time-out of a backend is within that of the request.',
  why: 'The API server refuses the route, and none of its hosts is served.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: schema and CEL rules of HTTPRoute and GRPCRoute',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${GROUP}/HTTPRoute`, `${GROUP}/GRPCRoute`)) {
      for (const rule of places(dig(entry.manifest, 'spec'), 'rules', '/spec')) {
        reportFilters(entry, rule, rule, report);
        for (const backend of places(rule.value, 'backendRefs', rule.pointer))
          reportFilters(entry, rule, backend, report);
        reportTimeouts(entry, rule, report);
        const redirects = places(rule.value, 'filters', '').some(({ value }) => isSet(value.requestRedirect));
        if (!redirects || list(rule.value.backendRefs).length === 0) continue;
        const message = 'a rule that redirects has backends, which no request reaches';
        report(entry, `${rule.pointer}/backendRefs`, { message, expected: 'no backendRefs, or no RequestRedirect' });
      }
    }
  },
  examples: {
    pass: [
      route({ filters: [redirect()] }, 'redirect'),
      route({ matches: [{ path: { type: 'PathPrefix', value: '/old' } }], filters: [rewrite()], backendRefs: [web()] }),
    ],
    fail: [
      route({ filters: [redirect()], backendRefs: [web()] }, 'backends'),
      route({ filters: [redirect(), rewrite()] }, 'both'),
      route({ filters: [redirect(), redirect()] }, 'twice'),
      route({ filters: [{ type: 'URLRewrite', requestRedirect: { scheme: 'https' } }] }, 'field'),
      route({ matches: [{ path: { type: 'Exact', value: '/old' } }], filters: [rewrite()] }, 'exact'),
      route({ timeouts: { request: '10s', backendRequest: '30s' } }, 'longer'),
      route({ timeouts: { request: '1.5s' } }, 'form'),
    ],
  },
};

function redirect(): JsonObject {
  return { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } };
}

function rewrite(): JsonObject {
  return { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } };
}

function web(): JsonObject {
  return { name: 'web', port: 80 };
}

function route(rule: JsonObject, name = 'web'): JsonObject {
  return object(`${GROUP}/v1`, 'HTTPRoute', name, { spec: { rules: [rule] } });
}

export const filterRules: readonly Rule[] = [routeFilters];
