// The clusters. Names, zones and addresses are examples.
import { aks } from 'evenkeel';

export const clusters = {
  main: aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    gatewaySubnets: ['10.30.0.0/24'],
  }),
};
