// What is wrong with an exposure once the chart is complete: keys changed by hand, and components that share hosts without agreeing.

import type { ApiObject } from 'cdk8s';
import type { IngressShape } from '../../model/exposure/exposed';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import type { Json } from '../../model/manifest/json';
import { findRedundant, nameOf } from '../../model/platform/paths';
import type { NamedPort } from '../pod/ports';
import type { BackendTls } from './exposure-options';
import { claimsOf, type Sharing } from './shared-hosts';

/** An error at `exposeAt`. */
export function exposureError(rule: string, message: string, expected: string, value?: Json): Finding {
  return findingOf(rule, { field: 'exposeAt', message, expected, ...(value === undefined ? {} : { value }) });
}

/** Keys of the profile that have another value by now. */
export function findChangedKeys({ metadata }: ApiObject, keys: Readonly<Record<string, string>> = {}): Finding[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    const now: unknown = metadata.toJson().annotations?.[key];
    if (now === value) return [];
    return [
      {
        rule: 'provider-key',
        severity: 'error',
        field: `metadata.annotations["${key}"]`,
        value: String(now),
        message: 'this annotation, set by the provider profile, was changed by hand',
        expected: `${value}; or override(…), which makes it explicit`,
      },
    ];
  });
}

interface Agreed extends Sharing {
  readonly tlsSecret: string | undefined;
  readonly plainHttp: string | undefined;
  readonly protocol: NamedPort['protocol'];
}

/** What the provider does not let share an Ingress. */
export function findShapeProblems(shape: IngressShape | Problem): Finding[] {
  return isProblem(shape) ? [exposureError('exposure-shared', shape.message, shape.expected)] : [];
}

/** What an Ingress cannot do, of a component that one serves. */
export function findIngressProblems({ protocol }: NamedPort, backendTls: BackendTls | undefined): Finding[] {
  const found: Finding[] = [];
  const add = (field: string, message: string, expected: string) =>
    found.push(findingOf('exposure-gateway', { field: `exposeAt.${field}`, message, expected }));
  if (protocol === 'grpc') {
    add(
      'port',
      'an Ingress serves http, and this port speaks grpc',
      "['gateway'] for its hosts in gatewayApi of the cluster",
    );
  }
  if (backendTls !== undefined) {
    const expected = "no backendTls; or a cluster with gatewayApi, and ['gateway'] for the hosts";
    add('backendTls', 'an Ingress has no field for TLS up to the pods', expected);
  }
  return found;
}

/** What those that share hosts do not agree on. */
export function findAgreementProblems(sharing: readonly Agreed[]): Finding[] {
  const names = sharing.map(({ name }) => name).join(' and ');
  const found: Finding[] = [];
  const add = (message: string, expected: string) => found.push(exposureError('exposure-shared', message, expected));
  const protocols = new Set(sharing.map(({ protocol }) => protocol));
  if (protocols.size > 1) {
    add(`${names} share hosts, and one of them speaks gRPC`, 'a host of its own: one kind of route serves a host');
  }
  const secrets = new Set(sharing.flatMap(({ tlsSecret }) => tlsSecret ?? []));
  if (secrets.size > 1) add(`${names} share hosts, but not a TLS Secret: ${[...secrets].join(', ')}`, 'one tlsSecret');
  const plain = new Set(sharing.map(({ plainHttp }) => plainHttp !== undefined));
  if (plain.size > 1) add(`${names} share hosts, but not plain HTTP`, 'plainHttp for each of them, or for none');
  return found;
}

/** Paths of a component that change nothing at any of its hosts. */
export function findRedundantPaths({ name, hosts, paths }: Sharing, sharing: readonly Sharing[]): Finding[] {
  const atHosts = hosts.map((host) => findRedundant(claimsOf(sharing, host), name));
  return paths.flatMap((path) => {
    const wider = atHosts.flatMap((found) => found.flatMap(([one, by]) => (one === path ? [by] : [])));
    const [first] = wider;
    if (first === undefined || wider.length < hosts.length) return [];
    const message = `${nameOf(path)} is below ${nameOf(first)}, which leads to ${name} as well`;
    return [exposureError('exposure-paths', message, `${nameOf(first)} alone`, nameOf(path))];
  });
}
