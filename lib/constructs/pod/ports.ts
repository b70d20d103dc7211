// The ports of a component: what each of them speaks, and at which port its Service offers it.

import type { Problem } from '../../model/finding/problem';
import {
  checked,
  choice,
  either,
  type Fields,
  fields,
  number,
  optional,
  table,
  text,
} from '../../model/finding/schema';
import { portName } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import type { Container, ServiceSpec } from '../tree/kinds';

/** What a port speaks. */
export type Protocol = 'http' | 'grpc' | 'tcp' | 'udp';

/** A port of a container, and of its Service. */
export interface Port {
  /** Port that the container listens on, 1 to 65535. */
  readonly port: number;
  /** What it speaks. @default http */
  readonly protocol?: Protocol;
  /** Port of the Service, which clients use. @default 80 for `port` where it speaks http, otherwise the container's */
  readonly servicePort?: number;
  /** The sidecar that listens on it. @default the component's own container */
  readonly container?: string;
}

/** The ports of a component. */
export interface Ports {
  /** Port that the container listens on, 1 to 65535, and what it speaks where that is not http. Its name is its protocol. */
  readonly port: number | Port;
  /** Further ports by name: `{ admin: 9000, rpc: { port: 9090, protocol: 'grpc' } }`. @default none */
  readonly ports?: Readonly<Record<string, number | Port>>;
}

/** A port with all its defaults. */
export interface NamedPort extends Required<Omit<Port, 'container'>>, Pick<Port, 'container'> {
  readonly name: string;
  readonly transport: Transport;
}

type Transport = 'TCP' | 'UDP';

const NUMBER = number({ atLeast: 1, atMost: 65_535, whole: true });

const PORT = either(
  [
    NUMBER,
    fields<Port>(
      {
        port: NUMBER,
        protocol: optional(choice(['http', 'grpc', 'tcp', 'udp'])),
        servicePort: optional(NUMBER),
        container: optional(text('the name of a sidecar')),
      },
      "{ port: 9090, protocol: 'grpc' }",
    ),
  ],
  `${NUMBER.expected}, or { port: 9090, protocol: 'grpc' }`,
);

/** What the ports of a component may say. */
export const PORTS: Fields<Ports> = {
  port: PORT,
  ports: optional(
    checked<Readonly<Record<string, unknown>>>(table(PORT, '{ admin: 9000 }'), (ports) =>
      Object.keys(ports).flatMap((name): Problem[] => {
        if (portName.fits(name)) return [];
        return [
          { field: name, value: name, message: `"${name}" is not a valid port name`, expected: portName.expected },
        ];
      }),
    ),
  ),
};

/** All ports, the main one first; none without it. */
export function allPorts({ port, ports = {} }: Partial<Ports>): readonly NamedPort[] {
  if (port === undefined) return [];
  const main = typeof port === 'number' ? { port } : port;
  const { protocol = 'http' } = main;
  const servicePort = protocol === 'http' ? 80 : main.port;
  return [
    named(protocol, { servicePort, ...main }),
    ...Object.entries(ports).map(([name, one]) => named(name, typeof one === 'number' ? { port: one } : one)),
  ];
}

function named(name: string, { port, protocol = 'http', servicePort = port, container }: Port): NamedPort {
  const transport = protocol === 'udp' ? 'UDP' : 'TCP';
  return { name, port, protocol, servicePort, transport, ...defined({ container }) };
}

/** Ports that cannot stand beside each other. */
export function findPortProblems(given: Partial<Ports>): Problem[] {
  const all = allPorts(given);
  const [main, ...further] = all;
  if (main === undefined) {
    const message = 'ports has further ports, but there is no port';
    return given.ports === undefined
      ? []
      : [{ field: 'ports', message, expected: 'port, and further ports beside it' }];
  }
  const moved = main.protocol === 'grpc' ? all.find(({ port, servicePort }) => port !== servicePort) : undefined;
  const headless = moved && {
    field: `${fieldOf(moved, main)}.servicePort`,
    value: moved.servicePort,
    message: "clients of a headless Service, as a port that speaks gRPC has it, reach the pods' own ports",
    expected: 'no servicePort',
  };
  const clashes = further.flatMap((one, index): Problem[] => {
    const field = `ports.${one.name}`;
    if (one.name === main.name) {
      const message = `${field} has the name of port, which is called after its protocol`;
      return [{ field, message, expected: `another name than ${main.name}` }];
    }
    const before = all.slice(0, index + 1).filter(({ transport }) => transport === one.transport);
    const taken = before.find(({ port }) => port === one.port);
    if (taken !== undefined) {
      const message = `port ${one.port} of the container is ${fieldOf(taken, main)} as well`;
      return [{ field, value: one.port, message, expected: 'each port of the container once' }];
    }
    const clash = before.find(({ servicePort }) => servicePort === one.servicePort);
    if (clash === undefined) return [];
    const message = `port ${one.servicePort} of the Service is that of ${fieldOf(clash, main)} as well`;
    return [{ field, value: one.servicePort, message, expected: 'another servicePort' }];
  });
  return headless === undefined ? clashes : [headless, ...clashes];
}

function fieldOf(port: NamedPort, main: NamedPort): string {
  return port === main ? 'port' : `ports.${port.name}`;
}

/** The ports of the container. */
export function containerPorts(ports: readonly NamedPort[]): NonNullable<Container['ports']> {
  return ports.map(({ name, port, transport }) => ({ name, containerPort: port, protocol: transport }));
}

/** The ports of the Service. `kubernetes.io/h2c` is HTTP/2 without TLS (kubernetes.io, "Service", application protocol). */
export function servicePorts(ports: readonly NamedPort[]): NonNullable<ServiceSpec['ports']> {
  return ports.map(({ name, servicePort, protocol, transport }) => ({
    name,
    port: servicePort,
    targetPort: name,
    protocol: transport,
    ...(protocol === 'grpc' ? { appProtocol: 'kubernetes.io/h2c' } : {}),
  }));
}
