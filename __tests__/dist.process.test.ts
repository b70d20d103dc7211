// The committed dist is what the command writes, in every directory, locale and time zone.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');
const DIST = join(ROOT, 'dist');

describe('the same bytes', () => {
  const synthesizeIn = (cwd: string, env: Record<string, string>) =>
    execFileSync(
      process.execPath,
      [join(ROOT, 'bin/evenkeel.js'), 'synth', '--check', '--app', join(ROOT, 'main.ts'), '--outdir', DIST],
      {
        cwd,
        env: { PATH: process.env['PATH'] ?? '', ...env },
        encoding: 'utf8',
      },
    );

  test.each([
    ['from the project', ROOT, {}],
    ['from another directory', '/', {}],
    ['in another locale', ROOT, { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }],
    ['in another time zone', ROOT, { TZ: 'Pacific/Kiritimati' }],
  ])('%s', (_, cwd, env) => expect(synthesizeIn(cwd, env)).toBe(''));
});
