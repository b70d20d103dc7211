// What a cluster of ours needs that manifests do not say: names and the API server are at our address, and proofs ask from it.
import { OUR_ADDRESS } from '../cluster/network';

/** Names of the policies. */
export const ALLOWANCES = { out: 'proof-reaches-the-host', in: 'proof-asks' } as const;

/** Policies that let all pods of a namespace reach our address at any port, and it them. */
export function allowances(namespace: string): readonly object[] {
  const ours = { ipBlock: { cidr: `${OUR_ADDRESS}/32` } };
  const allowance = (name: string, spec: object): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector: {}, ...spec },
  });
  return [
    allowance(ALLOWANCES.out, { policyTypes: ['Egress'], egress: [{ to: [ours] }] }),
    allowance(ALLOWANCES.in, { policyTypes: ['Ingress'], ingress: [{ from: [ours] }] }),
  ];
}
