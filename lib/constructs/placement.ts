// What the compiler cannot see in a platform: names, numbers and promises that cannot hold.
import { type ClusterDescription, isMinor, OLDEST_MINOR } from '../model/cluster';
import type { EnvironmentProps } from '../model/environment';
import type { Problem } from './findings';

interface Described {
  readonly home: string;
  readonly clusters: Readonly<Record<string, ClusterDescription>>;
  readonly environments: Readonly<Record<string, EnvironmentProps>>;
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** Whether a cluster or an environment may bear the name. */
export function isName(name: string): boolean {
  return NAME.test(name);
}

/** Problems of the platform itself. `placements` is how many there are: none would empty the output. */
export function inspectPlatform({ home, clusters, environments }: Described, placements: number): Problem[] {
  const names = Object.keys(clusters);
  return [
    ...unless(names.includes(home), 'home', {
      field: 'home',
      value: home,
      message: 'there is no cluster of that name',
      expected: `one of ${names.join(', ')}`,
    }),
    ...unless(placements > 0, 'no-placement', {
      field: 'place',
      message: 'no system is placed anywhere: there would be nothing to apply',
      expected: 'place(System, …)',
    }),
    ...names.flatMap((name) => inspectName('clusters', name)),
    ...Object.keys(environments).flatMap((name) => inspectName('environments', name)),
    ...Object.entries(clusters).flatMap(([name, cluster]) => inspectCluster(`clusters.${name}`, cluster)),
    ...Object.entries(environments).flatMap(([name, props]) => inspectSurvival(`environments.${name}`, props)),
  ];
}

/** Problems of one placement: its tag, on how many clusters it is to lie, and what its environment wants of them. */
export function inspectPlacement(
  tag: string,
  on: number,
  environment: EnvironmentProps | undefined,
  clusters: readonly ClusterDescription[],
): Problem[] {
  const puller = clusters.find(({ provider }) => !provider.loadsImages)?.provider.name ?? '';
  const regions = new Set(clusters.map(({ region }) => region)).size;
  const lost = environment?.survives?.regions ?? 0;
  return [
    ...unless(on > 0, 'no-placement', {
      field: 'on',
      message: 'the environment lies on no cluster: its files would go',
      expected: 'one cluster or more',
    }),
    ...unless(typeof tag === 'string' && tag !== '', 'image-tag', {
      field: 'tag',
      value: String(tag),
      message: 'there is no tag for the images',
      expected: "a build number such as '412', or a digest",
    }),
    ...unless(environment === undefined || environment.registry !== undefined || puller === '', 'registry', {
      field: 'registry',
      message: `nodes of ${puller} fetch images, and the environment names no registry`,
      expected: 'registry: the registry and path of the images',
    }),
    ...unless(clusters.length === 0 || lost < regions, 'survives-regions', {
      field: 'survives.regions',
      value: lost,
      message: `the environment promises to survive the loss of ${lost} region(s), and lies in ${regions}`,
      expected: `clusters in more than ${lost} region(s), or survives.regions: 0`,
    }),
  ];
}

/** What is wrong with a Kubernetes minor, wherever it was given. */
export function inspectMinor(field: string, minor: unknown): Problem[] {
  return unless(typeof minor === 'string' && isMinor(minor), 'kubernetes-minor', {
    field,
    value: String(minor),
    message: 'this is no Kubernetes minor that we write for',
    expected: `'1.${OLDEST_MINOR}' or later`,
  });
}

function inspectName(field: string, name: string): Problem[] {
  return unless(isName(name), 'name', {
    field,
    value: name,
    message: 'it becomes a part of file names and of namespaces, and cannot',
    expected: 'at most 40 lower-case letters, digits and "-", starting and ending with a letter or digit',
  });
}

function inspectCluster(field: string, { kubernetes, zones }: ClusterDescription): Problem[] {
  return [
    ...inspectMinor(`${field}.kubernetes`, kubernetes),
    ...unless(new Set(zones).size === zones.length, 'zones', {
      field: `${field}.zones`,
      value: zones,
      message: 'a zone is named twice, so that there would seem to be more of them',
      expected: 'each zone once',
    }),
  ];
}

function inspectSurvival(field: string, { survives }: EnvironmentProps): Problem[] {
  return (['zones', 'regions'] as const).flatMap((what) => {
    const lost = survives?.[what];
    return unless(Number.isInteger(lost) && lost >= 0, 'survives', {
      field: `${field}.survives.${what}`,
      value: String(lost),
      message: 'an environment says how many it survives the loss of',
      expected: 'a whole number, 0 or more',
    });
  });
}

function unless(holds: boolean, rule: string, problem: Omit<Problem, 'rule' | 'severity'>): Problem[] {
  return holds ? [] : [{ rule, severity: 'error', ...problem }];
}
