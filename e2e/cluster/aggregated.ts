// An API of the cluster that is served by a program beside the control plane.
import { OUR_ADDRESS } from './network';

export interface AggregatedApi {
  readonly group: string;
  readonly version: string;
  /** Name of its Service. */
  readonly name: string;
  /** Port at our address that its server listens on. */
  readonly port: number;
}

/** The objects by which the API server passes requests for this API on. */
export function aggregated({ group, version, name, port }: AggregatedApi): object[] {
  const metadata = { name, namespace: 'kube-system' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ port: 443, targetPort: port, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [OUR_ADDRESS], conditions: { ready: true } }],
      ports: [{ port, protocol: 'TCP' }],
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        group,
        version,
        service: metadata,
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}
