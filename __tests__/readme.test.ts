// The README's first screen is what one really sees, and every command that it names exists.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../package.json';

const ROOT = join(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Without times, and without sizes: a release may lengthen a tag. */
const untimed = (text: string) => text.replace(/ +[\d.]+ (ms|bytes)/g, ' N $1');

test('the output of synth, but for times and sizes', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'evenkeel-readme-'));
  const args = [join(ROOT, 'bin/evenkeel.js'), 'synth', '--app', join(ROOT, 'main.ts'), '--verbose'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: elsewhere, encoding: 'utf8' });
  rmSync(elsewhere, { recursive: true });
  expect(untimed(README)).toContain(untimed(stdout));
  expect(stdout).toContain('dist/\n├── 00-cluster.yaml\n');
});

test('every npm script that it names', () => {
  const named = [...README.matchAll(/npm (?:run )?(synth|test|run \w+|\w+)\b/g)].map(([, name = '']) => name);
  const scripts = named.filter((name) => name !== 'ci');
  expect(scripts.length).toBeGreaterThan(5);
  for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
});
