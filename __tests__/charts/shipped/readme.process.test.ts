// The README's first screen is what synth prints on a terminal.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED } from './placements';

const ROOT = join(__dirname, '../../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Text without times and sizes: a release may lengthen a tag. */
const untimed = (text: string) => text.replace(/ +[\d.]+ (ms|bytes)/g, ' N $1');

/** Lines about shipped systems and their files, with single spaces between columns. */
function linesOfShipped(text: string): string[] {
  const charts = SHIPPED.map(({ system, environment, cluster }) => [`${system}-${environment}`, cluster]);
  const lines = text.split('\n').filter((line) => {
    const [chart, cluster, , what] = line.split(/ +/);
    const isRow = what === 'objects' && charts.some(([name, on]) => name === chart && on === cluster);
    return isRow || SHIPPED.some(({ namespace }) => new RegExp(`── \\d\\d-${namespace}\\.yaml$`).test(line));
  });
  return lines.map((line) => line.replaceAll(/^[│ ]*[├└]── | +/g, ' '));
}

test('the output of synth, except for times and sizes', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'evenkeel-readme-'));
  const args = [join(ROOT, 'bin/evenkeel.js'), 'synth', '--app', join(ROOT, 'main.ts'), '--verbose'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8' });
  rmSync(elsewhere, { recursive: true });
  const [page, printed] = [untimed(README), untimed(stdout)];
  expect(linesOfShipped(printed).length).toBeGreaterThan(2 * SHIPPED.length);
  expect(linesOfShipped(page)).toEqual(linesOfShipped(printed));
  // the rows of clusters and the sums are comparable only if no other system is placed
  const systems = printed.match(/^\S+(?= +\S+ +\d+ objects)/gm) ?? [];
  const known = ['cluster', 'headroom', ...SHIPPED.map(({ system, environment }) => `${system}-${environment}`)];
  if (systems.every((system) => known.includes(system))) expect(page).toContain(printed);
  expect(stdout).toContain('dist/\n├── 00-cluster.yaml\n');
});
