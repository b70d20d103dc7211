// Which systems run in which environments on which clusters.
import { Platform } from 'evenkeel';
import { clusters } from './clusters';
import { environments } from './environments';
import images from './images.json';
import { Shop } from './shop';

export const platform = new Platform({ home: 'main', clusters, environments, images }).place(Shop, {
  production: { on: 'main', settings: { host: 'shop.example' } },
});
