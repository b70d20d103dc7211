// `evenkeel neutrality`: every system on every provider, everything else being equal; what may differ, and what does not.
import { Command } from 'commander';
import type { ObjectDifference } from '../analysis/comparison/difference';
import { deviationFinding } from '../analysis/comparison/providers';
import type { ApiEntry } from '../model/manifest/object';
import { formatTable, type Output, printFindings } from '../report/output';
import { compareProviders, type Neutrality } from './project/held-equal';
import type { Context } from './project/project';
import { loadProject } from './project/rebuilt';

/** The verb. */
export function neutralityCommand({ load, output, finish }: Context): Command {
  return new Command('neutrality')
    .description('build every system on all seven providers, everything else being equal, and compare')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const project = await loadProject(load);
      const found = 'errors' in project ? project : compareProviders(project, { placement: true });
      if ('errors' in found) {
        printFindings(output, found.errors);
        return finish(1);
      }
      if (json) output.out(`${JSON.stringify(asJson(found), null, 2)}\n`);
      else printTables(output, found);
      const refused = found.deviations.filter(({ allowed }) => allowed === undefined).map(deviationFinding);
      printFindings(output, refused);
      finish(refused.length === 0 ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel neutrality
  evenkeel neutrality --json | jq '.refused'`;

/** The system that an object belongs to, with its environment: `toytrex-production`. */
function systemOf({ origin }: ApiEntry): string {
  return origin.construct.split('/')[1] ?? '';
}

/** The same with its cluster: `toytrex-production on mumbai`. */
function chartOf(entry: ApiEntry): string {
  return `${systemOf(entry)} on ${entry.cluster}`;
}

function printTables(output: Output, found: Neutrality): void {
  const { held, profiles, compared, placement } = found;
  const charts = [...new Set(compared.map(chartOf))].sort();
  const cell = (chart: string, profile: string): string => {
    const here = found.deviations.filter((one) => one.profile === profile && chartOf(one.entry) === chart);
    const refused = here.filter(({ allowed }) => allowed === undefined).length;
    if (here.length === 0) return '=';
    return refused === 0 ? `${here.length} allowed` : `${refused} REFUSED`;
  };
  const rows = charts.map((chart) => [
    chart,
    String(compared.filter((entry) => chartOf(entry) === chart).length),
    ...profiles.map((profile) => cell(chart, profile)),
  ]);
  const zones = held.zones.length === 0 ? 'no zones' : `zones ${held.zones.join(', ')}`;
  output.out(
    `Held equal: Kubernetes ${held.kubernetes}, ${zones}, no capabilities, one registry, the systems' own settings\n\n`,
  );
  output.out(formatTable([['SYSTEM', 'OBJECTS', ...profiles], ...rows], [1]));
  const allowed = found.deviations.flatMap(({ profile, entry, pointer, allowed: line }) =>
    line === undefined ? [] : [[profile, entry.identity.kind, pointer, line.source]],
  );
  section(output, 'Allowed by the closed lists', [['PROFILE', 'KIND', 'FIELD', 'SOURCE'], ...unique(allowed)]);
  section(output, 'What the real placement changes', [['CLUSTER', 'BY', 'KIND', 'FIELD', 'OF'], ...changes(placement)]);
}

/** One row a field, with all the systems in which it is changed. */
function changes(placement: Neutrality['placement']): string[][] {
  const rows = new Map<string, { readonly row: readonly string[]; readonly systems: Set<string> }>();
  for (const one of placement) {
    const row = [one.entry.cluster, one.by, one.entry.identity.kind, shortened(one)];
    const known = rows.get(row.join('\0')) ?? { row, systems: new Set() };
    rows.set(row.join('\0'), known);
    known.systems.add(systemOf(one.entry));
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

/** The report as data: differences name their object by its construct. */
function asJson({ held, profiles, compared, deviations, placement }: Neutrality): object {
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
