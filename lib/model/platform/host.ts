// A host name: a lower-case DNS name, with "*" only as its entire first label.

import type { Problem } from '../finding/problem';
import { LONG_DNS_PART, subdomain, wildcardHost } from '../manifest/formats';
import type { Json } from '../manifest/json';

const ADDRESS = /^\d+(?:\.\d+){3}$/;

/** What is wrong with a host. `addresses`: whether it may be an address too. */
export function findHostProblems(host: Json, addresses = false): Problem[] {
  const name = typeof host === 'string' ? host : '';
  const format = name.includes('*') ? wildcardHost : subdomain;
  if (LONG_DNS_PART.test(name) && format.fits(name)) {
    const message = `${JSON.stringify(host)} has a part of more than 63 characters, which DNS does not`;
    return [{ message, expected: 'at most 63 characters between two dots', value: host }];
  }
  if (format.fits(name) && (addresses || !ADDRESS.test(name))) return [];
  const message = ADDRESS.test(name)
    ? 'a host must be a name, not an address'
    : `${JSON.stringify(host)} is not a valid host name`;
  const lower =
    format.fits(name.toLowerCase()) && name !== name.toLowerCase() ? { fix: `write "${name.toLowerCase()}"` } : {};
  const scheme = name.includes('://') ? { fix: 'remove the scheme and the path' } : {};
  return [{ message, expected: wildcardHost.expected, value: host, ...lower, ...scheme }];
}
