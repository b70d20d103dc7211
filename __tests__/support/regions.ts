// A platform of two regions on Azure and one on AWS, on which a test places its system.
import { Platform } from '../../lib/constructs';
import { aks, type ClusterDescription, eks, type Images } from '../../lib/model';

const AZURE = {
  kubernetes: '1.35',
  capabilities: ['external-dns', 'metrics-server'],
  gateway: { albName: 'alb', albNamespace: 'alb-infra' },
  gatewaySubnets: ['10.30.0.0/24'],
} as const;

const FRANKFURT = eks({
  region: 'eu-central-1',
  zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  kubernetes: '1.35',
  capabilities: ['external-dns'],
  loadBalancerSubnets: ['10.40.0.0/24'],
});

const zonesOf = (region: string) => [1, 2, 3].map((number) => `${region}-${number}`);

/** Weights of the clusters that have some. */
export interface Traffic {
  readonly westeurope?: number;
  readonly northeurope?: number;
  readonly frankfurt?: number;
}

/** `clinic`, which survives the loss of a region, for `westeurope`, `northeurope` and `frankfurt`, with the tags of what the test places. */
export const regions = (images: Images, frankfurt: ClusterDescription = FRANKFURT) =>
  new Platform({
    home: 'westeurope',
    images,
    clusters: {
      westeurope: aks({ ...AZURE, region: 'westeurope', zones: zonesOf('westeurope') }),
      northeurope: aks({ ...AZURE, region: 'northeurope', zones: zonesOf('northeurope') }),
      frankfurt,
    },
    environments: {
      clinic: {
        survives: { zones: 1, regions: 1 },
        registry: { external: 'registry.example', pullSecret: 'registry' },
      },
    },
  });
