// Port numbers and port names: their ranges and forms.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isInteger, isSet, places, shown, text } from '../../analysis/objects/read-json';
import { dnsLabel, portName } from '../../model/manifest/formats';
import type { ApiEntry } from '../../model/manifest/object';
import { running, service } from '../examples';
import type { Report, Rule } from '../rule';
import { type PortPlace, portPlaces } from './port-places';

const NUMBER = 'an integer from 1 to 65535';

function judgeNumber({ entry, pointer, key, value, takes }: PortPlace, report: Report): void {
  const optional = takes === 'optional' || takes === 'optionalNumberOrName';
  if (takes === 'name' || isInteger(value, 1, 65_535)) return;
  if (optional && (!isSet(value) || value === 0)) return;
  if (typeof value === 'string' && (takes === 'numberOrName' || takes === 'optionalNumberOrName')) return;
  const message = isSet(value) ? `${JSON.stringify(value)} is not a valid port` : 'the port is missing';
  const digits = typeof value === 'string' && /^[0-9]+$/.test(value) ? { fix: 'write it without quotes' } : {};
  report(entry, `${pointer}/${key}`, { message, expected: NUMBER, value: value ?? null, ...digits });
}

/** A Service has ports, and node ports only where it opens them. */
function judgeService(entry: ApiEntry, report: Report): void {
  const spec = dig(entry.manifest, 'spec');
  const type = text(spec?.type) ?? 'ClusterIP';
  const ports = places(spec, 'ports', '/spec');
  if (ports.length === 0 && type !== 'ExternalName' && spec?.clusterIP !== 'None') {
    const value = spec?.ports ?? null;
    report(entry, '/spec/ports', { message: 'the Service has no port', expected: 'one port or more', value });
  }
  for (const { value, pointer } of ports) {
    if (type !== 'ClusterIP' || !isSet(value.nodePort) || value.nodePort === 0) continue;
    const message = 'a Service of type ClusterIP opens no port on the nodes';
    report(entry, `${pointer}/nodePort`, {
      message,
      expected: 'no nodePort, or type: NodePort',
      value: value.nodePort,
    });
  }
}

const portRange: Rule = {
  id: 'port-range',
  what: 'A port is an integer from 1 to 65535, and a Service has one at least.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: IsValidPortNum, validateService',
  check: (entries, report) => {
    for (const place of portPlaces(entries)) judgeNumber(place, report);
    for (const entry of objectIndex(entries).of('/Service')) judgeService(entry, report);
  },
  examples: {
    pass: [
      running({ ports: [{ containerPort: 1 }, { containerPort: 65_535 }] }),
      service({ ports: [{ port: 80, targetPort: 'http' }] }),
    ],
    fail: [running({ ports: [{ containerPort: 65_536 }] }), service({ ports: [{ port: 0 }] })],
  },
};

function judgeName({ entry, pointer, key, value, takes }: PortPlace, report: Report): void {
  if (typeof value !== 'string' || takes === 'number' || takes === 'optional') return;
  // The API server takes an empty name for none; an empty targetPort is the Service's own port.
  if ((value === '' && takes !== 'numberOrName') || portName.fits(value)) return;
  const digits = /^[0-9]+$/.test(value) ? { fix: 'write a port number without quotes' } : {};
  report(entry, `${pointer}/${key}`, {
    message: `"${value}" is not a valid port name`,
    expected: portName.expected,
    value,
    ...digits,
  });
}

/** Names of Service ports: a DNS label, and one for each where there are several. */
function judgeServicePorts(entry: ApiEntry, report: Report): void {
  const ports = places(dig(entry.manifest, 'spec'), 'ports', '/spec');
  for (const { value, pointer } of ports) {
    const name = value.name;
    if (!isSet(name) || name === '') {
      if (ports.length < 2) continue;
      report(entry, `${pointer}/name`, {
        message: 'a Service with several ports needs a name for each',
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
  what: 'Port names are short lower-case names, and every port of a Service with several has one.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: IsValidPortName, validateServicePort; kube-linter invalid-target-ports',
  check: (entries, report) => {
    for (const place of portPlaces(entries)) judgeName(place, report);
    for (const entry of objectIndex(entries).of('/Service')) judgeServicePorts(entry, report);
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
  why: 'An API server with its default --service-node-port-range refuses the Service. Only a warning, because a cluster may set another range.',
  severity: 'warning',
  judge: 'API server: the node port allocator',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const spec = dig(entry.manifest, 'spec');
      if (!isNodePort(text(spec?.type))) continue;
      for (const { value, pointer } of places(spec, 'ports', '/spec')) {
        const port = value.nodePort;
        if (!isSet(port) || !isInteger(port, 1, 65_535) || isInteger(port, 30_000, 32_767)) continue;
        const message = `${shown(port)} is outside of the range that clusters keep for node ports`;
        report(entry, `${pointer}/nodePort`, {
          message,
          expected: 'an integer from 30000 to 32767, or none at all',
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
