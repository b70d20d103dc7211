// Ports that refer to each other: duplicates, and names or numbers that no container declares.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, places, record, shown, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { type Container, lasting, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, ingress, namespace, running, service } from '../examples';
import type { Report, Rule } from '../rule';
import { handlers } from './port-places';
import { httpRouteBackends, ingressBackends, serviceOf } from './routes';

const protocolOf = (port: JsonObject): string => text(port.protocol) ?? 'TCP';

function judgeTwice(
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
        message: `${id} is there twice`,
        expected: `another ${key} for each`,
        value: value[key] ?? null,
      });
    }
    seen.add(id);
  }
}

const nameOf = (port: JsonObject): string | undefined => text(port.name) || undefined;
const withProtocol =
  (key: string) =>
  (port: JsonObject): string | undefined =>
    isSet(port[key]) && port[key] !== 0 ? `${protocolOf(port)} ${key} ${shown(port[key])}` : undefined;

function judgeContainer(entry: ApiEntry, container: Container, report: Report): void {
  const ports = places(container.value, 'ports', container.pointer);
  if (ports.length < 2) return;
  judgeTwice(entry, ports, 'name', nameOf, report);
  judgeTwice(entry, ports, 'containerPort', withProtocol('containerPort'), report);
}

const portDuplicate: Rule = {
  id: 'port-duplicate',
  what: 'A container or a Service has each port and each port name once.',
  why: 'The API server refuses a Service like that and a name used twice; of a container port used twice, apply and patches lose one.',
  severity: 'error',
  judge:
    'API server: validateContainerPorts, validateService; server-side apply merges container ports by number and protocol',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) judgeContainer(entry, container, report);
    }
    for (const entry of objectIndex(entries).of('/Service')) {
      const ports = places(dig(entry.manifest, 'spec'), 'ports', '/spec');
      if (ports.length < 2) continue;
      judgeTwice(entry, ports, 'name', nameOf, report);
      judgeTwice(entry, ports, 'port', withProtocol('port'), report);
      judgeTwice(entry, ports, 'nodePort', withProtocol('nodePort'), report);
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

function judgeProbes(entry: ApiEntry, container: Container, report: Report): void {
  for (const { it } of handlers(container)) {
    const port = it.value.port;
    if (typeof port !== 'string' || port === '' || declares(container, port)) continue;
    const message = `the container "${container.name ?? ''}" has no port called "${port}"`;
    report(entry, `${it.pointer}/port`, {
      message,
      expected: `a name from ${container.pointer}/ports, or a number`,
      value: port,
    });
  }
}

function judgeTargets(entries: readonly ApiEntry[], entry: ApiEntry, report: Report): void {
  const spec = dig(entry.manifest, 'spec');
  const selector = record(spec?.selector);
  if (selector === undefined || Object.keys(selector).length === 0) return;
  for (const { value, pointer } of places(spec, 'ports', '/spec')) {
    const target = value.targetPort;
    if (typeof target !== 'string' || target === '') continue;
    const selected = pods(entries).having(entry.cluster, entry.identity.namespace, selector);
    // No pod at all is the business of service-selects-pods.
    const lacking = selected.filter((pod) => !lasting(pod).some((one) => declares(one, target, protocolOf(value))));
    if (lacking.length === 0 || lacking.length < selected.length) continue;
    const message = `no container of the pods it selects has a ${protocolOf(value)} port called "${target}"`;
    const whose = lacking.map((pod) => pod.entry.origin.construct).join(', ');
    report(entry, `${pointer}/targetPort`, {
      message,
      expected: `a port name of ${whose}, or a number`,
      value: target,
    });
  }
}

function judgeBackend(
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
  const message = `the Service "${to.identity.name}" has no port ${JSON.stringify(wanted)}`;
  report(entry, pointer, { message, expected: `one of its ports: ${offered}`, value: wanted });
}

const portReference: Rule = {
  id: 'port-reference',
  what: 'A port that is named by a probe, a Service, an Ingress or a route is declared where it points.',
  why: 'A probe with an unknown port name never succeeds, so the pod is never ready; a Service or route with one leads nowhere.',
  severity: 'error',
  judge:
    'kubelet: ResolveContainerPort; endpoint controller: FindPort; kube-linter liveness-port, readiness-port, dangling-service',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) judgeProbes(entry, container, report);
    }
    for (const entry of objectIndex(entries).of('/Service')) judgeTargets(entries, entry, report);
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      for (const { value, pointer } of ingressBackends(entry)) {
        const to = serviceOf(entries, entry, text(value.name), entry.identity.namespace);
        const port = dig(value, 'port');
        judgeBackend(entry, port?.number, `${pointer}/port/number`, to, report);
        judgeBackend(entry, port?.name, `${pointer}/port/name`, to, report);
      }
    }
    for (const { entry, it, namespace: space } of httpRouteBackends(entries)) {
      const to = serviceOf(entries, entry, text(it.value.name), space);
      judgeBackend(entry, it.value.port, `${it.pointer}/port`, to, report);
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
