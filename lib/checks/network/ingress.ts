// Rules of an Ingress: well-formed paths, each with a backend.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, text } from '../../analysis/objects/read-json';
import type { ApiEntry } from '../../model/manifest/object';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';

const TYPES = ['Exact', 'Prefix', 'ImplementationSpecific'];
/** Not allowed in Exact and Prefix paths: clients normalize them to another path. */
const NOT_NORMAL = ['//', '/./', '/../', '%2f', '%2F'];

function reportBackend(entry: ApiEntry, parent: Place, key: string, report: Report): void {
  const backend = dig(parent.value, key);
  const to = dig(backend, 'service');
  const pointer = `${parent.pointer}/${key}`;
  if ((to === undefined) === (dig(backend, 'resource') === undefined)) {
    report(entry, pointer, { message: 'the path has no backend', expected: 'either a service or a resource' });
  } else if (to !== undefined) {
    const port = dig(to, 'port');
    const named = isSet(port?.name) && port.name !== '';
    const numbered = isSet(port?.number) && port.number !== 0;
    if (!text(to.name))
      report(entry, `${pointer}/service/name`, {
        message: 'the name of the Service is missing',
        expected: 'the name of a Service',
      });
    if (named === numbered) {
      const message = named ? 'the port has both a name and a number' : 'the port is missing';
      report(entry, `${pointer}/service/port`, { message, expected: 'either a name or a number' });
    }
  }
}

function reportPath(entry: ApiEntry, place: Place, report: Report): void {
  const { path, pathType } = place.value;
  if (typeof pathType !== 'string' || !TYPES.includes(pathType)) {
    const message = isSet(pathType) ? `${JSON.stringify(pathType)} is not a valid pathType` : 'the pathType is missing';
    report(entry, `${place.pointer}/pathType`, {
      message,
      expected: `one of ${TYPES.join(', ')}`,
      value: pathType ?? null,
    });
  }
  const name = text(path) ?? '';
  const strict = pathType !== 'ImplementationSpecific';
  const notNormal = strict ? NOT_NORMAL.find((part) => name.includes(part)) : undefined;
  if (notNormal !== undefined || (strict && (name.endsWith('/..') || name.endsWith('/.')))) {
    const message = 'the path is not normalized';
    report(entry, `${place.pointer}/path`, {
      message,
      expected: 'a path without "//", "/./", "/../" or "%2f"',
      value: name,
    });
  } else if (!name.startsWith('/') && (strict || name !== '')) {
    report(entry, `${place.pointer}/path`, {
      message: 'the path is not absolute',
      expected: 'a path that starts with "/"',
      value: path ?? null,
    });
  }
  reportBackend(entry, place, 'backend', report);
}

const ingressPath: Rule = {
  id: 'ingress-path',
  what: 'An Ingress has rules or a default backend; each path is absolute, has a pathType, and leads to one port of one Service.',
  why: 'The API server refuses the Ingress.',
  severity: 'error',
  judge: 'API server: ValidateIngressSpec, validateHTTPIngressPath, validateIngressBackend',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      const spec = dig(entry.manifest, 'spec');
      const fallback = isSet(spec?.defaultBackend);
      if (spec !== undefined && fallback)
        reportBackend(entry, { value: spec, pointer: '/spec' }, 'defaultBackend', report);
      if (!fallback && list(spec?.rules).length === 0) {
        report(entry, '/spec/rules', {
          message: 'the Ingress has no rules and no default backend',
          expected: 'rules, or a defaultBackend',
        });
      }
      for (const rule of places(spec, 'rules', '/spec')) {
        const http = dig(rule.value, 'http');
        if (http === undefined) continue;
        const paths = places(http, 'paths', `${rule.pointer}/http`);
        if (paths.length === 0)
          report(entry, `${rule.pointer}/http/paths`, {
            message: 'the rule has no paths',
            expected: 'at least one path',
          });
        for (const path of paths) reportPath(entry, path, report);
      }
    }
  },
  examples: {
    pass: [ingress('shop.example.com'), ingress('shop.example.com', 'api', '/api')],
    fail: [ingress('shop.example.com', 'web', 'api'), object('networking.k8s.io/v1', 'Ingress', 'none', { spec: {} })],
  },
};

export const ingressRules: readonly Rule[] = [ingressPath];
