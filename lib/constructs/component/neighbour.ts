// Workloads that no component describes, beside components: a policy of their own, and the same verbs.

import type { ApiObject, Include } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import type { Admitted, Connectable, Connection, Pods, Sender } from '../network/connection';
import { type DeclaredPort, findSenderProblems, type Incoming, portNamed } from '../network/incoming';
import {
  objectsOf,
  type RawService,
  type RawServicePort,
  type RawWorkload,
  rawService,
  rawWorkload,
  targetNumber,
} from '../network/raw-pods';
import { System } from '../system/system';
import { report } from '../tree/findings';
import { nameOfPods, PodNetwork, type PodsOfNetwork } from './pod-network';

/** A workload or Service as cdk8s places it, or the manifests and charts of others that have some. */
export type Raw = ApiObject | Include;

const RULE = 'neighbour';

const SERVICES_ONLY: Problem = {
  field: 'connectTo',
  message: 'the account of a service with limits counts the pods of components only',
  expected: "an ExternalService of the same host: new ExternalService(this, 'database', { host, port })",
};

/** What is let in, and where: a component or raw pods. */
interface Host {
  readonly name: string;
  readonly ports: readonly DeclaredPort[];
  readonly incoming: Incoming;
  /** Labels of the pods. @default those of the component of that name */
  readonly podLabels?: Pods['podLabels'];
}

interface RawHost extends Host {
  readonly podLabels: Pods['podLabels'];
  readonly network: PodNetwork;
}

/**
 * The network of workloads that no component describes (`network(object)`): they may resolve names, and what the verbs declare. Each
 * workload has a NetworkPolicy of its own, `<name>-network`.
 */
export class Neighbour implements Connectable {
  private readonly services: readonly RawService[];
  private readonly hosts: readonly RawHost[];
  private readonly system: System<unknown>;
  private isRefused = false;

  constructor(
    private readonly construct: IConstruct,
    pods?: Pods,
  ) {
    this.system = System.of(construct);
    const isOurs = construct.node.findAll().some((one) => 'connectTo' in one);
    const objects = pods !== undefined || isOurs ? [] : objectsOf(construct);
    this.services = objects.flatMap((object) => rawService(object) ?? []);
    const workloads = objects.flatMap((object) => rawWorkload(object) ?? []);
    const selected = workloads.length > 0 ? workloads : this.services.map((service) => this.workloadOf(service));
    const given = pods === undefined ? [] : [{ ...pods, name: nameOfPods(pods.podLabels), ports: [] }];
    this.hosts = [
      ...selected.flatMap(({ object: { name, kind }, ...rest }) => this.hostOf({ name, kind, ...rest })),
      ...given.flatMap((one) => this.hostOf(one)),
    ];
    if (this.hosts.length > 0 || selected.length > 0 || given.length > 0) return;
    this.refuse({
      field: 'network',
      value: construct.node.id,
      message: isOurs
        ? 'a component has the verbs itself: connectTo and admit'
        : `${construct.node.id} has no workload and no Service that selects pods`,
      expected: 'a Deployment, a Service or another such object; or an Include or Helm with one',
    });
  }

  /**
   * Lets it reach a component, a raw Service or a service outside, and is let in there. It gets no variables and no credentials, since its
   * manifest is not ours. `api-server` is the API of the cluster.
   *
   * @example network(loadGenerator).connectTo(frontend)
   * @example network(operator).connectTo('api-server')
   */
  connectTo(service: Connectable | Raw | 'api-server'): this {
    if (service === 'api-server') {
      for (const { network } of this.hosts) network.reachApiServer();
      return this;
    }
    const target: unknown = connectable(service);
    if (!isConnectable(target)) {
      this.refuse({
        field: 'connectTo',
        message: 'a network connects to services',
        expected: "a WebService, a Service, a service outside, or 'api-server'",
      });
      return this;
    }
    if (target.join !== undefined) {
      this.refuse(SERVICES_ONLY);
      return this;
    }
    const connection = target.connection();
    const other = connection.construct?.node.scopes.find(System.isSystem);
    if (other !== undefined && other !== this.system) {
      this.refuse({
        field: 'connectTo',
        value: connection.name,
        message: `${connection.name} is in the system ${other.node.path}: its address and policies end at that namespace`,
        expected: 'an ExternalService of its host, or both in one system',
      });
      return this;
    }
    for (const { network, podLabels } of this.hosts) {
      network.reach(connection);
      target.letIn?.({ podLabels });
    }
    return this;
  }

  /**
   * Lets a client in, at `port` by its name or number: a workload of this system, pods of another namespace, addresses, or a neighbour
   * that the cluster knows. The first port is the default.
   *
   * @example network(exporter).admit('prometheus', 9187)
   */
  admit(client: Sender | Raw, port?: string | number): this {
    for (const host of this.hosts) admitTo(this.construct, host, client, port);
    return this;
  }

  /** How clients reach its Service. */
  connection(): Connection {
    return this.connectionAt(undefined);
  }

  letIn(client: Pods): void {
    this.letInAt(client, undefined);
  }

  /**
   * One of the ports of its Service, by name or number, for `connectTo`.
   *
   * @example web.connectTo(network(redisService).at('metrics'))
   */
  at(port: string | number): Connectable {
    return {
      connection: () => this.connectionAt(port),
      letIn: (client) => this.letInAt(client, port),
    };
  }

  private letInAt(client: Pods, port: string | number | undefined): void {
    if (this.isRefused) return; // with its connection
    const { peer } = this.connectionAt(port);
    for (const { incoming } of this.hosts) if ('podLabels' in peer) incoming.add(client, peer);
  }

  private connectionAt(wanted: string | number | undefined): Connection {
    const [service, ...more] = this.services.filter(({ podLabels }) => Object.keys(podLabels).length > 0);
    if (service === undefined || more.length > 0) {
      return this.noConnection({
        field: 'connectTo',
        value: this.construct.node.id,
        message:
          more.length === 0
            ? `${this.construct.node.id} has no Service, and so no address`
            : `${this.construct.node.id} has several Services`,
        expected: 'connectTo(…) with the Service that clients use',
      });
    }
    const port = portNamed(service.ports.map(asDeclared), wanted, 'connectTo');
    const used = isProblem(port) ? undefined : service.ports.find((one) => one.port === port.port);
    if (isProblem(port) || used === undefined) return this.noConnection(isProblem(port) ? port : NO_PORT);
    const number = () => this.numberOf(used, service.podLabels);
    const { name } = service.object;
    const isFirst = used === service.ports[0];
    return {
      name: isFirst ? name : `${name}-${used.name ?? used.port}`,
      host: name,
      port: service.isHeadless ? number() || used.port : used.port,
      construct: service.object,
      peer: {
        podLabels: service.podLabels,
        transport: used.transport,
        get port() {
          return number();
        },
      },
    };
  }

  private noConnection(problem: Problem): Connection {
    this.refuse(problem);
    this.isRefused = true;
    const { id } = this.construct.node;
    return { name: id, host: id, port: 1, construct: this.construct, peer: { component: id, port: 1 } };
  }

  /** The pods behind a Service, where only that is given. */
  private workloadOf({ object, podLabels, ports }: RawService): RawWorkload {
    const numberOf = (one: RawServicePort) => this.numberOf(one, podLabels);
    return {
      object,
      podLabels,
      labels: podLabels,
      ports: ports.map((one) => ({
        ...asDeclared(one),
        get port() {
          return numberOf(one);
        },
      })),
    };
  }

  /** The port of the pods, once the chart is complete; 0 where none of them declares it, which their policy reports. */
  private numberOf(port: RawServicePort, podLabels: Pods['podLabels']): number {
    return targetNumber(port, podLabels, objectsOf(this.system)) ?? 0;
  }

  private hostOf({ ports, ...pods }: PodsOfNetwork & Pick<RawWorkload, 'ports'>): RawHost[] {
    const { name, podLabels } = pods;
    if (Object.keys(podLabels).length > 0) {
      const network = PodNetwork.of(this.system, pods);
      return [{ name, ports, podLabels, incoming: network.incoming, network }];
    }
    this.refuse({
      field: 'network',
      value: name,
      message: `the pods of ${name} have no labels: a policy could only select all pods`,
      expected: 'labels in the pod template, or a Service with a selector',
    });
    return [];
  }

  private refuse(problem: Problem): void {
    report(this.construct, findingOf(RULE, problem));
  }
}

const NO_PORT: Problem = { field: 'connectTo', message: 'the Service has no such port', expected: 'one of its ports' };

/** A port of a Service, as its clients name it. */
const asDeclared = ({ name, port, transport }: RawServicePort): DeclaredPort => ({
  port,
  transport,
  ...(name === undefined ? {} : { name }),
});

/**
 * The network of workloads that no component describes: of an ApiObject, of an Include, or of a Helm chart. They get a policy of their
 * own, which lets them resolve names and what `connectTo` and `admit` declare.
 *
 * @example network(redis).admit({ namespace: 'backup', podLabels: { app: 'backup' } }, 6379)
 * @throws when it is not inside a System
 */
export function network(object: Raw): Neighbour {
  return new Neighbour(object);
}

/** What connectTo takes as what it means: a raw Service is one as any other. */
export function connectable<T>(service: T): Exclude<T, Raw> | Neighbour {
  const hasPods = isRaw(service) && objectsOf(service).some((one) => rawService(one) ?? rawWorkload(one));
  return hasPods ? new Neighbour(service) : (service as Exclude<T, Raw>);
}

/** Lets a client in to a host, and out to it where it is a workload of the same namespace. */
export function admitTo(
  construct: IConstruct,
  { name, ports, incoming, podLabels }: Host,
  client: Sender | Raw,
  wanted: string | number | undefined,
): void {
  // raw pods may listen on ports that they do not declare
  const isFree = typeof wanted === 'number' && podLabels !== undefined;
  const port = isFree ? { port: wanted, transport: 'TCP' as const } : portNamed(ports, wanted, 'admit');
  const problems = [...(isProblem(port) ? [port] : []), ...(isRaw(client) ? [] : findSenderProblems(client))];
  for (const problem of problems) report(construct, findingOf('input', problem));
  if (isProblem(port) || problems.length > 0) return;
  const letIn = (from: Admitted['from']) => incoming.add(from, port);
  const near = nearWorkload(construct, client);
  if (near === undefined) {
    if (!isRaw(client)) letIn(client);
    return;
  }
  const late = {
    transport: port.transport,
    get port() {
      return port.port;
    },
  };
  const peer = podLabels === undefined ? Object.assign(late, { component: name }) : Object.assign(late, { podLabels });
  near.connectTo({ connection: () => ({ name, host: name, port: 1, peer, construct }), letIn });
}

/** The client, where it is a workload of the same namespace: what it sends is denied too. */
function nearWorkload(construct: IConstruct, client: Sender | Raw): Neighbour | undefined {
  if (isRaw(client)) return new Neighbour(client);
  const isNear = typeof client === 'object' && 'podLabels' in client && client.namespace === undefined;
  return isNear ? new Neighbour(construct, client) : undefined;
}

/** A construct that is not a component: one with objects, and without verbs of its own. */
const isRaw = (value: unknown): value is Raw =>
  Construct.isConstruct(value) && !('connectTo' in value) && !('connection' in value);

const isConnectable = (value: unknown): value is Connectable =>
  typeof value === 'object' && value !== null && 'connection' in value;
