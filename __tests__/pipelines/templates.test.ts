// The pipelines that `evenkeel init` writes: each runs the four commands of the repository in this order, and is what its product reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PIPELINES } from '../../lib/commands/project/new-repository';
import { scripts } from '../../templates/repository/package.json';

const TEMPLATES = join(__dirname, '../../templates/pipelines');
const COMMANDS = ['npm ci', 'npm test', 'npm run synth -- --check --strict --types'];

/** In pull requests: compared with the commit that the branch left, which the clone must have. */
const against = (commit: string): string => `npm run synth -- --check --against "${commit}"`;
const mergeBase = (target: string): string => against(`$(git merge-base HEAD "origin/${target}")`);

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
    'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683',
    'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020',
  ]);
  const last = { if: "github.event_name == 'pull_request'", run: mergeBase('$GITHUB_BASE_REF') };
  expect(steps.flatMap(({ run }: { run?: string }) => run ?? [])).toEqual([...COMMANDS, last.run]);
  expect(steps.at(-1)).toEqual(last);
  expect(steps[0]).toEqual({
    uses: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683',
    with: { 'fetch-depth': 0 },
  });
});

test('Azure Pipelines (azure-schema.test.ts: it is valid)', () => {
  const { steps } = asYaml('azure/azure-pipelines.yml');
  const last = mergeBase(`${'$'}{SYSTEM_PULLREQUEST_TARGETBRANCH#refs/heads/}`);
  expect(steps.flatMap(({ bash }: { bash?: string }) => bash ?? [])).toEqual([...COMMANDS, last]);
  expect(steps.at(-1).condition).toBe("and(succeeded(), eq(variables['Build.Reason'], 'PullRequest'))");
  expect(steps[0]).toEqual({ checkout: 'self', fetchDepth: 0 });
});

test('GitLab CI', () => {
  const { manifests, ...others } = asYaml('gitlab/.gitlab-ci.yml');
  expect(others).toEqual({});
  const base = '$CI_MERGE_REQUEST_DIFF_BASE_SHA';
  const script = [...COMMANDS, `if [ -n "${base}" ]; then ${against(base)}; fi`];
  expect(manifests).toMatchObject({ image: expect.stringMatching(/^node:20-/), variables: { GIT_DEPTH: 0 }, script });
});

test('Jenkins: a declarative pipeline, braces in pairs', () => {
  const text = read('jenkins/Jenkinsfile');
  expect([...text.matchAll(/^ +sh '(.*)'$/gm)].map(([, command]) => command)).toEqual([
    ...COMMANDS,
    mergeBase('$CHANGE_TARGET'),
  ]);
  expect(text).toMatch(/when \{ changeRequest\(\) \}\n {6}steps \{\n {8}sh 'npm run synth -- --check --against/);
  expect(text).toMatch(
    /^(?:\/\/ .*\n)+pipeline \{\n {2}agent \{[\s\S]*\n {2}stages \{\n {4}stage\('Manifests'\) \{\n {6}steps \{\n/,
  );
  expect(text.match(/\{/g)).toHaveLength(text.match(/\}/g)?.length ?? 0);
});

test('AWS CodeBuild', () => {
  const { version, phases } = asYaml('codebuild/buildspec.yml');
  expect(version).toBe(0.2);
  expect(phases.install['runtime-versions']).toEqual({ nodejs: 20 });
  expect([...phases.install.commands, ...phases.build.commands]).toEqual([
    ...COMMANDS,
    `if [ -n "$CODEBUILD_WEBHOOK_BASE_REF" ]; then ${mergeBase(`${'$'}{CODEBUILD_WEBHOOK_BASE_REF#refs/heads/}`)}; fi`,
  ]);
});
