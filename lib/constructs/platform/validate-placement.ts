// What the compiler cannot see in the placement of a system: whether each cluster can be what the environment wants of it.

import { type Cluster, groupSubjectOn } from '../../model/cluster/cluster';
import { plural } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { isJsonObject } from '../../model/manifest/json';
import { type EnvironmentProps, registryPath } from '../../model/platform/environment';
import type { Tags } from '../../model/platform/target';
import { LARGEST_WEIGHT } from '../../model/platform/traffic';
import { unless } from '../tree/findings';

import { findSubjectProblems } from './validate-clusters';

/** Problems of one placement: its tag, on how many clusters it is to lie, and what its environment wants of them. */
export function findPlacementProblems(
  tag: Tags,
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
      message: 'the environment lies on no cluster: its files would go',
      expected: 'one cluster or more',
    }),
    ...findTagProblems(tag),
    ...unless(environment === undefined || registryPath(environment) !== undefined || puller === '', 'registry', {
      field: 'registry',
      message: `nodes of ${puller} fetch images, and the environment names no registry`,
      expected: 'registry: the registry and path of the images',
    }),
    ...clusters.flatMap((cluster) => [
      ...findRegistryProblems(environment, cluster),
      ...findGroupProblems(environment, cluster),
    ]),
    // of a cluster that nobody knows, nobody knows the region
    ...unless(on === 0 || clusters.length < on || lost < regions, 'survives-regions', {
      field: 'survives.regions',
      value: lost,
      message: `the environment promises to survive the loss of ${plural(lost, 'region')}, and this lies in ${plural(regions, 'region')}`,
      expected: `on: clusters in ${lost + 1} regions or more, or survives.regions: ${regions - 1} in the environment`,
    }),
  ];
}

/** Weights of clusters that the placement does not name, that no record can have, or that send nobody anywhere. */
export function findTrafficProblems(
  on: readonly string[],
  traffic: Readonly<Record<string, number | undefined>> = {},
): Finding[] {
  if (!isJsonObject(traffic)) {
    const message = 'these are no weights of clusters';
    return [
      findingOf('traffic', { field: 'traffic', value: String(traffic), message, expected: '{ cluster: weight }' }),
    ];
  }
  const weights = Object.entries(traffic);
  const isWeight = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_WEIGHT;
  return [
    ...weights.flatMap(([cluster, weight = 0]) => [
      ...unless(on.includes(cluster), 'traffic', {
        field: `traffic.${cluster}`,
        value: cluster,
        message: 'traffic is to go to a cluster on which the environment does not lie',
        expected: `one of ${on.join(', ')}`,
      }),
      ...unless(isWeight(weight), 'traffic', {
        field: `traffic.${cluster}`,
        value: Number.isNaN(weight) ? 'NaN' : weight,
        message: Number.isNaN(weight)
          ? 'this is no number: moveTraffic from a cluster to itself moves nothing'
          : 'no record can have this weight',
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
      message: `${on.join('')} is the only cluster and gets all traffic, whatever its weight`,
      expected: 'no traffic, or a second cluster in `on`',
    }),
  ];
}

function findTagProblems(tag: Tags): Finding[] {
  const tags: [string, unknown][] =
    typeof tag === 'object' && tag !== null
      ? Object.entries(tag).map(([component, one]) => [`tag.${component}`, one])
      : [['tag', tag]];
  return tags.flatMap(([field, one]) =>
    unless(typeof one === 'string' && one !== '', 'image-tag', {
      field,
      value: String(one),
      message: 'there is no tag for the images',
      expected: "a build number such as '412', or a digest",
    }),
  );
}

/** A registry that the nodes have a right to by their own identity, or that is said to be another's. */
function findRegistryProblems(environment: EnvironmentProps | undefined, { provider }: Cluster): Finding[] {
  const registry = environment?.registry;
  if (typeof registry !== 'string' || provider.registries === undefined) return [];
  const isOwn = (path: string) => provider.registries?.some((pattern) => pattern.test(path)) ?? true;
  const external = `registry: { external: '${registry}' } with the Secret to pull with`;
  const form = provider.registryForm === undefined ? '' : `: ${provider.registryForm}`;
  const problem = { field: 'registry', value: registry };
  // one part more, or two, and it would be one
  if (!isOwn(registry) && (isOwn(`${registry}/x`) || isOwn(`${registry}/x/x`))) {
    const message = `this is not a whole registry of ${provider.name}: the end of its path is missing`;
    return [findingOf('registry-host', { ...problem, message, expected: `all parts${form}` })];
  }
  return unless(isOwn(registry), 'registry-host', {
    ...problem,
    message: `this is no registry of ${provider.name}, whose nodes may have no right to pull from it`,
    expected: `a registry of the provider${form}; or ${external}`,
  });
}

/** Groups of the environment that the cluster cannot name. One that no cluster knows is told with the platform. */
function findGroupProblems(environment: EnvironmentProps | undefined, cluster: Cluster): Finding[] {
  return Object.keys(environment?.access ?? {}).flatMap((group) => {
    const subject = groupSubjectOn(cluster, group);
    const told = isProblem(subject) ? { ...subject, message: `on ${cluster.name}, ${subject.message}` } : subject;
    return findSubjectProblems('access', group, told);
  });
}
