// The Gateway API of a cluster, as its description says it: which bundle it serves, which Gateway, and which hosts go that way.

import type { Problem } from '../finding/problem';
import { checked, choice, fields, list, number, optional, type Schema, table, text } from '../finding/schema';
import { dnsLabel, subdomain, wildcardHost } from '../manifest/formats';
import { isReservedNamespace } from '../manifest/namespace';
import { INGRESS_SOURCE, type IngressSource } from './source';

/** Bundles whose standard channel is known here, from the CustomResourceDefinitions of sigs.k8s.io/gateway-api. */
export const BUNDLES = ['1.3', '1.4', '1.5', '1.6', '1.7'] as const;

/** Version of the CustomResourceDefinitions of the Gateway API, by their annotation `gateway.networking.k8s.io/bundle-version`. */
export type Bundle = (typeof BUNDLES)[number];

/** What serves a host: an Ingress, or a route of a Gateway. */
export const ENTRIES = ['ingress', 'gateway'] as const;

/** What serves a host. */
export type Entry = (typeof ENTRIES)[number];

/** What a Gateway does beyond the core of HTTPRoute: its `supportedFeatures`. */
export const GATEWAY_FEATURES = ['grpc', 'backend-tls', 'timeouts'] as const;

/** `grpc`: GRPCRoute; `backend-tls`: BackendTLSPolicy; `timeouts`: those of an HTTPRoute. */
export type GatewayFeature = (typeof GATEWAY_FEATURES)[number];

/** A Gateway that someone else writes. */
export interface ExistingGateway {
  /** Its name. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Its listener that serves the hosts by HTTPS. Certificates, and the namespaces that may attach, are its owner's. */
  readonly https: string;
  /** Its listener for HTTP, on which our routes redirect to HTTPS. @default none: its owner redirects */
  readonly http?: string;
}

/** What a cluster says of its Gateway API. */
export interface GatewayApi {
  /** The bundle that it serves. @default 1.3 */
  readonly bundle?: Bundle;
  /** GatewayClass of the shared Gateway. @default the provider's; none with `conformant`, and none with kubeadm and minikube */
  readonly className?: string;
  /** What serves that class does beyond the core of HTTPRoute. @default what is known of the class; nothing of an unknown one */
  readonly supports?: readonly GatewayFeature[];
  /** Where it sends from. @default known for the usual classes; otherwise a finding when it is needed */
  readonly source?: IngressSource;
  /**
   * Ports of its listeners, which users reach. With Traefik they are those of its entry points, and users reach 80 and 443.
   * @default 80 and 443; 8000 and 8443 as Traefik's chart has them
   */
  readonly ports?: { readonly http: number; readonly https: number };
  /** A Gateway that someone else writes. @default ours, `shared`, with a listener for each host */
  readonly existing?: ExistingGateway;
  /** Namespace of our Gateway. @default gateway */
  readonly namespace?: string;
  /**
   * What serves hosts: `['ingress', 'gateway']` is both, and the DNS records are of the first.
   * @default ['gateway']
   */
  readonly entries?: readonly Entry[];
  /** Hosts that other entries serve, such as one that moves: `{ 'shop.example': ['ingress', 'gateway'] }`. @default none */
  readonly hosts?: Readonly<Record<string, readonly Entry[]>>;
}

const SERVED_BY = "['gateway'], ['ingress'], or both, that with the DNS records first";

const SERVES: Schema = checked<readonly Entry[]>(list(choice(ENTRIES), SERVED_BY), (entries) =>
  entries.length > 0 && new Set(entries).size === entries.length
    ? []
    : [{ message: entries.length === 0 ? 'nothing serves the host' : 'an entry is listed twice', expected: SERVED_BY }],
);

const PORT = number({ atLeast: 1, atMost: 65_535, whole: true });
/** The form of a listener's name: gateway-api, SectionName. */
const SECTION = text('the name of a listener', subdomain.fits);
const NAMESPACE = text(dnsLabel.expected, dnsLabel.fits);

const EXISTING = fields<ExistingGateway>(
  { name: text(subdomain.expected, subdomain.fits), namespace: NAMESPACE, https: SECTION, http: optional(SECTION) },
  "{ name: 'public', namespace: 'infra', https: 'websecure' }",
);

const HOSTS = checked<Readonly<Record<string, unknown>>>(
  table(SERVES, "{ 'shop.example': ['ingress', 'gateway'] }"),
  (hosts) =>
    Object.keys(hosts).flatMap((host): Problem[] =>
      (host.includes('*') ? wildcardHost : subdomain).fits(host)
        ? []
        : [{ field: host, value: host, message: `"${host}" is not a host name`, expected: wildcardHost.expected }],
    ),
);

/** What a cluster may say of its Gateway API. */
export const GATEWAY_API: Schema = checked<GatewayApi>(
  fields<GatewayApi>(
    {
      bundle: optional(choice(BUNDLES)),
      className: optional(text(subdomain.expected, subdomain.fits)),
      supports: optional(list(choice(GATEWAY_FEATURES))),
      source: optional(INGRESS_SOURCE),
      ports: optional(fields<NonNullable<GatewayApi['ports']>>({ http: PORT, https: PORT })),
      existing: optional(EXISTING),
      namespace: optional(NAMESPACE),
      entries: optional(SERVES),
      hosts: optional(HOSTS),
    },
    "{}, or { bundle: '1.5' }",
  ),
  ({ existing, namespace, ports }) =>
    existing === undefined ? findOwnProblems(namespace, ports) : findExistingProblems(existing, { namespace, ports }),
);

/** What is wrong with our own Gateway. */
function findOwnProblems(namespace: string | undefined, ports: GatewayApi['ports']): Problem[] {
  const found: Problem[] = [];
  const [field, message] = ['ports.https', 'one port for two protocols'];
  if (ports !== undefined && ports.http === ports.https)
    found.push({ field, value: ports.https, message, expected: 'two ports' });
  if (namespace !== undefined && isReservedNamespace(namespace)) {
    const reserved = `${namespace} is a namespace of Kubernetes itself`;
    found.push({
      field: 'namespace',
      value: namespace,
      message: reserved,
      expected: 'one of its own, such as gateway',
    });
  }
  return found;
}

/** What is wrong with what is said of a Gateway of others. */
function findExistingProblems(
  { name, https, http }: ExistingGateway,
  ours: Readonly<Record<'namespace' | 'ports', unknown>>,
) {
  const given = Object.entries(ours).filter(([, value]) => value !== undefined);
  const found: Problem[] = given.map(([field]) => {
    const message = `Gateway ${name} is another's: its ${field} is too`;
    return { field, message, expected: `no ${field}` };
  });
  if (http === https) {
    const message = 'a listener serves HTTP or HTTPS, and not both';
    found.push({ field: 'existing.http', value: https, message, expected: 'the listener for HTTP, or none' });
  }
  return found;
}

/** The bundle of a cluster. */
export const bundleOf = ({ bundle = '1.3' }: GatewayApi): Bundle => bundle;

/** Whether a bundle has what came with `first`. */
export const isSince = (bundle: Bundle, first: Bundle): boolean => BUNDLES.indexOf(bundle) >= BUNDLES.indexOf(first);

/** The first bundle whose standard channel has BackendTLSPolicy: gateway-api v1.4, config/crd/standard. */
export const BACKEND_TLS_SINCE: Bundle = '1.4';

/** Names of what we write once for a cluster. */
export interface GatewayName {
  readonly name: string;
  readonly namespace: string;
}

/** The Gateway that routes attach to. */
export function gatewayName({ existing, namespace = 'gateway' }: GatewayApi): GatewayName {
  return existing === undefined
    ? { name: 'shared', namespace }
    : { name: existing.name, namespace: existing.namespace };
}

/** What serves a host; an Ingress where the cluster has no Gateway API. */
export function entriesOf(api: GatewayApi | undefined, host: string): readonly Entry[] {
  if (api === undefined) return ['ingress'];
  const { hosts = {}, entries = ['gateway'] } = api;
  return (Object.hasOwn(hosts, host) ? hosts[host] : undefined) ?? entries;
}

/** Whether any host may be served by it. */
export const mayServe = (api: GatewayApi | undefined, entry: Entry): boolean =>
  api === undefined
    ? entry === 'ingress'
    : [api.entries ?? ['gateway'], ...Object.values(api.hosts ?? {})].some((entries) => entries.includes(entry));
