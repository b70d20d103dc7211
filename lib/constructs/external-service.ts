// A service outside the cluster, such as a managed database: an ExternalName Service that gives it a name inside.
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { Connectable, Connection, SecretReference } from './connection';
import { createObject } from './kinds';
import { selectorLabels } from './labels';
import { traceConstruct } from './trace';

/** What lies outside. */
export interface ExternalServiceProps {
  /** DNS name of the service. An address is refused by the API: ExternalName is a CNAME. */
  readonly host: string;
  readonly port: number;
  /** The Secret that holds its credentials. @default none */
  readonly credentials?: SecretReference;
}

/**
 * A managed service outside the cluster, reached under the construct's id.
 *
 * A client that verifies TLS must expect the certificate of the real host: an ExternalName changes the name, not the server.
 * Source: kubernetes.io, "Service", type ExternalName.
 */
export class ExternalService extends Construct implements Connectable {
  readonly service: ApiObject;
  private readonly props: ExternalServiceProps;

  constructor(scope: Construct, id: string, props: ExternalServiceProps) {
    super(scope, id);
    traceConstruct(this);
    this.props = props;
    this.service = createObject(
      this,
      'service',
      'Service',
      { name: id, labels: selectorLabels(id) },
      {
        spec: {
          type: 'ExternalName',
          externalName: props.host,
          ports: [{ port: props.port, protocol: 'TCP' }],
        },
      },
    );
  }

  connection(): Connection {
    const { port, credentials } = this.props;
    return {
      name: this.node.id,
      host: this.service.name,
      port,
      ...(credentials === undefined ? {} : { credentials }),
    };
  }
}
