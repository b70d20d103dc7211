// The fields where the API server reads a port.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, places } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { ingressBackends } from './routes';

type Entries = readonly ApiEntry[];

/** A field that holds a port. */
export interface PortPlace {
  readonly entry: ApiEntry;
  /** Pointer to its parent, and its key there. */
  readonly pointer: string;
  readonly key: string;
  readonly value: Json | undefined;
  /** What the field accepts. Optional ones read 0 as "not set". */
  readonly takes: 'number' | 'optional' | 'numberOrName' | 'optionalNumberOrName' | 'name';
}

type Add = (entry: ApiEntry, parent: Place | undefined, key: string, takes: PortPlace['takes']) => void;

const PROBES: readonly string[] = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const HOOKS: readonly string[] = ['postStart', 'preStop'];

/** The handlers of a container that connect to one of its ports, and their kind. */
export function handlers(
  container: Place,
): { readonly handler: Place; readonly kind: 'httpGet' | 'tcpSocket' | 'grpc' }[] {
  const found: { handler: Place; kind: 'httpGet' | 'tcpSocket' | 'grpc' }[] = [];
  const look = (parent: JsonObject | undefined, pointer: string): void => {
    for (const kind of ['httpGet', 'tcpSocket', 'grpc'] as const) {
      const value = dig(parent, kind);
      if (value !== undefined) found.push({ handler: { value, pointer: `${pointer}/${kind}` }, kind });
    }
  };
  for (const probe of PROBES) look(dig(container.value, probe), `${container.pointer}/${probe}`);
  const lifecycle = dig(container.value, 'lifecycle');
  if (lifecycle !== undefined) {
    for (const hook of HOOKS) look(dig(lifecycle, hook), `${container.pointer}/lifecycle/${hook}`);
  }
  return found;
}

function addContainerPorts(entries: Entries, add: Add): void {
  for (const { entry, containers } of workloads(entries)) {
    for (const container of containers) {
      for (const port of places(container.value, 'ports', container.pointer)) {
        add(entry, port, 'containerPort', 'number');
        add(entry, port, 'hostPort', 'optional');
        add(entry, port, 'name', 'name');
      }
      for (const { handler, kind } of handlers(container))
        add(entry, handler, 'port', kind === 'grpc' ? 'number' : 'numberOrName');
    }
  }
}

function addNetworkPorts(entries: Entries, add: Add): void {
  for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
    for (const { value, pointer } of ingressBackends(entry)) {
      const port = dig(value, 'port');
      if (port === undefined) continue;
      add(entry, { value: port, pointer: `${pointer}/port` }, 'number', 'optional');
      add(entry, { value: port, pointer: `${pointer}/port` }, 'name', 'name');
    }
  }
  for (const entry of objectIndex(entries).of('networking.k8s.io/NetworkPolicy')) {
    for (const direction of ['ingress', 'egress']) {
      for (const rule of places(dig(entry.manifest, 'spec'), direction, '/spec')) {
        for (const port of places(rule.value, 'ports', rule.pointer)) {
          if (!isSet(port.value.port)) continue;
          add(entry, port, 'port', 'numberOrName');
          if (isSet(port.value.endPort)) add(entry, port, 'endPort', 'number');
        }
      }
    }
  }
}

/** Every field that holds a port. */
export const portPlaces = memoizePerObjects((entries): readonly PortPlace[] => {
  const found: PortPlace[] = [];
  const add: Add = (entry, parent, key, takes) => {
    if (parent !== undefined) found.push({ entry, pointer: parent.pointer, key, value: parent.value[key], takes });
  };
  addContainerPorts(entries, add);
  for (const entry of objectIndex(entries).of('/Service')) {
    for (const port of places(dig(entry.manifest, 'spec'), 'ports', '/spec')) {
      add(entry, port, 'port', 'number');
      add(entry, port, 'targetPort', 'optionalNumberOrName');
      add(entry, port, 'nodePort', 'optional');
    }
  }
  addNetworkPorts(entries, add);
  return found;
});
