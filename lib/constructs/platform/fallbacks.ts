// Fallbacks for invalid parts of a placement, so that its systems are still built and all their errors are reported at once.
import type { Cluster } from '../../model/cluster/cluster';
import type { Environment } from '../../model/platform/environment';
import { registryPath } from '../../model/platform/environment';
import { ROLES } from '../../model/platform/roles';
import type { Tags } from '../../model/platform/target';
import { STANDARD } from '../../model/providers/profiles';

/** A reserved name (RFC 2606): nothing is written with it. */
const FALLBACK_REGISTRY = { external: 'registry.invalid' };

/** Stands for a missing build: nothing is written with it. */
const FALLBACK_TAG = 'unknown';

/** The environment with a promise that `regions` can keep, a registry where nodes need one, and known roles only. */
export function environmentWithFallbacks(
  environment: Environment,
  regions: number,
  { provider }: Cluster,
): Environment {
  const { survives, access = {} } = environment;
  const known = Object.entries(access).filter(([, role]) => ROLES.includes(role));
  const registry =
    registryPath(environment) === undefined && !provider.loadsImages ? { registry: FALLBACK_REGISTRY } : {};
  return {
    ...environment,
    ...registry,
    survives: { ...survives, regions: Math.min(survives.regions, Math.max(0, regions - 1)) },
    access: Object.fromEntries(known),
  };
}

/** The cluster, exposing as the standard does where the options of its provider were refused. */
export function clusterWithFallbacks(cluster: Cluster): Cluster {
  const { provider } = cluster;
  if ((provider.problems ?? []).length === 0) return cluster;
  const { ingress, ingressSource } = STANDARD;
  return { ...cluster, provider: { ...provider, ingress, ingressSource } };
}

/** The tags, with a fallback for each that is not a text. */
export function tagsWithFallbacks(tags: Tags): Tags {
  const withFallback = (tag: unknown) => (typeof tag === 'string' && tag !== '' ? tag : FALLBACK_TAG);
  if (typeof tags !== 'object' || tags === null) return withFallback(tags);
  return Object.fromEntries(Object.entries(tags).map(([component, tag]) => [component, withFallback(tag)]));
}
