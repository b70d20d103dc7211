// Relations between ports: duplicates, and references to ports that are not declared.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, places, record, shown, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { type Container, lasting, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, ingress, namespace, running, service } from '../examples';
import type { Report, Rule } from '../rule';
import { handlers } from './port-places';
import { ingressBackends, routeBackends, serviceOf } from './routes';

const protocolOf = (port: JsonObject): string => text(port.protocol) ?? 'TCP';

function reportDuplicates(
  entry: ApiEntry,
  ports: readonly Place[],
  key: string,
  keyOf: (port: JsonObject) => string | undefined,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const { value, pointer } of ports) {
    const id = keyOf(value);
    if (id === undefined) continue;
    if (seen.has(id)) {
      report(entry, `${pointer}/${key}`, {
        message: `${id} is used twice`,
        expected: `a unique ${key}`,
        value: value[key] ?? null,
      });
    }
    seen.add(id);
  }
}

const nameOf = (port: JsonObject): string | undefined => (text(port.name) ? `name "${text(port.name)}"` : undefined);
const withProtocol =
  (key: string) =>
  (port: JsonObject): string | undefined =>
    isSet(port[key]) && port[key] !== 0 ? `${protocolOf(port)} ${key} ${shown(port[key])}` : undefined;

function reportContainer(entry: ApiEntry, container: Container, report: Report): void {
  const ports = places(container.value, 'ports', container.pointer);
  if (ports.length < 2) return;
  reportDuplicates(entry, ports, 'name', nameOf, report);
  reportDuplicates(entry, ports, 'containerPort', withProtocol('containerPort'), report);
}

const portDuplicate: Rule = {
  id: 'port-duplicate',
  what: 'The ports and port names of a container or Service are unique.',
  why: 'The API server refuses such a Service and duplicate port names; apply and patches lose one of two equal container ports.',
  severity: 'error',
  judge:
    'API server: validateContainerPorts, validateService; server-side apply merges container ports by number and protocol',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) reportContainer(entry, container, report);
    }
    for (const entry of objectIndex(entries).of('/Service')) {
      const ports = places(dig(entry.manifest, 'spec'), 'ports', '/spec');
      if (ports.length < 2) continue;
      reportDuplicates(entry, ports, 'name', nameOf, report);
      reportDuplicates(entry, ports, 'port', withProtocol('port'), report);
      reportDuplicates(entry, ports, 'nodePort', withProtocol('nodePort'), report);
    }
  },
  examples: {
    pass: [
      service({
        ports: [
          { name: 'dns', port: 53 },
          { name: 'dns-udp', port: 53, protocol: 'UDP' },
        ],
      }),
    ],
    fail: [
      service({
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      }),
      running({
        ports: [
          { name: 'a', containerPort: 1 },
          { name: 'a', containerPort: 2 },
        ],
      }),
    ],
  },
};

const declares = (container: Container, name: string, protocol?: string): boolean =>
  places(container.value, 'ports', '').some(
    ({ value }) => value.name === name && (protocol === undefined || protocolOf(value) === protocol),
  );

function reportProbes(entry: ApiEntry, container: Container, report: Report): void {
  for (const { handler } of handlers(container)) {
    const port = handler.value.port;
    if (typeof port !== 'string' || port === '' || declares(container, port)) continue;
    const message = `container "${container.name ?? ''}" has no port named "${port}"`;
    report(entry, `${handler.pointer}/port`, {
      message,
      expected: `a name from ${container.pointer}/ports, or a number`,
      value: port,
    });
  }
}

function reportTargets(entries: readonly ApiEntry[], entry: ApiEntry, report: Report): void {
  const spec = dig(entry.manifest, 'spec');
  const selector = record(spec?.selector);
  if (selector === undefined || Object.keys(selector).length === 0) return;
  for (const { value, pointer } of places(spec, 'ports', '/spec')) {
    const target = value.targetPort;
    if (typeof target !== 'string' || target === '') continue;
    const selected = pods(entries).having(entry.cluster, entry.identity.namespace, selector);
    // The rule service-selects-pods reports a Service without pods.
    const lacking = selected.filter(
      (pod) => !lasting(pod).some((container) => declares(container, target, protocolOf(value))),
    );
    if (lacking.length === 0 || lacking.length < selected.length) continue;
    const message = `no container of the selected pods has a ${protocolOf(value)} port named "${target}"`;
    const owners = lacking.map((pod) => pod.entry.origin.construct).join(', ');
    report(entry, `${pointer}/targetPort`, {
      message,
      expected: `a port name of ${owners}, or a number`,
      value: target,
    });
  }
}

function reportBackend(
  entry: ApiEntry,
  wanted: Json | undefined,
  pointer: string,
  to: ApiEntry | undefined,
  report: Report,
): void {
  if (to === undefined || !isSet(wanted) || wanted === '' || wanted === 0) return;
  const ports = places(dig(to.manifest, 'spec'), 'ports', '');
  if (ports.length === 0) return;
  if (ports.some(({ value }) => value.port === wanted || value.name === wanted)) return;
  const offered = ports.map(({ value }) => shown(value.name ?? value.port)).join(', ');
  const message = `Service "${to.identity.name}" has no port ${JSON.stringify(wanted)}`;
  report(entry, pointer, { message, expected: `one of its ports: ${offered}`, value: wanted });
}

const portReference: Rule = {
  id: 'port-reference',
  what: 'A port that a probe, Service, Ingress or route refers to is declared by its target.',
  why: 'A probe with an unknown port name never succeeds, so the pod never becomes ready; a Service or route with one has no endpoints.',
  severity: 'error',
  judge:
    'kubelet: ResolveContainerPort; endpoint controller: FindPort; kube-linter liveness-port, readiness-port, dangling-service',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) reportProbes(entry, container, report);
    }
    for (const entry of objectIndex(entries).of('/Service')) reportTargets(entries, entry, report);
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      for (const { value, pointer } of ingressBackends(entry)) {
        const to = serviceOf(entries, entry, text(value.name), entry.identity.namespace);
        const port = dig(value, 'port');
        reportBackend(entry, port?.number, `${pointer}/port/number`, to, report);
        reportBackend(entry, port?.name, `${pointer}/port/name`, to, report);
      }
    }
    for (const { entry, backend, namespace: space } of routeBackends(entries)) {
      const to = serviceOf(entries, entry, text(backend.value.name), space);
      reportBackend(entry, backend.value.port, `${backend.pointer}/port`, to, report);
    }
    for (const entry of objectIndex(entries).of('gateway.networking.k8s.io/BackendTLSPolicy')) {
      for (const { value, pointer } of places(dig(entry.manifest, 'spec'), 'targetRefs', '/spec')) {
        const to = serviceOf(entries, entry, text(value.name), entry.identity.namespace);
        reportBackend(entry, value.sectionName, `${pointer}/sectionName`, to, report);
      }
    }
  },
  examples: {
    pass: [
      running({
        ports: [{ name: 'http', containerPort: 80 }],
        readinessProbe: { httpGet: { path: '/', port: 'http' } },
      }),
      service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }),
      ingress('shop.example.com'),
      namespace,
    ],
    fail: [deployment(), service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] })],
  },
};

export const portRelationRules: readonly Rule[] = [portDuplicate, portReference];
