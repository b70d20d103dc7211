// What a route says: where it attaches, its hosts, and its backends. What the API server would add is written out.

import { type ExistingGateway, type GatewayApi, gatewayName } from '../../model/exposure/gateway-api';
import { WELL_KNOWN_PORTS } from '../../model/exposure/gateway-controller';
import { type ExposedPath, routePath } from '../../model/platform/paths';
import type { GrpcRouteSpec, HttpRouteSpec } from '../tree/kinds';

const GROUP = 'gateway.networking.k8s.io';

/** The listener of our Gateway for all hosts by HTTP, which redirects. */
export const REDIRECTING = 'http';

/** The listener of a host. A wildcard has a name that no other host has. Source: gateway-api, SectionName. */
export function listenerName(host: string, tls: boolean): string {
  const protocol = tls ? 'https' : 'http';
  return host.startsWith('*.') ? `wildcard-${protocol}.${host.slice(2)}` : `${protocol}-${host}`;
}

/** A Service behind a route, with its share: its weight ÷ the sum of all. */
export interface Weighted {
  /** Name of the Service. */
  readonly name: string;
  /** Port of the Service. */
  readonly port: number;
  readonly weight: number;
}

/** What a route follows from. */
export interface RouteInput {
  readonly api: GatewayApi;
  readonly hosts: readonly string[];
  /** Whether its hosts are served by HTTPS. */
  readonly tls: boolean;
  readonly backends: readonly Weighted[];
}

type ParentRefs = NonNullable<HttpRouteSpec['parentRefs']>;

function parentRefs(api: GatewayApi, sections: readonly string[]): ParentRefs {
  const { name, namespace } = gatewayName(api);
  return sections.map((sectionName) => ({ group: GROUP, kind: 'Gateway', name, namespace, sectionName }));
}

const sectionOf = ({ https, http = https }: ExistingGateway, tls: boolean): string => (tls ? https : http);

function sectionsOf({ api: { existing }, hosts, tls }: RouteInput): string[] {
  return existing === undefined ? hosts.map((host) => listenerName(host, tls)) : [sectionOf(existing, tls)];
}

const backendRefs = (backends: readonly Weighted[]) =>
  backends.map(({ name, port, weight }) => ({ group: '', kind: 'Service', name, port, weight }));

/** An HTTPRoute: the paths of one component at each of its hosts. Other routes may have other paths there. */
export function renderHttpRoute(
  input: RouteInput,
  paths: readonly ExposedPath[],
  timeoutSeconds: number | undefined,
): HttpRouteSpec {
  const { api, hosts, backends } = input;
  return {
    parentRefs: parentRefs(api, sectionsOf(input)),
    hostnames: hosts,
    rules: [
      {
        matches: paths.map((path) => ({ path: routePath(path) })),
        backendRefs: backendRefs(backends),
        ...(timeoutSeconds === undefined ? {} : { timeouts: { request: `${timeoutSeconds}s` } }),
      },
    ],
  };
}

/** A GRPCRoute: all calls of its hosts. */
export function renderGrpcRoute(input: RouteInput): GrpcRouteSpec {
  return {
    parentRefs: parentRefs(input.api, sectionsOf(input)),
    hostnames: input.hosts,
    rules: [{ backendRefs: backendRefs(input.backends) }],
  };
}

/** What a redirect is for. */
interface Redirected {
  /** @default all that reach the listener */
  readonly hosts?: readonly string[];
  /** Where users reach HTTPS. @default the port of the scheme */
  readonly port?: number;
}

/** A route that redirects to HTTPS. Without a port it leads to that of the scheme. Source: gateway-api, HTTPRequestRedirectFilter. */
export function renderRedirect(
  api: GatewayApi,
  section: string,
  { hosts = [], port = WELL_KNOWN_PORTS.https }: Redirected,
): HttpRouteSpec {
  const elsewhere = port === WELL_KNOWN_PORTS.https ? {} : { port };
  return {
    parentRefs: parentRefs(api, [section]),
    ...(hosts.length === 0 ? {} : { hostnames: hosts }),
    rules: [
      {
        matches: [{ path: routePath('/') }],
        filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', ...elsewhere, statusCode: 301 } }],
      },
    ],
  };
}
