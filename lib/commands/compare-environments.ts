// `evenkeel compare environments`: whether two environments of a system on one cluster differ only in what an environment decides.

import { Command } from 'commander';
import {
  type EnvironmentDifference,
  environmentDifferenceFinding,
  environmentDifferences,
  type Side,
} from '../analysis/comparison/environments';
import type { Where } from '../constructs/platform/rebuild';
import type { Finding } from '../model/finding/finding';
import { jsonText } from '../model/manifest/json';
import { compareText } from '../model/manifest/text';
import type { Survives } from '../model/platform/environment';
import { formatTable, type Output, printFindings } from '../report/output';
import type { Context } from './project/project';
import { loadProject, objectsOf, type Project, type SystemTarget } from './project/rebuildable';

/** Two environments of one system. */
interface Compared {
  readonly first: SystemTarget;
  readonly second: SystemTarget;
  /** What both of them promise here. */
  readonly survives: Survives;
  readonly differences: readonly EnvironmentDifference[];
}

/** The subcommand. */
export function compareEnvironmentsCommand({ load, output, finish }: Context): Command {
  return new Command('environments')
    .description('compare environments of a system, all on the cluster of the first')
    .argument('[first]', 'a system and its environment: toytrex/production (default: the first of each system)')
    .argument('[second]', 'what to compare it with (default: every other environment of the system)')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (first: string | undefined, second: string | undefined, { json }: { readonly json?: true }) => {
      const project = await loadProject(load);
      const result = 'errors' in project ? project : compareAll(project, first, second);
      if ('errors' in result) {
        printFindings(output, result.errors);
        return finish(1);
      }
      if (json) output.out(`${jsonText(result.compared.map(asJson), 2)}\n`);
      else for (const compared of result.compared) printTable(output, compared);
      const refused = result.compared.flatMap((pair) =>
        pair.differences
          .filter(({ aspect }) => aspect === undefined)
          .map((it) => environmentDifferenceFinding(it, pair.first.environment, pair.second.environment)),
      );
      printFindings(output, refused);
      finish(refused.length === 0 ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel compare environments
  evenkeel compare environments toytrex/production toytrex/local`;

const nameOf = ({ system, environment }: SystemTarget): string => `${system}/${environment}`;

function compareAll(
  project: Project,
  first: string | undefined,
  second: string | undefined,
): { readonly compared: readonly Compared[] } | { readonly errors: readonly Finding[] } {
  // an environment on several clusters is the same on each of them: `compare providers` checks that
  const targets = project.targets.filter(
    (one, index) => project.targets.findIndex((other) => nameOf(other) === nameOf(one)) === index,
  );
  const unknown = [first, second].filter((name) => name !== undefined && !targets.some((one) => nameOf(one) === name));
  if (unknown.length > 0) return { errors: unknown.map((name) => noSuch(name, targets)) };
  const bases = targets.filter(
    (one) => nameOf(one) === first || (first === undefined && targets.find((it) => it.system === one.system) === one),
  );
  const pairs = bases.flatMap((base) =>
    targets
      .filter((one) => one !== base && one.system === base.system && (second === undefined || nameOf(one) === second))
      .map((one) => ({ first: base, second: one })),
  );
  if (second !== undefined && pairs.length === 0) return { errors: [noSuch(second, targets)] };
  const results = pairs.map((pair) => compare(project, pair.first, pair.second));
  const errors = results.flatMap((one) => ('errors' in one ? one.errors : []));
  return errors.length > 0 ? { errors } : { compared: results.flatMap((one) => ('errors' in one ? [] : [one])) };
}

/** With the promises of the first, or where one of both is too small for those, with the weaker of both. */
function compare(
  project: Project,
  first: SystemTarget,
  second: SystemTarget,
): Compared | { readonly errors: readonly Finding[] } {
  const { survives } = first.target.environment;
  const weaker = weakerOf(survives, second.target.environment.survives);
  const result = compareUnder(survives, project, first, second);
  if (!('errors' in result) || (weaker.zones === survives.zones && weaker.regions === survives.regions)) return result;
  const again = compareUnder(weaker, project, first, second);
  return 'errors' in again ? result : again;
}

const weakerOf = (one: Survives, other: Survives): Survives => ({
  zones: Math.min(one.zones, other.zones),
  regions: Math.min(one.regions, other.regions),
});

/** Both on the first one's cluster. Cluster names stay: they identify the charts. */
function compareUnder(
  survives: Survives,
  project: Project,
  first: SystemTarget,
  second: SystemTarget,
): Compared | { readonly errors: readonly Finding[] } {
  const { cluster, regions } = first.target;
  const app = project.rebuild((real) =>
    [first, second].some(({ target }) => isSamePlace(target, real))
      ? {
          cluster: {
            ...cluster,
            name: real.cluster.name,
            groups: { ...real.cluster.groups, ...cluster.groups },
            identities: { ...real.cluster.identities, ...cluster.identities },
          },
          environment: { ...real.environment, survives },
          regions,
        }
      : real,
  );
  const built = objectsOf(app, `on ${cluster.name}: `);
  if ('errors' in built) return built;
  const side = ({ system, environment: name, namespace, target }: SystemTarget): Side => ({
    environment: name,
    namespace,
    objects: built.objects.filter(({ origin }) =>
      origin.construct.startsWith(`${target.cluster.name}/${system}-${name}/`),
    ),
    settings: target.settings,
  });
  return { first, second, survives, differences: environmentDifferences(side(first), side(second)) };
}

function isSamePlace(one: Omit<Where, 'regions'>, other: Omit<Where, 'regions'>): boolean {
  return one.cluster.name === other.cluster.name && one.environment.name === other.environment.name;
}

function printTable(output: Output, { first, second, survives, differences }: Compared): void {
  const { cluster } = first.target;
  output.out(
    `${nameOf(first)} and ${nameOf(second)}, both on ${cluster.provider.name}, Kubernetes ${cluster.kubernetes}, ` +
      `${cluster.zones.length} zones, surviving ${survives.zones} of them\n\n`,
  );
  const rows = new Map<string, { readonly row: readonly string[]; readonly objects: Set<string> }>();
  for (const { aspect = 'NOTHING', pointer, before, after, entry } of differences) {
    const longest = output.interactive ? LONGEST : Number.POSITIVE_INFINITY;
    const row = [aspect, pointer === '' ? '(the object)' : pointer, cell(before, longest), cell(after, longest)];
    const known = rows.get(row.join('\0')) ?? { row, objects: new Set() };
    rows.set(row.join('\0'), known);
    known.objects.add(`${entry.identity.kind} ${entry.identity.name}`);
  }
  const sorted = [...rows.values()].map(({ row, objects }) => [...row, listed([...objects])]).sort(byAspect);
  const header = ['DECIDED BY', 'FIELD', first.environment, second.environment, 'IN'];
  output.out(differences.length === 0 ? 'no difference\n\n' : `${formatTable([header, ...sorted])}\n`);
}

const byAspect = ([a = '']: readonly string[], [b = '']: readonly string[]): number => compareText(a, b);

function listed(objects: readonly string[]): string {
  return objects.length > 2 ? `${objects.length} objects` : objects.join(', ');
}

/** Characters of a value that fit in a terminal. A pipe gets all of them. */
const LONGEST = 60;

function cell(value: unknown, longest: number): string {
  if (value === undefined) return '–';
  const text = typeof value === 'string' ? value : jsonText(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function asJson({ first, second, differences }: Compared): object {
  return {
    first: nameOf(first),
    second: nameOf(second),
    differences: differences.map(({ entry, ...rest }) => ({
      construct: entry.origin.construct,
      kind: entry.identity.kind,
      ...rest,
    })),
  };
}

function noSuch(name: string | undefined, targets: readonly SystemTarget[]): Finding {
  return {
    rule: 'unknown-environment',
    severity: 'error',
    message: 'unknown system and environment',
    expected: `two environments of one system, from ${targets.map(nameOf).join(', ')}`,
    ...(name === undefined ? {} : { value: name }),
  };
}
