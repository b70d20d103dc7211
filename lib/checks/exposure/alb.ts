// What the AWS Load Balancer Controller takes from annotations and from its own kinds: listeners that must fit each other.

import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, isSet, list, own, type Place, places, record, shown, text } from '../../analysis/objects/read-json';
import { annotationPointer, reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';

const key = (name: string): string => `alb.ingress.kubernetes.io/${name}`;
const LISTEN = key('listen-ports');
const REDIRECT = key('ssl-redirect');

const INGRESS_CLASS: Kind = 'networking.k8s.io/IngressClass';
const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
/** Parameters of a class: of the AWS Load Balancer Controller, and of EKS Auto Mode. */
const PARAMS: readonly Kind[] = ['elbv2.k8s.aws/IngressClassParams', 'eks.amazonaws.com/IngressClassParams'];

/** `[{"HTTP":80},{"HTTPS":443}]` as pairs; absent where it is not of this form. */
function listenPorts(value: string): readonly (readonly [protocol: string, port: number])[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length === 0) return undefined;
  const pairs = parsed.flatMap((one) => Object.entries(record(one) ?? { '': 0 }));
  const isPair = (pair: readonly [string, unknown]): pair is [string, number] =>
    (pair[0] === 'HTTP' || pair[0] === 'HTTPS') &&
    Number.isInteger(pair[1]) &&
    Number(pair[1]) >= 1 &&
    Number(pair[1]) <= 65_535;
  return pairs.every(isPair) ? pairs.filter(isPair) : undefined;
}

/** What the class of an Ingress says of its listeners, as far as the app has it. */
function paramsOf(entries: readonly ApiEntry[], { cluster, manifest }: ApiEntry): JsonObject | undefined {
  const index = objectIndex(entries);
  const name = text(dig(manifest, 'spec')?.ingressClassName);
  const isDefault = (one: ApiEntry): boolean =>
    one.cluster === cluster && own(dig(one.manifest, 'metadata', 'annotations'), DEFAULT_CLASS) === 'true';
  const written =
    name === undefined ? index.of(INGRESS_CLASS).find(isDefault) : index.find(INGRESS_CLASS, cluster, undefined, name);
  const ref = dig(written?.manifest, 'spec', 'parameters');
  const kind = PARAMS.find((one) => one === `${shown(ref?.apiGroup)}/${shown(ref?.kind)}`);
  if (kind === undefined) return undefined;
  return dig(index.find(kind, cluster, undefined, text(ref?.name) ?? '')?.manifest, 'spec');
}

/** Listeners without the annotation. */
const defaultPorts = (hasCertificate: boolean): ReturnType<typeof listenPorts> =>
  hasCertificate ? [['HTTPS', 443]] : [['HTTP', 80]];

function reportIngress(entries: readonly ApiEntry[], entry: ApiEntry, report: Report): void {
  const annotations = dig(entry.manifest, 'metadata', 'annotations');
  const [listen, redirect] = [text(own(annotations, LISTEN)), text(own(annotations, REDIRECT))];
  if (listen === undefined && redirect === undefined) return;
  const params = paramsOf(entries, entry);
  const hasCertificate = [own(annotations, key('certificate-arn')), params?.certificateArn].some(isSet);
  const ports = listen === undefined ? defaultPorts(hasCertificate) : listenPorts(listen);
  if (ports === undefined) {
    const expected = 'a list of ports by protocol, as JSON: [{"HTTP":80},{"HTTPS":443}]';
    report(entry, annotationPointer(LISTEN), {
      message: 'the listeners are not readable',
      expected,
      value: listen ?? '',
    });
    return;
  }
  // others of a group may have the listener, and the class may redirect elsewhere
  const isElsewhere = [own(annotations, key('group.name')), params?.group, params?.sslRedirectPort].some(isSet);
  if (redirect === undefined || isElsewhere) return;
  const secure = ports.filter(([protocol]) => protocol === 'HTTPS').map(([, port]) => String(port));
  if (secure.includes(redirect)) return;
  const message = `HTTP is redirected to port ${redirect}, where nothing listens for HTTPS`;
  const expected =
    listen === undefined
      ? `${LISTEN}: [{"HTTP":80},{"HTTPS":${redirect}}]`
      : secure.length === 0
        ? `{"HTTPS":${redirect}} among ${LISTEN}`
        : `${REDIRECT}: ${secure.join(' or ')}`;
  report(entry, annotationPointer(REDIRECT), { message, expected, value: redirect });
}

const albListeners: Rule = {
  id: 'alb-listen-ports',
  what: 'The listeners of an ALB are given in the form that its controller reads, and HTTP is redirected to one of them that speaks HTTPS.',
  why: 'The controller makes no load balancer, or leaves the old one as it is: it says so in an event of the Ingress alone.',
  severity: 'error',
  judge: 'aws-load-balancer-controller: pkg/ingress, computeIngressListenPorts, buildSSLRedirectConfig',
  reason: reasonKey('alb-listen-ports'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) reportIngress(entries, entry, report);
  },
  examples: {
    pass: [
      listening('[{"HTTP":80},{"HTTPS":8443}]', '8443'),
      listening('[{"HTTP": 80}, {"HTTPS": 443}]', '443', 'usual'),
    ],
    fail: [listening('[{"HTTP":80},{"HTTPS":8443}]', '443'), listening('80,443', '443', 'form')],
  },
};

function listening(ports: string, redirect: string, name = 'web'): JsonObject {
  const metadata = { name, namespace: 'shop', annotations: { [LISTEN]: ports, [REDIRECT]: redirect } };
  return { ...ingress('shop.example.com', name), metadata };
}

const GROUP = 'gateway.k8s.aws';
const CONFIGURATION = 'LoadBalancerConfiguration';
const API = 'gateway.networking.k8s.io';

/** The name of the LoadBalancerConfiguration that is meant. */
const configurationIn = (ref: JsonObject | undefined): string | undefined =>
  ref?.group === GROUP && ref.kind === CONFIGURATION ? text(ref.name) : undefined;

const nameOf = (cluster: string, namespace: string | undefined, name: string): string =>
  `${placeOf(cluster, namespace)}/${name}`;

/** Gateways by the LoadBalancerConfiguration that they refer to. */
const configured = memoizePerObjects((entries): ReadonlyMap<string, readonly ApiEntry[]> => {
  const found = new Map<string, ApiEntry[]>();
  for (const entry of objectIndex(entries).of(`${API}/Gateway`)) {
    const name = configurationIn(dig(entry.manifest, 'spec', 'infrastructure', 'parametersRef'));
    if (name === undefined) continue;
    const place = nameOf(entry.cluster, entry.identity.namespace, name);
    found.set(place, [...(found.get(place) ?? []), entry]);
  }
  return found;
});

/** Whether the configuration is that of a class, whose Gateways may be elsewhere. */
const isOfClass = (entries: readonly ApiEntry[], { cluster, identity }: ApiEntry): boolean =>
  objectIndex(entries)
    .of(`${API}/GatewayClass`)
    .some((one) => {
      const ref = dig(one.manifest, 'spec', 'parametersRef');
      return one.cluster === cluster && configurationIn(ref) === identity.name && ref?.namespace === identity.namespace;
    });

/** Gateways with routes that have hosts, by which certificates are found as well. */
const routed = memoizePerObjects((entries): ReadonlySet<string> => {
  const routes = objectIndex(entries).of(`${API}/HTTPRoute`, `${API}/GRPCRoute`, `${API}/TLSRoute`);
  const found = routes.flatMap(({ cluster, identity, manifest }) => {
    const spec = dig(manifest, 'spec');
    if (list(spec?.hostnames).length === 0) return [];
    return places(spec, 'parentRefs', '').map(({ value }) =>
      nameOf(cluster, text(value.namespace) ?? identity.namespace, text(value.name) ?? ''),
    );
  });
  return new Set(found);
});

/** The listeners of Gateways, each as `HTTPS:443`, with whether there is a host at it. */
function listenersOf(entries: readonly ApiEntry[], gateways: readonly ApiEntry[]): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  for (const { cluster, identity, manifest } of gateways) {
    const isRouted = routed(entries).has(nameOf(cluster, identity.namespace, identity.name));
    for (const { value } of places(dig(manifest, 'spec'), 'listeners', '')) {
      const listener = `${shown(value.protocol ?? '')}:${shown(value.port ?? '')}`;
      const hasHost = isRouted || (text(value.hostname) ?? '') !== '';
      found.set(listener, hasHost || found.get(listener) === true);
    }
  }
  return found;
}

/** ListenerSets add listeners that are not seen here. */
const isOpen = ({ manifest }: ApiEntry): boolean => dig(manifest, 'spec', 'allowedListeners') !== undefined;

const hasCertificate = ({ defaultCertificate, certificates }: JsonObject): boolean =>
  isSet(defaultCertificate) || list(certificates).length > 0;

/** What is said of a listener that its Gateway does not have, while it has others of the protocol that nothing is said of. */
interface Unread extends Place {
  readonly gateway: string;
  readonly listener: string;
  readonly without: readonly string[];
  /** Whether one of those has no host, by which its certificate would be found. */
  readonly isHostless: boolean;
}

function unreadOf(entries: readonly ApiEntry[], entry: ApiEntry): readonly Unread[] {
  const { cluster, identity, manifest } = entry;
  const gateways = configured(entries).get(nameOf(cluster, identity.namespace, identity.name)) ?? [];
  if (gateways.length === 0 || gateways.some(isOpen) || isOfClass(entries, entry)) return [];
  const listeners = listenersOf(entries, gateways);
  const given = places(dig(manifest, 'spec'), 'listenerConfigurations', '/spec').map((place) => ({
    ...place,
    listener: shown(place.value.protocolPort ?? '').toUpperCase(),
  }));
  const said = new Set(given.map(({ listener }) => listener));
  return given.flatMap((one) => {
    if (listeners.has(one.listener)) return [];
    const [protocol = ''] = one.listener.split(':');
    const without = [...listeners.keys()].filter((name) => name.startsWith(`${protocol}:`) && !said.has(name));
    // what is given for a listener that comes later harms none
    if (without.length === 0) return [];
    const isHostless = without.some((name) => listeners.get(name) === false);
    return [{ ...one, gateway: gateways[0]?.identity.name ?? '', without, isHostless }];
  });
}

function reportUnread(entries: readonly ApiEntry[], isReported: (unread: Unread) => boolean, report: Report): void {
  for (const entry of objectIndex(entries).of(`${GROUP}/${CONFIGURATION}`)) {
    for (const unread of unreadOf(entries, entry).filter(isReported)) {
      report(entry, `${unread.pointer}/protocolPort`, {
        message: `Gateway ${unread.gateway} has no listener ${unread.listener}`,
        expected: unread.without.join(' or '),
        value: unread.listener,
      });
    }
  }
}

const isLost = ({ value, isHostless }: Unread): boolean => hasCertificate(value) && isHostless;

const albConfigurations: Rule = {
  id: 'alb-listener-configuration',
  what: 'The certificates in a LoadBalancerConfiguration are for listeners that the Gateway has.',
  why: 'A listener with a host neither of its own nor of a route gets none then, and the load balancer is not made.',
  severity: 'error',
  judge:
    'aws-load-balancer-controller: pkg/gateway/model, buildCertificates: "No hostnames found for TLS cert discovery"',
  reason: reasonKey('alb-listener-configuration'),
  check: (entries, report) => reportUnread(entries, isLost, report),
  examples: {
    pass: [gatewayAt(8443), configuration('HTTPS:8443')],
    fail: [gatewayAt(8443), configuration('HTTPS:443')],
  },
};

const albUnread: Rule = {
  id: 'alb-listener-unread',
  what: 'What a LoadBalancerConfiguration says of certificates, its own and those of clients, is for listeners that the Gateway has.',
  why: 'The controller ignores it: the listener serves the certificate that is found by its host, and asks clients for none.',
  severity: 'warning',
  judge: 'aws-load-balancer-controller: pkg/gateway/model, mapLoadBalancerListenerConfigsByPort',
  reason: reasonKey('alb-listener-unread'),
  check: (entries, report) =>
    reportUnread(
      entries,
      (unread) => !isLost(unread) && (hasCertificate(unread.value) || isSet(unread.value.mutualAuthentication)),
      report,
    ),
  examples: {
    pass: [gatewayAt(8443, 'shop.example.com'), configuration('HTTPS:8443')],
    fail: [gatewayAt(8443, 'shop.example.com'), configuration('HTTPS:443')],
  },
};

function gatewayAt(port: number, hostname?: string): JsonObject {
  const parametersRef = { group: GROUP, kind: CONFIGURATION, name: 'shared' };
  const listeners = [{ name: 'https', port, protocol: 'HTTPS', ...(hostname === undefined ? {} : { hostname }) }];
  const spec = { gatewayClassName: 'alb', infrastructure: { parametersRef }, listeners };
  return object(`${API}/v1`, 'Gateway', 'shared', { spec });
}

function configuration(protocolPort: string): JsonObject {
  const listenerConfigurations = [{ protocolPort, defaultCertificate: 'arn:aws:acm:x' }];
  return object(`${GROUP}/v1beta1`, CONFIGURATION, 'shared', { spec: { listenerConfigurations } });
}

export const albRules: readonly Rule[] = [albListeners, albConfigurations, albUnread];
