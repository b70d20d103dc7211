// The clusters. Names and zones are examples.
import { gke } from 'evenkeel';

export const clusters = {
  main: gke({
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
    kubernetes: '1.36',
  }),
};
