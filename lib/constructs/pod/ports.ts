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
  /**
   * Who spreads gRPC calls over the pods, where the Service shall have one address: `'the mesh'`. It may then have another port than the
   * container. Kept as an annotation.
   * @default the clients: where `port` speaks gRPC, the Service is headless
   */
  readonly balancedBy?: string;
}

/** The ports of a component. */
export interface Ports {
  /** Port that the container listens on, 1 to 65535, and what it speaks where that is not http. Its name is its protocol. */
  readonly port: number | Port;
  /** Further ports by name: `{ admin: 9000, rpc: { port: 9090, protocol: 'grpc' } }`. @default none */
  readonly ports?: Readonly<Record<string, number | Port>>;
}

/** A port with all its defaults. */
export interface NamedPort extends Required<Omit<Port, Optional>>, Pick<Port, Optional> {
  readonly name: string;
  readonly transport: Transport;
}

type Transport = 'TCP' | 'UDP';
type Optional = 'container' | 'balancedBy';

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
        balancedBy: optional(text("who spreads gRPC calls over the pods: 'the mesh'")),
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

function named(name: string, given: Port): NamedPort {
  const { port, protocol = 'http', servicePort = port, container, balancedBy } = given;
  const transport = protocol === 'udp' ? 'UDP' : 'TCP';
  return { name, port, protocol, servicePort, transport, ...defined({ container, balancedBy }) };
}

/** A gRPC client keeps one connection: only one that sees the addresses of all pods can spread its calls over them. */
export const isHeadless = ({ protocol, balancedBy }: NamedPort): boolean =>
  protocol === 'grpc' && balancedBy === undefined;

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
  const moved = isHeadless(main) ? all.find(({ port, servicePort }) => port !== servicePort) : undefined;
  const headless = moved && {
    field: `${fieldOf(moved, main)}.servicePort`,
    value: moved.servicePort,
    message: "clients of a headless Service, as a port that speaks gRPC has it, reach the pods' own ports",
    expected: "no servicePort; or, for a Service with an address, balancedBy: who spreads the calls, as 'the mesh'",
  };
  const unbalanced = all.flatMap((one): Problem[] => {
    if (one.balancedBy === undefined || (one.protocol === 'grpc' && (one === main || !isHeadless(main)))) return [];
    const field = `${fieldOf(one, main)}.balancedBy`;
    if (one.protocol === 'grpc') {
      const message = 'the Service is headless, since port speaks gRPC: its clients balance this port too';
      return [{ field, message, expected: 'balancedBy of port, or none' }];
    }
    const message = `${field} is about gRPC, and the port speaks ${one.protocol}`;
    return [{ field, message, expected: "protocol: 'grpc', or no balancedBy" }];
  });
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
  return [...(headless === undefined ? [] : [headless]), ...unbalanced, ...clashes];
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
