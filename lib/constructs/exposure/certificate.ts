// The certificate of exposed hosts: a TLS Secret, which cert-manager may make and renew, where what serves the hosts reads Secrets.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Certificates } from '../../model/exposure/exposed';
import type { ExistingGateway } from '../../model/exposure/gateway-api';
import type { GatewayController } from '../../model/exposure/gateway-controller';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Issuer } from '../../model/secrets/makers';
import { createObject } from '../tree/kinds';

/** What a certificate is for, known once the chart is complete. */
interface Subject {
  readonly hosts: readonly string[];
  readonly secretName: string;
}

/** Creates the Certificate `name` below `scope`. Source: cert-manager.io, "Certificate resource". */
export function createCertificate(
  scope: Construct,
  id: string,
  metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  { name, kind = 'ClusterIssuer' }: Issuer,
  subject: () => Subject,
): ApiObject {
  const issuerRef = { name, kind, group: 'cert-manager.io' };
  return createObject(scope, id, 'Certificate', metadata, {
    spec: () => {
      const { hosts, secretName } = subject();
      return { secretName, dnsNames: hosts, issuerRef };
    },
  });
}

/** What serves hosts, and where it has their certificates. */
export interface Certified {
  /** Of a TLS Secret that it does not read, for messages. */
  readonly unread: string;
  readonly certificates: Certificates;
}

/** What serves hosts by the provider's own keys, called `name` in messages. */
export const certifiedBy = (name: string, certificates: Certificates): Certified => ({
  unread: `${name} does not read certificates from Secrets`,
  certificates,
});

/** A Gateway: ours, or that of others. */
export function certifiedGateway(
  { name, certificates }: GatewayController,
  existing: ExistingGateway | undefined,
): Certified {
  if (existing === undefined) return certifiedBy(name, certificates);
  const unread = `Gateway ${existing.name} is another's: its certificates are too`;
  return { unread, certificates: { elsewhere: 'its owner gives the listener a certificate' } };
}

/** Whether one of them takes certificates from Secrets. */
export const readsSecrets = (served: readonly Certified[]): boolean =>
  served.some(({ certificates }) => certificates === 'secrets');

/**
 * A TLS Secret that a component names, and that nothing reads. Beside plain HTTP it contradicts the chart; where the certificate is elsewhere
 * it is right for another cluster of the chart.
 */
export function findUnreadSecret(
  { tlsSecret, plainHttp }: { readonly tlsSecret: string | undefined; readonly plainHttp: string | undefined },
  served: readonly Certified[],
): Finding[] {
  if (tlsSecret === undefined) return [];
  const given = { field: 'exposeAt.tlsSecret', value: tlsSecret };
  if (plainHttp !== undefined) {
    const message = 'nothing reads a certificate for plain HTTP';
    return [findingOf('exposure-gateway', { ...given, message, expected: 'no tlsSecret, or no plainHttp' })];
  }
  const [first] = served;
  if (first === undefined || first.certificates === 'secrets' || readsSecrets(served)) return [];
  const { unread: message, certificates } = first;
  const expected = `no tlsSecret here: ${certificates.elsewhere}`;
  return [findingOf('exposure-certificate', { ...given, message, expected }, 'warning')];
}
