// What the AWS Load Balancer Controller takes from annotations and from its own kinds: listeners that must fit each other.

import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, own, places, record, shown, text } from '../../analysis/objects/read-json';
import { annotationPointer, reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';

const key = (name: string): string => `alb.ingress.kubernetes.io/${name}`;
const LISTEN = key('listen-ports');
const REDIRECT = key('ssl-redirect');

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

function reportIngress(entry: ApiEntry, report: Report): void {
  const annotations = dig(entry.manifest, 'metadata', 'annotations');
  const listen = text(own(annotations, LISTEN));
  if (listen === undefined) return;
  const ports = listenPorts(listen);
  if (ports === undefined) {
    const expected = 'a list of ports by protocol, as JSON: [{"HTTP":80},{"HTTPS":443}]';
    report(entry, annotationPointer(LISTEN), { message: 'the listeners are not readable', expected, value: listen });
    return;
  }
  const redirect = text(own(annotations, REDIRECT));
  // others of a group may have the listener
  if (redirect === undefined || own(annotations, key('group.name')) !== undefined) return;
  const secure = ports.filter(([protocol]) => protocol === 'HTTPS').map(([, port]) => String(port));

  if (secure.includes(redirect)) return;
  const message = `HTTP is redirected to port ${redirect}, where nothing listens for HTTPS`;
  const expected =
    secure.length === 0 ? `{"HTTPS":${redirect}} among ${LISTEN}` : `${REDIRECT}: ${secure.join(' or ')}`;
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
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) reportIngress(entry, report);
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
const GATEWAY = 'gateway.networking.k8s.io/Gateway';

/** Gateways by the LoadBalancerConfiguration that they refer to. */
const configured = memoizePerObjects((entries): ReadonlyMap<string, readonly ApiEntry[]> => {
  const found = new Map<string, ApiEntry[]>();
  for (const entry of objectIndex(entries).of(GATEWAY)) {
    const ref = dig(entry.manifest, 'spec', 'infrastructure', 'parametersRef');
    if (ref?.group !== GROUP || ref.kind !== 'LoadBalancerConfiguration') continue;
    const place = `${placeOf(entry.cluster, entry.identity.namespace)}/${text(ref.name) ?? ''}`;
    found.set(place, [...(found.get(place) ?? []), entry]);
  }
  return found;
});

const portsOf = ({ manifest }: ApiEntry): string[] =>
  places(dig(manifest, 'spec'), 'listeners', '').map(
    ({ value }) => `${shown(value.protocol ?? '')}:${shown(value.port ?? '')}`,
  );

/** ListenerSets add listeners that are not seen here. */
const isOpen = ({ manifest }: ApiEntry): boolean => dig(manifest, 'spec', 'allowedListeners') !== undefined;

function reportConfiguration(entries: readonly ApiEntry[], entry: ApiEntry, report: Report): void {
  const { cluster, identity, manifest } = entry;
  const gateways = configured(entries).get(`${placeOf(cluster, identity.namespace)}/${identity.name}`) ?? [];
  if (gateways.length === 0 || gateways.some(isOpen)) return;
  const listeners = new Set(gateways.flatMap(portsOf));
  const given = places(dig(manifest, 'spec'), 'listenerConfigurations', '/spec').map((place) => ({
    pointer: `${place.pointer}/protocolPort`,
    port: shown(place.value.protocolPort ?? '').toUpperCase(),
  }));
  for (const { pointer, port } of given) {
    if (listeners.has(port)) continue;
    const [protocol = ''] = port.split(':');
    const without = [...listeners].filter(
      (listener) => listener.startsWith(`${protocol}:`) && !given.some((one) => one.port === listener),
    );
    // what is given for a listener that comes later harms none
    if (without.length === 0) continue;
    const [name] = gateways.map((gateway) => gateway.identity.name);
    report(entry, pointer, {
      message: `Gateway ${name ?? ''} has no listener ${port}`,
      expected: without.join(' or '),
      value: port,
    });
  }
}

const albConfigurations: Rule = {
  id: 'alb-listener-configuration',
  what: 'What a LoadBalancerConfiguration says of a listener is for one that the Gateway has.',
  why: 'The listener gets nothing of it: its certificate is not served, and without one that is found by host the load balancer is not made.',
  severity: 'error',
  judge: 'aws-load-balancer-controller: pkg/gateway/model, mapLoadBalancerListenerConfigsByPort',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${GROUP}/LoadBalancerConfiguration`)) {
      reportConfiguration(entries, entry, report);
    }
  },
  examples: {
    pass: [gatewayAt(8443), configuration('HTTPS:8443')],
    fail: [gatewayAt(8443), configuration('HTTPS:443')],
  },
};

function gatewayAt(port: number): JsonObject {
  const parametersRef = { group: GROUP, kind: 'LoadBalancerConfiguration', name: 'shared' };
  const listeners = [{ name: 'https', port, protocol: 'HTTPS', hostname: 'shop.example.com' }];
  const spec = { gatewayClassName: 'alb', infrastructure: { parametersRef }, listeners };
  return object('gateway.networking.k8s.io/v1', 'Gateway', 'shared', { spec });
}

function configuration(protocolPort: string): JsonObject {
  const listenerConfigurations = [{ protocolPort, defaultCertificate: 'arn:aws:acm:x' }];
  return object(`${GROUP}/v1beta1`, 'LoadBalancerConfiguration', 'shared', { spec: { listenerConfigurations } });
}

export const albRules: readonly Rule[] = [albListeners, albConfigurations];
