// Every command that the README names exists.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';

const README = readFileSync(join(__dirname, '../../README.md'), 'utf8');

test('every npm script that the README names', () => {
  const named = [...README.matchAll(/npm (?:run )?(synth|test|run \w+|\w+)\b/g)].map(([, name = '']) => name);
  const scripts = named.filter((name) => name !== 'ci');
  expect(scripts.length).toBeGreaterThan(5);
  for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
});
