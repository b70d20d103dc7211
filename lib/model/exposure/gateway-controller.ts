// What serves Gateways: its class, its listeners, what it holds of the API, and the policies of its own.

import type { Problem } from '../finding/problem';
import { defined, type JsonObject } from '../manifest/json';
import { AS_ENDPOINTS, type Balancer } from './balancer';
import type { BackendShape, Certificates, Exposure, ProviderObject } from './exposed';
import type { GatewayApi, GatewayFeature, GatewayName } from './gateway-api';
import { controllerOf, type DeclaredTimeout } from './ingress-controller';
import type { IngressSource } from './source';

/** A component behind a route. */
export interface Routed extends Exposure {
  /** What its port speaks. */
  readonly protocol: 'http' | 'grpc';
}

/** What the routes of a shared Gateway have in common. */
export interface SharedRoutes {
  /** Our Gateway. */
  readonly gateway: GatewayName;
  /** Whether some of the hosts are served by HTTPS. */
  readonly tls: boolean;
  /** Ports of the listeners. */
  readonly ports: NonNullable<GatewayApi['ports']>;
  /** The longest that it must wait for an answer, in seconds. */
  readonly timeoutSeconds: number;
}

/** What a controller needs on the Gateway itself. */
export interface GatewayShape {
  readonly annotations?: Readonly<Record<string, string>>;
  /** Fields of the Gateway's spec besides class and listeners. */
  readonly spec?: JsonObject;
  /** Objects beside it, named like it. */
  readonly objects?: readonly ProviderObject[];
}

/** What serves the Gateways of a class. */
export interface GatewayController {
  /** For messages: `Envoy Gateway`. */
  readonly name: string;
  /** Its GatewayClass. */
  readonly className: string;
  /** Its `controllerName`, where the class is ours to write. @default the class comes with the controller */
  readonly controllerName?: string;
  /** How it waits for answers, and learns that a pod ends. */
  readonly balancer: Balancer;
  /** Ports of listeners, where the cluster names none. */
  readonly ports: NonNullable<GatewayApi['ports']>;
  /** Whether these are ports of entry points, which its Service maps to 80 and 443. @default users reach the ports of listeners */
  readonly entryPoints?: true;
  /** Where the certificates of hosts are. Listeners refer to Secrets. */
  readonly certificates: Certificates;
  /** Options of a listener's `tls`, in the place of a Secret. @default none */
  readonly tlsOptions?: Readonly<Record<string, string>>;
  /** What it does beyond the core of HTTPRoute. */
  readonly supports: ReadonlySet<GatewayFeature>;
  /** Where that is documented. */
  readonly documentedIn: string;
  /** Whether it can send to node ports. @default false */
  readonly sendsToNodes?: true;
  /** The Pod Security level that its own pods need in the namespace of the Gateway. @default they run elsewhere */
  readonly podsBeside?: 'baseline';
  /** What the Gateway itself needs. @default nothing beside class and listeners */
  readonly gateway?: (routes: SharedRoutes) => GatewayShape;
  /** What a component behind a route needs. @default nothing: it uses the readiness of pods */
  readonly backend?: (routed: Routed) => BackendShape;
  /** Where it sends from, where `gateway` is the Gateway; a problem where that is unknown. */
  readonly source: (gateway: GatewayName, targets: Exposure['targets']) => IngressSource | Problem;
}

/** Ports of listeners where nothing says otherwise. */
export const WELL_KNOWN_PORTS = { http: 80, https: 443 } as const;

const REPORT = (project: string): string => `gateway-api, conformance/reports/v1.5/${project}`;

const ALL: ReadonlySet<GatewayFeature> = new Set(['grpc', 'backend-tls', 'timeouts']);

/** A listener's port is that of an entry point: traefik, pkg/provider/kubernetes/gateway (entryPointName); its chart, gateway.listeners. */
const TRAEFIK_PORTS = { http: 8000, https: 8443 } as const;

/** The usual class of Traefik, which a cluster of any provider may have. */
const TRAEFIK = 'traefik';

/** Traefik, whose pods a profile knows. It takes endpoints by their readiness; its time-outs are those of its entry points. */
export function traefikGateway(source: IngressSource | Problem, declared: DeclaredTimeout): GatewayController {
  return {
    name: 'Traefik',
    className: TRAEFIK,
    balancer: controllerOf('traefik', declared),
    ports: TRAEFIK_PORTS,
    entryPoints: true,
    certificates: 'secrets',
    supports: new Set(['grpc', 'backend-tls']),
    documentedIn: REPORT('traefik-traefik'),
    source: () => source,
  };
}

/** A time-out is the route's own, and without one it does not end a request. */
const OF_ROUTE = { defaultSeconds: 0, source: 'gateway-api, HTTPRouteTimeouts' } as const;

/** Envoy Gateway: its proxies are in a namespace of its own. Source: envoyproxy/gateway, internal/gatewayapi/translator.go. */
const ENVOY_GATEWAY: GatewayController = {
  name: 'Envoy Gateway',
  className: 'eg',
  controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
  balancer: { name: 'Envoy Gateway', asksHealth: false, timeout: OF_ROUTE, late: AS_ENDPOINTS },
  ports: WELL_KNOWN_PORTS,
  certificates: 'secrets',
  supports: ALL,
  documentedIn: REPORT('envoy-gateway'),
  source: ({ name, namespace }) => ({
    namespace: 'envoy-gateway-system',
    podLabels: {
      'gateway.envoyproxy.io/owning-gateway-name': name,
      'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
    },
  }),
};

/** Istio, also as the application routing of AKS: a Deployment beside each Gateway. Source: gateway-api, GEP-1762 (labels). */
const ISTIO: GatewayController = {
  name: 'Istio',
  className: 'istio',
  balancer: { name: 'Istio', asksHealth: false, timeout: OF_ROUTE, late: AS_ENDPOINTS },
  ports: WELL_KNOWN_PORTS,
  certificates: 'secrets',
  supports: ALL,
  documentedIn: REPORT('istio-istio'),
  podsBeside: 'baseline',
  source: ({ name, namespace }) => ({ namespace, podLabels: { 'gateway.networking.k8s.io/gateway-name': name } }),
};

/** Controllers that a cluster of any provider may have, by the usual names of their classes. */
const BY_CLASS: ReadonlyMap<string, GatewayController> = new Map([
  ['eg', ENVOY_GATEWAY],
  ['istio', ISTIO],
  ['approuting-istio', { ...ISTIO, className: 'approuting-istio' }], // AKS docs, app-routing-gateway-api
]);

/** Its proxies have the identity `ingress`, which no NetworkPolicy selects. Source: Cilium docs, network/servicemesh/ingress-and-network-policy. */
const CILIUM: Problem = {
  message: 'no NetworkPolicy can let in what a Gateway of Cilium sends',
  expected: 'the class of another controller, whose pods or addresses a policy can name',
};

/** A class of which nothing is known but what the cluster says. */
function unknownGateway(className: string, declared: DeclaredTimeout): GatewayController {
  return {
    name: `the controller of class ${className}`,
    className,
    balancer: { ...controllerOf(undefined, declared), name: `the controller of class ${className}` },
    ports: WELL_KNOWN_PORTS,
    ...(className === TRAEFIK ? { entryPoints: true } : {}),
    certificates: 'secrets',
    supports: new Set(),
    documentedIn: 'supports of the cluster',
    source: () => ({
      message: `the source of traffic of Gateways of class ${className} is unknown`,
      expected: 'gatewayApi.source: namespace and pod labels of the controller, or cidrs',
    }),
  };
}

/** What a provider has by itself: its controller, by the name of each of its classes. */
export interface OwnGateways {
  /** The first is used where the cluster names none. */
  readonly classes: readonly GatewayController[];
  /** What is wrong where the cluster names none. @default the first of `classes` is used */
  readonly without?: Problem;
  /** @default unknown */
  readonly declared?: DeclaredTimeout;
}

/** What serves the class that the cluster names, with what the cluster says of it. */
export function gatewayByClass(
  { className, supports, source, ports }: GatewayApi,
  { classes, without, declared = {} }: OwnGateways,
): GatewayController | Problem {
  const [first] = classes;
  if (className === undefined && (first === undefined || without !== undefined)) return without ?? WITHOUT_CLASS;
  if (className === 'cilium') return { field: 'className', value: className, ...CILIUM };
  const known =
    className === undefined ? first : (classes.find((one) => one.className === className) ?? BY_CLASS.get(className));
  const controller = known ?? unknownGateway(className ?? '', declared);
  return {
    ...controller,
    ...(supports === undefined ? {} : { supports: new Set(supports) }),
    ...(source === undefined ? {} : { source: () => source }),
    ...defined({ ports }),
  };
}

/** Nothing brings a class. */
export const WITHOUT_CLASS: Problem = {
  field: 'className',
  message: 'the GatewayClass is missing: no class comes with such a cluster',
  expected: "className: the class of the installed controller, such as 'eg'",
};
