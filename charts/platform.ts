// Which systems run in which environments on which clusters: the first file to edit.
import { Platform } from 'evenkeel';
import { clusters } from './clusters';
import { environments } from './environments';
import { Flaschenpost, flaschenpost, LARGE, SMALL } from './flaschenpost';
import images from './images.json';
import { laptop, mumbai, onAzure } from './operations';
import { Panther, panther } from './panther';
import { PantherLoad } from './panther-load';
import { PingPong } from './pingpong';
import previews from './previews.json';
import { ToyTrex } from './toytrex';

export const platform = new Platform({
  home: 'mumbai',
  clusters,
  environments,
  images,
  // Flux applies what the platform team owns. Pipelines apply the systems: after a person's gate, and one region after the other.
  gitops: {
    controller: 'flux',
    repository: 'https://git.example.com/platform.git',
    secret: 'platform-repository',
    clusters: ['mumbai', 'westeurope', 'northeurope'],
    applies: 'platform',
    alerts: { type: 'slack', secret: 'platform-alerts' },
  },
})
  .equip('operations', { on: 'mumbai', parts: mumbai })
  .equip('operations', { on: 'westeurope', parts: onAzure('westeurope') })
  .equip('operations', { on: 'northeurope', parts: onAzure('northeurope') })
  .equip('local', { on: 'laptop', parts: laptop })
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
        pods: { min: 2, max: 3 },
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
  .preview(PingPong, {
    of: 'preview',
    on: 'mumbai',
    branches: previews,
    settings: ({ host }) => ({
      host: host('pingpong.preview.example.com'),
      requestsPerSecond: 5,
      burst: 10,
      replicas: 1,
    }),
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
  });
