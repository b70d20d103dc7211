// The Service of a component: the address under which clients reach its ports, and who is admitted to each of them.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import type { Connectable, Connection, Pods } from '../network/connection';
import type { Incoming } from '../network/incoming';
import { isHeadless, type NamedPort, servicePorts } from '../pod/ports';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';

function unbalanced({ name }: NamedPort): Finding {
  return {
    rule: 'grpc-balance',
    severity: 'note',
    field: `ports.${name}`,
    message: 'each gRPC client keeps its connection to one pod: new pods get no load from it',
    expected:
      "gRPC as the component's port, whose Service is headless; or balancedBy: who spreads the calls, such as 'the mesh'",
  };
}

/** Who balances its gRPC, each once. */
function balancersOf(ports: readonly NamedPort[]): string | undefined {
  const all = new Set(ports.flatMap(({ balancedBy = [] }) => balancedBy));
  return all.size === 0 ? undefined : [...all].join('; ');
}

/** A port that the component does not have. */
export function unknownPort(field: string, name: string, ports: readonly NamedPort[]): Finding {
  const names = ports.map((one) => one.name);
  return findingOf('input', {
    field,
    value: name,
    message: `there is no port ${name}${didYouMean(name, names)}`,
    expected: `one of ${names.join(', ')}`,
  });
}

interface ClientServiceProps {
  /** Name of the component, and of the Service. */
  readonly name: string;
  /** The ports of the component, the main one first. */
  readonly ports: readonly NamedPort[];
  /** The clients that its policy lets in. */
  readonly incoming: Incoming;
  /** Its type, once the chart is complete. @default ClusterIP */
  readonly type?: () => 'ClusterIP' | 'NodePort' | undefined;
}

/** The Service of one component. */
export class ClientService implements Connectable {
  /** The Service. */
  readonly object: ApiObject;

  constructor(
    private readonly component: Construct,
    private readonly props: ClientServiceProps,
  ) {
    const { name, ports, type } = props;
    const labels = selectorLabels(name);
    this.object = createObject(
      component,
      'service',
      'Service',
      { name, labels, annotations: defined({ [ANNOTATION.grpcBalance]: balancersOf(ports) }) },
      {
        spec: () => ({
          type: type?.() ?? 'ClusterIP',
          ...(this.isHeadless ? { clusterIP: 'None' } : {}),
          selector: labels,
          ports: servicePorts(ports),
        }),
      },
    );
    for (const port of this.isHeadless ? [] : ports.slice(1)) {
      if (isHeadless(port)) report(component, unbalanced(port));
    }
  }

  /** The first port. */
  get main(): NamedPort {
    const [main] = this.props.ports;
    if (main === undefined) throw new Error(`${this.component.node.path} has no port, which its schema requires`);
    return main;
  }

  /** Whether its name has the addresses of all pods. */
  get isHeadless(): boolean {
    return isHeadless(this.main);
  }

  connection(): Connection {
    return this.connectionTo(this.main, this.props.name);
  }

  letIn(client: Pods): void {
    this.props.incoming.add(client, this.main);
  }

  /** One of the further ports, for `connectTo`. */
  at(name: string): Connectable {
    const { ports } = this.props;
    const port = ports.find((one) => one.name === name);
    if (port === undefined) report(this.component, unknownPort('at', String(name), ports));
    const used = port ?? this.main;
    return {
      connection: () => this.connectionTo(used, used === this.main ? this.props.name : `${this.props.name}-${name}`),
      letIn: (client) => this.props.incoming.add(client, used),
    };
  }

  private connectionTo({ port, servicePort, transport }: NamedPort, name: string): Connection {
    const peer = { component: this.props.name, port, transport };
    return { name, host: this.object.name, port: servicePort, peer, construct: this.component };
  }
}
