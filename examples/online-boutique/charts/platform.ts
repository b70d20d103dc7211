// Which systems run in which environments on which clusters.
import { Platform } from 'evenkeel';
import { Boutique } from './boutique';
import { clusters } from './clusters';
import { environments } from './environments';
import images from './images.json';

export const platform = new Platform({ home: 'belgium', clusters, environments, images }).place(Boutique, {
  staging: { on: 'belgium', settings: { host: 'staging.boutique.example', replicas: 2 } },
  production: { on: 'belgium', settings: { host: 'boutique.example', replicas: 3 } },
  local: { on: 'laptop', settings: { host: 'boutique.localhost', replicas: 1 } },
});
