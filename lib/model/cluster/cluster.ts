// A cluster: a target with its provider, region, zones, Kubernetes minor and capabilities. Made by a provider's function.

import type { BackupPlan } from '../backups/plan';
import { GATEWAY_API, type GatewayApi } from '../exposure/gateway-api';
import type { GatewayController } from '../exposure/gateway-controller';
import { type Accepted, accept } from '../finding/input';
import { isProblem, type Problem } from '../finding/problem';
import {
  checked,
  choice,
  either,
  type Fields,
  fields,
  list,
  optional,
  type Schema,
  table,
  text,
} from '../finding/schema';
import { defined } from '../manifest/json';
import { captureTrace, type Trace } from '../manifest/origin';
import { compareKeys } from '../manifest/text';
import { PRIORITY_CLASSES, type PriorityClasses } from '../pods/priority';
import { findMakerProblems, SECRET_MAKERS, type SecretMakers } from '../secrets/makers';
import { CAPABILITIES, type Capability } from './capability';
import { findNeighbourProblems, NEIGHBOURS, type Neighbours } from './neighbours';
import { SUBNETS, type Subnets } from './network';
import type { NodePool } from './pool';
import { findPoolProblems, NODE_POOLS } from './pool-input';
import { type Provider, type Subject, serviceAccountSubject } from './provider';
import { findControlPlaneProblems, findZoneProblems, ZONES } from './zones';

/** A Kubernetes minor, such as `1.36`. */
export type Minor = `1.${number}`;

/** The oldest supported minor. */
export const OLDEST_MINOR = 27;
/** The newest known minor: what a later one changes is unknown. */
const NEWEST_MINOR = 37;

const KNOWN_MINORS = `'1.${OLDEST_MINOR}' to '1.${NEWEST_MINOR}'`;

export const MINOR: Schema = checked<string>(text(KNOWN_MINORS), (minor) => {
  if (isMinor(minor)) return [];
  const meant = /^v?(1\.\d+)(?:[.+-].*)?$/.exec(minor)?.[1] ?? ''; // servers report v1.36.2-eks-1
  return [{ message: 'unsupported Kubernetes version', expected: isMinor(meant) ? `'${meant}'` : KNOWN_MINORS }];
});

/** The meaning of a group's name: its id in the directory, or a ServiceAccount, such as Argo CD's application controller. */
export type GroupId = string | { readonly namespace: string; readonly serviceAccount: string };

/** What every provider's function takes. */
export interface ClusterProps extends Neighbours, SecretMakers {
  /** Kubernetes minor of the API server. */
  readonly kubernetes: Minor;
  /**
   * Names of the zones as in the nodes' label `topology.kubernetes.io/zone`.
   * @default none: nodes have no zone label, and pods are not bound to zones
   */
  readonly zones?: readonly string[];
  /** @default nothing beyond conformance */
  readonly capabilities?: readonly Capability[];
  /**
   * Serves hosts by a shared Gateway and a route for each component, in the place of Ingresses. It implies the capability `gateway-api`.
   * @default none: Ingresses serve them. With the capability alone, bundle 1.3 is assumed for objects of your own
   */
  readonly gatewayApi?: GatewayApi;
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
   * Name of the directory that the ids of its groups are of, where it is not that of the provider's other clusters, as with a second tenant.
   * @default that of the other clusters of its provider: a group has one id there
   */
  readonly directory?: string;
  /**
   * Identities of the provider that components act as: `<namespace>/<component>` → its id, in the provider's form; on EKS also
   * `pod-identity`, where an association outside the manifests gives the role.
   * @default none: credentials are Secrets
   */
  readonly identities?: Readonly<Record<string, string>>;
  /** Groups that may do everything, in every namespace. @default none in the manifests: only the creator of the cluster */
  readonly sysadmins?: readonly string[];
  /**
   * Priority classes that pods may name, each with its value, up to 1000000000: they are written into `00-cluster.yaml`. A class with
   * `'elsewhere'` is made by others.
   * @default none but those of Kubernetes
   * @example priorityClasses: { payments: 1000, batch: -10 }
   */
  readonly priorityClasses?: PriorityClasses;
  /**
   * Plurals of unknown custom kinds, as `group/Kind`: `{ 'example.com/Widget': 'widgets' }`. A deployer's rights need them.
   * @default none
   */
  readonly plurals?: Readonly<Record<string, string>>;
  /**
   * Scopes of unknown custom kinds, as `group/Kind`: `{ 'example.com/Fleet': 'cluster' }`. Objects of a cluster-scoped kind have no
   * namespace. What a CustomResourceDefinition of the app says needs no entry.
   * @default namespace
   */
  readonly scopes?: Readonly<Record<string, 'cluster' | 'namespace'>>;
}

type ServiceAccountId = Exclude<GroupId, string>;

const GROUP_ID = either(
  [text(), fields<ServiceAccountId>({ namespace: text(), serviceAccount: text() })],
  "the directory's id of the group, or { namespace, serviceAccount }",
);

/** What every provider's function takes. */
export const CLUSTER: Fields<ClusterProps> = {
  kubernetes: MINOR,
  zones: optional(ZONES),
  capabilities: optional(list(choice(CAPABILITIES))),
  gatewayApi: optional(GATEWAY_API),
  nodePools: optional(NODE_POOLS),
  subnets: optional(SUBNETS),
  groups: optional(table(GROUP_ID)),
  directory: optional(text('the name of a directory')),
  identities: optional(table(text('the id of the identity'))),
  sysadmins: optional(list(text('the name of a group'))),
  priorityClasses: optional(PRIORITY_CLASSES),
  plurals: optional(table(text('the plural of the kind'))),
  scopes: optional(table(choice(['cluster', 'namespace']))),
  ...NEIGHBOURS,
  ...SECRET_MAKERS,
};

/** A cluster, not yet named. */
export interface ClusterDescription
  extends Required<Omit<ClusterProps, keyof Neighbours | keyof SecretMakers | 'directory' | 'gatewayApi'>>,
    Pick<ClusterProps, 'directory' | 'gatewayApi'>,
    Neighbours,
    SecretMakers {
  /** The profile of its provider. */
  readonly provider: Provider;
  /** What is wrong with the description; each refused key has its default. */
  readonly problems: readonly Problem[];
  /** The line that described it. */
  readonly trace: Trace;
  /** Region in the provider's spelling; absent where there is none. */
  readonly region?: string;
  /** Where copies of its data go. @default nowhere: it has no part `backups` */
  readonly backups?: BackupPlan;
}

/** A cluster with the name that the platform file gives it. */
export interface Cluster extends ClusterDescription {
  /** Its name in the platform. */
  readonly name: string;
}

/**
 * The cluster that the user describes by `props`, on the provider that `profile` makes of them. What `schema` refuses has the value
 * of `standIns`, or its default.
 */
export function describeCluster<Props extends ClusterProps & { readonly region?: string }>(
  schema: Schema,
  props: Props,
  standIns: Partial<Props>,
  profile: (props: Props) => Provider,
): ClusterDescription {
  const accepted = accept('', schema, props, { kubernetes: '1.36', ...standIns });
  return complete(accepted, profile(accepted.input), captureTrace());
}

const COPY = fields<ClusterProps & { readonly region?: string }>({ ...CLUSTER, region: optional(text()) });

/** The description, checked again: a spread may have changed it since its provider's function has. */
export function recheck(description: ClusterDescription): ClusterDescription {
  if (description.problems.length > 0) return description;
  const { provider, trace, problems: _, ...props } = description;
  return complete(accept('', COPY, props, { kubernetes: '1.36' }), provider, trace);
}

/** The description with its defaults, and with the problems that only show in the whole of it. */
function complete(
  { input, refused, problems }: Accepted<ClusterProps & { readonly region?: string }>,
  provider: Provider,
  trace: Trace,
): ClusterDescription {
  const { kubernetes, region, zones = [], nodePools = [], groups = {}, sysadmins = [] } = input;
  const { prometheus, traces, configuration, cloudNativePg, apiServer, dnsAddress } = input;
  const { secretStore, issuer, directory } = input;
  // groups may be among what was refused
  const isUnsure = input.groups === undefined && refused.size > 0;
  const { capabilities = [] } = input;
  const hasCapabilities = input.capabilities !== undefined || refused.size === 0;
  const poolProblems = findPoolProblems(nodePools, zones, region);
  const served = input.gatewayApi === undefined ? undefined : provider.gateway(input.gatewayApi);
  const gatewayApi = served === undefined || isProblem(served) ? undefined : input.gatewayApi;
  return {
    provider,
    kubernetes,
    zones,
    capabilities: withGatewayApi(capabilities, gatewayApi),
    // nothing should follow from a pool that is refused
    nodePools: poolProblems.length > 0 ? [] : nodePools,
    subnets: input.subnets ?? {},
    groups,
    identities: input.identities ?? {},
    sysadmins,
    priorityClasses: input.priorityClasses ?? {},
    plurals: input.plurals ?? {},
    scopes: input.scopes ?? {},
    ...defined({ region, prometheus, traces, configuration, cloudNativePg, apiServer, dnsAddress }),
    ...defined({ secretStore, issuer, directory, gatewayApi }),
    problems: [
      ...problems,
      ...findZoneProblems(provider, region, zones),
      // zones may be among what was refused
      ...(input.zones === undefined && refused.size > 0 ? [] : findControlPlaneProblems(provider, zones)),
      ...poolProblems,
      ...findGatewayProblems(served),
      ...(hasCapabilities ? findMakerProblems(input, capabilities) : []),
      ...(hasCapabilities ? findNeighbourProblems(input, capabilities) : []),
      ...(isUnsure ? [] : findSysadminProblems({ groups, provider }, sysadmins)),
    ],
    trace,
  };
}

/** What the cluster says of its Gateway API implies that it has it. */
const withGatewayApi = (capabilities: readonly Capability[], api: GatewayApi | undefined): readonly Capability[] =>
  api === undefined || capabilities.includes('gateway-api') ? capabilities : [...capabilities, 'gateway-api'];

function findGatewayProblems(served: GatewayController | Problem | undefined): Problem[] {
  if (served === undefined || !isProblem(served)) return [];
  const { field, ...problem } = served;
  return [{ ...problem, field: ['gatewayApi', ...(field === undefined ? [] : [field])].join('.') }];
}

/** Whether the value is a cluster as a provider's function makes it. */
export function isDescription(value: unknown): value is ClusterDescription {
  return typeof value === 'object' && value !== null && 'provider' in value && 'problems' in value;
}

/** Whether its nodes can be planned: it describes its pools and how pods get addresses. */
export function describesNodes({ provider, nodePools }: ClusterDescription): boolean {
  return !isProblem(provider.network) && nodePools.length > 0;
}

type Directory = Pick<ClusterDescription, 'groups' | 'provider'>;

function findSysadminProblems(directory: Directory, sysadmins: readonly string[]): Problem[] {
  return sysadmins.flatMap((group) => {
    const subject = groupSubjectOn(directory, group);
    if (!isProblem(subject)) return [];
    const { message, expected } = subject;
    return [{ field: 'sysadmins', value: group, message, expected }];
  });
}

/** The RBAC subject of one of our groups on a cluster. */
export function groupSubjectOn({ groups, provider }: Directory, group: string): Subject | Problem {
  const id = Object.hasOwn(groups, group) ? groups[group] : undefined;
  if (typeof id === 'string') return provider.subject(id);
  if (id !== undefined) return serviceAccountSubject(id.namespace, id.serviceAccount);
  return { message: `group ${group} has no subject`, expected: `groups: { ${group}: … } on the cluster` };
}

/** Our names of a cluster's groups, by the name of the RBAC subject; of a ServiceAccount, by its namespace and name. */
export function groupNames(directory: Directory): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(directory.groups).flatMap((group): [string, string][] => {
      const subject = groupSubjectOn(directory, group);
      if (isProblem(subject)) return [];
      return [[subject.kind === 'Group' ? subject.name : `${subject.namespace}/${subject.name}`, group]];
    }),
  );
}

/** The subjects of groups on a cluster, each once, in alphabetical order; groups without one are left out. */
export function subjectsOn(cluster: ClusterDescription, groups: readonly string[]): Subject[] {
  const subjects = groups
    .map((group) => groupSubjectOn(cluster, group))
    .flatMap((subject) => (isProblem(subject) ? [] : [subject]));
  const byKey = new Map(subjects.map((subject) => [JSON.stringify(subject), subject]));
  return [...byKey].sort(compareKeys).map(([, subject]) => subject);
}

/** Whether the text is a known minor. */
export function isMinor(text: string): text is Minor {
  const number = minorNumber(text);
  return number >= OLDEST_MINOR && number <= NEWEST_MINOR;
}

/** The number after the dot of a minor: 36 for `1.36`; NaN for any other form. */
export function minorNumber(minor: string): number {
  return /^1\.\d+$/.test(minor) ? Number(minor.slice(2)) : Number.NaN;
}
