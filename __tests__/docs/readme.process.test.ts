// The README's first screen is what a terminal shows.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHIPPED } from '../support/placements';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Without times, and without sizes: a release may lengthen a tag. */
const untimed = (text: string) => text.replace(/ +[\d.]+ (ms|bytes)/g, ' N $1');

/** Lines that speak of shipped systems and their files, each once, with the space between columns even. */
function linesOfShipped(text: string): string[] {
  const charts = SHIPPED.map(({ system, environment, cluster }) => [`${system}-${environment}`, cluster]);
  const lines = text.split('\n').filter((line) => {
    const [chart, cluster, , what] = line.split(/ +/);
    const isRow = what === 'objects' && charts.some(([name, on]) => name === chart && on === cluster);
    return isRow || SHIPPED.some(({ namespace }) => new RegExp(`── \\d\\d-${namespace}\\.yaml$`).test(line));
  });
  return lines.map((line) => line.replaceAll(/^[│ ]*[├└]── | +/g, ' '));
}

test('the output of synth, but for times and sizes', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'evenkeel-readme-'));
  const args = [join(ROOT, 'bin/evenkeel.js'), 'synth', '--app', join(ROOT, 'main.ts'), '--verbose'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8' });
  rmSync(elsewhere, { recursive: true });
  const [said, shown] = [untimed(README), untimed(stdout)];
  expect(linesOfShipped(shown).length).toBeGreaterThan(2 * SHIPPED.length);
  expect(linesOfShipped(said)).toEqual(linesOfShipped(shown));
  // what the clusters have, and the sums, are those of the shipped systems alone
  const systems = shown.match(/^\S+(?= +\S+ +\d+ objects)/gm) ?? [];
  const known = ['cluster', 'headroom', ...SHIPPED.map(({ system, environment }) => `${system}-${environment}`)];
  if (systems.every((system) => known.includes(system))) expect(said).toContain(shown);
  expect(stdout).toContain('dist/\n├── 00-cluster.yaml\n');
});
