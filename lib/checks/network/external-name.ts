// ExternalName Services, aliases of hosts outside the cluster: the external name must be a DNS name.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';
import { LONG_DNS_PART, subdomain } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';
import { service } from '../examples';
import type { Rule } from '../rule';

const EXPECTED = `a DNS name such as "db.example.com": ${subdomain.expected}`;
const ADDRESS = 'a Service without a selector, and an EndpointSlice with the address';

const isName = (name: string): boolean => subdomain.fits(name.replace(/\.$/, '')) && !LONG_DNS_PART.test(name);
const isIPv4 = (name: string): boolean => /^\d+(?:\.\d+){3}\.?$/.test(name);

/** The host name within a URL, "host:port" or the like. */
function hostIn(name: string): string | undefined {
  const host = name
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^[^@]*@/, '')
    .replace(/:\d*$/, '')
    .toLowerCase();
  return host !== name && isName(host) && !isIPv4(host) ? host : undefined;
}

function describeProblem(name: string): string {
  if (name.includes('://')) return 'externalName must be a name, not a URL';
  // Only an IPv6 address has several colons.
  if (/^\[?[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*\]?$/i.test(name))
    return 'externalName must be a name, not an IPv6 address: it becomes a CNAME';
  if (/:\d*$/.test(name)) return 'externalName must not include a port: clients specify it';
  if (name.includes('/')) return 'externalName must not include a path';
  return `${JSON.stringify(name)} is not a DNS name`;
}

/** The value to report: none if it may contain a password, as a URL does. */
const reportable = (name: string): { readonly value?: Json } => (name.includes('@') ? {} : { value: name });

function findProblem(name: Json | undefined): Problem | undefined {
  if (!isSet(name) || name === '' || name === '.')
    return { message: 'externalName is required for type ExternalName', expected: EXPECTED, value: name ?? null };
  if (typeof name !== 'string') return { message: 'externalName must be a string', expected: EXPECTED, value: name };
  if (isIPv4(name)) {
    return {
      message: `${name} never resolves: as a CNAME it is a name made of digits`,
      expected: 'a DNS name, not an address',
      value: name,
      fix: `for an address, use ${ADDRESS}`,
    };
  }
  if (isName(name)) return undefined;
  const better = hostIn(name);
  const fix = better === undefined ? {} : { fix: `write "${better}"` };
  const message = name.includes('@') ? 'externalName must not include a user and password' : describeProblem(name);
  return { message, expected: EXPECTED, ...reportable(name), ...fix };
}

const externalName: Rule = {
  id: 'external-name',
  what: 'A Service of type ExternalName has an externalName: a DNS name without scheme or port, not an address.',
  why: 'The API server refuses the Service; it accepts an IPv4 address, but no client can ever resolve it.',
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
