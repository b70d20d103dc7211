// The certificate of exposed hosts: a TLS Secret that cert-manager makes and renews.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Issuer } from '../../model/secrets/makers';
import { createObject } from '../tree/kinds';

/** What a certificate is for, known once the chart is complete. */
interface Certified {
  readonly hosts: readonly string[];
  readonly secretName: string;
}

/** Creates the Certificate `name` below `scope`. Source: cert-manager.io, "Certificate resource". */
export function createCertificate(
  scope: Construct,
  id: string,
  metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  { name, kind = 'ClusterIssuer' }: Issuer,
  certified: () => Certified,
): ApiObject {
  const issuerRef = { name, kind, group: 'cert-manager.io' };
  return createObject(scope, id, 'Certificate', metadata, {
    spec: () => {
      const { hosts, secretName } = certified();
      return { secretName, dnsNames: hosts, issuerRef };
    },
  });
}
