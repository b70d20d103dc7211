// Services, hosts, webhooks and monitors whose pods let no one in at their port.

import { letsIn, type Source, sides } from '../../analysis/network/reach';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, own, type Place, places, record, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { lasting, type Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { APP } from '../../model/manifest/well-known';
import { deployment, ingress, object, service } from '../examples';
import type { Report, Rule } from '../rule';
import { openingOf } from './isolated-pods';
import { ingressBackends, routeBackends, serviceOf } from './routes';

/** A port of pods. */
export interface Target {
  readonly port: string | number;
  readonly protocol: string;
}

/** The number of a port among the pod's containers; `undefined` for a name that none has. */
function numberOf(workload: Workload, { port, protocol }: Target): number | undefined {
  if (typeof port === 'number') return port;
  const declared = lasting(workload).flatMap(({ value }) => places(value, 'ports', ''));
  const found = declared.find(({ value }) => value.name === port && (text(value.protocol) ?? 'TCP') === protocol);
  const number = found?.value.containerPort;
  return typeof number === 'number' ? number : undefined;
}

/** Workloads that have the port, where none of them lets the source in; empty where one does, or none has it. */
export function closed(
  entries: readonly ApiEntry[],
  all: readonly Workload[],
  target: Target,
  source: Source,
): Workload[] {
  const having = all.flatMap((workload) => {
    const number = numberOf(workload, target);
    const side = sides(entries).get(workload);
    return number === undefined || side === undefined ? [] : [{ workload, side, number }];
  });
  const open = having.some(({ side, number }) => letsIn(side, source, number, target.protocol));
  return open ? [] : having.map(({ workload }) => workload);
}

export const podsBehind = (
  entries: readonly ApiEntry[],
  { cluster, identity, manifest }: ApiEntry,
): readonly Workload[] => {
  const selector = record(dig(manifest, 'spec')?.selector);
  if (selector === undefined || Object.keys(selector).length === 0) return [];
  return pods(entries).having(cluster, identity.namespace, selector);
};

/** The Service of a component: its verbs open it, and a component that nothing connects to needs no word. */
function isOfComponent({ identity, manifest }: ApiEntry, all: readonly Workload[]): boolean {
  const selector = record(dig(manifest, 'spec')?.selector);
  const name = own(selector, APP.name);
  // a StatefulService has a second one, which names its pods
  const isItsOwn = own(selector, APP.instance) === name && [name, `${name}-members`].includes(identity.name);
  return isItsOwn && all.every(({ labels }) => own(labels, APP.managedBy) === 'evenkeel');
}

const portsOfService = ({ manifest }: ApiEntry): Place[] => places(dig(manifest, 'spec'), 'ports', '/spec');

/** Where a port of a Service leads: to its own number where nothing else is said. */
function targetOf({ value }: Place): Target | undefined {
  const { port, targetPort } = value;
  const to = targetPort === 0 || targetPort === '' || !isSet(targetPort) ? port : targetPort;
  return typeof to === 'string' || typeof to === 'number'
    ? { port: to, protocol: text(value.protocol) ?? 'TCP' }
    : undefined;
}

/** The port of a Service by number or name. */
export function portOf(entry: ApiEntry, wanted: Json | undefined): Target | undefined {
  const found = portsOfService(entry).find(({ value }) => value.port === wanted || value.name === wanted);
  return found === undefined ? undefined : targetOf(found);
}

export const shownPort = ({ port, protocol }: Target): string => `${port}/${protocol}`;

/** What a finding about a Service behind something says. */
export interface Behind {
  readonly who: string;
  readonly source: Source;
  readonly verb: string;
}

export function reportBehind(
  entries: readonly ApiEntry[],
  entry: ApiEntry,
  pointer: string,
  to: ApiEntry | undefined,
  wanted: Json | undefined,
  { who, source, verb }: Behind,
  report: Report,
): void {
  const target = to === undefined ? undefined : portOf(to, wanted);
  if (to === undefined || target === undefined) return; // the rule port-reference reports a port that is missing
  const [first] = closed(entries, podsBehind(entries, to), target, source);
  if (first === undefined) return;
  report(entry, pointer, {
    message: `the pods of Service ${to.identity.name} do not let ${who} in at ${shownPort(target)}`,
    expected: openingOf(first, verb),
  });
}

const INGRESS: Behind = { who: 'the ingress controller', source: 'outside', verb: ".admit('ingress', port)" };

const policy = (ingressRules: JsonObject[]) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: ingressRules },
  });
const SERVICE = service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] });
const FROM_INGRESS = {
  from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } } }],
  ports: [{ port: 8080 }],
};
const FROM_API = { from: [{ podSelector: { matchLabels: { app: 'api' } } }], ports: [{ port: 8080 }] };

const unreached: Rule = {
  id: 'unreached-service',
  what: 'The pods behind a Service let someone in at one of its ports at least.',
  why: 'Every connection to it times out, though its pods are ready.',
  severity: 'warning',
  reason: reasonKey('unreached-service'),
  judge: 'kubernetes.io, "Network Policies"',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const all = podsBehind(entries, entry);
      if (isOfComponent(entry, all)) continue;
      const targets = portsOfService(entry).flatMap((port) => targetOf(port) ?? []);
      const dead = targets.map((target) => closed(entries, all, target, 'anyone'));
      const [first] = dead.flat();
      if (first === undefined || dead.some((workloads) => workloads.length === 0)) continue;
      report(entry, '/spec/selector', {
        message: `no NetworkPolicy lets anyone in to these pods, at ${targets.map(shownPort).join(' or ')}`,
        expected: `connectTo(…) in its clients, exposeAt(…), or ${openingOf(first, '.admit(client, port)')}`,
      });
    }
  },
  examples: {
    pass: [deployment(), SERVICE, policy([FROM_API])],
    fail: [deployment(), SERVICE, policy([])],
  },
};

const partly: Rule = {
  id: 'unreached-port',
  what: 'The pods behind a Service let someone in at each of its ports.',
  why: 'Connections to that port time out, and those to the others do not.',
  severity: 'note',
  reason: reasonKey('unreached-port'),
  judge: 'kubernetes.io, "Network Policies"',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const all = podsBehind(entries, entry);
      if (isOfComponent(entry, all)) continue;
      const found = portsOfService(entry).flatMap((port) => {
        const target = targetOf(port);
        return target === undefined ? [] : [{ port, target, dead: closed(entries, all, target, 'anyone') }];
      });
      if (found.every(({ dead }) => dead.length > 0)) continue; // the rule unreached-service
      for (const { port, target, dead } of found) {
        const [first] = dead;
        if (first === undefined) continue;
        report(entry, `${port.pointer}/port`, {
          message: `no NetworkPolicy lets anyone in at ${shownPort(target)} of the pods`,
          expected: `connectTo(….at('…')) in a client, or ${openingOf(first, '.admit(client, port)')}`,
          value: port.value.port ?? null,
        });
      }
    }
  },
  examples: {
    pass: [deployment(), SERVICE, policy([FROM_API])],
    fail: [
      deployment(),
      service({
        selector: { app: 'web' },
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'admin', port: 9000 },
        ],
      }),
      policy([FROM_API]),
    ],
  },
};

const host: Rule = {
  id: 'unreached-host',
  what: 'The pods behind an Ingress or route let traffic from outside of their namespace in at that port.',
  why: 'The host answers 503 or 504, though its pods are ready.',
  severity: 'warning',
  reason: reasonKey('unreached-host'),
  judge: 'kubernetes.io, "Network Policies"; "Ingress"',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      for (const { value, pointer } of ingressBackends(entry)) {
        const to = serviceOf(entries, entry, text(value.name), entry.identity.namespace);
        const port = dig(value, 'port');
        reportBehind(entries, entry, pointer, to, port?.number ?? port?.name, INGRESS, report);
      }
    }
    for (const { entry, backend, namespace } of routeBackends(entries)) {
      const to = serviceOf(entries, entry, text(backend.value.name), namespace);
      reportBehind(entries, entry, backend.pointer, to, backend.value.port, INGRESS, report);
    }
  },
  examples: {
    pass: [deployment(), SERVICE, ingress('shop.example.com'), policy([FROM_INGRESS])],
    fail: [deployment(), SERVICE, ingress('shop.example.com'), policy([FROM_API])],
  },
};

export const unreachedRules: readonly Rule[] = [unreached, partly, host];
