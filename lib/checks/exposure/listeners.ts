// Listeners of Gateways: what the API server refuses, what controllers do not serve, and listeners without a certificate.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, list, own, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { LIMITS } from '../../model/exposure/bundles';
import { reasonKey } from '../../model/manifest/annotations';
import { subdomain } from '../../model/manifest/formats';
import { defined, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Report, Rule } from '../rule';
import { reportLength } from './limits';

const GROUP = 'gateway.networking.k8s.io';

/** The listeners of each Gateway, and those that ListenerSets add: the API holds them to the same. */
function forEach(entries: readonly ApiEntry[], visit: (entry: ApiEntry, listeners: readonly Place[]) => void): void {
  for (const entry of objectIndex(entries).of(`${GROUP}/Gateway`, `${GROUP}/ListenerSet`)) {
    visit(entry, places(dig(entry.manifest, 'spec'), 'listeners', '/spec'));
  }
}

/** What serves listeners. */
interface Controller {
  /** Absent where the Gateway of a ListenerSet is elsewhere. */
  readonly gateway: ApiEntry | undefined;
  readonly className: string;
  /** Its `controllerName`, where the app has the class. */
  readonly name: string | undefined;
}

function controllerOf(entries: readonly ApiEntry[], entry: ApiEntry): Controller {
  const { cluster, identity, manifest } = entry;
  const index = objectIndex(entries);
  const parent = dig(manifest, 'spec', 'parentRef');
  const namespace = text(parent?.namespace) ?? identity.namespace;
  const gateway =
    identity.kind === 'Gateway' ? entry : index.find(`${GROUP}/Gateway`, cluster, namespace, text(parent?.name) ?? '');
  const className = text(dig(gateway?.manifest, 'spec')?.gatewayClassName) ?? '';
  const written = index.find(`${GROUP}/GatewayClass`, cluster, undefined, className);
  return { gateway, className, name: text(dig(written?.manifest, 'spec')?.controllerName) };
}

/** What two listeners may not have in common. */
const placeOf = ({ port, protocol, hostname }: JsonObject): string =>
  [port ?? '', protocol ?? '', hostname ?? ''].map(shown).join(' ');

const WITHOUT_TLS: ReadonlySet<unknown> = new Set(['HTTP', 'TCP', 'UDP']);
const WITHOUT_HOST: ReadonlySet<unknown> = new Set(['TCP', 'UDP']);

type Add = (key: string, message: string, expected: string) => void;

function reportName(name: string, add: Add): void {
  if (name.length > LIMITS.name) {
    add('name', `the name of the listener has ${name.length} characters`, `at most ${LIMITS.name}: a host of 247`);
  } else if (!subdomain.fits(name)) {
    add('name', name === '' ? 'the listener has no name' : 'the name of the listener is not valid', subdomain.expected);
  }
}

function reportTls(listener: JsonObject, add: Add): void {
  const { protocol, tls } = listener;
  const given = dig(listener, 'tls');
  if (WITHOUT_TLS.has(protocol)) {
    if (isSet(tls)) add('tls', `a listener for ${shown(protocol)} has TLS`, 'protocol HTTPS, or no tls');
    return;
  }
  const mode = given?.mode ?? 'Terminate';
  if (protocol === 'HTTPS' && mode !== 'Terminate') {
    add('tls/mode', 'HTTPS ends at the listener', "mode: 'Terminate', or protocol TLS");
  }
  if (given === undefined || mode !== 'Terminate' || list(given.certificateRefs).length > 0) return;
  if (Object.keys(dig(given, 'options') ?? {}).length > 0) return;
  add(
    'tls',
    'TLS ends at the listener, which has no certificate',
    'certificateRefs: the Secret; or options of the controller',
  );
}

// of the examples
const HTTP = { name: 'http', port: 80, protocol: 'HTTP' };
const HTTPS = { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'web-tls' }] } };

const listenerLimits: Rule = {
  id: 'listener-limits',
  what: 'A Gateway or ListenerSet has 1 to 64 listeners, each with a name of its own of at most 253 characters, a port, a protocol, and a host that no other has there; only HTTPS and TLS have `tls`, with a certificate where it ends there; TCP and UDP have no host.',
  why: 'The API server refuses the object, and with it every host.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: schema and CEL rules of Gateway and ListenerSet',
  check: (entries, report) =>
    forEach(entries, (entry, listeners) => {
      const spec = { value: dig(entry.manifest, 'spec') ?? {}, pointer: '/spec' };
      reportLength(entry, spec, 'listeners', report);
      if (listeners.length === 0) {
        report(entry, '/spec/listeners', {
          message: `the ${entry.identity.kind} has no listener`,
          expected: 'one or more',
        });
      }
      const names = new Set<string>();
      const taken = new Set<string>();
      for (const { value, pointer } of listeners) {
        const name = text(value.name) ?? '';
        const add: Add = (key, message, expected) =>
          report(entry, `${pointer}/${key}`, { message, expected, ...defined({ value: own(value, key) }) });
        reportName(name, add);
        if (names.has(name)) add('name', 'another listener has this name', 'a name of its own');
        if (!isInteger(value.port, 1, 65_535)) add('port', 'the port is not valid', 'an integer from 1 to 65535');
        if ((text(value.protocol) ?? '') === '')
          add('protocol', 'the protocol is missing', 'HTTP, HTTPS, TLS, TCP or UDP');
        if (taken.has(placeOf(value))) {
          add('hostname', 'another listener has this port, protocol and host', 'a port or a host of its own');
        }
        if (WITHOUT_HOST.has(value.protocol) && (text(value.hostname) ?? '') !== '') {
          add('hostname', `a listener for ${shown(value.protocol)} has a host`, 'no hostname: no request names one');
        }
        reportTls(value, add);
        names.add(name);
        taken.add(placeOf(value));
      }
    }),
  examples: {
    pass: [gateway([HTTP, HTTPS])],
    fail: [
      gateway([], 'none'),
      gateway(
        Array.from({ length: 65 }, (_, index) => ({ ...HTTP, name: `l${index}`, port: 1000 + index })),
        'many',
      ),
      gateway([HTTP, { ...HTTP, name: 'b' }], 'twice'),
      gateway([{ ...HTTP, tls: HTTPS.tls }], 'tls'),
      gateway([{ ...HTTPS, tls: {} }], 'certificate'),
      gateway([{ name: 'tcp', port: 5432, protocol: 'TCP', hostname: 'db.example.com' }], 'host'),
    ],
  },
};

/** Protocols of the API, with those that end TLS or not at a host. Others are of their controller. */
const KNOWN = ['HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP'];

/** Whether two protocols have one port, as the API says: a host separates HTTPS from TLS; `perhaps` is left to the controller. */
function shareAPort(one: string, other: string): boolean | 'perhaps' {
  if (one === other || one === 'UDP' || other === 'UDP') return true;
  if (one === 'TCP' || other === 'TCP') return false;
  return one === 'HTTP' || other === 'HTTP' ? 'perhaps' : true;
}

/** A router of each entry point has TLS or not: traefik, pkg/provider/kubernetes/gateway. */
const sharesPorts = (controller: Controller): boolean =>
  controller.className === 'traefik' || controller.name === 'traefik.io/gateway-controller';

function reportServed(
  entries: readonly ApiEntry[],
  entry: ApiEntry,
  listeners: readonly Place[],
  report: Report,
): void {
  const known = new Map<unknown, Set<string>>();
  for (const { value, pointer } of listeners) {
    const protocol = text(value.protocol) ?? '';
    if (!KNOWN.includes(protocol)) {
      const meant = KNOWN.find((one) => one === protocol.toUpperCase());
      if (meant === undefined) continue;
      const message = `no controller serves the protocol ${protocol}`;
      report(entry, `${pointer}/protocol`, { message, expected: meant, value: protocol, cannotWork: true });
      continue;
    }
    const others = [...(known.get(value.port) ?? [])];
    known.set(value.port, new Set([...others, protocol]));
    const never = others.find((other) => shareAPort(protocol, other) === false);
    const other = never ?? others.find((one) => shareAPort(protocol, one) === 'perhaps');
    if (other === undefined || (never === undefined && sharesPorts(controllerOf(entries, entry)))) continue;
    const problem = {
      message: `another listener has port ${shown(value.port)} for ${other}`,
      expected: `a port of its own, or protocol ${other}`,
      value: protocol,
    };
    report(entry, `${pointer}/port`, never === undefined ? problem : { ...problem, cannotWork: true });
  }
}

const listenerServed: Rule = {
  id: 'listener-served',
  what: 'A listener has a protocol that controllers know, and shares its port with listeners of that protocol only; HTTPS and TLS count as one.',
  why: 'No listener of the port is accepted: none of its hosts is served. HTTP beside HTTPS or TLS is left to the controller: few take it.',
  severity: 'error',
  judge: 'gateway-api, Gateway: spec.listeners (ProtocolConflict, UnsupportedProtocol)',
  reason: reasonKey('listener-served'),
  check: (entries, report) => forEach(entries, (entry, listeners) => reportServed(entries, entry, listeners, report)),
  examples: {
    pass: [gateway([HTTP, HTTPS])],
    fail: [gateway([HTTP, { ...HTTPS, port: 80 }], 'port'), gateway([{ ...HTTP, protocol: 'http' }], 'protocol')],
  },
};

/** Annotation by which GKE takes certificates of Certificate Manager. Google Cloud docs, secure-gateway. */
const CERTIFICATE_MAP = 'networking.gke.io/certmap';

/** Controllers with certificates of their own: AWS has them in ACM, ngrok makes them. Source: ngrok docs, k8s, using-gwapi. */
const OWN_CERTIFICATES = /^(?:gateway\.k8s\.aws|eks\.amazonaws\.com|ngrok\.com)\//;
const AWS = ['eks', 'eksAuto'];
/** The usual class of ngrok. */
const NGROK = 'ngrok';
/** Classes that a cluster on AWS has of others. */
const OTHER_CLASSES = new Set(['eg', 'istio', 'traefik', 'cilium', 'nginx', 'kong', 'contour', 'haproxy']);

/** Whether the controller finds certificates by the hosts of listeners, or may do so. */
function findsCertificates(entries: readonly ApiEntry[], entry: ApiEntry): boolean {
  const { gateway, className, name } = controllerOf(entries, entry);
  // the Gateway of a ListenerSet may be elsewhere
  if (gateway === undefined || own(dig(gateway.manifest, 'metadata', 'annotations'), CERTIFICATE_MAP) !== undefined) {
    return true;
  }
  if (name !== undefined) return OWN_CERTIFICATES.test(name);
  if (className === NGROK) return true;
  return entry.api !== undefined && AWS.includes(entry.api.provider.name) && !OTHER_CLASSES.has(className);
}

const REASON = reasonKey('listener-certificate');

const listenerCertificate: Rule = {
  id: 'listener-certificate',
  what: 'A listener for HTTPS or TLS says what it does with TLS: which certificate it has, or that it passes TLS through.',
  why: 'Without a certificate no client gets an answer there; the API server takes it, since controllers of a few providers find certificates themselves.',
  severity: 'error',
  judge: 'gateway-api, Listener: tls (required for HTTPS and TLS); CEL rules from bundle 1.5 for TLS',
  reason: REASON,
  check: (entries, report) =>
    forEach(entries, (entry, listeners) => {
      for (const { value, pointer } of listeners) {
        const isTls = value.protocol === 'TLS';
        if ((value.protocol !== 'HTTPS' && !isTls) || isSet(value.tls)) continue;
        if (findsCertificates(entries, entry)) continue;
        const message = `the listener for ${isTls ? 'TLS' : 'HTTPS'} has no certificate`;
        const through = isTls ? "; or mode: 'Passthrough'" : '';
        const expected = `tls: { certificateRefs: [{ name: the TLS Secret }] }${through}`;
        report(entry, `${pointer}/tls`, { message, expected });
      }
    }),
  examples: {
    pass: [
      gateway([HTTP, HTTPS]),
      gateway([{ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }], 'through'),
      {
        apiVersion: `${GROUP}/v1`,
        kind: 'GatewayClass',
        metadata: { name: 'alb' },
        spec: { controllerName: 'gateway.k8s.aws/alb' },
      },
      object(`${GROUP}/v1`, 'Gateway', 'alb', {
        spec: { gatewayClassName: 'alb', listeners: [{ name: 'https', port: 443, protocol: 'HTTPS' }] },
      }),
    ],
    fail: [gateway([{ name: 'https', port: 443, protocol: 'HTTPS' }])],
  },
};

function gateway(listeners: readonly JsonObject[], name = 'shared'): JsonObject {
  return object(`${GROUP}/v1`, 'Gateway', name, { spec: { gatewayClassName: 'eg', listeners: [...listeners] } });
}

export const listenerRules: readonly Rule[] = [listenerLimits, listenerServed, listenerCertificate];
