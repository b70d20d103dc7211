// Ready endpoints of a Service over time, from its EndpointSlices: what kube-proxy and ingress controllers use.
import type { Cluster } from '../cluster/cluster';
import type { Where } from '../world/world';

/** A Service that load reaches, and the fewest ready endpoints that it was promised to have. */
export interface Watched extends Where {
  readonly namespace: string;
  readonly promised: number;
}

export interface EndpointWatch {
  readonly name: string;
  fewest(): number;
  stop(): void;
}

export function watchEndpoints(cluster: Cluster, { namespace, name }: Watched): EndpointWatch {
  const slices = new Map<string, number>();
  const counts: number[] = [];
  const selection = ['endpointslices', '-n', namespace, '-l', `kubernetes.io/service-name=${name}`];
  const paths = ['.metadata.name', '.endpoints[*].conditions.ready'];
  const watch = cluster.kubectl.watch(selection, paths, ([slice = '', conditions = '']) => {
    slices.set(slice, conditions.split(',').filter((ready) => ready === 'true').length);
    counts.push([...slices.values()].reduce((sum, ready) => sum + ready, 0));
  });
  return {
    name: `${namespace}/${name}`,
    fewest: () => {
      if (counts.length < 2)
        throw new Error(`${namespace}/${name}: its endpoints never changed, so nothing was disturbed`);
      return Math.min(...counts);
    },
    stop: () => watch.stop(),
  };
}
