// The clusters. This one is on a laptop: k3d, with the ingress controller that it brings.
import { local } from 'evenkeel';

export const clusters = {
  main: local({ kubernetes: '1.36' }),
};
