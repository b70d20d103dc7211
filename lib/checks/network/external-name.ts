// Services that are another name for something outside the cluster: that name has to be one.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';

import { subdomain } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';
import { service } from '../examples';
import type { Rule } from '../rule';

const EXPECTED = `a DNS name such as "db.example.com": ${subdomain.expected}`;
const ADDRESS = 'a Service without selector and an EndpointSlice that holds the address';

const isName = (name: string): boolean => subdomain.fits(name.replace(/\.$/, ''));
const isIPv4 = (name: string): boolean => /^\d+(?:\.\d+){3}\.?$/.test(name);

/** The name in a URL, in "host:port", or in other dress. */
function meant(name: string): string | undefined {
  const host = name
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^[^@]*@/, '')
    .replace(/:\d*$/, '')
    .toLowerCase();
  return host !== name && isName(host) && !isIPv4(host) ? host : undefined;
}

function wrongWith(name: string): string {
  if (name.includes('://')) return 'externalName is a name and no URL';
  // No name has colons, brackets aside.
  if (/^\[?[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*\]?$/i.test(name))
    return 'externalName becomes a CNAME, which leads to a name and never to an address';
  if (/:\d*$/.test(name)) return 'externalName has no port: clients say it themselves';
  if (name.includes('/')) return 'externalName has no path';
  return `${JSON.stringify(name)} is not a DNS name`;
}

/** A URL may hold a password, and nothing that is reported may. */
const harmless = (name: string): { readonly value?: Json } => (name.includes('@') ? {} : { value: name });

function findProblem(name: Json | undefined): Problem | undefined {
  if (!isSet(name) || name === '' || name === '.')
    return { message: 'a Service of type ExternalName has no externalName', expected: EXPECTED, value: name ?? null };
  if (typeof name !== 'string') return { message: 'externalName must be text', expected: EXPECTED, value: name };
  if (isIPv4(name)) {
    return {
      message: `the API server accepts ${name}, and we do not: as a CNAME it is a name made of digits, which never resolves`,
      expected: 'a DNS name, not an address',
      value: name,
      fix: `for an address, use ${ADDRESS}`,
    };
  }
  if (isName(name)) return undefined;
  const better = meant(name);
  const fix = better === undefined ? {} : { fix: `write "${better}"` };
  const message = name.includes('@') ? 'externalName is a name, without a user and a password' : wrongWith(name);
  return { message, expected: EXPECTED, ...harmless(name), ...fix };
}

const externalName: Rule = {
  id: 'external-name',
  what: 'A Service of type ExternalName has an externalName: a DNS name, without scheme and port, and no address.',
  why: 'The API server refuses the Service; an IPv4 address it takes, but no client can ever resolve it.',
  severity: 'error',
  judge: 'API server: ValidateService, IsDNS1123Subdomain; stricter for IPv4 addresses',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const spec = dig(entry.manifest, 'spec');
      if (spec?.type !== 'ExternalName') continue;
      const problem = findProblem(spec.externalName);
      if (problem !== undefined) report(entry, '/spec/externalName', problem);
    }
  },
  examples: {
    pass: [service({ type: 'ExternalName', externalName: 'db.example.com.' })],
    fail: [
      service({ type: 'ExternalName' }),
      service({ type: 'ExternalName', externalName: 'db.example.com:3306' }, 'database'),
      service({ type: 'ExternalName', externalName: '10.0.0.5' }, 'cache'),
    ],
  },
};

export const externalNameRules: readonly Rule[] = [externalName];
