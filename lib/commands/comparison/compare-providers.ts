// `evenkeel compare providers`: every system on every provider, all else equal: which differences are allowed, and which are not.
import { Command } from 'commander';
import type { ObjectDifference } from '../../analysis/comparison/difference';
import { deviationFinding } from '../../analysis/comparison/providers';
import { groupBy } from '../../model/manifest/group-by';
import { jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { formatTable, type Output, printFindings } from '../../report/output';
import type { Context } from '../project/project';
import { compareProviders, type ProviderComparison } from './provider-comparison';
import { loadProject } from './rebuildable';

/** The subcommand. */
export function compareProvidersCommand({ load, output, finish }: Context): Command {
  return new Command('providers')
    .description('build every system on all seven providers, all else equal, and list the differences')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const project = await loadProject(load);
      const comparison = 'errors' in project ? project : compareProviders(project, { placement: true });
      if ('errors' in comparison) {
        printFindings(output, comparison.errors);
        return finish(1);
      }
      if (json) output.out(`${jsonText(asJson(comparison), 2)}\n`);
      else printTables(output, comparison);
      const refused = comparison.deviations.filter(({ allowed }) => allowed === undefined).map(deviationFinding);
      printFindings(output, refused);
      finish(refused.length === 0 ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel compare providers
  evenkeel compare providers --json | jq '.refused'`;

/** The system that an object belongs to, with its environment: `toytrex-production`. */
function systemOf({ origin }: ApiEntry): string {
  return origin.construct.split('/')[1] ?? '';
}

/** The same with its cluster: `toytrex-production on mumbai`. */
function chartOf(entry: ApiEntry): string {
  return `${systemOf(entry)} on ${entry.cluster}`;
}

const cellOf = (chart: string, profile: string): string => `${chart}\0${profile}`;

function printTables(output: Output, comparison: ProviderComparison): void {
  const { held, profiles, compared, deviations, placement } = comparison;
  const byChart = groupBy(compared, chartOf);
  const charts = [...byChart.keys()].sort();
  const byCell = groupBy(deviations, ({ profile, entry }) => cellOf(chartOf(entry), profile));
  const cell = (chart: string, profile: string): string => {
    const here = byCell.get(cellOf(chart, profile)) ?? [];
    const refused = here.filter(({ allowed }) => allowed === undefined).length;
    if (here.length === 0) return '=';
    return refused === 0 ? `${here.length} allowed` : `${refused} REFUSED`;
  };
  const rows = charts.map((chart) => [
    chart,
    String(byChart.get(chart)?.length ?? 0),
    ...profiles.map((profile) => cell(chart, profile)),
  ]);
  const zones = held.zones.length === 0 ? 'no zones' : `zones ${held.zones.join(', ')}`;
  output.out(
    `Held equal: Kubernetes ${held.kubernetes}, ${zones}, the capability metrics-server, one registry, the systems' own settings\n\n`,
  );
  output.out(formatTable([['SYSTEM', 'OBJECTS', ...profiles], ...rows], [1]));
  const allowed = deviations.flatMap(({ profile, entry, pointer, allowed: line }) =>
    line === undefined ? [] : [[profile, entry.identity.kind, pointer, line.source]],
  );
  section(output, 'Allowed by the profiles', [['PROFILE', 'KIND', 'FIELD', 'SOURCE'], ...unique(allowed)]);
  section(output, 'What the real placement changes', [['CLUSTER', 'BY', 'KIND', 'FIELD', 'OF'], ...changes(placement)]);
}

/** A row for each field, with all systems in which it changes. */
function changes(placement: ProviderComparison['placement']): string[][] {
  const rows = new Map<string, { readonly row: readonly string[]; readonly systems: Set<string> }>();
  for (const difference of placement) {
    const { entry, by } = difference;
    const row = [entry.cluster, by, entry.identity.kind, shortened(difference)];
    const known = rows.get(row.join('\0')) ?? { row, systems: new Set() };
    rows.set(row.join('\0'), known);
    known.systems.add(systemOf(entry));
  }
  return [...rows.values()].map(({ row, systems }) => [...row, [...systems].sort().join(', ')]);
}

function section(output: Output, title: string, rows: readonly (readonly string[])[]): void {
  output.out(`\n${title}${rows.length === 1 ? ': nothing\n' : `\n\n${formatTable(rows)}`}`);
}

function shortened({ pointer, before, after }: ObjectDifference): string {
  if (pointer !== '') return pointer;
  return before === undefined ? `${String(after)} is added` : `${String(before)} is left out`;
}

function unique(rows: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(rows.map((row) => [row.join('\0'), row])).values()];
}

/** The report as data. A difference identifies its object by the construct that made it. */
function asJson({ held, profiles, compared, deviations, placement }: ProviderComparison): object {
  const plain = ({ entry, ...rest }: ObjectDifference) => ({
    construct: entry.origin.construct,
    kind: entry.identity.kind,
    ...rest,
  });
  return {
    held: { kubernetes: held.kubernetes, zones: held.zones },
    profiles,
    compared: compared.length,
    allowed: deviations.filter(({ allowed }) => allowed !== undefined).map(plain),
    refused: deviations.filter(({ allowed }) => allowed === undefined).map(plain),
    placement: placement.map(plain),
  };
}
