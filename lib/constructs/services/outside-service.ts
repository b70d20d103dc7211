// The base of the services outside the cluster: an ExternalName Service that gives one a name inside, and its connection.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { CIDRS } from '../../model/exposure/source';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import {
  either,
  type Fields,
  fields,
  flag,
  like,
  list,
  number,
  optional,
  type Schema,
  text,
  unrepeated,
} from '../../model/finding/schema';
import { dataKey, subdomain } from '../../model/manifest/formats';
import { type Connection, isStoredSecret, type SecretReference, variableName } from '../network/connection';
import { receive } from '../tree/door';
import { report } from '../tree/findings';
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

/** What credentials may say. */
export const CREDENTIALS = unrepeated(
  either(
    [
      like('a StoredSecret', isStoredSecret),
      fields<SecretReference>({ secret: text('the name of a Secret'), keys: list(text()) }),
    ],
    "a StoredSecret, or { secret: 'bank', keys: ['password'] }",
  ),
);

/** What the properties of every service may say. */
export const OUTSIDE_SERVICE: Fields<ExternalServiceProps> = {
  host: text('the DNS name of the service'),
  port: number({ atLeast: 1, atMost: 65_535, whole: true }),
  tls: optional(flag()),
  cidrs: optional(CIDRS),
  credentials: optional(CREDENTIALS),
  acceptsIdentity: optional(flag()),
};

/** Stand for required properties that are refused. */
export const OUTSIDE_STAND_INS = { host: 'refused.invalid', port: 1 } as const;

/** Base of the services outside the cluster, each reached under the construct's id, or under its own name where it has a certificate. */
export abstract class OutsideService<Props extends ExternalServiceProps> extends Construct {
  /** Its ExternalName Service, for overrides. */
  readonly service: ApiObject;
  protected readonly props: Props;

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id);
    traceConstruct(this);
    const props = receive(this, '', schema, given, standIns);
    this.props = props;
    for (const problem of findCredentialsProblems(props.credentials)) report(this, findingOf('credentials', problem));
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
      peer: { outside: host, cidrs, port },
      construct: this,
      acceptsIdentity,
      ...(credentials === undefined ? {} : { credentials }),
    };
  }

  /** Annotations of its Service. */
  protected get notes(): Readonly<Record<string, string>> {
    return {};
  }
}

/** An impossible reference to a Secret would otherwise only show when the pods do not start. */
export function findCredentialsProblems(credentials: SecretReference | undefined): Problem[] {
  if (credentials === undefined) return [];
  const { secret, keys } = credentials;
  const field = 'credentials.keys';
  const problems = keys
    .filter((key) => !dataKey.fits(key))
    .map((key) => ({ field, value: key, message: 'not a valid Secret key', expected: dataKey.expected }));
  if (!subdomain.fits(secret)) {
    const message = 'not a valid Secret name';
    problems.push({ field: 'credentials.secret', value: secret, message, expected: subdomain.expected });
  }
  const variables = new Set(keys.map(variableName));
  if (keys.length > 0 && variables.size === keys.length) return problems;
  const message = keys.length === 0 ? 'the list of keys is empty' : 'two keys would become the same variable';
  const expected = 'one or more keys that differ in letters or digits';
  return [...problems, { field, value: [...keys], message, expected }];
}
