// The clusters. Names and zones are examples: zones are those of the nodes' label topology.kubernetes.io/zone.
import { onPrem } from 'evenkeel';

export const clusters = {
  main: onPrem({ distribution: 'k3s', zones: ['room-1', 'room-2', 'room-3'], kubernetes: '1.36' }),
};
