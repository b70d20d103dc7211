// A service outside the cluster, such as a managed database: an ExternalName Service that gives it a name inside.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { dataKey, subdomain } from '../../model/manifest/formats';
import { type Connection, type SecretReference, variableName } from '../network/connection';
import { notAList, report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';

/** The service outside the cluster. */
export interface ExternalServiceProps {
  /** DNS name of the service. An address is refused by the API: ExternalName is a CNAME. */
  readonly host: string;
  /** Port of the service, 1 to 65535. */
  readonly port: number;
  /**
   * Whether clients verify its certificate. They then get its own name: an ExternalName changes the name, not the certificate.
   * @default false
   */
  readonly tls?: boolean;
  /** Its addresses, as CIDRs. @default unknown: its clients may reach that port anywhere, since a policy cannot use names */
  readonly cidrs?: readonly string[];
  /** The Secret that holds its credentials. @default none */
  readonly credentials?: SecretReference;
  /**
   * Whether it accepts identities of the cluster's provider (`identities` on the cluster): pods that act as one then get
   * no credentials.
   * @default false
   */
  readonly acceptsIdentity?: boolean;
}

/**
 * A managed service outside the cluster, reached under the construct's id, or under its own name where it has a certificate.
 *
 * Source: kubernetes.io, "Service", type ExternalName.
 */
export class ExternalService<Props extends ExternalServiceProps = ExternalServiceProps> extends Construct {
  /** Its ExternalName Service, for overrides. */
  readonly service: ApiObject;
  protected readonly props: Props;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    traceConstruct(this);
    this.props = props;
    if (props.credentials !== undefined) reportCredentials(this, props.credentials);
    if (!Array.isArray(props.cidrs ?? [])) report(this, notAList('cidrs', props.cidrs));
    this.service = createObject(
      this,
      'service',
      'Service',
      { name: id, labels: selectorLabels(id), notes: () => this.notes },
      {
        spec: {
          type: 'ExternalName',
          externalName: props.host,
          ports: [{ port: props.port, protocol: 'TCP' }],
        },
      },
    );
  }

  /** How clients reach it. */
  connection(): Connection {
    const { host, port, tls = false, credentials, cidrs = [], acceptsIdentity = false } = this.props;
    return {
      name: this.node.id,
      host: tls ? host : this.service.name,
      port,
      peer: { outside: host, cidrs: Array.isArray(cidrs) ? cidrs : [], port },
      acceptsIdentity,
      ...(Array.isArray(credentials?.keys) ? { credentials } : {}),
    };
  }

  /** Annotations of its Service. */
  protected get notes(): Readonly<Record<string, string>> {
    return {};
  }
}

/** Reports an impossible reference to a Secret, which would otherwise only show when the pods do not start. */
function reportCredentials(scope: Construct, { secret, keys }: SecretReference): void {
  const problem = { rule: 'credentials', severity: 'error' } as const;
  if (!subdomain.fits(secret)) {
    report(scope, {
      ...problem,
      field: 'credentials.secret',
      value: secret,
      message: 'not a valid Secret name',
      expected: subdomain.expected,
    });
  }
  if (!Array.isArray(keys)) {
    report(scope, notAList('credentials.keys', keys));
    return;
  }
  for (const key of keys) {
    if (dataKey.fits(key)) continue;
    report(scope, {
      ...problem,
      field: 'credentials.keys',
      value: key,
      message: 'not a valid Secret key',
      expected: dataKey.expected,
    });
  }
  const variables = new Set(keys.map(variableName));
  if (keys.length === 0 || variables.size < keys.length) {
    const message = keys.length === 0 ? 'the list of keys is empty' : 'two keys would become the same variable';
    report(scope, {
      ...problem,
      field: 'credentials.keys',
      value: [...keys],
      message,
      expected: 'one or more keys that differ in letters or digits',
    });
  }
}
