// A placement that is wrong, as near to what was meant as systems can be built: so that all else that is wrong comes out at once.
import type { Cluster } from '../../model/cluster/cluster';
import type { Environment } from '../../model/platform/environment';
import { registryPath } from '../../model/platform/environment';
import { ROLES } from '../../model/platform/roles';
import type { Tags } from '../../model/platform/target';
import { STANDARD } from '../../model/providers/profiles';

/** A registry that is nobody's (RFC 2606): nothing is written with it. */
const SOME_REGISTRY = { external: 'registry.invalid' };

/** A build that is none: nothing is written with it. */
const SOME_BUILD = 'unknown';

/** An environment that promises no more than `regions` can keep, has a registry where nodes need one, and knows its roles. */
export function mendedEnvironment(environment: Environment, regions: number, { provider }: Cluster): Environment {
  const { survives, access = {} } = environment;
  const known = Object.entries(access).filter(([, role]) => ROLES.includes(role));
  const registry = registryPath(environment) === undefined && !provider.loadsImages ? { registry: SOME_REGISTRY } : {};
  return {
    ...environment,
    ...registry,
    survives: { ...survives, regions: Math.min(survives.regions, Math.max(0, regions - 1)) },
    access: Object.fromEntries(known),
  };
}

/** A cluster whose provider exposes as the standard does, where what its own way needs was refused. */
export function mendedCluster(cluster: Cluster): Cluster {
  const { provider } = cluster;
  if ((provider.problems ?? []).length === 0) return cluster;
  const { ingress, ingressSource } = STANDARD;
  return { ...cluster, provider: { ...provider, ingress, ingressSource } };
}

/** Tags of which each names a build. */
export function mendedTags(tags: Tags): Tags {
  const sound = (tag: unknown) => (typeof tag === 'string' && tag !== '' ? tag : SOME_BUILD);
  if (typeof tags !== 'object' || tags === null) return sound(tags);
  return Object.fromEntries(Object.entries(tags).map(([component, tag]) => [component, sound(tag)]));
}
