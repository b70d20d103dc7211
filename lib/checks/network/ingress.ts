// Rules of an Ingress: what each path is, and that it leads somewhere.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, text } from '../../analysis/objects/read-json';
import type { ApiEntry } from '../../model/manifest/object';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';

const TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'];
/** What Exact and Prefix paths may not hold: they would mean another path than they say. */
const HIDDEN = ['//', '/./', '/../', '%2f', '%2F'];

function judgeBackend(entry: ApiEntry, parent: Place, key: string, report: Report): void {
  const backend = dig(parent.value, key);
  const to = dig(backend, 'service');
  const pointer = `${parent.pointer}/${key}`;
  if ((to === undefined) === (dig(backend, 'resource') === undefined)) {
    report(entry, pointer, { message: 'the path leads nowhere', expected: 'a backend with a service or a resource' });
  } else if (to !== undefined) {
    const port = dig(to, 'port');
    const named = isSet(port?.name) && port.name !== '';
    const numbered = isSet(port?.number) && port.number !== 0;
    if (!text(to.name))
      report(entry, `${pointer}/service/name`, {
        message: 'the Service has no name',
        expected: 'the name of a Service',
      });
    if (named === numbered) {
      const message = named ? 'the port has a name and a number' : 'the port is missing';
      report(entry, `${pointer}/service/port`, { message, expected: 'either name or number' });
    }
  }
}

function judgePath(entry: ApiEntry, it: Place, report: Report): void {
  const { path, pathType } = it.value;
  if (typeof pathType !== 'string' || !TYPES.includes(pathType)) {
    const message = isSet(pathType) ? `unknown pathType ${JSON.stringify(pathType)}` : 'the pathType is missing';
    report(entry, `${it.pointer}/pathType`, { message, expected: TYPES.join(', '), value: pathType ?? null });
  }
  const name = text(path) ?? '';
  const strict = pathType !== 'ImplementationSpecific';
  const hidden = strict ? HIDDEN.find((part) => name.includes(part)) : undefined;
  if (hidden !== undefined || (strict && (name.endsWith('/..') || name.endsWith('/.')))) {
    const message = 'the path says something else than it means';
    report(entry, `${it.pointer}/path`, {
      message,
      expected: 'a path without "//", "/./", "/../" and "%2f"',
      value: name,
    });
  } else if (!name.startsWith('/') && (strict || name !== '')) {
    report(entry, `${it.pointer}/path`, {
      message: 'the path is not absolute',
      expected: 'a path that starts with "/"',
      value: path ?? null,
    });
  }
  judgeBackend(entry, it, 'backend', report);
}

const ingressPath: Rule = {
  id: 'ingress-path',
  what: 'An Ingress has rules or a default backend; each path is absolute, says how it is compared, and leads to one port of one Service.',
  why: 'The API server refuses the Ingress.',
  severity: 'error',
  judge: 'API server: ValidateIngressSpec, validateHTTPIngressPath, validateIngressBackend',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      const spec = dig(entry.manifest, 'spec');
      const fallback = isSet(spec?.defaultBackend);
      if (spec !== undefined && fallback)
        judgeBackend(entry, { value: spec, pointer: '/spec' }, 'defaultBackend', report);
      if (!fallback && list(spec?.rules).length === 0) {
        report(entry, '/spec/rules', { message: 'the Ingress leads nowhere', expected: 'rules, or a defaultBackend' });
      }
      for (const rule of places(spec, 'rules', '/spec')) {
        const http = dig(rule.value, 'http');
        if (http === undefined) continue;
        const paths = places(http, 'paths', `${rule.pointer}/http`);
        if (paths.length === 0)
          report(entry, `${rule.pointer}/http/paths`, {
            message: 'the rule has no path',
            expected: 'one path or more',
          });
        for (const path of paths) judgePath(entry, path, report);
      }
    }
  },
  examples: {
    pass: [ingress('shop.example.com'), ingress('shop.example.com', 'api', '/api')],
    fail: [ingress('shop.example.com', 'web', 'api'), object('networking.k8s.io/v1', 'Ingress', 'none', { spec: {} })],
  },
};

export const ingressRules: readonly Rule[] = [ingressPath];
