// Options that npm took for itself: each verb refuses its own, with the command that would hand them over.
import { findNpmOptions } from '../../lib/commands/project/npm-options';
import { cli } from '../support/cli';

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

/** Runs the command as a script of npm that was given options. */
async function underNpm(args: readonly string[], taken: Readonly<Record<string, string>>, command = 'run') {
  process.env = { ...before, npm_command: command, npm_lifecycle_event: 'deploy', ...taken };
  return cli(args, () => {
    throw new Error('loaded');
  });
}

test.each([
  [['synth'], { npm_config_check: 'true' }, '--check'],
  [['synth'], { npm_config_check: '' }, '--check'],
  [['synth', '/tmp/x'], { npm_config_outdir: 'true' }, '--outdir …'],
  [['synth'], { npm_config_outdir: '/tmp/x', npm_config_check: 'true' }, '--check --outdir /tmp/x'],
  [['prove'], { npm_config_why: 'zone' }, '--why zone'],
  [['compare', 'providers'], { npm_config_json: 'true' }, '--json'],
])('%j with %j: %s', async (args, taken, options) => {
  const { code, out, err } = await underNpm(args, taken);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain(`npm took ${options} for itself`);
  expect(err).toContain(`expected npm run deploy -- ${options}\n`);
});

test('npx: the command without npm', async () => {
  const { err } = await underNpm(['synth'], { npm_config_check: 'true' }, 'exec');
  expect(err).toContain('expected npx evenkeel synth --check\n');
});

test.each([
  ['an option of another verb', ['secrets'], { npm_config_check: 'true' }, 'run'],
  ['an option of npm', ['synth'], { npm_config_loglevel: 'warn' }, 'run'],
  ['an option of npm itself, which runs a script', ['secrets'], { npm_config_json: 'true' }, 'ci'],
])('%s is none of ours', async (_, args, taken, command) => {
  expect((await underNpm(args, taken, command)).err).toContain('loaded');
});

test('without npm nothing is looked for', () => {
  expect(
    findNpmOptions(['synth'], [{ name: 'check', takesValue: false }], { npm_config_check: 'true' }),
  ).toBeUndefined();
});
