// Groups as boxes: which role each has in a namespace or in the whole cluster, and what that allows.

import { type Cluster, groupNames } from '../../model/cluster/cluster';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys, compareText } from '../../model/manifest/text';
import { type Act, allows, type Grant, grants } from '../access/rbac';
import type { Box } from './picture';

/** A namespace on a cluster. */
export interface Place {
  readonly cluster: Cluster;
  readonly namespace: string;
}

/** A grant to a group, with the group's name in the platform. */
interface Held {
  readonly group: string;
  readonly where: string;
  readonly grant: Grant;
}

/** Those who have rights in the given namespaces. ServiceAccounts that no group of the platform means are left out. */
export function groupsIn(entries: readonly ApiEntry[], places: readonly Place[]): Box[] {
  const found = places.flatMap(({ cluster, namespace }) =>
    heldOn(entries, cluster).filter(({ grant }) => grant.namespace === undefined || grant.namespace === namespace),
  );
  const clusters = new Set(places.map(({ cluster }) => cluster.name));
  return [...groupBy(sorted(found), ({ group }) => group)].map(([group, held]) => ({
    id: `group/${group}`,
    kind: 'group',
    title: group,
    lines: [...groupBy(held, roleAndRights)].flatMap(([key, together]) => {
      const [role = '', rights = ''] = key.split('\n');
      const on = [...new Set(together.map(({ grant }) => grant.cluster))];
      const wide = together.some(({ grant }) => grant.namespace === undefined) ? ', whole cluster' : '';
      return [`${role}${wide}${on.length === clusters.size ? '' : ` on ${on.join(', ')}`}`, rights];
    }),
  }));
}

/** Those who have rights on a cluster, by role, with the namespaces. */
export function groupsOn(entries: readonly ApiEntry[], cluster: Cluster): Box[] {
  const byRole = [...groupBy(sorted(heldOn(entries, cluster)), roleAndRights)].sort(compareKeys);
  return byRole.map(([key, held]) => {
    const [role = '', rights = ''] = key.split('\n');
    const groups = [...groupBy(held, ({ group }) => group)];
    return {
      id: `role/${key}`,
      kind: 'group',
      title: role,
      lines: [
        rights,
        ...groups.map(([group, all]) => `${group}: ${[...new Set(all.map(({ where }) => where))].join(', ')}`),
      ],
    };
  });
}

const sorted = (all: readonly Held[]): Held[] =>
  [...all].sort((a, b) => compareText(a.group, b.group) || compareText(a.where, b.where));

const roleAndRights = ({ grant }: Held): string => `${roleOf(grant)}\nmay ${rightsOf(grant)}`;

function heldOn(entries: readonly ApiEntry[], cluster: Cluster): Held[] {
  const names = groupNames(cluster);
  return grants(entries)
    .filter(({ cluster: name }) => name === cluster.name)
    .flatMap((grant): Held[] => {
      const { kind, name, namespace = '' } = grant.who;
      const isAccount = kind === 'ServiceAccount';
      const group = names.get(isAccount ? `${namespace}/${name}` : name) ?? (isAccount ? undefined : name);
      return group === undefined ? [] : [{ group, where: grant.namespace ?? 'the whole cluster', grant }];
    });
}

/** Our own ClusterRoles without their prefix. */
const roleOf = ({ role }: Grant): string => role.replace(/^evenkeel-/, '');

const act = (verb: string, group: string, resource: string): Act => ({ verb, group, resource });

const WORKLOADS = ['deployments', 'statefulsets', 'daemonsets'];

/** What a reader asks first, each with the acts one of which it takes. */
const RIGHTS: readonly { readonly word: string; readonly acts: readonly Act[] }[] = [
  { word: 'see pods', acts: [act('list', '', 'pods')] },
  { word: 'read logs', acts: [act('get', '', 'pods/log')] },
  { word: 'read Secrets', acts: [act('get', '', 'secrets'), act('list', '', 'secrets')] },
  { word: 'open a shell', acts: [act('create', '', 'pods/exec')] },
  { word: 'delete pods', acts: [act('delete', '', 'pods')] },
  { word: 'change workloads', acts: WORKLOADS.map((resource) => act('patch', 'apps', resource)) },
  { word: 'create workloads', acts: WORKLOADS.map((resource) => act('create', 'apps', resource)) },
  { word: 'run Jobs', acts: [act('create', 'batch', 'jobs')] },
];

const EVERYTHING = act('*', '*', '*');

function rightsOf({ rules, known, open }: Grant): string {
  if (!known) return 'do what a role allows that is not defined here';
  if (rules.some((rule) => allows(rule, EVERYTHING))) return 'do everything';
  const words = RIGHTS.filter(({ acts }) => acts.some((one) => rules.some((rule) => allows(rule, one)))).map(
    ({ word }) => word,
  );
  const rest = words.length === 0 ? 'do none of the common tasks' : words.join(', ');
  return open ? `${rest}, and what other ClusterRoles add` : rest;
}
