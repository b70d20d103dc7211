// Checks of a system's placement that the compiler cannot make: whether its clusters meet the demands of its environment.

import { type Cluster, groupSubjectOn } from '../../model/cluster/cluster';
import { plural } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { either, fields, like, list, optional, table, text } from '../../model/finding/schema';
import { ACCESS_CHANGES, type EnvironmentProps, registryPath } from '../../model/platform/environment';
import { LARGEST_WEIGHT } from '../../model/platform/traffic';
import { unless } from '../tree/findings';
import type { PlacementProps } from './place';
import { findSubjectProblems } from './validate-clusters';

/** What a placement may say. Its clusters and weights are checked against the platform afterwards. */
export const PLACEMENT = fields<PlacementProps<string, object>>({
  on: either([text('a cluster'), list(text('a cluster'))], "a cluster, or a list: on: ['west', 'north']"),
  traffic: optional(
    table(
      like('a weight', () => true),
      '{ cluster: weight }',
    ),
  ),
  namespace: optional(text('a name')),
  access: optional(ACCESS_CHANGES),
  settings: like('settings: { … }', () => true),
});

/** Problems of one placement: its number of clusters, and the demands of its environment on them. */
export function findPlacementProblems(
  on: number,
  environment: EnvironmentProps | undefined,
  clusters: readonly Cluster[],
): Finding[] {
  const puller = clusters.find(({ provider }) => !provider.loadsImages)?.provider.name ?? '';
  const regions = new Set(clusters.map(({ region }) => region)).size;
  const lost = environment?.survives?.regions ?? 0;
  return [
    ...unless(on > 0, 'no-placement', {
      field: 'on',
      message: 'the environment is not on any cluster, so its files would be deleted',
      expected: 'at least one cluster',
    }),
    ...unless(environment === undefined || registryPath(environment) !== undefined || puller === '', 'registry', {
      field: 'registry',
      message: `nodes of ${puller} pull images, but the environment has no registry`,
      expected: 'registry: the registry and path of the images',
    }),
    ...clusters.flatMap((cluster) => [
      ...findRegistryProblems(environment, cluster),
      ...findGroupProblems(environment, cluster),
    ]),
    // the region of an unknown cluster is unknown
    ...unless(on === 0 || clusters.length < on || lost < regions, 'survives-regions', {
      field: 'survives.regions',
      value: lost,
      message: `must survive losing ${plural(lost, 'region')}, but runs in only ${regions}`,
      expected: `on: clusters in ${lost + 1} regions or more, or survives.regions: ${regions - 1} in the environment`,
    }),
  ];
}

/** Weights of clusters outside the placement, weights that no record can have, and weights that are all 0. */
export function findTrafficProblems(
  on: readonly string[],
  traffic: Readonly<Record<string, number | undefined>> = {},
): Finding[] {
  const weights = Object.entries(traffic);
  const isWeight = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_WEIGHT;
  return [
    ...weights.flatMap(([cluster, weight = 0]) => [
      ...unless(on.includes(cluster), 'traffic', {
        field: `traffic.${cluster}`,
        value: cluster,
        message: 'traffic weight for a cluster the environment is not on',
        expected: `one of ${on.join(', ')}`,
      }),
      ...unless(isWeight(weight), 'traffic', {
        field: `traffic.${cluster}`,
        value: Number.isNaN(weight) ? 'NaN' : weight,
        message: Number.isNaN(weight)
          ? 'not a number: moveTraffic from a cluster to itself moves nothing'
          : `${weight} is not a valid record weight`,
        expected: Number.isNaN(weight)
          ? `moveTraffic between two clusters, or whole numbers from 0 to ${LARGEST_WEIGHT}`
          : `a whole number from 0 to ${LARGEST_WEIGHT}`,
      }),
    ]),
    ...unless(weights.length === 0 || weights.some(([, weight]) => weight !== 0), 'traffic', {
      field: 'traffic',
      value: 0,
      message: 'no cluster gets any traffic',
      expected: 'a weight above 0 for one of them',
    }),
    ...unless(weights.length === 0 || on.length !== 1, 'traffic', {
      field: 'traffic',
      message: `${on.join('')} is the only cluster and gets all traffic anyway`,
      expected: 'no traffic, or a second cluster in `on`',
    }),
  ];
}

/** A registry must be one that the nodes' own identity may pull from, or be declared external. */
function findRegistryProblems(environment: EnvironmentProps | undefined, { provider }: Cluster): Finding[] {
  const registry = environment?.registry;
  if (typeof registry !== 'string' || provider.registries === undefined) return [];
  const isOwn = (path: string) => provider.registries?.some((pattern) => pattern.test(path)) ?? true;
  const external = `registry: { external: '${registry}' } with the Secret to pull with`;
  const form = provider.registryForm === undefined ? '' : `: ${provider.registryForm}`;
  const problem = { field: 'registry', value: registry };
  // with one or two more parts it would be valid
  if (!isOwn(registry) && (isOwn(`${registry}/x`) || isOwn(`${registry}/x/x`))) {
    const message = `incomplete registry of ${provider.name}: the end of its path is missing`;
    return [findingOf('registry-host', { ...problem, message, expected: `all parts${form}` })];
  }
  return unless(isOwn(registry), 'registry-host', {
    ...problem,
    message: `not a registry of ${provider.name}, so nodes may not be allowed to pull from it`,
    expected: `a registry of the provider${form}; or ${external}`,
  });
}

/** Groups of the environment without a subject on the cluster. One that no cluster knows is reported with the platform. */
function findGroupProblems(environment: EnvironmentProps | undefined, cluster: Cluster): Finding[] {
  return Object.keys(environment?.access ?? {}).flatMap((group) => {
    const subject = groupSubjectOn(cluster, group);
    const located = isProblem(subject) ? { ...subject, message: `on ${cluster.name}, ${subject.message}` } : subject;
    return findSubjectProblems('access', group, located);
  });
}
