// The clusters: where systems can run.
import { aks, eks, local } from 'evenkeel';

/** A pool of Standard_D8s_v5, less the requests of AKS' DaemonSets, with headroom for booking's growth. */
const D8S = {
  name: 'default',
  cpu: '7400m',
  memory: '26Gi',
  pods: 110,
  upgradesAtOnce: '10%',
  headroom: { pods: 9, cpu: '2', memory: '1Gi' },
  prices: { currency: 'USD', nodeHour: 0.46 }, // an example of pay-as-you-go: read the provider's list
} as const;

export const clusters = {
  mumbai: eks({
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b'],
    kubernetes: '1.36',
    capabilities: ['external-dns', 'metrics-server'],
    loadBalancerSubnets: ['10.20.0.0/24', '10.20.1.0/24'],
    podNetwork: 'addresses',
    groups: {
      developers: 'developers',
      support: 'support',
      devops: 'devops',
      'toytrex-pipeline': 'toytrex-pipeline',
      'pingpong-pipeline': 'pingpong-pipeline',
      'pingpong-previews': 'pingpong-previews',
      platform: 'platform',
    },
    sysadmins: ['platform'],
    identities: {
      'logs-operations/loki': 'arn:aws:iam::123456789012:role/mumbai-loki',
      'traces-operations/tempo': 'arn:aws:iam::123456789012:role/mumbai-tempo',
      'configuration-operations/consul-backup-near': 'arn:aws:iam::123456789012:role/mumbai-copies',
      'backups-operations/configuration-operations-consul-backup-near': 'arn:aws:iam::123456789012:role/mumbai-drills',
    },
    nodePools: [
      {
        name: 'general',
        // m5.large: 1930m and 7050Mi are allocatable, less what the provider's DaemonSets request
        machine: { interfaces: 3, addressesPerInterface: 10, cores: 2 },
        cpu: '1700m',
        memory: '6500Mi',
        pods: 29,
        nodesPerZone: { min: 3, max: 14 },
      },
    ],
  }),
  laptop: local({
    kubernetes: '1.36',
    groups: { developers: 'developers', laptop: 'laptop' },
    sysadmins: ['laptop'],
    podNetwork: { nodePrefix: 24 }, // k3s docs, cli/server: --cluster-cidr
    nodePools: [{ name: 'laptop', cpu: '10', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 1 } }],
  }),
  westeurope: aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.35',
    capabilities: ['external-dns', 'keda', 'metrics-server'],
    gateway: { albName: 'alb', albNamespace: 'alb-infra' },
    gatewaySubnets: ['10.30.0.0/24'],
    // login.microsoftonline.com; Microsoft 365 URLs and IP address ranges, id 56. They change: read the service tag's
    entraCidrs: ['20.20.32.0/19', '20.190.128.0/18', '20.231.128.0/19', '40.126.0.0/18'],
    podNetwork: 'overlay',
    subnets: { nodes: 25, pods: 17 },
    nodePools: [{ ...D8S, nodesPerZone: { min: 4, max: 36 } }],
    groups: {
      developers: '7c0f6a3e-1d2b-4c5d-8e9f-000000000001',
      devops: '7c0f6a3e-1d2b-4c5d-8e9f-000000000002',
      platform: '7c0f6a3e-1d2b-4c5d-8e9f-000000000003',
      'flaschenpost-dev': '7c0f6a3e-1d2b-4c5d-8e9f-000000000011',
      'flaschenpost-qa': '7c0f6a3e-1d2b-4c5d-8e9f-000000000012',
      'flaschenpost-staging': '7c0f6a3e-1d2b-4c5d-8e9f-000000000013',
      'flaschenpost-prod': '7c0f6a3e-1d2b-4c5d-8e9f-000000000014',
      'booking-team': '7c0f6a3e-1d2b-4c5d-8e9f-000000000004',
      'clinic-dev-pipeline': '7c0f6a3e-1d2b-4c5d-8e9f-000000000021',
      'clinic-pipeline': '7c0f6a3e-1d2b-4c5d-8e9f-000000000022',
    },
    sysadmins: ['platform'],
    identities: {
      'flaschenpost-dev/dispatch': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e01',
      'flaschenpost-qa/dispatch': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e02',
      'flaschenpost-staging/dispatch': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e03',
      'flaschenpost-prod/dispatch': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e04',
      'logs-operations/loki': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e11',
      'traces-operations/tempo': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e12',
      'configuration-operations/consul-backup-near': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e13',
      'backups-operations/configuration-operations-consul-backup-near': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e14',
    },
  }),
  northeurope: aks({
    region: 'northeurope',
    zones: ['northeurope-1', 'northeurope-2', 'northeurope-3'],
    kubernetes: '1.35',
    capabilities: ['external-dns', 'metrics-server'],
    gateway: { albName: 'alb', albNamespace: 'alb-infra' },
    gatewaySubnets: ['10.31.0.0/24'],
    podNetwork: 'overlay',
    subnets: { nodes: 25, pods: 17 },
    nodePools: [{ ...D8S, nodesPerZone: { min: 3, max: 24 } }],
    groups: {
      devops: '7c0f6a3e-1d2b-4c5d-8e9f-000000000002',
      platform: '7c0f6a3e-1d2b-4c5d-8e9f-000000000003',
      'booking-team': '7c0f6a3e-1d2b-4c5d-8e9f-000000000004',
      'clinic-pipeline': '7c0f6a3e-1d2b-4c5d-8e9f-000000000022',
    },
    sysadmins: ['platform'],
    identities: {
      'logs-operations/loki': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e21',
      'traces-operations/tempo': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e22',
      'configuration-operations/consul-backup-near': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e23',
      'backups-operations/configuration-operations-consul-backup-near': '5f1b8a52-6c1c-4a53-9f0e-2f6b1c8d7e24',
    },
  }),
};
