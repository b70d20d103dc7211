// Fallbacks for invalid parts of a placement, so that its systems are still built and all their errors are reported at once.
import type { Cluster } from '../cluster/cluster';
import { STANDARD } from '../providers/profiles';
import type { Environment } from './environment';
import { registryPath } from './environment';

/** A reserved name (RFC 2606): nothing is written with it. */
const FALLBACK_REGISTRY = { external: 'registry.invalid' };

/** The environment with a promise that `regions` can keep, and a registry where nodes need one. */
export function environmentWithFallbacks(
  environment: Environment,
  regions: number,
  { provider }: Cluster,
): Environment {
  const { survives } = environment;
  const registry =
    registryPath(environment) === undefined && !provider.loadsImages ? { registry: FALLBACK_REGISTRY } : {};
  return {
    ...environment,
    ...registry,
    survives: { ...survives, regions: Math.min(survives.regions, Math.max(0, regions - 1)) },
  };
}

/** The cluster, exposing as the standard does where the options of its provider were refused. */
export function clusterWithFallbacks(cluster: Cluster): Cluster {
  const { provider, problems } = cluster;
  if (problems.length === 0) return cluster;
  const { ingress, ingressSource } = STANDARD;
  return { ...cluster, provider: { ...provider, ingress, ingressSource } };
}
