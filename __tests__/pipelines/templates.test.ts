// The pipelines that `evenkeel init` writes: each runs the four commands of the repository in this order, and is what its product reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PIPELINES } from '../../lib/commands/project/new-repository';
import { scripts } from '../../templates/repository/package.json';

const TEMPLATES = join(__dirname, '../../templates/pipelines');
const COMMANDS = ['npm ci', 'npm test', 'npm run synth -- --check --strict --types'];

const read = (path: string): string => readFileSync(join(TEMPLATES, path), 'utf8');
const asYaml = (path: string) => parse(read(path), { strict: true });

test('there is one for each choice', () => expect(readdirSync(TEMPLATES).sort()).toEqual([...PIPELINES].sort()));

test('their commands are scripts of the repository', () => {
  const named = COMMANDS.flatMap((command) => /^npm (?:run )?(\w+)/.exec(command)?.[1] ?? []);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named.filter((name) => name !== 'ci')));
});

test('GitHub Actions', () => {
  const { on, permissions, jobs } = asYaml('github/.github/workflows/manifests.yml');
  expect(Object.keys(on)).toEqual(['pull_request', 'push']);
  expect(permissions).toEqual({ contents: 'read' });
  const { steps } = jobs.check;
  expect(steps.flatMap(({ uses }: { uses?: string }) => uses ?? [])).toEqual([
    'actions/checkout@v4',
    'actions/setup-node@v4',
  ]);
  expect(steps.flatMap(({ run }: { run?: string }) => run ?? [])).toEqual(COMMANDS);
});

test('Azure Pipelines (azure-schema.test.ts: it is valid)', () => {
  const { steps } = asYaml('azure/azure-pipelines.yml');
  expect(steps.flatMap(({ bash }: { bash?: string }) => bash ?? [])).toEqual(COMMANDS);
});

test('GitLab CI', () => {
  const { manifests, ...others } = asYaml('gitlab/.gitlab-ci.yml');
  expect(others).toEqual({});
  expect(manifests).toMatchObject({ image: 'node:20', script: COMMANDS });
});

test('Jenkins: a declarative pipeline, braces in pairs', () => {
  const text = read('jenkins/Jenkinsfile');
  expect([...text.matchAll(/^ +sh '(.*)'$/gm)].map(([, command]) => command)).toEqual(COMMANDS);
  expect(text).toMatch(
    /^\/\/ .*\npipeline \{\n {2}agent \{[\s\S]*\n {2}stages \{\n {4}stage\('Manifests'\) \{\n {6}steps \{\n/,
  );
  expect(text.match(/\{/g)).toHaveLength(text.match(/\}/g)?.length ?? 0);
});

test('AWS CodeBuild', () => {
  const { version, phases } = asYaml('codebuild/buildspec.yml');
  expect(version).toBe(0.2);
  expect(phases.install['runtime-versions']).toEqual({ nodejs: 20 });
  expect([...phases.install.commands, ...phases.build.commands]).toEqual(COMMANDS);
});
