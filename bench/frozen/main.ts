// The systems of this repository at commit 4abc7a5, before its parts, written for the constructs of today: section 5 compares with that commit.
import { aks, eks, local, Platform } from 'evenkeel';
import { Flaschenpost, flaschenpost, LARGE, SMALL } from './flaschenpost';
import images from './images.json';
import { Panther, panther } from './panther';
import { PantherLoad } from './panther-load';
import { PingPong } from './pingpong';
import { ToyTrex } from './toytrex';

/** A pool of Standard_D8s_v5, without what the DaemonSets of AKS request, and with the room that booking's growth wants held. */
const D8S = {
  name: 'default',
  cpu: '7400m',
  memory: '26Gi',
  pods: 110,
  upgradesAtOnce: '10%',
  headroom: { pods: 9, cpu: '2', memory: '1Gi' },
} as const;

export const app = new Platform({
  images,
  home: 'mumbai',
  clusters: {
    mumbai: eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      capabilities: ['external-dns', 'metrics-server'],
      loadBalancerSubnets: ['10.20.0.0/24', '10.20.1.0/24'],
      groups: {
        developers: 'developers',
        support: 'support',
        devops: 'devops',
        'toytrex-pipeline': 'toytrex-pipeline',
        'pingpong-pipeline': 'pingpong-pipeline',
        platform: 'platform',
      },
      sysadmins: ['platform'],
      nodePools: [
        // m5.large: 1930m and 7050Mi are allocatable, less what the provider's DaemonSets request
        { name: 'general', cpu: '1700m', memory: '6500Mi', pods: 29, nodesPerZone: { min: 2, max: 4 } },
      ],
    }),
    laptop: local({
      kubernetes: '1.36',
      groups: { developers: 'developers', laptop: 'laptop' },
      sysadmins: ['laptop'],
      nodePools: [{ name: 'laptop', cpu: '8', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 1 } }],
    }),
    westeurope: aks({
      region: 'westeurope',
      zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
      kubernetes: '1.35',
      capabilities: ['external-dns', 'keda', 'metrics-server'],
      gateway: { albName: 'alb', albNamespace: 'alb-infra' },
      gatewaySubnets: ['10.30.0.0/24'],
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
      nodePools: [{ ...D8S, nodesPerZone: { min: 2, max: 24 } }],
      groups: {
        devops: '7c0f6a3e-1d2b-4c5d-8e9f-000000000002',
        platform: '7c0f6a3e-1d2b-4c5d-8e9f-000000000003',
        'booking-team': '7c0f6a3e-1d2b-4c5d-8e9f-000000000004',
        'clinic-pipeline': '7c0f6a3e-1d2b-4c5d-8e9f-000000000022',
      },
      sysadmins: ['platform'],
    }),
  },
  environments: {
    production: {
      survives: { zones: 1, regions: 0 },
      registry: '123456789012.dkr.ecr.ap-south-1.amazonaws.com',
      access: { support: 'viewer', developers: 'viewer', devops: 'operator' },
    },
    dev: {
      survives: { zones: 0, regions: 0 },
      registry: 'flaschenpostdev.azurecr.io',
      access: { developers: 'developer', 'flaschenpost-dev': 'deployer' },
    },
    qa: {
      survives: { zones: 0, regions: 0 },
      registry: 'flaschenpostdev.azurecr.io',
      access: { developers: 'developer', 'flaschenpost-qa': 'deployer' },
    },
    staging: {
      survives: { zones: 1, regions: 0 },
      registry: 'flaschenpost.azurecr.io',
      access: { developers: 'viewer', devops: 'operator', 'flaschenpost-staging': 'deployer' },
    },
    prod: {
      survives: { zones: 1, regions: 0 },
      registry: 'flaschenpost.azurecr.io',
      access: { developers: 'viewer', devops: 'operator', 'flaschenpost-prod': 'deployer' },
    },
    'clinic-dev': {
      survives: { zones: 0, regions: 0 },
      registry: 'pantherdev.azurecr.io',
      access: { 'booking-team': 'developer', 'clinic-dev-pipeline': 'deployer' },
    },
    clinic: {
      survives: { zones: 1, regions: 1 },
      registry: 'panther.azurecr.io',
      access: { 'booking-team': 'viewer', devops: 'operator', 'clinic-pipeline': 'deployer' },
    },
    local: { survives: { zones: 0, regions: 0 }, access: { developers: 'developer' } },
  },
})
  .place(ToyTrex, {
    production: {
      on: 'mumbai',
      access: { 'toytrex-pipeline': 'deployer' },
      settings: {
        hosts: ['toytrex.com', 'www.toytrex.com'],
        databaseHost: 'toytrex.cluster-c0ffee.ap-south-1.rds.amazonaws.com',
        pods: { min: 3, max: 12 },
      },
    },
    local: {
      on: 'laptop',
      settings: {
        hosts: ['toytrex.localhost', 'www.toytrex.localhost'],
        databaseHost: 'mariadb.toytrex.internal',
        pods: { min: 3, max: 12 },
      },
    },
  })
  .place(PingPong, {
    production: {
      on: 'mumbai',
      access: { 'pingpong-pipeline': 'deployer' },
      settings: { host: 'pingpong.example.com', requestsPerSecond: 100, burst: 200, replicas: 3 },
    },
    local: { on: 'laptop', settings: { host: 'pingpong.localhost', requestsPerSecond: 10, burst: 20, replicas: 3 } },
  })
  .place(Flaschenpost, {
    dev: { on: 'westeurope', settings: flaschenpost('dev', '10.30.1.0/28', SMALL) },
    qa: { on: 'westeurope', settings: flaschenpost('qa', '10.30.1.16/28', SMALL) },
    staging: { on: 'westeurope', settings: flaschenpost('staging', '10.30.1.32/28', LARGE) },
    prod: { on: 'westeurope', settings: flaschenpost('prod', '10.30.1.48/28', LARGE) },
  })
  .place(Panther, {
    clinic: { on: ['westeurope', 'northeurope'], settings: panther('', { peak: 30_000, offPeak: 8000 }, 0.001) },
    'clinic-dev': { on: 'westeurope', settings: panther('dev', { peak: 1000, offPeak: 100 }, 0.0001) },
  })
  .place(PantherLoad, {
    'clinic-dev': {
      on: 'westeurope',
      namespace: 'panther-load',
      settings: { host: 'northeurope.booking.panther-clinic.example', users: 30_000 },
    },
  })
  .app();
