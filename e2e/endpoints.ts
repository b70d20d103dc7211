// Ready endpoints of a Service over time, from its EndpointSlices: what kube-proxy and ingress controllers go by.
import type { Cluster } from './cluster/cluster';
import type { Watched } from './under-load';

export interface EndpointWatch {
  readonly name: string;
  fewest(): number;
  stop(): void;
}

const TEMPLATE = '{.metadata.name}{" "}{range .endpoints[*]}{.conditions.ready}{" "}{end}';

export function watchEndpoints(cluster: Cluster, { namespace, name }: Watched): EndpointWatch {
  const slices = new Map<string, number>();
  let fewest = Number.POSITIVE_INFINITY;
  const selection = ['endpointslices', '-n', namespace, '-l', `kubernetes.io/service-name=${name}`];
  const watch = cluster.kubectl.watch(selection, TEMPLATE, (line) => {
    const [slice = '', ...conditions] = line.trim().split(' ');
    slices.set(slice, conditions.filter((ready) => ready === 'true').length);
    fewest = Math.min(
      fewest,
      [...slices.values()].reduce((sum, ready) => sum + ready, 0),
    );
  });
  return {
    name: `${namespace}/${name}`,
    fewest: () => {
      if (slices.size === 0) throw new Error(`${namespace}/${name}: its EndpointSlices were never seen`);
      return fewest;
    },
    stop: () => watch.stop(),
  };
}
