// Which systems run in which environments on which clusters: the first file to edit.
import { Platform } from '../lib/constructs';
import { eks, local } from '../lib/model';
import images from './images.json';
import { PingPong } from './pingpong';
import { ToyTrex } from './toytrex';

export const platform = new Platform({
  home: 'mumbai',
  clusters: {
    mumbai: eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      loadBalancerSubnets: ['10.20.0.0/24', '10.20.1.0/24'],
      nodePools: [
        // m5.large: 1930m and 7050Mi are allocatable, less what the provider's DaemonSets request
        { name: 'general', cpu: '1700m', memory: '6500Mi', pods: 29, nodesPerZone: { min: 2, max: 4 } },
      ],
    }),
    laptop: local({
      kubernetes: '1.36',
      nodePools: [{ name: 'laptop', cpu: '8', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 1 } }],
    }),
  },
  environments: {
    production: {
      survives: { zones: 1, regions: 0 },
      registry: '123456789012.dkr.ecr.ap-south-1.amazonaws.com',
    },
    local: { survives: { zones: 0, regions: 0 } },
  },
})
  .place(ToyTrex, {
    production: {
      on: 'mumbai',
      tag: images.toytrex.production,
      settings: {
        hosts: ['toytrex.com', 'www.toytrex.com'],
        databaseHost: 'toytrex.cluster-c0ffee.ap-south-1.rds.amazonaws.com',
      },
    },
    local: {
      on: 'laptop',
      tag: images.toytrex.local,
      settings: { hosts: ['toytrex.localhost', 'www.toytrex.localhost'], databaseHost: 'mariadb.toytrex.internal' },
    },
  })
  .place(PingPong, {
    production: {
      on: 'mumbai',
      tag: images.pingpong.production,
      settings: { host: 'pingpong.example.com', requestsPerSecond: 100, burst: 200 },
    },
    local: {
      on: 'laptop',
      tag: images.pingpong.local,
      settings: { host: 'pingpong.localhost', requestsPerSecond: 10, burst: 20 },
    },
  });
