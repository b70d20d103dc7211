// P9: scripts of Panther Clinic's pipeline, run unchanged: the rollback in a scratch repository, and the tags that a build writes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shipped, stagesBy } from '../../support/azure-pipelines';
import { PANTHER } from '../shipped/pipelines';

const COMMANDS = stagesBy(shipped, PANTHER).get('rollback')?.commands ?? [];
const REVERT = COMMANDS.find((command) => command.includes('revert')) ?? '';
const PUSH = COMMANDS.find((command) => command.includes('push')) ?? '';

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-panther-'));
  mkdirSync(join(scratch, 'programs'));
  writeFileSync(join(scratch, 'programs/npm'), '#!/bin/sh\n', { mode: 0o755 });
  mkdirSync(join(scratch, 'repository'));
  bash(`
    git init --quiet --bare --initial-branch main ../origin.git && git init --quiet --initial-branch main
    git remote add origin ../origin.git
    git config user.name test && git config user.email test@panther.example
  `);
  for (const build of ['76', '77']) release('clinic', build);
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function bash(script: string) {
  return spawnSync('bash', ['-e', '-c', script], {
    cwd: join(scratch, 'repository'),
    encoding: 'utf8',
    env: {
      PATH: `${join(scratch, 'programs')}:${process.env.PATH}`,
      HOME: scratch,
      SYSTEMNAME: 'panther',
      ENVIRONMENT: 'clinic',
      PIPELINE_WORKSPACE: scratch,
      BUILD_BUILDID: '77',
      BUILD_DEFINITIONNAME: 'panther',
    },
  });
}

function release(environment: string, build: string): void {
  bash(`
    echo ${build} >${environment} && git add . && git commit --quiet --message 'panther/${environment} is build ${build} [skip ci]'
    git push --quiet origin main
  `);
}

const rollBack = () => bash(`${REVERT}\n${PUSH}`).status;
const onMain = (): string => bash('git fetch --quiet origin && git show origin/main:clinic').stdout.trim();
const subject = (): string => bash('git log --max-count 1 --format=%s origin/main').stdout.trim();

test('git has the previous build, and keeps later releases of other systems', () => {
  release('clinic-dev', '78');
  expect(rollBack()).toBe(0);
  expect(onMain()).toBe('76');
  expect(subject()).toBe('Revert "panther/clinic is build 77 [skip ci]"');
  expect(bash('git show origin/main:clinic-dev').stdout.trim()).toBe('78');
});

test('a second attempt changes nothing, and is refused', () => {
  rollBack();
  expect(rollBack()).not.toBe(0);
  expect(onMain()).toBe('76');
});

test.each(['78', '770'])('a later release, build %s, is not undone', (build) => {
  release('clinic', build);
  expect(rollBack()).not.toBe(0);
  expect(onMain()).toBe(build);
});

test("the build's tags: its number for an environment, its digest for a component", () => {
  const script = stagesBy(shipped, PANTHER)
    .get('manifests')
    ?.commands.find((command) => command.includes('npm run image'));
  mkdirSync(join(scratch, 'pushed'));
  const pushed = ['other-booking', 'booking'].map((name, at) => `pantherdev.azurecr.io/panther/${name}@sha256:${at}\n`);
  writeFileSync(join(scratch, 'pushed/pushed'), pushed.join(''));
  writeFileSync(join(scratch, 'programs/npm'), '#!/bin/sh\necho "$@"\n');
  expect(bash(script ?? '').stdout).toBe(
    'run image -- panther/clinic-dev 77\nrun image -- panther/clinic/booking sha256:1\nrun synth\n',
  );
});
