// Checks of a platform's clusters and environments that the compiler cannot make: invalid names, numbers and promises.

import { type ClusterDescription, MINOR } from '../../model/cluster/cluster';
import type { Subject } from '../../model/cluster/provider';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { findSchemaProblems } from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import { groupBy } from '../../model/manifest/group-by';
import { type EnvironmentProps, LONGEST_NAME } from '../../model/platform/environment';
import type { GitOpsProps } from '../../model/platform/gitops';
import { unless } from '../tree/findings';

interface Described {
  readonly home: string;
  readonly clusters: Readonly<Record<string, ClusterDescription>>;
  readonly environments: Readonly<Record<string, EnvironmentProps>>;
  readonly gitops?: Pick<GitOpsProps, 'clusters'>;
}

/** Whether a cluster or an environment may have the name. */
export function isName(name: string): boolean {
  return name.length <= LONGEST_NAME && dnsLabel.fits(name);
}

/** Problems of the platform itself. `placements` counts them, refused ones too: without any, the output would be empty. */
export function findPlatformProblems(
  { home, clusters, environments, gitops }: Described,
  placements: number,
): Finding[] {
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
    ...Object.entries(environments).flatMap(([name, props]) =>
      findAccessProblems(`environments.${name}`, props, clusters),
    ),
    ...findGroupIdProblems(clusters),
    ...(gitops?.clusters ?? []).flatMap((name) =>
      unless(names.includes(name), 'unknown-cluster', {
        field: 'gitops.clusters',
        value: name,
        message: `unknown cluster '${name}'${didYouMean(name, names)}: no controller was written for it`,
        expected: `one of ${names.join(', ')}`,
      }),
    ),
  ];
}

/** A group of a cluster, with its id in a directory. */
interface GroupOf {
  readonly cluster: string;
  readonly group: string;
  readonly id: string;
}

/** In one directory a group has one id, and an id one name: otherwise a role reaches people that no one means. */
function findGroupIdProblems(clusters: Described['clusters']): Finding[] {
  const directories = groupBy(Object.entries(clusters), ([, { provider, directory = '' }]) =>
    JSON.stringify([provider.name, directory]),
  );
  return [...directories.values()].flatMap((described) => {
    const groups = described.flatMap(([cluster, one]) =>
      Object.entries(one.groups).flatMap(([group, id]): GroupOf[] =>
        typeof id === 'string' ? [{ cluster, group, id }] : [],
      ),
    );
    const names = [...groupBy(groups, ({ group }) => group).values()].flatMap(([first, ...others]) =>
      others.filter(({ id }) => id !== first?.id).map((other) => aboutGroup(other, otherId(first))),
    );
    const ids = [...groupBy(groups, ({ id }) => id).values()].flatMap(([first, ...others]) =>
      others.filter(({ group }) => group !== first?.group).map((other) => aboutGroup(other, otherName(first))),
    );
    return [...names, ...ids];
  });
}

const aboutGroup = ({ cluster, group, id }: GroupOf, problem: Omit<Problem, 'field' | 'value'>): Finding =>
  findingOf('group-id', { ...problem, field: `clusters.${cluster}.groups.${group}`, value: id }, 'warning');

const otherId = (first: GroupOf | undefined): Omit<Problem, 'field' | 'value'> => ({
  message: `the group is another one of the directory on ${first?.cluster}`,
  expected: `'${first?.id}' as there, or directory: '…' on the cluster with another directory`,
});

const otherName = (first: GroupOf | undefined): Omit<Problem, 'field' | 'value'> => ({
  message: `the group is ${first?.group} of ${first?.cluster} under another name`,
  expected: 'an id of its own, or one name for the group',
});

/** Problems of a Kubernetes minor given at `field`. */
export function findMinorProblems(field: string, minor: unknown): Finding[] {
  return findSchemaProblems(MINOR, minor, field).map((problem) => findingOf('kubernetes-minor', problem));
}

function findNameProblems(field: string, name: string): Finding[] {
  return unless(isName(name), 'name', {
    field,
    value: name,
    message: 'is used in file names and namespaces, so it must be a short DNS label',
    expected: 'at most 40 lower-case letters, digits and "-", starting and ending with a letter or digit',
  });
}

/** Groups that no cluster knows are misspelt; one that only some know is checked with the placement. */
function findAccessProblems(
  field: string,
  { access = {} }: EnvironmentProps,
  clusters: Described['clusters'],
): Finding[] {
  const described = Object.values(clusters);
  // groups may be among what was refused
  if (described.some(({ problems, groups }) => problems.length > 0 && Object.keys(groups).length === 0)) return [];
  const known = new Set(described.flatMap((cluster) => Object.keys(cluster.groups)));
  return Object.keys(access).flatMap((group) =>
    unless(known.has(group), 'unknown-group', {
      field: `${field}.access`,
      value: group,
      message: 'no cluster has this group',
      expected: known.size === 0 ? 'groups on the clusters' : `one of ${[...known].join(', ')}`,
    }),
  );
}

/** A group without a subject on a cluster. */
export function findSubjectProblems(field: string, group: string, subject: Subject | Problem): Finding[] {
  if (!isProblem(subject)) return [];
  const { message, expected } = subject;
  return [findingOf('group-subject', { field, value: group, message, expected })];
}
