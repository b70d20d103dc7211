// The clusters. Names, zones and sizes are examples.
import { gke, local } from 'evenkeel';

export const clusters = {
  belgium: gke({
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
    kubernetes: '1.36',
    nodePools: [{ name: 'general', cpu: '3500m', memory: '12Gi', pods: 110, nodesPerZone: { min: 2, max: 4 } }],
  }),
  // Traefik is installed with its chart
  laptop: local({
    distribution: 'minikube',
    kubernetes: '1.36',
    ingressSource: { namespace: 'traefik', podLabels: { 'app.kubernetes.io/name': 'traefik' } },
  }),
};
