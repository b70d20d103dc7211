// Checks of a platform's clusters and environments that the compiler cannot make: invalid names, numbers and promises.

import { CAPABILITIES, isCapability } from '../../model/cluster/capability';
import { type ClusterDescription, groupSubjectOn, isMinor, OLDEST_MINOR } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { findNodePoolProblems } from '../../model/cluster/pool-input';
import type { Subject } from '../../model/cluster/provider';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { dnsLabel } from '../../model/manifest/formats';
import { isJsonObject } from '../../model/manifest/json';
import { HOSTNAME, REGION, ZONE } from '../../model/manifest/well-known';
import type { AccessChanges, EnvironmentProps } from '../../model/platform/environment';
import { ROLES } from '../../model/platform/roles';
import { unless } from '../tree/findings';
import { findOptionProblems, findSurvivalProblems } from './description';

interface Described {
  readonly home: string;
  readonly clusters: Readonly<Record<string, ClusterDescription>>;
  readonly environments: Readonly<Record<string, EnvironmentProps>>;
}

/** Longest name, in characters: it becomes part of namespaces. */
const LONGEST_NAME = 40;

/** Whether a cluster or an environment may have the name. */
export function isName(name: string): boolean {
  return name.length <= LONGEST_NAME && dnsLabel.fits(name);
}

/** Problems of the platform itself. `placements` counts them: without any, the output would be empty. */
export function findPlatformProblems({ home, clusters, environments }: Described, placements: number): Finding[] {
  const names = Object.keys(clusters);
  return [
    ...unless(names.includes(home), 'home', {
      field: 'home',
      value: home,
      message: 'home must name one of the clusters',
      expected: `one of ${names.join(', ')}`,
    }),
    ...unless(placements > 0, 'no-placement', {
      field: 'place',
      message: 'the platform places no system',
      expected: 'place(System, …)',
    }),
    ...names.flatMap((name) => findNameProblems('clusters', name)),
    ...Object.keys(environments).flatMap((name) => findNameProblems('environments', name)),
    ...Object.entries(clusters).flatMap(([name, cluster]) => findClusterProblems(`clusters.${name}`, cluster)),
    ...Object.entries(environments).flatMap(([name, props]) => findSurvivalProblems(`environments.${name}`, props)),
    ...Object.entries(environments).flatMap(([name, props]) =>
      findAccessProblems(`environments.${name}`, props, clusters),
    ),
  ];
}

/** Problems of a Kubernetes minor given at `field`. */
export function findMinorProblems(field: string, minor: unknown): Finding[] {
  const meant = /^v?(1\.\d+)(?:[.+-].*)?$/.exec(String(minor))?.[1]; // servers report v1.36.2-eks-1
  return unless(typeof minor === 'string' && isMinor(minor), 'kubernetes-minor', {
    field,
    value: String(minor),
    message: 'unsupported Kubernetes version',
    expected: meant === undefined || !isMinor(meant) ? `'1.${OLDEST_MINOR}' or later` : `'${meant}' only`,
  });
}

function findNameProblems(field: string, name: string): Finding[] {
  return unless(isName(name), 'name', {
    field,
    value: name,
    message: 'is used in file names and namespaces, so it must be a short DNS label',
    expected: 'at most 40 lower-case letters, digits and "-", starting and ending with a letter or digit',
  });
}

function findClusterProblems(field: string, cluster: ClusterDescription): Finding[] {
  const { kubernetes, zones, capabilities, nodePools, sysadmins } = cluster;
  const incomplete = findOptionProblems(field, cluster);
  if (incomplete.length > 0) return [...findMinorProblems(`${field}.kubernetes`, kubernetes), ...incomplete];
  return [
    ...findMinorProblems(`${field}.kubernetes`, kubernetes),
    ...findZoneProblems(`${field}.zones`, cluster),
    ...unless(new Set(zones).size === zones.length, 'zones', {
      field: `${field}.zones`,
      value: zones,
      message: 'a zone is listed twice',
      expected: 'each zone once',
    }),
    ...capabilities.flatMap((capability) =>
      unless(isCapability(capability), 'capability', {
        field: `${field}.capabilities`,
        value: String(capability),
        message: 'unknown capability',
        expected: `one of ${CAPABILITIES.join(', ')}`,
      }),
    ),
    ...sysadmins.flatMap((group) => findSubjectProblems(`${field}.sysadmins`, group, groupSubjectOn(cluster, group))),
    ...nodePools.flatMap((pool, index) => {
      const where = `${field}.nodePools[${pool?.name || index}]`;
      const problems = findPoolProblems(where, pool, zones.length);
      return problems.length > 0 ? problems : findNodeLabelProblems(where, pool, cluster);
    }),
  ];
}

/** Zones of another region, or names that no node has: pods that must spread over them would never be scheduled. */
function findZoneProblems(
  field: string,
  { provider: { name, zoneNames }, region, zones }: ClusterDescription,
): Finding[] {
  if (zoneNames === undefined || region === undefined) return [];
  const { suffix, example } = zoneNames;
  const others = zones.filter((zone) => !`${zone}`.startsWith(region) || !suffix.test(`${zone}`.slice(region.length)));
  return unless(others.length === 0, 'zone-region', {
    field,
    value: others,
    message: `not zones of region ${region} on ${name}`,
    expected: `names such as ${region}${example}`,
  });
}

/** Labels that the description of the cluster already implies, and taints that do not repel pods. */
function findNodeLabelProblems(
  field: string,
  { labels = {}, taints = [] }: NodePool,
  cluster: ClusterDescription,
): Finding[] {
  if (!isJsonObject(labels) || !Array.isArray(taints)) {
    const [what, value, expected] = isJsonObject(labels)
      ? ['taints', taints, 'a list: [{ key, effect }]']
      : ['labels', labels, '{ key: value }'];
    const message = `${what} must be ${what === 'labels' ? 'an object' : 'a list'}`;
    return [findingOf('node-pool', { field: `${field}.${what}`, value: String(value), message, expected })];
  }
  const known = [HOSTNAME, ZONE, ...(cluster.region === undefined ? [] : [REGION])];
  return [
    ...Object.keys(labels).flatMap((key) =>
      unless(!known.includes(key), 'node-pool', {
        field: `${field}.labels`,
        value: key,
        message: 'this label already follows from the node name, the zones or the region',
        expected: `labels other than ${known.join(', ')}`,
      }),
    ),
    ...taints.flatMap(({ effect }) =>
      unless(effect === 'NoSchedule' || effect === 'NoExecute', 'node-pool', {
        field: `${field}.taints`,
        value: `${effect}`,
        message: 'this taint effect does not repel pods',
        expected: 'NoSchedule or NoExecute',
      }),
    ),
  ];
}

function findPoolProblems(field: string, pool: NodePool, zones: number): Finding[] {
  return findNodePoolProblems(field, pool, zones).map((problem) =>
    findingOf(problem.field?.startsWith(`${field}.headroom`) ? 'headroom' : 'node-pool', problem),
  );
}

/** Groups that no cluster knows are misspelt; one that only some know is checked with the placement. */
function findAccessProblems(
  field: string,
  { access = {} }: EnvironmentProps,
  clusters: Described['clusters'],
): Finding[] {
  const known = new Set(Object.values(clusters).flatMap((cluster) => Object.keys(cluster.groups)));
  const unknown = Object.keys(access ?? {}).flatMap((group) =>
    unless(known.has(group), 'unknown-group', {
      field: `${field}.access`,
      value: group,
      message: 'no cluster has this group',
      expected: known.size === 0 ? 'groups on the clusters' : `one of ${[...known].join(', ')}`,
    }),
  );
  return [...unknown, ...findRoleProblems(`${field}.access`, access, ROLES)];
}

/** Roles of groups that are not among `roles`. */
export function findRoleProblems(field: string, access: AccessChanges, roles: readonly string[]): Finding[] {
  if (!isJsonObject(access)) {
    const message = 'must map groups to roles';
    return [findingOf('unknown-role', { field, value: String(access), message, expected: '{ group: role }' })];
  }
  return Object.entries(access).flatMap(([group, role]) =>
    unless(roles.includes(role), 'unknown-role', {
      field: `${field}.${group}`,
      value: String(role),
      message: 'unknown role',
      expected: `one of ${roles.join(', ')}`,
    }),
  );
}

/** A group without a subject on a cluster. */
export function findSubjectProblems(field: string, group: string, subject: Subject | Problem): Finding[] {
  if (!isProblem(subject)) return [];
  const { message, expected } = subject;
  return [findingOf('group-subject', { field, value: group, message, expected })];
}
