// docs/how-to/start-with-your-own-systems.md: its commands and files, in a copy of the repository, leave it green.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blocksOf, readPage } from '../../support/page';
import { cases, testWith } from '../../support/requirements';

const ROOT = join(__dirname, '../../..');
const PAGE = readPage('how-to/start-with-your-own-systems.md');

/** The page's files by their path, and the commands before and after they are written. */
const files = [...PAGE.matchAll(/`([\w./-]+)`:\n\n```(?:ts|json)\n([\s\S]*?)^```$/gm)];
const [deleting = [], checking = []] = blocksOf(PAGE, 'sh').map((block) => block.trim().split('\n'));

/** Runs the tests of a whole repository, which takes minutes. */
const testInFull = testWith('EVENKEEL_TEST_ALL=1', cases(0, 1) === 1);

let copy = '';

function bash(command: string) {
  // the tests there are those that a user runs
  const { EVENKEEL_TEST_ALL: _, JEST_WORKER_ID: __, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: copy, env, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

function succeed(command: string): void {
  const { status, output } = bash(command);
  if (status !== 0) throw new Error(`${command}: exit ${status}\n${output.slice(-10_000)}`);
}

beforeAll(() => {
  copy = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-own-')));
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
  for (const path of tracked.filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, path), join(copy, path));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'dir');
  succeed('git init --quiet && git add .');
});

afterAll(() => rmSync(copy, { recursive: true }));

test('the page shows all files, and has commands before and after them', () => {
  expect(files.map(([, path]) => path)).toEqual([
    'charts/guestbook.ts',
    'charts/images.json',
    'charts/clusters.ts',
    'charts/environments.ts',
    'charts/platform.ts',
    '__tests__/charts/guestbook/guestbook.test.ts',
  ]);
  expect(deleting.length).toBeGreaterThan(3);
  expect(checking).toEqual(['npm run synth', 'npm run picture', 'npm test', 'npm run lint', 'npm run typecheck']);
});

testInFull(
  'without the shipped systems, its commands are green, and proofs that need them are skipped by name',
  () => {
    for (const command of deleting) succeed(command);
    // what is left of them would be found
    expect(bash('npm run typecheck').status).not.toBe(0);
    for (const [, path = '', text = ''] of files) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    for (const command of checking) succeed(command);
    const names = readdirSync(join(copy, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(names.sort()).toEqual([
      '00-cluster.yaml',
      '05-guestbook-production.yaml',
      '10-guestbook-production.yaml',
      'inventory.txt',
    ]);
    const pictures = readdirSync(join(copy, 'docs/systems')).filter((name) => name.endsWith('.svg'));
    expect(pictures.sort()).toEqual(['dublin.svg', 'guestbook.svg']);
    const { status, output } = bash('npm run e2e -- E4 E20');
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining('needs toytrex, pingpong: not in dist'),
    });
    expect(output).toContain('needs panther: not in dist');
  },
  1_200_000,
);
