// The forms in which `evenkeel plan` prints the plan of a cluster: text, Markdown, JSON.

import type { ClusterPlan } from '../analysis/nodes/plan';
import { planRows } from '../analysis/nodes/plan-rows';
import { plural } from '../model/finding/derivation';
import { shortened } from './inert';
import { formatTable, type Output } from './output';

const HEADER = ['OF', 'WHAT', 'PLAN', 'GIVEN', 'BECAUSE'];

/** Characters of a sentence that fit on a line of a terminal. */
const LONGEST = 100;

/** As a table. Where a terminal shows it, long sentences are cut; a pipe gets all of them. */
export function planInText(found: ClusterPlan, { interactive }: Pick<Output, 'interactive'>): string {
  const all = cellsOf(found);
  const rows = interactive ? all.map((cells) => cells.map((cell) => shortened(cell, LONGEST))) : all;
  const table = rows.length === 0 ? '' : formatTable([HEADER, ...rows]);
  return `${[`${found.cluster} ${headOf(found)}\n`, table, ...notesOn(found)].join('')}\n`;
}

/** For a page. */
export function planInMarkdown(found: ClusterPlan): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const rows = cellsOf(found).map(line);
  const header = `${line(HEADER.map((name) => name.toLowerCase()))}|${HEADER.map(() => '---|').join('')}\n`;
  const table = rows.length === 0 ? '' : `${header}${rows.join('')}\n`;
  const notes = notesOn(found).map((note) => `${note}\n`);
  return `**${found.cluster}** ${headOf(found)}.\n\n${table}${notes.join('')}`;
}

/** For a program: the numbers with their sentences, and what the cluster declares. */
export function planAsJson({ cluster, description, ...found }: ClusterPlan): object {
  const { provider, zones, nodePools, subnets } = description;
  return { cluster, provider: provider.name, zones, given: { nodePools, subnets }, ...found };
}

function headOf({ plan, description: { provider, zones } }: ClusterPlan): string {
  const mode = plan === undefined ? '' : `, ${plan.mode}`;
  return `on ${provider.name}${mode}, ${zones.length === 0 ? 'no zones' : plural(zones.length, 'zone')}`;
}

/** Rows as cells. A subject is printed only in its first row. */
function cellsOf(found: ClusterPlan): string[][] {
  const rows = planRows(found);
  return rows.map(({ of, what, plan, given = '–', because }, index) => [
    rows[index - 1]?.of === of ? '' : of,
    what,
    plan,
    given,
    because,
  ]);
}

function notesOn({ unplanned }: ClusterPlan): string[] {
  return unplanned.map(({ field, message, expected }) => `not planned: ${field}: ${message}; expected ${expected}\n`);
}
