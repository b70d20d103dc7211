// The services that a component connects to: each once, with credentials or as an identity, and the accounts that include it.

import type { IConstruct } from 'constructs';
import { type Finding, findingOf } from '../../model/finding/finding';
import { findSchemaProblems, like, type Schema } from '../../model/finding/schema';
import { selectorLabels } from '../tree/labels';
import {
  type Client,
  CONNECT_OPTIONS,
  type Connectable,
  type Connection,
  type ConnectOptions,
  type Limited,
  type Peer,
} from './connection';

const SERVICE = like(
  'a WebService, a StatefulService, a queue, a raw Service or a service outside: other components have no Service',
  (value) => typeof value === 'object' && value !== null && 'connection' in value,
);

/** A new connection, and how its client gets the address. */
interface Added {
  readonly connection: Connection;
  readonly options: ConnectOptions;
}

/** The connections of one component. */
export class Outgoing {
  private readonly connections: Connection[] = [];
  private readonly accounts: Pick<Limited<object>, 'notesFor'>[] = [];

  /**
   * `hasIdentity`: whether its pods act as an identity of the provider. `otherSystem`: the system of a construct, where it is not the
   * component's own.
   */
  constructor(
    private readonly component: string,
    private readonly hasIdentity: boolean,
    private readonly otherSystem: (construct: IConstruct) => string | undefined,
  ) {}

  /**
   * Adds a service. `args` are what follows it in `connectTo`: a pod's use of it where it has limits, then the options.
   * Returns the connection, or why there is none.
   */
  add<Use extends object>(
    service: Connectable | Limited<Use>,
    args: readonly (Use | ConnectOptions | undefined)[],
    client: Client,
  ): Added | Finding[] {
    const unknown = findSchemaProblems(SERVICE, service, 'connectTo');
    if (unknown.length > 0) return unknown.map((problem) => findingOf('input', problem));
    const connection = this.accessed(service.connection());
    const limited = service.join === undefined ? undefined : service;
    const [use, options = {}] = limited === undefined ? [undefined, args[0]] : args;
    const problems = this.findProblems(connection, limited?.use, use, options);
    if (problems.length > 0) return problems;
    if (limited !== undefined) {
      limited.join(client, use as Use); // its schema accepted it
      this.accounts.push(limited);
    }
    this.connections.push(connection);
    service.letIn?.({ podLabels: selectorLabels(this.component) });
    return { connection, options };
  }

  get all(): readonly Connection[] {
    return this.connections;
  }

  /** The constructs that describe them, where they say so. */
  get constructs(): readonly IConstruct[] {
    return this.connections.flatMap(({ construct }) => construct ?? []);
  }

  get peers(): readonly Peer[] {
    return this.connections.map(({ peer }) => peer);
  }

  /** Notes of services with limits on the component's size. */
  get notes(): Readonly<Record<string, string>> {
    return Object.assign({}, ...this.accounts.map((account) => account.notesFor(this.component)));
  }

  /** The connection as its pods use it: an identity takes the place of credentials. */
  private accessed(connection: Connection): Connection {
    if (!this.hasIdentity || connection.acceptsIdentity !== true) return connection;
    const { credentials: _, ...rest } = connection;
    return rest;
  }

  private findProblems(
    { name, peer, construct }: Connection,
    limited: Schema | undefined,
    use: unknown,
    options: object,
  ): Finding[] {
    const problem = (message: string, expected: string): Finding[] => {
      return [findingOf('connection', { field: 'connectTo', value: name, message, expected })];
    };
    const other = construct === undefined ? undefined : this.otherSystem(construct);
    if (other !== undefined) {
      return problem(
        `${name} is in the system ${other}: its address and policies end at that namespace`,
        !('outside' in peer)
          ? `exposeAt(…) there, and new ExternalService(this, '${name}', { host: '…', port: 443 }) here; or both in one system`
          : 'a service with the same host in this system',
      );
    }
    const once = 'each service once';
    if ('component' in peer && peer.component === this.component) {
      return problem('a component needs no connection to itself', once);
    }
    if (this.connections.some((known) => known.name === name)) return problem(`already connected to ${name}`, once);
    const invalid = findSchemaProblems(CONNECT_OPTIONS, options, 'connectTo');
    if (limited === undefined) return invalid.map((one) => findingOf('input', one));
    if (use === undefined) {
      return problem(
        `${name} has limits, but the use of a pod is not given`,
        `connectTo(${name}, ${limited.expected})`,
      );
    }
    return [...findSchemaProblems(limited, use, 'connectTo'), ...invalid].map((one) => findingOf('input', one));
  }
}
