// Port numbers and port names: ranges and formats.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, places, shown, text } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import { dnsLabel, portName } from '../../model/manifest/formats';
import type { ApiEntry } from '../../model/manifest/object';
import { running, service } from '../examples';
import type { Report, Rule } from '../rule';
import { type PortPlace, portPlaces } from './port-places';

const NUMBER = 'an integer from 1 to 65535';

function reportNumber({ entry, pointer, key, value, takes }: PortPlace, report: Report): void {
  const optional = takes === 'optional' || takes === 'optionalNumberOrName';
  if (takes === 'name' || isInteger(value, 1, 65_535)) return;
  if (optional && (!isSet(value) || value === 0)) return;
  if (typeof value === 'string' && (takes === 'numberOrName' || takes === 'optionalNumberOrName')) return;
  const message = isSet(value) ? `${JSON.stringify(value)} is not a valid port` : 'the port is missing';
  const digits = typeof value === 'string' && /^[0-9]+$/.test(value) ? { fix: 'write it without quotes' } : {};
  report(entry, `${pointer}/${key}`, { message, expected: NUMBER, value: value ?? null, ...digits });
}

/** Reports a Service without ports, and node ports of a type that opens none. */
function reportService(entry: ApiEntry, report: Report): void {
  const spec = dig(entry.manifest, 'spec');
  const type = text(spec?.type) ?? 'ClusterIP';
  const ports = places(spec, 'ports', '/spec');
  if (ports.length === 0 && type !== 'ExternalName' && spec?.clusterIP !== 'None') {
    const value = spec?.ports ?? null;
    report(entry, '/spec/ports', { message: 'the Service has no ports', expected: 'at least one port', value });
  }
  for (const { value, pointer } of ports) {
    if (type !== 'ClusterIP' || !isSet(value.nodePort) || value.nodePort === 0) continue;
    const message = 'nodePort does not apply to type ClusterIP';
    report(entry, `${pointer}/nodePort`, {
      message,
      expected: 'no nodePort, or type: NodePort',
      value: value.nodePort,
    });
  }
}

const portRange: Rule = {
  id: 'port-range',
  what: 'A port is an integer from 1 to 65535, and a Service has at least one.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: IsValidPortNum, validateService',
  check: (entries, report) => {
    for (const place of portPlaces(entries)) reportNumber(place, report);
    for (const entry of objectIndex(entries).of('/Service')) reportService(entry, report);
  },
  examples: {
    pass: [
      running({ ports: [{ containerPort: 1 }, { containerPort: 65_535 }] }),
      service({ ports: [{ port: 80, targetPort: 'http' }] }),
    ],
    fail: [running({ ports: [{ containerPort: 65_536 }] }), service({ ports: [{ port: 0 }] })],
  },
};

function reportName({ entry, pointer, key, value, takes }: PortPlace, report: Report): void {
  if (typeof value !== 'string' || takes === 'number' || takes === 'optional') return;
  // The API server ignores an empty name; an empty targetPort means the Service's own port.
  if ((value === '' && takes !== 'numberOrName') || portName.fits(value)) return;
  const digits = /^[0-9]+$/.test(value) ? { fix: 'write a port number without quotes' } : {};
  report(entry, `${pointer}/${key}`, {
    message: `"${value}" is not a valid port name`,
    expected: portName.expected,
    value,
    ...digits,
  });
}

/** Reports names of Service ports that are not DNS labels, or missing although there are several ports. */
function reportServicePortNames(entry: ApiEntry, report: Report): void {
  const ports = places(dig(entry.manifest, 'spec'), 'ports', '/spec');
  for (const { value, pointer } of ports) {
    const name = value.name;
    if (!isSet(name) || name === '') {
      if (ports.length < 2) continue;
      report(entry, `${pointer}/name`, {
        message: 'the port has no name, although the Service has several ports',
        expected: dnsLabel.expected,
      });
    } else if (typeof name !== 'string' || !dnsLabel.fits(name)) {
      report(entry, `${pointer}/name`, {
        message: `${JSON.stringify(name)} is not a valid name for a Service port`,
        expected: dnsLabel.expected,
        value: name,
      });
    }
  }
}

const portNames: Rule = {
  id: 'port-name',
  what: 'Port names are short and lower-case, and every port has one if its Service has several.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: IsValidPortName, validateServicePort; kube-linter invalid-target-ports',
  check: (entries, report) => {
    for (const place of portPlaces(entries)) reportName(place, report);
    for (const entry of objectIndex(entries).of('/Service')) reportServicePortNames(entry, report);
  },
  examples: {
    pass: [running({ ports: [{ name: 'http-metrics-01', containerPort: 80 }] })],
    fail: [
      running({ ports: [{ name: 'http-metrics-012', containerPort: 80 }] }),
      service({ ports: [{ port: 80 }, { port: 81 }] }),
    ],
  },
};

const isNodePort = (type: string | undefined): boolean => type === 'NodePort' || type === 'LoadBalancer';

const nodePortRange: Rule = {
  id: 'node-port-range',
  what: 'A nodePort is from 30000 to 32767.',
  why: 'An API server with the default --service-node-port-range refuses the Service. This is a warning because a cluster may set another range.',
  severity: 'warning',
  judge: 'API server: the node port allocator',
  reason: reasonKey('node-port-range'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const spec = dig(entry.manifest, 'spec');
      if (!isNodePort(text(spec?.type))) continue;
      for (const { value, pointer } of places(spec, 'ports', '/spec')) {
        const port = value.nodePort;
        if (!isSet(port) || !isInteger(port, 1, 65_535) || isInteger(port, 30_000, 32_767)) continue;
        const message = `${shown(port)} is outside the default range of node ports`;
        report(entry, `${pointer}/nodePort`, {
          message,
          expected: 'an integer from 30000 to 32767, or no nodePort',
          value: port,
        });
      }
    }
  },
  examples: {
    pass: [service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })],
    fail: [service({ type: 'NodePort', ports: [{ port: 80, nodePort: 8080 }] })],
  },
};

export const portRules: readonly Rule[] = [portRange, portNames, nodePortRange];
