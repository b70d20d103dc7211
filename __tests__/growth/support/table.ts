// The table of growth as Markdown, and below it the functions that grow faster than linear.
import { type Grown, type Growth, isLinear } from './growth';
import { nameOf, type Row } from './rows';

/** What `measured` says of each row, by its name. */
export function formatGrowth(rows: readonly Row[], measured: ReadonlyMap<string, Grown>): string {
  const grown = rows.flatMap((row) => {
    const one = measured.get(nameOf(row));
    return one === undefined ? [] : [{ row, ...one }];
  });
  const lines = grown.map(({ row, measures: { calls, rules, placements, visits }, steep }) => [
    row.beyond ? `${row.asked} ¹` : row.asked,
    row.grows,
    row.sizes.join(', '),
    calls.counts.map((count) => count.toLocaleString('en-US')).join(' · '),
    (calls.counts[1] / calls.counts[0]).toFixed(2),
    ...[calls, rules, placements, visits].map(cell),
    String(steep.length),
  ]);
  const functions = grown
    .filter(({ steep }) => steep.length > 0)
    .flatMap(({ row, steep }) => [
      `\n${nameOf(row)}\n`,
      ...steep.map(({ name, counts, step }) => `  ${name} ${counts.join(', ')}: step ${step.toFixed(2)}\n`),
    ]);
  return `${[HEADER, HEADER.map((_, column) => (column < 2 ? '---' : '---:')), ...lines].map(line).join('')}${functions.join('')}`;
}

const HEADER = [
  'verb',
  'what grows',
  'sizes',
  'calls',
  'at 2 ×',
  'at 4 ×, step',
  'rules',
  'placements',
  'visits',
  'steep',
];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** Ratio and step, bold where they are more than linear. */
function cell(growth: Growth): string {
  const { counts, ratio, step } = growth;
  if (counts[2] === 0) return '–';
  const text = `${ratio.toFixed(2)}, ${step.toFixed(2)}`;
  return isLinear(growth) ? text : `**${text}**`;
}
