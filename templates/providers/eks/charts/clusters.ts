// The clusters. Names, zones and addresses are examples.
import { eks } from 'evenkeel';

export const clusters = {
  main: eks({
    region: 'eu-central-1',
    zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    kubernetes: '1.36',
    capabilities: ['metrics-server'], // for autoscalers; install it, or leave them out
    loadBalancerSubnets: ['10.20.0.0/24', '10.20.1.0/24', '10.20.2.0/24'],
  }),
};
