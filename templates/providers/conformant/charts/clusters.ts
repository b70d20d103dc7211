// The clusters. Names, zones and addresses are examples: zones are those of the nodes' label topology.kubernetes.io/zone.
import { conformant } from 'evenkeel';

export const clusters = {
  main: conformant({
    zones: ['zone-1', 'zone-2', 'zone-3'],
    kubernetes: '1.36',
    capabilities: ['metrics-server'], // for autoscalers; install it, or leave them out
    ingressSource: { cidrs: ['10.40.0.0/24'] },
  }),
};
