// F7 and F8: docs/how-to/manifests-beside-the-application.md, its files and commands unchanged, and the pipeline's own scripts.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import manifest from '../../../package.json';
import { install, type Outcome, run, unpackedPackage } from '../../support/package';
import { FLASCHENPOST, stagesBy, variablesOf } from '../../support/pipelines/azure';
import { shipped } from '../../support/pipelines/files';

const PAGE = readFileSync(join(__dirname, '../../../docs/how-to/manifests-beside-the-application.md'), 'utf8');
/** What the page says to write into the parameters of the pipeline. */
const PARAMETERS = Object.fromEntries(
  [...PAGE.matchAll(/^\| `(\w+)` \| .* \| `([^`]+)` \|$/gm)].map(([, name = '', value = '']) => [name, value]),
);
const NAMESPACES = ['dev', 'prod', 'qa', 'staging'];

/** Text of each file that the page shows, by its path. */
const files = new Map(
  [...PAGE.matchAll(/`([\w./-]+)`:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => [path, text]),
);
/** The page's commands, line by line. `npm install` needs a registry, and is replaced by `install` here. */
const commands = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
  .flatMap(([, text = '']) => text.trim().split('\n'))
  .filter((line) => line !== 'npm install');

let scratch: string;
let unpacked: string;
let repository: string;

beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-application-')));
  unpacked = unpackedPackage(scratch);
}, 180_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeEach(() => {
  repository = mkdtempSync(join(scratch, 'flaschenpost-'));
  for (const [path, text] of files) write(path, text);
  install(unpacked, repository, ['typescript']);
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /[.]\w+$/.test(path))
    .sort();

const read = (path: string): string => readFileSync(join(repository, path), 'utf8');
const shell = (script: string, environment = {}): Outcome =>
  run('bash', ['-c', script], repository, scratch, environment);

/** Runs a script; throws with its output if it fails. */
function succeed(script: string, environment = {}): string {
  const { status, stdout, stderr } = shell(script, environment);
  if (status !== 0) throw new Error(`${script}\nexit ${status}\n${stdout}${stderr}`);
  return stdout;
}

describe('F7 the page', () => {
  test('shows the whole repository, with our tested versions', () => {
    expect([...files.keys()].sort()).toEqual([
      'charts/flaschenpost.ts',
      'charts/images.json',
      'charts/platform.ts',
      'main.ts',
      'package.json',
      'services/orders/Dockerfile',
      'services/orders/Orders.csproj',
      'services/orders/Program.cs',
      'tsconfig.json',
    ]);
    const { evenkeel, ...others } = JSON.parse(read('package.json')).devDependencies;
    expect(evenkeel).toBe(`file:vendor/evenkeel-${manifest.version}.tgz`);
    expect(manifest.devDependencies).toMatchObject(others);
  });

  test('its commands do what the page says, one after the other', () => {
    for (const command of commands) {
      const { status, stdout, stderr } = shell(command);
      const refused = command.endsWith('latest');
      expect({ command, status, output: refused ? '' : `${stdout}${stderr}` }).toMatchObject({
        status: refused ? 1 : 0,
      });
      if (refused) expect(PAGE).toContain(`\n\`\`\`\n${stderr.split('\nnpm ')[0]?.trimEnd()}\n\`\`\`\n`);
    }
    const expected = NAMESPACES.flatMap((name) => [`05-flaschenpost-${name}.yaml`, `10-flaschenpost-${name}.yaml`]);
    expect(readdirSync(join(repository, 'dist')).sort()).toEqual(
      ['00-cluster.yaml', ...expected, 'inventory.txt'].sort(),
    );
    const images = NAMESPACES.map((name) => /image: (\S+)/.exec(read(`dist/10-flaschenpost-${name}.yaml`))?.[1]);
    expect(images).toEqual([
      'flaschenpostdev.azurecr.io/flaschenpost/orders:2',
      'flaschenpost.azurecr.io/flaschenpost/orders:1',
      'flaschenpostdev.azurecr.io/flaschenpost/orders:1',
      'flaschenpost.azurecr.io/flaschenpost/orders:1',
    ]);
    const copied = Object.keys(shipped).filter((path) => /^azure-|^steps\//.test(path) && !path.includes('panther'));
    expect(filesBelow(join(repository, 'pipelines'))).toEqual(copied);
    for (const path of copied) expect(read(`pipelines/${path}`)).toBe(shipped[path]);
  }, 120_000);

  test('its parameters are those of the pipeline, and fit what the page shows', () => {
    expect(PARAMETERS).toEqual({ images: 'orders', cluster: 'flaschenpost', folder: 'dist' });
    const variables = variablesOf(shipped, FLASCHENPOST, PARAMETERS);
    const platform = read('charts/platform.ts');
    for (const registry of [variables.registry, variables.production_registry])
      expect(platform).toContain(`'${registry}'`);
    expect(Object.keys(JSON.parse(read('charts/images.json')))).toEqual([variables.system_name]);
  });

  test('its package.json has every npm script of the pipeline', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const azure = Object.entries(shipped)
      .filter(([path]) => path.startsWith('azure-') && !path.includes('panther'))
      .map(([, text]) => text);
    const steps = Object.entries(shipped).filter(([path]) => azure.some((text) => text.includes(`pipelines/${path}`)));
    const named = [shipped[FLASCHENPOST], ...steps.map(([, text]) => text)].flatMap((text = '') => [
      ...text.matchAll(/\bnpm (?:run (\w+)|(test)\b)/g),
    ]);
    for (const [, script, test = ''] of named) expect(scripts).toHaveProperty(script ?? test);
    expect(named.length).toBeGreaterThan(5);
  });
});

test.each([
  ["'flaschenpostdev.azurecr.io/flaschenpost/orders'", 'an image without a tag, as on the page'],
  ["'flaschenpostdev.azurecr.io/flaschenpost/orders:latest'", 'latest'],
])('F8 %s is refused by synth, with its line: %s', (image) => {
  write('charts/flaschenpost.ts', read('charts/flaschenpost.ts').replace('port: 8080', `image: ${image}, port: 8080`));
  const { status, stderr } = shell('npm run synth');
  expect(status).toBe(1);
  const [line] = /^charts\/flaschenpost\.ts:\d+:\d+ error image-reference$/m.exec(stderr) ?? [];
  expect(PAGE).toContain(`\n${line}\n`);
  expect(readdirSync(repository)).not.toContain('dist');
});

describe('F6 the scripts of the pipeline, run unchanged', () => {
  const stages = stagesBy(shipped, FLASCHENPOST, PARAMETERS);

  /** The environment of an agent. Programs that would call other services only record their arguments. */
  function agent(environment = ''): Record<string, string> {
    const programs = join(scratch, 'programs');
    mkdirSync(programs, { recursive: true });
    for (const name of ['az', 'kubectl', 'kubelogin']) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho "${name} $*" >>"$AGENT_TEMPDIRECTORY/called"\n`, {
        mode: 0o755,
      });
    }
    const workspace = join(dirname(repository), 'workspace');
    mkdirSync(join(workspace, 'temp'), { recursive: true });
    return {
      PATH: `${programs}:${process.env.PATH}`,
      AGENT_TEMPDIRECTORY: join(workspace, 'temp'),
      PIPELINE_WORKSPACE: workspace,
      SYSTEM_NAME: 'flaschenpost',
      ENVIRONMENT: environment,
      BRANCH: 'main',
      BUILD_NUMBER: '77',
      RESOURCE_GROUP: 'flaschenpost',
      KUBECTL_VERSION: '1.36.6',
      KUBELOGIN_VERSION: 'v0.2.22',
    };
  }

  /**
   * Runs the scripts of a stage, each with its own variables, and returns what they print. Packages are already installed; the agent
   * itself runs the other steps.
   */
  function runStage(name: string, environment: Record<string, string>): string {
    const steps = stages.get(name)?.jobs.flatMap((job) => job.steps) ?? [];
    const outputs = steps.flatMap(({ script, env }) => {
      if (script === undefined || script === 'npm ci') return [];
      const own = Object.entries(env).map(([key, value]) => [
        key,
        value
          .replace('$(Pipeline.Workspace)', environment.PIPELINE_WORKSPACE ?? '')
          .replace('$(Agent.TempDirectory)', environment.AGENT_TEMPDIRECTORY ?? ''),
      ]);
      return succeed(script, { ...environment, ...Object.fromEntries(own) });
    });
    return outputs.join('');
  }

  /** The diff that approvers read; publishes dist as the agent does. */
  function approve(): string {
    const difference = runStage('manifests', agent());
    const approved = join(agent().PIPELINE_WORKSPACE ?? '', 'approved');
    rmSync(approved, { recursive: true, force: true });
    cpSync(join(repository, 'dist'), approved, { recursive: true });
    succeed('git checkout --quiet .');
    return difference;
  }

  const release = (environment: string): string => runStage(environment, agent(environment));

  beforeEach(() => {
    const origin = join(scratch, 'origin.git');
    rmSync(origin, { recursive: true, force: true });
    rmSync(join(dirname(repository), 'workspace'), { recursive: true, force: true });
    succeed(`
      set -e
      ${commands.filter((command) => /\bpipelines\b/.test(command)).join('\n')}
      npm run synth
      echo node_modules >.gitignore
      git init --quiet --initial-branch main && git init --quiet --bare --initial-branch main ${origin}
      git config user.name test && git config user.email test@flaschenpost.example
      git remote add origin ${origin}
      git add . && git commit --quiet --message first && git push --quiet origin main
    `);
  });

  test('approvers read each namespace; a release changes one, commits first, and applies its one file', () => {
    const difference = approve();
    for (const name of NAMESPACES) expect(difference).toContain(`+++ b/dist/10-flaschenpost-${name}.yaml`);
    release('dev');
    expect(succeed('git log --format=%s -1 origin/main')).toBe('flaschenpost/dev is build 77 [skip ci]\n');
    expect(succeed('git diff --stat --name-only HEAD~1')).toBe('charts/images.json\ndist/10-flaschenpost-dev.yaml\n');
    expect(JSON.parse(read('charts/images.json'))).toEqual({
      flaschenpost: { dev: '77', qa: '1', staging: '1', prod: '1' },
    });
    const called = readFileSync(join(agent().AGENT_TEMPDIRECTORY ?? '', 'called'), 'utf8').split('\n');
    expect(called.filter((line) => line.startsWith('kubectl'))).toEqual([
      'kubectl apply -f dist/10-flaschenpost-dev.yaml',
      'kubectl get -f dist/10-flaschenpost-dev.yaml -o name',
    ]);

    release('dev'); // a second attempt commits nothing
    release('qa');
    expect(succeed('git log --format=%s origin/main')).toBe(
      'flaschenpost/qa is build 77 [skip ci]\nflaschenpost/dev is build 77 [skip ci]\nfirst\n',
    );
  }, 120_000);

  test('only what was approved is released', () => {
    approve();
    write('charts/flaschenpost.ts', read('charts/flaschenpost.ts').replace('replicas: 3', 'replicas: 4'));
    succeed('npm run synth && git commit --quiet --all --message later && git push --quiet origin main');
    expect(() => release('prod')).toThrow(/replicas: 4/);
    expect(succeed('git log --format=%s -1 origin/main')).toBe('later\n');
    expect(readdirSync(agent().AGENT_TEMPDIRECTORY ?? '')).toEqual([]);
  }, 120_000);
});
