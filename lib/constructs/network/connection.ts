// A connection: what a client must know of a service, as variables and files in its pod.

import type { IConstruct } from 'constructs';
import type { NeighbourRole } from '../../model/cluster/neighbours';
import type { Endpoint } from '../../model/cluster/provider';
import type { Problem } from '../../model/finding/problem';
import { checked, emptyText, fields, optional, type Schema, table } from '../../model/finding/schema';
import type { Replacement } from '../../model/pods/replacement';

/** A Secret by name, and the keys that are read from it. It is made elsewhere; `evenkeel secrets` lists it. */
export interface SecretReference {
  /** Name of the Secret, in the namespace of its users. */
  readonly secret: string;
  /** Its keys, each of which becomes a file. */
  readonly keys: readonly string[];
}

/** Whether the value is a `StoredSecret`: a construct, and so no plain object. */
export const isStoredSecret = (value: unknown): value is SecretReference =>
  typeof value === 'object' && value !== null && 'node' in value && 'secret' in value && 'keys' in value;

/** Anything that `connectTo` takes: a component or one of its ports, or a service outside. */
export interface Connectable {
  /** How clients reach it, and where their packets go. */
  connection(): Connection;
  /** Called when a client connects, so that the policy of the service admits its pods. @default no client needs admitting */
  letIn?(client: Pods): void;
  /** Only services with limits have it: for them `connectTo` also needs the client's use. */
  readonly join?: never;
}

/** A service with limits: `connectTo` also needs the client's use of it. */
export interface Limited<Use extends object> extends Omit<Connectable, 'join'> {
  /** What a pod's use of it may say. */
  readonly use: Schema;
  /** Takes the client into the account. */
  join(client: Client, use: Use): void;
  /** The account's notes on the client: annotations of the object that decides its size. */
  notesFor(client: string): Readonly<Record<string, string>>;
}

/** A client of a service that has limits. */
export interface Client {
  /** Name of the component. */
  readonly name: string;
  /** Whether its size is known: a client whose size was refused is left out of the account. */
  readonly isCounted: () => boolean;
  /** Its most pods, once the chart is complete. */
  readonly numbers: () => ClientNumbers;
}

/** The most pods of a client, and how they are replaced. */
export interface ClientNumbers {
  readonly maxReplicas: number;
  readonly replacement: Replacement;
}

/** A port of a container, as policies name it. */
export interface PolicyPort {
  /** Port that the container listens on. */
  readonly port: number;
  /** @default TCP */
  readonly transport?: 'TCP' | 'UDP';
}

/** Pods by their labels. */
export interface Pods {
  /** Labels that they have, one or more. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Their namespace. @default that of the policy */
  readonly namespace?: string;
}

/** Who sends: pods, addresses, or a neighbour that the cluster knows. */
export type Sender = Pods | { readonly cidrs: readonly string[] } | NeighbourRole;

/** A sender that is let in, and at which port. */
export interface Admitted {
  readonly from: Sender;
  readonly port: PolicyPort;
}

/** The other end of a connection, as a network policy names it: pods, or addresses outside the cluster. */
export type Peer = (PolicyPort & { readonly component: string }) | (PolicyPort & Pods) | Endpoint | EveryPod;

/** All pods of the cluster, at all ports. */
export interface EveryPod {
  /** All pods, in every namespace. */
  readonly every: 'pod';
}

/** Address and credentials of a service, as seen from the client's namespace. */
export interface Connection {
  /** Name of the service; the variables are called after it. */
  readonly name: string;
  /** Host name that clients use. */
  readonly host: string;
  /** Port that clients use, 1 to 65535. */
  readonly port: number;
  /** Where its packets go, for the network policies. */
  readonly peer: Peer;
  /** The construct that describes it: `connectTo` refuses one of another system. @default unknown */
  readonly construct?: IConstruct;
  /** Credentials, which clients mount as files. @default none */
  readonly credentials?: SecretReference;
  /** Whether a pod that acts as an identity of the provider needs no credentials. @default false */
  readonly acceptsIdentity?: boolean;
}

/** Folder in the pod with the files of a Secret. */
export function credentialsPath(connection: Connection): string {
  return `/etc/secrets/${connection.name}`;
}

/** How a client gets the address of a service. */
export interface ConnectOptions {
  /**
   * Variables for the address, under the names that the application reads, with `{host}` and `{port}` in their place; `{}` sets none.
   * Credentials keep their variables.
   * @default { <NAME>_HOST: '{host}', <NAME>_PORT: '{port}' }
   */
  readonly as?: Readonly<Record<string, string>>;
}

const AS = "{ CART_ADDR: '{host}:{port}' }";

/** What the options of a connection may say. */
export const CONNECT_OPTIONS = fields<ConnectOptions>({
  as: optional(
    checked<Readonly<Record<string, string>>>(table(emptyText(), AS), (variables) =>
      Object.entries(variables).flatMap(([name, text]): Problem[] => {
        const [unknown] = text.match(/\{(?!host\}|port\})[^{}]*\}/) ?? [];
        if (unknown === undefined) return [];
        return [
          {
            field: name,
            value: text,
            message: `${name} has ${unknown}, which stands for nothing`,
            expected: '{host} or {port}',
          },
        ];
      }),
    ),
  ),
});

/**
 * The variables that a client gets: `<NAME>_HOST` and `<NAME>_PORT`, or those of `as`, and `<NAME>_<KEY>_FILE` for each key of the
 * credentials (the convention of the official images: the value is the path of a file).
 */
export function connectionVariables(connection: Connection, { as }: ConnectOptions): Readonly<Record<string, string>> {
  const prefix = variableName(connection.name);
  const files = (connection.credentials?.keys ?? []).map((key) => [
    `${prefix}_${variableName(key)}_FILE`,
    `${credentialsPath(connection)}/${key}`,
  ]);
  const port = String(connection.port);
  const address = Object.entries(as ?? { [`${prefix}_HOST`]: '{host}', [`${prefix}_PORT`]: '{port}' });
  const filled = address.map(([name, text]) => [
    name,
    text.replaceAll('{host}', connection.host).replaceAll('{port}', port),
  ]);
  return Object.fromEntries([...filled, ...files]);
}

/** A name as part of a variable's name. */
export function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
