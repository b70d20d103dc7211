// A cluster: a target with its provider, region, zones, Kubernetes minor and capabilities. Made by a provider's function.

import { isProblem, type Problem } from '../finding/problem';
import { compareKeys } from '../manifest/text';
import type { Capability } from './capability';
import type { Subnets } from './network';
import type { NodePool } from './pool';
import { findNodePoolProblems } from './pool-input';
import { type Provider, type Subject, serviceAccountSubject } from './provider';

/** A Kubernetes minor, such as `1.36`. */
export type Minor = `1.${number}`;

/** The oldest supported minor. */
export const OLDEST_MINOR = 27;

/** The meaning of a group's name: its id in the directory, or a ServiceAccount, such as Argo CD's application controller. */
export type GroupId = string | { readonly namespace: string; readonly serviceAccount: string };

/** What every provider's function takes. */
export interface ClusterProps {
  /** Kubernetes minor of the API server. */
  readonly kubernetes: Minor;
  /**
   * Names of the zones as in the nodes' label `topology.kubernetes.io/zone`.
   * @default none: nodes have no zone label, and pods are not bound to zones
   */
  readonly zones?: readonly string[];
  /** @default nothing beyond conformance */
  readonly capabilities?: readonly Capability[];
  /** Pools of nodes. @default unknown: whether a pod fits on a node is not checked */
  readonly nodePools?: readonly NodePool[];
  /** @default unknown: a plan says how large they must be, and refuses nothing */
  readonly subnets?: Subnets;
  /**
   * Groups: our name → the directory's id, in the provider's form, or the ServiceAccount of a controller that deploys.
   * @default none: an environment with access cannot be placed here
   */
  readonly groups?: Readonly<Record<string, GroupId>>;
  /**
   * Identities of the provider that components act as: `<namespace>/<component>` → its id, in the provider's form.
   * @default none: credentials are Secrets
   */
  readonly identities?: Readonly<Record<string, string>>;
  /** Groups that may do everything, in every namespace. @default none in the manifests: only the creator of the cluster */
  readonly sysadmins?: readonly string[];
  /**
   * Plurals of unknown custom kinds, as `group/Kind`: `{ 'example.com/Widget': 'widgets' }`. A deployer's rights need them.
   * @default none
   */
  readonly plurals?: Readonly<Record<string, string>>;
}

/** A cluster, not yet named. */
export interface ClusterDescription extends Required<ClusterProps> {
  /** The profile of its provider. */
  readonly provider: Provider;
  /** Region in the provider's spelling; absent where there is none. */
  readonly region?: string;
}

/** A cluster with the name that the platform file gives it. */
export interface Cluster extends ClusterDescription {
  /** Its name in the platform. */
  readonly name: string;
}

/** A cluster of `provider`, with defaults for what `props` leaves out. */
export function describeCluster(
  provider: Provider,
  props: ClusterProps & { readonly region?: string },
): ClusterDescription {
  const description: ClusterDescription = {
    provider,
    kubernetes: props.kubernetes,
    zones: props.zones ?? [],
    capabilities: props.capabilities ?? [],
    nodePools: props.nodePools ?? [],
    subnets: props.subnets ?? {},
    groups: props.groups ?? {},
    identities: props.identities ?? {},
    sysadmins: props.sysadmins ?? [],
    plurals: props.plurals ?? {},
  };
  return props.region === undefined ? description : { ...description, region: props.region };
}

/** Whether its nodes can be planned: it describes its pools and how pods get addresses. */
export function describesNodes(cluster: ClusterDescription): boolean {
  return !isProblem(cluster.provider.network) && validPools(cluster).length > 0;
}

/** The pools of a cluster; none where one is invalid, which is reported with the platform: nothing should follow from it. */
export function validPools({ nodePools, zones }: ClusterDescription): readonly NodePool[] {
  if (!Array.isArray(nodePools) || !Array.isArray(zones)) return [];
  const isValid = (pool: NodePool) => findNodePoolProblems('', pool, zones.length).length === 0;
  return nodePools.every(isValid) ? nodePools : [];
}

/** The RBAC subject of one of our groups on a cluster. */
export function groupSubjectOn({ groups, provider }: ClusterDescription, group: string): Subject | Problem {
  const id = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (typeof id === 'string') return provider.subject(id);
  if (isServiceAccount(id)) return serviceAccountSubject(id.namespace, id.serviceAccount);
  return { message: `group ${group} has no subject`, expected: `groups: { ${group}: … } on the cluster` };
}

function isServiceAccount(id: unknown): id is Exclude<GroupId, string> {
  if (typeof id !== 'object' || id === null || !('namespace' in id) || !('serviceAccount' in id)) return false;
  return typeof id.namespace === 'string' && typeof id.serviceAccount === 'string';
}

/** The subjects of groups on a cluster, each once, in alphabetical order; groups without one are left out. */
export function subjectsOn(cluster: ClusterDescription, groups: readonly string[]): Subject[] {
  const subjects = groups
    .map((group) => groupSubjectOn(cluster, group))
    .flatMap((subject) => (isProblem(subject) ? [] : [subject]));
  const byKey = new Map(subjects.map((subject) => [JSON.stringify(subject), subject]));
  return [...byKey].sort(compareKeys).map(([, subject]) => subject);
}

/** Whether the text is a supported minor. */
export function isMinor(text: string): text is Minor {
  return minorNumber(text) >= OLDEST_MINOR;
}

/** The number after the dot of a minor: 36 for `1.36`; NaN for any other form. */
export function minorNumber(minor: string): number {
  return /^1\.\d+$/.test(minor) ? Number(minor.slice(2)) : Number.NaN;
}
