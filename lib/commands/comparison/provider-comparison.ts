// Builds a project on all providers with all else equal, and then step by step as it really is.

import { compareObjects, type ObjectDifference } from '../../analysis/comparison/difference';
import { type Deviation, deviations, isProviderNeutral } from '../../analysis/comparison/providers';
import type { Where } from '../../constructs/platform/rebuild';
import { type Cluster, minorNumber } from '../../model/cluster/cluster';
import type { Finding } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import type { Environment } from '../../model/platform/environment';
import { gatewayApiOn, PROFILES, STANDARD } from '../../model/providers/profiles';
import { objectsOf, type Project } from './rebuildable';

/** What every autoscaler reads: some profiles bring it, so that all of them have it here. */
const CAPABILITIES = ['metrics-server'] as const;

/** What manifests depend on in a cluster. */
type Aspects = Pick<Cluster, 'provider' | 'kubernetes' | 'zones' | 'capabilities'>;

/** The result of a comparison. */
export interface ProviderComparison {
  /** What all builds had in common. */
  readonly held: Pick<Cluster, 'kubernetes' | 'zones'>;
  /** Names of the columns: the profiles, then the systems' own clusters. */
  readonly profiles: readonly string[];
  /** The objects that must be the same on every provider, as the standard builds them. */
  readonly compared: readonly ApiEntry[];
  readonly deviations: readonly Deviation[];
  /** What the real placement changes, and which step changes it. */
  readonly placement: readonly (ObjectDifference & { readonly by: string })[];
}

/** The column of systems on their own clusters' providers, with the options set there. */
const AS_PLACED = 'as placed';
/** Where images come from while providers are compared: a registry that belongs to no provider. */
const REGISTRY = { external: 'registry.example' };

/**
 * Compares all builds. Errors are those of builds that fail on another provider. `placement` also compares the steps from the
 * profiles to the real platform: three more builds.
 */
export function compareProviders(
  project: Project,
  { placement }: { readonly placement: boolean },
): ProviderComparison | { readonly errors: readonly Finding[] } {
  const clusters = project.targets.map(({ target }) => target.cluster);
  const held = { ...hold(clusters), capabilities: CAPABILITIES };
  const errors: Finding[] = [];
  const build = (name: string, aspects: (real: Cluster) => Aspects): readonly ApiEntry[] => {
    const app = project.rebuild((real) => equalized(real, aspects(real.cluster)));
    const built = objectsOf(app, `on ${name}: `);
    if ('objects' in built) return built.objects;
    errors.push(...built.errors);
    return [];
  };

  const standard = build(STANDARD.name, () => ({ ...held, provider: STANDARD }));
  const others = PROFILES.map((profile) => ({
    profile,
    objects: build(profile.name, () => ({ ...held, provider: profile })),
  }));
  // one step after the other, so that each change has one cause
  const asPlaced = build(AS_PLACED, ({ provider }) => ({ ...held, provider }));
  const further = (): readonly [string, readonly ApiEntry[]][] => [
    ['provider', asPlaced],
    ['minor', build('the real minor', ({ provider, kubernetes }) => ({ ...held, provider, kubernetes }))],
    ['zones', build('the real zones', (real) => ({ ...real, capabilities: CAPABILITIES }))],
    ['capabilities', build('the real capabilities', (real) => real)],
    ['images, groups, identities and nodes', project.objects],
  ];
  const steps = placement ? further() : [];
  if (errors.length > 0) return { errors };

  const providers = new Map(clusters.map(({ name, provider }) => [name, provider]));
  return {
    held,
    profiles: [...PROFILES.map(({ name }) => name), AS_PLACED],
    compared: standard.filter(isProviderNeutral),
    deviations: [
      ...others.flatMap(({ profile, objects }) => deviations(standard, objects, profile.name, () => profile)),
      ...deviations(standard, asPlaced, AS_PLACED, (name) => providers.get(name)),
    ],
    placement: steps.flatMap(([by, after], index) =>
      compareObjects(steps[index - 1]?.[1] ?? standard, after).map((difference) => ({ ...difference, by })),
    ),
  };
}

/** The oldest minor, which every provider has, and the most zones, so that every promise to survive can be kept. */
function hold(clusters: readonly Cluster[]): Pick<Cluster, 'kubernetes' | 'zones'> {
  const age = ({ kubernetes }: Cluster) => minorNumber(kubernetes);
  const [oldest] = [...clusters].sort((a, b) => age(a) - age(b));
  const [widest] = [...clusters].sort((a, b) => b.zones.length - a.zones.length);
  return { kubernetes: oldest?.kubernetes ?? '1.27', zones: widest?.zones ?? [] };
}

/**
 * Groups, identities and nodes belong to the clusters, and are not compared. A component that chooses a pool finds one of that name,
 * large enough and with the same label everywhere.
 */
function equalized({ cluster, environment, regions }: Where, aspects: Aspects): Where {
  const { provider, kubernetes, zones, capabilities } = aspects;
  const { gatewayApi: api } = cluster;
  const gatewayApi = api === undefined || provider === cluster.provider ? api : gatewayApiOn(provider, api);
  return {
    cluster: {
      ...cluster,
      ...defined({ gatewayApi }),
      provider: { ...provider, nodes: {} },
      kubernetes,
      zones,
      capabilities: gatewayApi === undefined ? capabilities : [...capabilities, 'gateway-api'],
      groups: {},
      sysadmins: [],
      identities: {},
      nodePools: cluster.nodePools.map(({ name }) => ({ ...LARGE_POOL, name, labels: { [POOL]: name } })),
    },
    environment: { ...environment, access: {}, registry: equalRegistry(environment) },
    regions,
  };
}

/** Label of the nodes of a pool while providers are compared. */
const POOL = 'example.com/pool';

const LARGE_POOL = { cpu: '100k', memory: '1Pi', pods: 100_000, nodesPerZone: { min: 1, max: 1 } } as const;

/** An external registry is the same everywhere already. */
function equalRegistry({ registry }: Environment): Required<Environment>['registry'] {
  return typeof registry === 'object' ? registry : REGISTRY;
}
