// The stages of a delivery: each file of `dist/` is applied by one account, after the file that it needs.

import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import type { GitOps } from '../../model/platform/gitops';
import { DEPLOYER } from '../../model/platform/roles';
import { dig, list, record, text } from '../objects/read-json';
import { isNameShort, stageName } from './place';

/** An object and the file of `dist/` that it is in. */
export interface FiledObject {
  readonly entry: ApiEntry;
  /** Relative POSIX path. */
  readonly file: string;
}

/** A ServiceAccount that applies a stage. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** One file of `dist/`. */
export interface Stage {
  /** Name of the file without its ending: `10-shop-production`. */
  readonly name: string;
  /** Relative POSIX path of the file in the output directory. */
  readonly file: string;
  readonly phase: Phase;
  readonly objects: readonly ApiEntry[];
  /** Who applies it. @default the controller's own account */
  readonly account?: Account;
  /** Name of the stage that must be complete before. @default it is the first */
  readonly after?: string;
  /** Longest time that it may take, in seconds. */
  readonly timeoutSeconds: number;
}

/** The stages of one cluster, in the order of their files. */
export interface Delivery {
  readonly cluster: string;
  readonly stages: readonly Stage[];
  /** The same, by name. */
  readonly named: ReadonlyMap<string, Stage>;
}

/** The phases, by which the names of files begin: the cluster, the platform's part of a namespace, its migrations, the rest. */
const PHASES = ['00', '05', '07', '10'] as const;
type Phase = (typeof PHASES)[number];

const OF_PLATFORM: readonly Phase[] = ['00', '05'];

/** How long a rollout may take; the pipelines wait as long. */
const ROLLOUT_SECONDS = 20 * 60;
const PLATFORM_SECONDS = 5 * 60;
/** For a Job after its deadline to be reported as failed. */
const GRACE_SECONDS = 60;

/** The stages of every cluster that the controller runs on, with the problems of accounts. Clusters are sorted. */
export function deliveriesOf(
  objects: readonly FiledObject[],
  settings: GitOps,
): { readonly deliveries: readonly Delivery[]; readonly findings: readonly Finding[] } {
  const byCluster = [...groupBy(objects, ({ entry }) => entry.cluster)].sort(compareKeys);
  const wanted = byCluster.filter(([cluster]) => settings.clusters?.includes(cluster) ?? true);
  const found = wanted.map(([cluster, own]) => deliveryOf(cluster, own, settings));
  const absent = (settings.clusters ?? []).filter((name) => byCluster.every(([cluster]) => cluster !== name));
  return {
    deliveries: found.map(({ delivery }) => delivery),
    findings: [...found.flatMap(({ findings }) => findings), ...absent.map((name) => withoutSystem(name, byCluster))],
  };
}

function withoutSystem(name: string, byCluster: readonly (readonly [string, unknown])[]): Finding {
  return findingOf('gitops-cluster', {
    field: 'gitops.clusters',
    value: name,
    message: `cluster ${name} runs no system, so there is nothing to apply`,
    expected: `clusters that do: ${byCluster.map(([cluster]) => cluster).join(', ')}`,
  });
}

function deliveryOf(cluster: string, objects: readonly FiledObject[], settings: GitOps) {
  const byFile = groupBy(objects, ({ file }) => file);
  const named = [...byFile].sort(compareKeys).map(([file, members]) => {
    const name = (file.split('/').at(-1) ?? file).replace(/\.yaml$/, '');
    const phase = PHASES.find((one) => name.startsWith(`${one}-`)) ?? '10';
    return { name, file, phase, objects: members.map(({ entry }) => entry) };
  });
  const names = new Set(named.map(({ name }) => name));
  const gateways = gatewaysBefore(named);
  const platform = platformAccount(objects, settings.namespace);
  const findings: Finding[] = [];
  const stages = named.flatMap(({ phase, ...own }): Stage[] => {
    const isPlatforms = OF_PLATFORM.includes(phase);
    if (!isPlatforms && settings.applies === 'platform') return [];
    const rest = own.name.slice(phase.length);
    const after = PHASES.slice(0, PHASES.indexOf(phase))
      .reverse()
      .map((one) => (one === '00' ? (gateways.get(rest) ?? '00-cluster') : one + rest))
      .find((one) => names.has(one));
    const deployers = isPlatforms ? [] : deployersIn(byFile.get(own.file.replace(/[^/]*$/, `05${rest}.yaml`)) ?? []);
    if (phase === '10') findings.push(...findDeployerProblems(deployers, settings, objects));
    const account = isPlatforms ? platform : deployers[0]?.account;
    if (!isNameShort(stageName(settings, own.name)))
      findings.push(longName(stageName(settings, own.name), own.objects));
    return [
      {
        ...own,
        phase,
        timeoutSeconds: timeoutOf(own.objects, isPlatforms ? PLATFORM_SECONDS : ROLLOUT_SECONDS),
        ...(account === undefined ? {} : { account }),
        ...(after === undefined ? {} : { after }),
      },
    ];
  });
  return { delivery: { cluster, stages, named: new Map(stages.map((stage) => [stage.name, stage])) }, findings };
}

const GATEWAY_API = 'gateway.networking.k8s.io';

/** The stage of the Gateway to which the routes of a system attach, by what follows the phase in the names of its own stages. */
function gatewaysBefore(stages: readonly Pick<Stage, 'name' | 'phase' | 'objects'>[]): ReadonlyMap<string, string> {
  const having = new Map<string, string>(
    stages.flatMap(({ name, objects }) =>
      objects
        .filter(({ identity }) => identity.group === GATEWAY_API && identity.kind === 'Gateway')
        .map(({ identity }) => [`${identity.namespace}/${identity.name}`, name] as const),
    ),
  );
  if (having.size === 0) return new Map();
  return new Map(
    stages.flatMap(({ name, phase, objects }) => {
      const rest = name.slice(phase.length);
      const found = objects.flatMap(parentsOf).flatMap((parent) => having.get(parent) ?? []);
      const [other] = found.filter((stage) => !stage.endsWith(rest));
      return other === undefined ? [] : [[rest, other] as const];
    }),
  );
}

/** The Gateways of a route. */
function parentsOf({ identity, manifest }: ApiEntry): string[] {
  if (identity.group !== GATEWAY_API) return [];
  return list(dig(manifest, 'spec')?.parentRefs).map((parent) => {
    const { namespace = identity.namespace, name } = record(parent) ?? {};
    return `${text(namespace) ?? ''}/${text(name) ?? ''}`;
  });
}

/** A ServiceAccount in a binding. */
interface Bound {
  readonly account: Account;
  readonly binding: ApiEntry;
}

/** The ServiceAccounts that deploy the system of a `05-…` file, by its binding. */
function deployersIn(objects: readonly FiledObject[]): Bound[] {
  return objects.flatMap(({ entry }) => {
    const role = dig(entry.manifest, 'roleRef');
    const isDeployers = entry.identity.kind === 'RoleBinding' && role?.kind === 'Role' && role.name === DEPLOYER;
    return isDeployers ? accountsOf(entry) : [];
  });
}

/** The sysadmin in the namespace of the controller, as which it applies what the platform team owns. */
function platformAccount(objects: readonly FiledObject[], namespace: string): Account | undefined {
  const bound = objects.flatMap(({ entry }) => {
    const isSysadmins =
      entry.identity.kind === 'ClusterRoleBinding' && dig(entry.manifest, 'roleRef')?.name === 'cluster-admin';
    return isSysadmins ? accountsOf(entry) : [];
  });
  return bound.find(({ account }) => account.namespace === namespace)?.account;
}

function accountsOf(binding: ApiEntry): Bound[] {
  return list(binding.manifest.subjects).flatMap((subject) => {
    const { kind, namespace, name } = record(subject) ?? {};
    const [of, called] = [text(namespace), text(name)];
    if (kind !== 'ServiceAccount' || of === undefined || called === undefined) return [];
    return [{ account: { namespace: of, name: called }, binding }];
  });
}

function findDeployerProblems(
  deployers: readonly Bound[],
  { controller }: GitOps,
  objects: readonly FiledObject[],
): Finding[] {
  const [first] = deployers;
  if (first === undefined) return [];
  const names = deployers.map(({ account: { namespace, name } }) => `${namespace}/${name}`);
  const report = (message: string, expected: string): Finding[] => [
    findingOn(
      first.binding,
      findingOf('gitops-account', { field: 'access', value: names.join(', '), message, expected }),
    ),
  ];
  if (deployers.length > 1) {
    const message = `${deployers.length} ServiceAccounts are deployers of one namespace: the controller can act as one of them`;
    return report(message, 'one group that is a ServiceAccount as the deployer of a placement');
  }
  const { namespace } = first.account;
  const isMadeHere = objects.some(
    ({ entry: { identity } }) => identity.kind === 'Namespace' && identity.name === namespace,
  );
  if (controller !== 'flux' || !isMadeHere) return [];
  const message = `the deployer ${names.join()} is in a namespace that Flux would make first, by an object in that namespace`;
  return report(message, 'a ServiceAccount in a namespace that exists, such as flux-system');
}

function longName(name: string, [first]: readonly ApiEntry[]): Finding {
  const problem = findingOf('gitops-name', {
    field: 'name',
    value: name,
    message: `${name} has ${name.length} characters: controllers write it into a label`,
    expected: 'at most 63 characters: shorter names of the system, the environment or the prefix',
  });
  return first === undefined ? problem : findingOn(first, problem);
}

/** A stage is complete when its Jobs are. */
function timeoutOf(objects: readonly ApiEntry[], least: number): number {
  const deadlines = objects.flatMap(({ identity, manifest }) => {
    const deadline = identity.kind === 'Job' ? record(manifest.spec)?.activeDeadlineSeconds : undefined;
    return typeof deadline === 'number' ? deadline + GRACE_SECONDS : [];
  });
  return Math.max(least, ...deadlines);
}

/** Namespaces of the stage's objects, sorted. */
export function namespacesOf({ objects }: Stage): string[] {
  return [...new Set(objects.flatMap(({ identity }) => identity.namespace ?? []))].sort();
}

/** Stages that the controller applies by its own account, as no ServiceAccount deploys them. */
export function withoutAccount({ stages }: Delivery): Stage[] {
  return stages.filter(({ phase, account }) => !OF_PLATFORM.includes(phase) && account === undefined);
}

/** Whether the platform team owns the stage. */
export const isPlatforms = ({ phase }: Stage): boolean => OF_PLATFORM.includes(phase);
