// `evenkeel access`: which group has which role in which namespace, what the roles allow, and which Secrets that opens.

import { Command } from 'commander';
import type { IConstruct } from 'constructs';
import { access, unknownAccess, urlAccess, viaPods } from '../analysis/access/access';
import { type Grant, grants, type Who } from '../analysis/access/rbac';
import type { PolicyRule } from '../analysis/access/roles';
import { secretWays, secretWaysOf } from '../analysis/access/ways';
import { dig } from '../analysis/objects/read-json';
import { System } from '../constructs/system/system';
import { groupNames } from '../model/cluster/cluster';
import type { ApiEntry } from '../model/manifest/object';
import { compareKeys, compareText } from '../model/manifest/text';
import { formatTable, type Output } from '../report/output';
import { loadObjects } from './project/objects';
import type { Context } from './project/project';

/** The verb. */
export function accessCommand({ load, output, finish }: Context): Command {
  return new Command('access')
    .description('list which group may do what in which namespace, and which Secrets it can read through pods')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const { app, objects: entries } = loaded;
      if (json) {
        output.out(`${JSON.stringify(answer(entries), null, 2)}\n`);
      } else printTables(output, entries, namesIn(app));
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel access
  evenkeel access --json | jq '.viaPods'`;

const answer = (entries: readonly ApiEntry[]): object => ({
  rights: access(entries),
  viaPods: viaPods(entries),
  urls: urlAccess(entries),
  secrets: secretWays(entries),
  unknown: unknownAccess(entries),
});

/** The platform's names of groups, by cluster and by the directory's name. */
type GroupNames = ReadonlyMap<string, string>;

function namesIn(app: IConstruct): GroupNames {
  const clusters = System.allIn(app).map(({ target }) => target.cluster);
  return new Map(
    clusters.flatMap((cluster) =>
      [...groupNames(cluster)].map(([subject, group]): [string, string] => [`${cluster.name}\n${subject}`, group]),
    ),
  );
}

function printTables(output: Output, entries: readonly ApiEntry[], names: GroupNames): void {
  const called = ({ cluster, who }: Grant): string =>
    (who.kind === 'Group' && names.get(`${cluster}\n${who.name}`)) || describeWho(who);
  const sortKey = (grant: Grant): string =>
    [grant.cluster, called(grant), grant.namespace ?? '', grant.role].join('\n');
  const all = [...grants(entries)].sort((a, b) => compareText(sortKey(a), sortKey(b)));
  const tablesOf = (found: readonly Grant[]): string => {
    const given = found.map((grant) => [
      grant.cluster,
      called(grant),
      grant.namespace ?? '(all)',
      grant.role,
      secretsOf(entries, grant),
    ]);
    const roles = new Map(found.map((grant) => [roleKey(grant), grant]));
    const rights = [...roles].sort(compareKeys).flatMap(([, grant]) => describeRole(grant));
    const table = formatTable([['CLUSTER', 'WHO', 'NAMESPACE', 'ROLE', 'SECRETS'], ...given]);
    return `${table}\n${formatTable([HEADER, ...inLines(rights)])}`;
  };
  const programs = all.filter(({ who }) => who.kind === 'ServiceAccount');
  const people = all.filter(({ who }) => who.kind !== 'ServiceAccount');
  output.out(tablesOf(people));
  // with long names of their own, which would widen the tables of people
  if (programs.length > 0) output.out(`\nPrograms, by their ServiceAccounts\n\n${tablesOf(programs)}`);
  output.out(LEGEND);
}

const LEGEND = `
SECRETS of the namespace: read: by a right that shows them (every verb but create), in brackets
those of a name. via pods: by a pod that mounts them (any), or by a shell in a pod that does
(mounted). as: a ServiceAccount that it can run or act as reads Secrets of other namespaces.
?: the role is not defined here, or a right leads to others' rights: what these read is unknown.
In MAY, read: get, list and watch. Built-in roles: Kubernetes 1.27 to 1.37. --json has groups' ids.
`;

/** A ClusterRole is listed once, a Role once for each namespace. */
function roleKey({ cluster, role, binding, namespace }: Grant): string {
  return [cluster, isLocal(binding) ? `${namespace}/${role}` : role].join('\n');
}

function isLocal({ manifest }: ApiEntry): boolean {
  return dig(manifest, 'roleRef')?.kind === 'Role';
}

function describeWho({ kind, name, namespace }: Who): string {
  if (kind === 'Group') return name; // nearly all subjects are groups
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function secretsOf(entries: readonly ApiEntry[], grant: Grant): string {
  const ways = secretWaysOf(entries, grant);
  if (ways === undefined) return '?';
  const { read, pods, as, leads, unknown } = ways;
  if (read === 'all') return ['read', ...as.map(actingAs)].join(', ');
  const parts = [
    ...(read.length === 0 ? [] : [`read (${read.join(', ')})`]),
    ...(pods === 'none' ? [] : [`via pods: ${pods}`]),
    ...as.map(actingAs),
    ...(leads.length === 0 ? [] : [`? by ${leads.join(', ')}`]),
    ...(unknown.length === 0 ? [] : ['?']),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const actingAs = (account: string): string => `as ${account}`;

/** What may be done to which kinds. */
interface Right {
  readonly cluster: string;
  readonly role: string;
  readonly may: string;
  readonly kinds: readonly string[];
}

function describeRole({ cluster, role: name, namespace, binding, known, open, rules }: Grant): Right[] {
  const role = isLocal(binding) ? `${namespace}/${name}` : name;
  if (!known) return [{ cluster, role, may: '?', kinds: ['not defined here'] }];
  const kinds = new Map<string, string[]>();
  for (const rule of rules) {
    const may = describeVerbs(rule);
    kinds.set(may, [
      ...(kinds.get(may) ?? []),
      ...rule.groups.flatMap((group) => rule.resources.map(named(group, rule.names))),
      ...rule.urls,
    ]);
  }
  if (open) kinds.set('?', ['what ClusterRoles that are not defined here add']);
  return [...kinds].map(([may, all]) => ({ cluster, role, may, kinds: [...new Set(all)].sort() }));
}

const HEADER = ['CLUSTER', 'ROLE', 'MAY', 'KINDS'];
const WIDTH = 100;
const GAP = 2;

/** Rows with the kinds wrapped to the width. Cells that repeat those above are left empty. */
function inLines(rights: readonly Right[]): string[][] {
  const widest = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length)) + GAP;
  const columns = [rights.map((it) => it.cluster), rights.map((it) => it.role), rights.map((it) => it.may)];
  const taken = columns.map((column, index) => widest([HEADER[index] ?? '', ...column]));
  const width = WIDTH - taken.reduce((sum, one) => sum + one, 0);
  return rights.flatMap(({ cluster, role, may, kinds }, index) => {
    const isNew = role !== rights[index - 1]?.role || cluster !== rights[index - 1]?.cluster;
    return wrapped(kinds.join(', '), width).map((line, row) => [
      ...(isNew && row === 0 ? [cluster, role] : ['', '']),
      row === 0 ? may : '',
      line,
    ]);
  });
}

function describeVerbs({ verbs }: PolicyRule): string {
  const reads = ['get', 'list', 'watch'].every((verb) => verbs.includes(verb));
  const rest = verbs.filter((verb) => !reads || !['get', 'list', 'watch'].includes(verb)).sort();
  return [...(reads ? ['read'] : []), ...rest].join(', ').replace(/^\*$/, 'everything');
}

/** Groups with unambiguous plurals. Others are printed as kubectl writes them: `plural.group`. */
const PLAIN: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'discovery.k8s.io',
  'gateway.networking.k8s.io',
  'keda.sh',
  'networking.k8s.io',
  'policy',
]);

const named =
  (group: string, names: readonly string[]) =>
  (resource: string): string => {
    const kind = PLAIN.has(group) || resource === '*' ? resource : `${resource}.${group}`;
    return names.length === 0 ? kind : `${kind} (${names.join(', ')})`;
  };

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
