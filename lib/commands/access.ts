// `evenkeel access`: which group has which role in which namespace, what the roles allow, and which Secrets that opens.

import { Command } from 'commander';
import type { IConstruct } from 'constructs';
import { access, viaPods } from '../analysis/access/access';
import { type Grant, grants, mayDo, type PolicyRule, type Who } from '../analysis/access/rbac';
import { dig } from '../analysis/objects/read-json';
import { System } from '../constructs/system/system';
import { groupSubjectOn } from '../model/cluster/cluster';
import { isProblem } from '../model/finding/problem';
import { defined } from '../model/manifest/json';
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
        output.out(`${JSON.stringify({ rights: access(entries), viaPods: viaPods(entries) }, null, 2)}\n`);
      } else printTables(output, entries, groupNames(app));
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel access
  evenkeel access --json | jq '.viaPods'`;

/** The platform's names of groups, by cluster and by the directory's name. */
type GroupNames = ReadonlyMap<string, string>;

function groupNames(app: IConstruct): GroupNames {
  const clusters = System.allIn(app).map(({ target }) => target.cluster);
  return new Map(
    clusters.flatMap((cluster) =>
      Object.keys(cluster.groups).flatMap((group): [string, string][] => {
        const subject = groupSubjectOn(cluster, group);
        return isProblem(subject) ? [] : [[`${cluster.name}\n${subject.name}`, group]];
      }),
    ),
  );
}

function printTables(output: Output, entries: readonly ApiEntry[], names: GroupNames): void {
  const called = ({ cluster, who }: Grant): string =>
    (who.kind === 'Group' && names.get(`${cluster}\n${who.name}`)) || describeWho(who);
  const sortKey = (grant: Grant): string =>
    [grant.cluster, called(grant), grant.namespace ?? '', grant.role].join('\n');
  const all = [...grants(entries)].sort((a, b) => compareText(sortKey(a), sortKey(b)));
  const roles = new Map(all.map((grant) => [roleKey(grant), grant]));
  const given = all.map((grant) => [
    grant.cluster,
    called(grant),
    grant.namespace ?? '(all)',
    grant.role,
    secretsOf(entries, grant),
  ]);
  output.out(formatTable([['CLUSTER', 'WHO', 'NAMESPACE', 'ROLE', 'SECRETS'], ...given]));
  const rights = [...roles].sort(compareKeys).flatMap(([, grant]) => describeRole(grant));
  output.out(`\n${formatTable([HEADER, ...inLines(rights)])}${LEGEND}`);
}

const LEGEND = `
read: get, list and watch. via pods: without a right to Secrets, by a pod that mounts them (any),
or by a shell in a pod that does (mounted). --json has the ids of the groups.
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

function secretsOf(entries: readonly ApiEntry[], { cluster, who, namespace }: Grant): string {
  const act = { group: '', resource: 'secrets', ...defined({ namespace }) };
  if (['get', 'list', 'watch'].some((verb) => mayDo(entries, cluster, who, { ...act, verb }))) return 'read';
  const way = viaPods(entries).find(
    (it) => it.cluster === cluster && it.namespace === namespace && describeWho(it.subject) === describeWho(who),
  );
  return way === undefined ? 'none' : `via pods: ${way.secrets}`;
}

/** What may be done to which kinds. */
interface Right {
  readonly cluster: string;
  readonly role: string;
  readonly may: string;
  readonly kinds: readonly string[];
}

function describeRole({ cluster, role: name, namespace, binding, known, rules }: Grant): Right[] {
  const role = isLocal(binding) ? `${namespace}/${name}` : name;
  if (!known) return [{ cluster, role, may: '?', kinds: ['not defined here'] }];
  const kinds = new Map<string, string[]>();
  for (const rule of rules) {
    const may = describeVerbs(rule);
    kinds.set(may, [
      ...(kinds.get(may) ?? []),
      ...rule.groups.flatMap((group) => rule.resources.map(named(group, rule.names))),
    ]);
  }
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
