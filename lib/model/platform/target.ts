// A target: one environment on one cluster, with the settings and the image tags of a system there.
import type { Cluster } from '../cluster/cluster';
import { either, table, text } from '../finding/schema';
import { type Environment, registryPath } from './environment';
import type { TrafficShare } from './traffic';

/**
 * The immutable versions of a system's images: one build number for all, or for each component its own build number or
 * digest (`sha256:…`).
 */
export type Tags = string | Readonly<Record<string, string>>;

/** The tags of every system: system → environment → tags, as `images.json` has them. */
export type Images = Readonly<Record<string, Readonly<Record<string, Tags>>>>;

const TAG = text("a build number such as '412', or a digest");
/** What the tags of one system may be. */
export const TAGS = either([TAG, table(TAG)], TAG.expected);
/** What `images` of a platform may say. */
export const IMAGES = table(table(TAGS, "{ environment: '412' }"), "{ system: { environment: '412' } }");

/** The tag of one component; `undefined` where it has none. */
export function tagOf(tags: Tags | undefined, component: string): string | undefined {
  if (tags === undefined || typeof tags === 'string') return tags;
  return Object.hasOwn(tags, component) ? tags[component] : undefined;
}

/** The tags of each system in an environment; those of `otherwise`, where a system has none of its own there. */
export function imagesIn(images: Images, environment: string, otherwise = environment): Record<string, Tags> {
  const found = Object.entries(images).flatMap(([system, tags]): [string, Tags][] => {
    const own = [environment, otherwise].find((name) => Object.hasOwn(tags, name) && tags[name] !== undefined);
    const tag = own === undefined ? undefined : tags[own];
    return tag === undefined ? [] : [[system, tag]];
  });
  return Object.fromEntries(found);
}

/** What a system knows about where it runs. */
export interface Target<Settings> {
  /** The cluster that it runs on. */
  readonly cluster: Cluster;
  /** The environment that it runs in. */
  readonly environment: Environment;
  /** Regions in which the system runs in this environment. */
  readonly regions: number;
  /** The cluster's share of the traffic of hosts that all clusters of the environment serve. */
  readonly share: TrafficShare;
  /** Whether the cluster's files go to the root of the output directory. */
  readonly home: boolean;
  /** Name of the namespace. @default `<system>-<environment>` */
  readonly namespace?: string;
  /** Name of the part of the platform that the system is of. @default none: it is placed by itself */
  readonly part?: string;
  /** The tags of each system in this environment; `undefined` where `images` of the platform is refused. */
  readonly images: Readonly<Record<string, Tags>> | undefined;
  /** The system's own settings for this environment. */
  readonly settings: Settings;
}

/** The image reference of a component: `<registry>/<system>/<component>:<tag>`, with `@` before a digest. */
export function imageReference(system: string, component: string, environment: Environment, tag: string): string {
  const registry = registryPath(environment);
  const name = `${registry === undefined ? '' : `${registry}/`}${system}/${component}`;
  return `${name}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`;
}

/** When nodes fetch an image. */
export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** Whether the first part of an image's name is a registry's host, as container runtimes decide it: distribution/reference, splitDockerDomain. */
const namesRegistry = (image: string): boolean => /^(localhost|[^/]*[.:][^/]*)\//.test(image);

/**
 * A digest never changes, so the node's copy will do; a tag is pulled again, because the registry decides what it means
 * (kube-score, Polaris). An image that was loaded by hand is never pulled: `shop/web` without a registry could be anyone's
 * name on the public one.
 */
export function pullPolicy(image: string, environment: Environment): PullPolicy {
  if (registryPath(environment) === undefined && !namesRegistry(image)) return 'Never';
  return image.includes('@sha256:') ? 'IfNotPresent' : 'Always';
}
