// A cluster on a laptop: kind, minikube or k3d with Traefik. Nodes bear no zone label, certificates are TLS Secrets.
import type { ClusterDescription, ClusterProps } from '../cluster';
import type { Provider } from '../provider';

const profile: Provider = {
  name: 'local',
  loadsImages: true,
  ingress: () => ({
    className: 'traefik', // k3s and k3d bring it (k3s docs, networking services); minikube has it as an addon
    annotations: {},
    certificateFromSecret: true,
  }),
  namespaceLabels: {},
};

/** A local cluster: `local({ kubernetes: '1.36' })`. */
export function local(props: ClusterProps): ClusterDescription {
  return {
    provider: profile,
    kubernetes: props.kubernetes,
    zones: props.zones ?? [],
    capabilities: props.capabilities ?? [],
  };
}
