// A connection: what a client must know of a service, as variables and files in its pod.

import type { IConstruct } from 'constructs';
import type { Endpoint } from '../../model/cluster/provider';
import type { Schema } from '../../model/finding/schema';
import type { RollingUpdate } from '../../model/pods/replacement';

/** A Secret by name, and the keys that are read from it. It is made elsewhere; `evenkeel secrets` lists it. */
export interface SecretReference {
  /** Name of the Secret, in the namespace of its users. */
  readonly secret: string;
  /** Its keys, each of which becomes a file. */
  readonly keys: readonly string[];
}

/** Anything that `connectTo` takes. */
export interface Connectable {
  /** How clients reach it, and where their packets go. */
  connection(): Connection;
  /** Called when the component `client` connects, so that its policy admits the client. @default no client needs admitting */
  admit?(client: string): void;
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
  readonly replacement: RollingUpdate;
}

/** The other end of a connection, as a network policy names it: pods of the namespace, or addresses outside the cluster. */
export type Peer = { readonly component: string; readonly port: number } | Endpoint;

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

/**
 * The variables that a client gets: `<NAME>_HOST`, `<NAME>_PORT`, and `<NAME>_<KEY>_FILE` for each key of the credentials
 * (the convention of the official images: the value is the path of a file).
 */
export function connectionVariables(connection: Connection): Readonly<Record<string, string>> {
  const prefix = variableName(connection.name);
  const files = (connection.credentials?.keys ?? []).map((key) => [
    `${prefix}_${variableName(key)}_FILE`,
    `${credentialsPath(connection)}/${key}`,
  ]);
  return {
    [`${prefix}_HOST`]: connection.host,
    [`${prefix}_PORT`]: String(connection.port),
    ...Object.fromEntries(files),
  };
}

/** A name as part of a variable's name. */
export function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}
