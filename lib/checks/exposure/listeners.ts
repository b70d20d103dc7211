// Listeners of Gateways: what the API server refuses, what controllers do not serve, and listeners without a certificate.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, list, own, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { LIMITS } from '../../model/exposure/bundles';
import { reasonKey } from '../../model/manifest/annotations';
import { subdomain } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object } from '../examples';
import type { Report, Rule } from '../rule';
import { reportLength } from './limits';

const GROUP = 'gateway.networking.k8s.io';

/** The listeners of each Gateway. */
function forEach(entries: readonly ApiEntry[], visit: (gateway: ApiEntry, listeners: readonly Place[]) => void): void {
  for (const entry of objectIndex(entries).of(`${GROUP}/Gateway`)) {
    visit(entry, places(dig(entry.manifest, 'spec'), 'listeners', '/spec'));
  }
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

function reportTls({ protocol, tls }: JsonObject, add: Add): void {
  const given = dig({ tls: tls ?? null }, 'tls');
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
  what: 'A Gateway has 1 to 64 listeners, each with a name of its own of at most 253 characters, a port, a protocol, and a host that no other has there; only HTTPS and TLS have `tls`, with a certificate where it ends there; TCP and UDP have no host.',
  why: 'The API server refuses the Gateway, and with it every host.',
  severity: 'error',
  judge: 'gateway-api, config/crd/standard: schema and CEL rules of Gateway',
  check: (entries, report) =>
    forEach(entries, (entry, listeners) => {
      const spec = { value: dig(entry.manifest, 'spec') ?? {}, pointer: '/spec' };
      reportLength(entry, spec, 'listeners', report);
      if (listeners.length === 0) {
        report(entry, '/spec/listeners', { message: 'the Gateway has no listener', expected: 'one or more' });
      }
      const names = new Set<string>();
      const taken = new Set<string>();
      for (const { value, pointer } of listeners) {
        const name = text(value.name) ?? '';
        const add: Add = (key, message, expected) =>
          report(entry, `${pointer}/${key}`, { message, expected, value: name });
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

/** Whether two protocols may have one port: UDP is apart, and a host separates TLS from TLS with HTTP in it. */
function shareAPort(one: string, other: string): boolean {
  const kindOf = (protocol: string) => (protocol === 'HTTPS' ? 'TLS' : protocol);
  return one === 'UDP' || other === 'UDP' || kindOf(one) === kindOf(other);
}

function reportServed(entry: ApiEntry, listeners: readonly Place[], report: Report): void {
  const first = new Map<unknown, string>();
  for (const { value, pointer } of listeners) {
    const protocol = text(value.protocol) ?? '';
    if (!KNOWN.includes(protocol)) {
      const meant = KNOWN.find((known) => known === protocol.toUpperCase());
      if (meant === undefined) continue;
      const message = `no controller serves the protocol ${protocol}`;
      report(entry, `${pointer}/protocol`, { message, expected: meant, value: protocol });
      continue;
    }
    const other = first.get(value.port);
    if (other === undefined) first.set(value.port, protocol);
    else if (!shareAPort(protocol, other)) {
      const message = `another listener has port ${shown(value.port)} for ${other}`;
      report(entry, `${pointer}/port`, {
        message,
        expected: `a port of its own, or protocol ${other}`,
        value: protocol,
      });
    }
  }
}

const listenerServed: Rule = {
  id: 'listener-served',
  what: 'A listener has a protocol that controllers know, and shares its port with listeners of that protocol only.',
  why: 'No listener of the port is accepted: none of its hosts is served.',
  severity: 'error',
  judge: 'gateway-api, Gateway: spec.listeners (ProtocolConflict, UnsupportedProtocol)',
  check: (entries, report) => forEach(entries, (entry, listeners) => reportServed(entry, listeners, report)),
  examples: {
    pass: [gateway([HTTP, HTTPS])],
    fail: [gateway([HTTP, { ...HTTPS, port: 80 }], 'port'), gateway([{ ...HTTP, protocol: 'http' }], 'protocol')],
  },
};

/** Annotation by which GKE takes certificates of Certificate Manager. Google Cloud docs, secure-gateway. */
const CERTIFICATE_MAP = 'networking.gke.io/certmap';

/** Controllers that take certificates from ACM. */
const AWS_CONTROLLERS = /^(?:gateway\.k8s\.aws|eks\.amazonaws\.com)\//;
const AWS = ['eks', 'eksAuto'];
/** Classes that a cluster on AWS has of others. */
const OTHER_CLASSES = new Set(['eg', 'istio', 'traefik', 'cilium', 'nginx', 'kong', 'contour', 'haproxy']);

/** Whether the controller finds certificates by the hosts of listeners, or may do so. */
function findsCertificates(entries: readonly ApiEntry[], { cluster, manifest, api }: ApiEntry): boolean {
  if (own(dig(manifest, 'metadata', 'annotations'), CERTIFICATE_MAP) !== undefined) return true;
  const name = text(dig(manifest, 'spec')?.gatewayClassName) ?? '';
  const written = objectIndex(entries).find(`${GROUP}/GatewayClass`, cluster, undefined, name);
  const controller = text(dig(written?.manifest, 'spec')?.controllerName);
  if (controller !== undefined) return AWS_CONTROLLERS.test(controller);
  return api !== undefined && AWS.includes(api.provider.name) && !OTHER_CLASSES.has(name);
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
