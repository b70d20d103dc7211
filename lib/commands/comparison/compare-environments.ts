// `evenkeel compare environments`: whether two environments of a system on one cluster differ only in what an environment decides.

import { Command } from 'commander';
import {
  type EnvironmentDifference,
  environmentDifferenceFinding,
  environmentDifferences,
  type Side,
} from '../../analysis/comparison/environments';
import type { Where } from '../../constructs/platform/rebuild';
import type { Finding } from '../../model/finding/finding';
import { groupBy } from '../../model/manifest/group-by';
import { jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import type { Survives } from '../../model/platform/environment';
import { formatTable, type Output, printFindings } from '../../report/output';
import type { Context } from '../project/project';
import { loadProject, type Objects, objectsOf, type Project, type SystemTarget } from './rebuildable';

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
  evenkeel compare environments toytrex/production toytrex/local

Parts of the platform are not compared: the line of equip decides what each is on its cluster.`;

const nameOf = ({ system, environment }: SystemTarget): string => `${system}/${environment}`;

function compareAll(
  project: Project,
  first: string | undefined,
  second: string | undefined,
): { readonly compared: readonly Compared[] } | { readonly errors: readonly Finding[] } {
  // an environment on several clusters is the same on each of them: `compare providers` checks that
  const all = [...groupBy(project.targets, nameOf).values()].flatMap((same) => same.slice(0, 1));
  const targets = all.filter(({ target }) => target.part === undefined);
  const unknown = [first, second].filter((name) => name !== undefined && !targets.some((one) => nameOf(one) === name));
  if (unknown.length > 0) {
    const isPart = (name: string | undefined) => all.some((one) => nameOf(one) === name);
    return { errors: unknown.map((name) => (isPart(name) ? ofPart : noSuch)(name, targets)) };
  }
  const bySystem = groupBy(targets, ({ system }) => system);
  const bases = targets.filter(
    (one) => nameOf(one) === first || (first === undefined && bySystem.get(one.system)?.[0] === one),
  );
  const pairs = bases.flatMap((base) =>
    (bySystem.get(base.system) ?? [])
      .filter((one) => one !== base && (second === undefined || nameOf(one) === second))
      .map((one) => ({ first: base, second: one })),
  );
  if (second !== undefined && pairs.length === 0) return { errors: [noSuch(second, targets)] };
  const together = new Map(batchesOf(pairs).flatMap((batch) => compareTogether(project, batch)));
  const results = pairs.map((pair) => together.get(pair) ?? compare(project, pair));
  const errors = results.flatMap((one) => ('errors' in one ? one.errors : []));
  return errors.length > 0 ? { errors } : { compared: results.flatMap((one) => ('errors' in one ? [] : [one])) };
}

/** Two environments of one system, before they are compared. */
type Pair = Pick<Compared, 'first' | 'second'>;

/** Pairs that one build can hold: they ask the same of each place. */
function batchesOf(pairs: readonly Pair[]): Pair[][] {
  const batches: { readonly pairs: Pair[]; readonly bases: Map<string, string> }[] = [];
  for (const pair of pairs) {
    const { target } = pair.first;
    const base = JSON.stringify([placeOf(target), target.regions]);
    const places = [target, pair.second.target].map(placeOf);
    const fitting = batches.find(({ bases }) => places.every((place) => (bases.get(place) ?? base) === base));
    const batch = fitting ?? { pairs: [], bases: new Map<string, string>() };
    if (fitting === undefined) batches.push(batch);
    batch.pairs.push(pair);
    for (const place of places) batch.bases.set(place, base);
  }
  return batches.map((batch) => batch.pairs);
}

/** Compares by one build the pairs that it has no errors of; the others need builds of their own, to say what is wrong. */
function compareTogether(project: Project, pairs: readonly Pair[]): (readonly [Pair, Compared])[] {
  if (pairs.length < 2) return [];
  const built = build(project, pairs, ({ target }) => target.environment.survives);
  if (!('errors' in built)) {
    const compared = comparisonIn(built.objects);
    return pairs.map((pair) => [pair, compared(pair, pair.first.target.environment.survives)] as const);
  }
  const failed = new Set(built.errors.map(({ construct = '' }) => chartOf(construct)));
  const sound = pairs.filter(({ first, second }) => ![first, second].some((one) => failed.has(chartAt(one))));
  return sound.length === pairs.length ? [] : compareTogether(project, sound);
}

/** With the promises of the first, or where one of both is too small for those, with the weaker of both. */
function compare(project: Project, pair: Pair): Compared | { readonly errors: readonly Finding[] } {
  const { survives } = pair.first.target.environment;
  const weaker = weakerOf(survives, pair.second.target.environment.survives);
  const result = compareUnder(survives, project, pair);
  if (!('errors' in result) || (weaker.zones === survives.zones && weaker.regions === survives.regions)) return result;
  const again = compareUnder(weaker, project, pair);
  return 'errors' in again ? result : again;
}

const weakerOf = (one: Survives, other: Survives): Survives => ({
  zones: Math.min(one.zones, other.zones),
  regions: Math.min(one.regions, other.regions),
});

function compareUnder(
  survives: Survives,
  project: Project,
  pair: Pair,
): Compared | { readonly errors: readonly Finding[] } {
  const built = build(project, [pair], () => survives);
  return 'errors' in built ? built : comparisonIn(built.objects)(pair, survives);
}

/** Both of each pair on the first one's cluster. Cluster names stay: they identify the charts. */
function build(project: Project, pairs: readonly Pair[], survivesOf: (first: SystemTarget) => Survives): Objects {
  const bases = new Map(
    pairs.flatMap(({ first, second }) => [first, second].map(({ target }) => [placeOf(target), first] as const)),
  );
  const app = project.rebuild((real) => {
    const first = bases.get(placeOf(real));
    if (first === undefined || real.part !== undefined) return real;
    const { cluster, regions } = first.target;
    return {
      cluster: {
        ...cluster,
        name: real.cluster.name,
        groups: { ...real.cluster.groups, ...cluster.groups },
        identities: { ...real.cluster.identities, ...cluster.identities },
      },
      environment: { ...real.environment, survives: survivesOf(first) },
      regions,
    };
  });
  return objectsOf(app, `on ${pairs[0]?.first.target.cluster.name ?? ''}: `);
}

/** Compares pairs among the objects of a build. */
function comparisonIn(objects: readonly ApiEntry[]): (pair: Pair, survives: Survives) => Compared {
  const byChart = groupBy(objects, ({ origin }) => chartOf(origin.construct));
  const side = (one: SystemTarget): Side => ({
    environment: one.environment,
    namespace: one.namespace,
    objects: byChart.get(chartAt(one)) ?? [],
    settings: one.target.settings,
  });
  return ({ first, second }, survives) => ({
    first,
    second,
    survives,
    differences: environmentDifferences(side(first), side(second)),
  });
}

/** The path of a system's chart. */
const chartAt = ({ system, environment, target }: SystemTarget): string =>
  `${target.cluster.name}/${system}-${environment}`;

/** The path of the chart that a construct is in. */
const chartOf = (construct: string): string => construct.split('/', 2).join('/');

const placeOf = ({ cluster, environment }: Omit<Where, 'regions'>): string => `${cluster.name}/${environment.name}`;

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

const ofPart = (name: string | undefined, targets: readonly SystemTarget[]): Finding => ({
  ...noSuch(name, targets),
  message: 'a part of the platform: the line of equip decides what it is on its cluster',
});

function noSuch(name: string | undefined, targets: readonly SystemTarget[]): Finding {
  return {
    rule: 'unknown-environment',
    severity: 'error',
    message: 'unknown system and environment',
    expected: `two environments of one system, from ${targets.map(nameOf).join(', ')}`,
    ...(name === undefined ? {} : { value: name }),
  };
}
