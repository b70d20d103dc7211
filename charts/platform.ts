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
      groups: {
        developers: 'developers',
        support: 'support',
        devops: 'devops',
        'toytrex-pipeline': 'toytrex-pipeline',
        'pingpong-pipeline': 'pingpong-pipeline',
        platform: 'platform',
      },
      sysadmins: ['platform'],
    }),
    laptop: local({
      kubernetes: '1.36',
      groups: { developers: 'developers', laptop: 'laptop' },
      sysadmins: ['laptop'],
    }),
  },
  environments: {
    production: {
      survives: { zones: 1, regions: 0 },
      registry: '123456789012.dkr.ecr.ap-south-1.amazonaws.com',
      access: { support: 'viewer', developers: 'viewer', devops: 'operator' },
    },
    local: { survives: { zones: 0, regions: 0 }, access: { developers: 'developer' } },
  },
})
  .place(ToyTrex, {
    production: {
      on: 'mumbai',
      tag: images.toytrex.production,
      access: { 'toytrex-pipeline': 'deployer' },
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
      access: { 'pingpong-pipeline': 'deployer' },
      settings: { host: 'pingpong.example.com', requestsPerSecond: 100, burst: 200 },
    },
    local: {
      on: 'laptop',
      tag: images.pingpong.local,
      settings: { host: 'pingpong.localhost', requestsPerSecond: 10, burst: 20 },
    },
  });
