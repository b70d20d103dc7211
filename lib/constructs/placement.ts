// What the compiler cannot see in a platform: names, numbers and promises that cannot hold.
import { type ClusterDescription, minorNumber, OLDEST_MINOR } from '../model/cluster';
import type { EnvironmentProps } from '../model/environment';
import type { Problem } from './findings';

interface Described {
  readonly home: string;
  readonly clusters: Readonly<Record<string, ClusterDescription>>;
  readonly environments: Readonly<Record<string, EnvironmentProps>>;
}

/** Problems of the platform itself. `placements` is how many there are: none would empty the output. */
export function inspectPlatform({ home, clusters, environments }: Described, placements: number): Problem[] {
  const names = Object.keys(clusters);
  return [
    ...(names.includes(home)
      ? []
      : [problem('home', 'home', home, 'there is no cluster of that name', `one of ${names.join(', ')}`)]),
    ...(placements > 0
      ? []
      : [
          problem(
            'no-placement',
            'place',
            0,
            'no system is placed anywhere: there would be nothing to apply',
            'place(System, …)',
          ),
        ]),
    ...[
      ...names.map((name) => ['clusters', name] as const),
      ...Object.keys(environments).map((name) => ['environments', name] as const),
    ]
      .filter(([, name]) => !NAME.test(name))
      .map(([field, name]) =>
        problem('name', field, name, 'it becomes a part of file names and of namespaces, and cannot', NAME_FORM),
      ),
    ...Object.entries(clusters).flatMap(([name, cluster]) => inspectCluster(`clusters.${name}`, cluster)),
    ...Object.entries(environments).flatMap(([name, environment]) =>
      inspectSurvival(`environments.${name}`, environment),
    ),
  ];
}

/** Problems of one placement: its tag, on how many clusters it is to lie, and what its environment wants of them. */
export function inspectPlacement(
  tag: string,
  on: number,
  environment: EnvironmentProps | undefined,
  clusters: readonly ClusterDescription[],
): Problem[] {
  const puller = clusters.find(({ provider }) => !provider.loadsImages);
  const regions = new Set(clusters.map(({ region }) => region)).size;
  const lost = environment?.survives?.regions ?? 0;
  return [
    ...(on > 0
      ? []
      : [
          problem(
            'no-placement',
            'on',
            0,
            'the environment lies on no cluster: its files would go',
            'one cluster or more',
          ),
        ]),
    ...(typeof tag === 'string' && tag !== ''
      ? []
      : [
          problem(
            'image-tag',
            'tag',
            String(tag),
            'there is no tag for the images',
            "a build number such as '412', or a digest",
          ),
        ]),
    ...(environment === undefined || environment.registry !== undefined || puller === undefined
      ? []
      : [
          problem(
            'registry',
            'registry',
            puller.provider.name,
            'its nodes fetch images, and the environment names no registry',
            'registry: the registry and path of the images',
          ),
        ]),
    ...(clusters.length === 0 || lost < regions
      ? []
      : [
          problem(
            'survives-regions',
            'survives.regions',
            lost,
            `the environment promises to survive the loss of ${lost} region(s), and lies in ${regions}`,
            `clusters in more than ${lost} region(s), or survives.regions: 0`,
          ),
        ]),
  ];
}

const NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
const NAME_FORM = 'at most 40 lower-case letters, digits and "-", starting and ending with a letter or digit';

function inspectCluster(field: string, { kubernetes, zones }: ClusterDescription): Problem[] {
  const isMinor = typeof kubernetes === 'string' && minorNumber(kubernetes) >= OLDEST_MINOR;
  return [
    ...(isMinor
      ? []
      : [
          problem(
            'kubernetes-minor',
            `${field}.kubernetes`,
            String(kubernetes),
            'this is no Kubernetes minor that we write for',
            `'1.${OLDEST_MINOR}' or later`,
          ),
        ]),
    ...(new Set(zones).size === zones.length
      ? []
      : [
          problem(
            'zones',
            `${field}.zones`,
            zones.join(', '),
            'a zone is named twice, so that there would seem to be more of them',
            'each zone once',
          ),
        ]),
  ];
}

function inspectSurvival(field: string, { survives }: EnvironmentProps): Problem[] {
  return (['zones', 'regions'] as const).flatMap((what) => {
    const lost = survives?.[what];
    if (Number.isInteger(lost) && lost >= 0) return [];
    return [
      problem(
        'survives',
        `${field}.survives.${what}`,
        String(lost),
        'an environment says how many it survives the loss of',
        'a whole number, 0 or more',
      ),
    ];
  });
}

function problem(rule: string, field: string, value: string | number, message: string, expected: string): Problem {
  return { rule, severity: 'error', field, value, message, expected };
}
