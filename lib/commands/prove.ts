// `evenkeel prove`: what happens to each system when pods, nodes, zones, a region or the control plane is lost, a node is drained, or a release rolls out.

import { Command } from 'commander';
import type { IConstruct } from 'constructs';
import type { ProviderChange } from '../analysis/survival/outside';
import { failureTable, type Row } from '../analysis/survival/table';
import type { Cell, Decider, Result } from '../analysis/survival/verdict';
import { check } from '../checks';
import { placementsOf } from '../constructs/system/system';
import { boundsInWords } from '../model/cluster/pool-bounds';
import { plural } from '../model/finding/derivation';
import type { Finding } from '../model/finding/finding';
import { type ApiEntry, describeIdentity } from '../model/manifest/object';
import { PROFILES } from '../model/providers/profiles';
import { formatTable, type Output, printFindings } from '../report/output';
import { synthesize } from '../synth/synthesize';
import { compareProviders } from './comparison/provider-comparison';
import { projectOf } from './comparison/rebuildable';
import { type Context, type Load, loadApp } from './project/project';

interface Options {
  readonly json?: true;
  readonly markdown?: true;
  readonly why?: string;
}

/** The verb. */
export function proveCommand({ load, output, finish }: Context): Command {
  return new Command('prove')
    .description('show what each system survives, derived from its manifests and its cluster')
    .option('--json', 'print JSON')
    .option('--markdown', 'print a Markdown table for each row')
    .option('--why <words>', 'print the working of every cell whose row and event contain all these words')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json, markdown, why }: Options) => {
      const { rows, refuted } = await prove(load);
      const unknown = why === undefined || rows.length === 0 ? [] : unknownWords(rows, wordsOf(why));
      if (unknown.length > 0) {
        printFindings(output, [...unknown, ...refuted]);
        return finish(1);
      }
      if (json) output.out(`${JSON.stringify(rows.map(asJson), null, 2)}\n`);
      else if (why !== undefined) explain(output, rows, wordsOf(why));
      else for (const row of rows) output.out(markdown ? inMarkdown(row) : inText(row));
      printFindings(output, refuted);
      finish(refuted.length === 0 ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel prove
  evenkeel prove --why zone
  evenkeel prove --why 'toytrex/production zone'
  evenkeel prove --json | jq '.[].cells[] | select(.verdict == "fails")'`;

/** The table, and the errors of the app: refuted promises, and anything else that keeps it from being synthesized. */
async function prove(load: Load): Promise<{ readonly rows: readonly Row[]; readonly refuted: readonly Finding[] }> {
  const app = await loadApp(load);
  if ('errors' in app) return { rows: [], refuted: app.errors };
  const { entries, findings } = synthesize(app, check);
  const errors = findings.filter(({ severity }) => severity === 'error');
  // the table explains refuted promises; after any other error it would be unreliable
  if (errors.some(({ rule }) => !REFUTED.has(rule))) return { rows: [], refuted: errors };
  return {
    rows: failureTable(entries, placementsOf(app), {
      provider: errors.length > 0 ? UNKNOWN : providerChange(app, entries),
    }),
    refuted: errors,
  };
}

const REFUTED: ReadonlySet<string> = new Set(['survives-zones', 'survives-regions']);
const UNKNOWN: ProviderChange = { unknown: 'not compared while a promise is refuted' };

function providerChange(app: IConstruct, entries: readonly ApiEntry[]): ProviderChange {
  const project = projectOf(app, entries);
  if (project === undefined) return { unknown: 'needs an app that is built by platform.app()' };
  const comparison = compareProviders(project, { placement: false });
  if ('errors' in comparison)
    return { impossible: comparison.errors[0]?.message ?? 'it cannot be built on another provider' };
  const deviations = comparison.deviations.filter(({ allowed }) => allowed === undefined);
  return { profiles: PROFILES.length, deviations };
}

const nameOf = ({ placement: { system, environment, cluster } }: Row): string =>
  `${system}/${environment} on ${cluster.name}`;

/** The promises, and what is known of the cluster. */
function headOf(row: Row): string {
  const { survives, cluster } = row.placement;
  const promises = [
    ...(survives.zones > 0 ? [plural(survives.zones, 'zone')] : []),
    ...(survives.regions > 0 ? [plural(survives.regions, 'region')] : []),
  ];
  const nodes = row.nodesKnown ? poolsOf(row) : 'nodes unknown: unlimited room assumed';
  const zones = cluster.zones.length === 0 ? 'no zones' : `${cluster.zones.length} zones`;
  return `promises to survive ${promises.length === 0 ? 'nothing' : promises.join(' and ')}; ${zones}, ${nodes}`;
}

function poolsOf({ placement: { cluster } }: Row): string {
  return cluster.nodePools
    .map((pool) => {
      const others = Object.entries(pool.resources ?? {}).map(([name, amount]) => `, ${amount} ${name}`);
      return `${boundsInWords(pool, cluster.zones)} with ${pool.cpu} CPU and ${pool.memory}${others.join('')}`;
    })
    .join(', ');
}

const mark = ({ verdict }: Cell): string => verdict ?? '–';

function inText(row: Row): string {
  const rows = row.cells.map((cell) => [`  ${cell.event}`, mark(cell), cell.says]);
  const notes = row.notes.map((note) => `  not counted: ${note}\n`).join('');
  return `${nameOf(row)} ${headOf(row)}\n${formatTable(rows)}${notes}\n`;
}

function inMarkdown(row: Row): string {
  const notes = row.notes.map((note) => `Not counted: ${note}.\n\n`).join('');
  const lines = row.cells.map((cell) => `| ${cell.event} | ${mark(cell)} | ${cell.says} |\n`);
  return `**${nameOf(row)}** ${headOf(row)}.\n\n| event | verdict | |\n|---|---|---|\n${lines.join('')}\n${notes}`;
}

const wordsOf = (why: string): string[] => why.toLowerCase().split(/\s+/);

const isAsked = (row: Row, { event }: Cell, words: readonly string[]): boolean =>
  words.every((word) => `${nameOf(row).toLowerCase()}, ${event}`.includes(word));

/** The error for words that no row and event contain. */
function unknownWords(rows: readonly Row[], words: readonly string[]): Finding[] {
  if (rows.some((row) => row.cells.some((cell) => isAsked(row, cell, words)))) return [];
  const events = rows[0]?.cells.map(({ event }) => event) ?? [];
  return [
    {
      rule: 'prove-why',
      severity: 'error',
      field: '--why',
      value: words.join(' '),
      message: 'no row and event contain all these words',
      expected: `words of ${rows.map(nameOf).join(', ')} and of ${events.join(', ')}`,
    },
  ];
}

function explain(output: Output, rows: readonly Row[], words: readonly string[]): void {
  for (const row of rows) {
    for (const cell of row.cells.filter((one) => isAsked(row, one, words))) {
      output.out(`${nameOf(row)}, ${cell.event}: ${mark(cell)}${cell.says === '' ? '' : `, ${cell.says}`}\n`);
      for (const result of cell.results) output.out(workingOf(result));
    }
  }
}

function workingOf({ component, scale, verdict, working, decides }: Result): string {
  const lines = [...working, ...(decides === undefined ? [] : [`decided by ${describe(decides)}`])];
  return `  ${component}, ${scale}: ${verdict}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

const describe = ({ entry, pointer }: Decider): string => `${describeIdentity(entry.identity)} ${pointer}`;

function asJson({ placement, nodesKnown, cells, notes }: Row): object {
  const { system, environment, survives, cluster } = placement;
  return {
    system,
    environment,
    cluster: cluster.name,
    survives,
    nodesKnown,
    notCounted: notes,
    cells: cells.map(({ results, ...cell }) => ({
      ...cell,
      results: results.map(({ decides, scale, ...result }) => ({
        ...result,
        load: scale,
        ...(decides === undefined
          ? {}
          : { decides: { object: describeIdentity(decides.entry.identity), field: decides.pointer } }),
      })),
    })),
  };
}
