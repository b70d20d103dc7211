// Runs the shipped pipelines from a commit to the apply, in scratch repositories, with stand-ins for every program that leaves the machine.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Job, type Stage, type Step, stagesBy, variablesOf } from './azure';
import { readBuildspec } from './codebuild';
import type { Sources } from './files';
import { readStages, shellOf } from './jenkins';

const ROOT = join(__dirname, '../../..');
const PROGRAMS = ['aws', 'az', 'curl', 'docker', 'dotnet', 'kubectl', 'kubelogin', 'npm'];

/** What became of a run. */
export interface Run {
  readonly failed: boolean;
  /** Calls of programs, one a line, with the stages of Azure and Jenkins between them; without the folder of the agent. */
  readonly calls: readonly string[];
  /** What its scripts printed. */
  readonly printed: string;
}

type Values = Readonly<Record<string, string>>;

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The branch main of an origin with dist, the tags and pipelines/, and a machine that builds it. */
export class Agent {
  /** Its folder. */
  readonly scratch: string;
  private readonly calls: string;
  private printed = '';
  private given: Values = {};

  /**
   * @param sources texts of pipelines/
   * @param files what else main has, by path. @default dist and the tags that are shipped
   */
  constructor(sources: Sources, files?: Values) {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-agent-')));
    this.scratch = scratch;
    this.calls = join(scratch, 'calls');
    mkdirSync(join(scratch, 'programs'));
    mkdirSync(join(scratch, 'state'));
    copyFileSync(join(__dirname, 'stand-in.sh'), join(scratch, 'stand-in.sh'));
    chmodSync(join(scratch, 'stand-in.sh'), 0o755);
    for (const name of PROGRAMS) symlinkSync('../stand-in.sh', join(scratch, 'programs', name));
    symlinkSync(process.execPath, join(scratch, 'programs/node'));
    const first = join(scratch, 'first');
    if (files === undefined) {
      cpSync(join(ROOT, 'dist'), join(first, 'dist'), { recursive: true });
      mkdirSync(join(first, 'charts'));
      for (const name of ['images.json', 'previews.json']) {
        copyFileSync(join(ROOT, 'charts', name), join(first, 'charts', name));
      }
    }
    const scripts = Object.entries(sources).map(([path, text]) => [`pipelines/${path}`, text] as const);
    for (const [path, text] of [...scripts, ...Object.entries(files ?? {})]) write(join(first, path), text);
    this.must(
      `git init --quiet --initial-branch main . && git add . && git commit --quiet --message first
       git clone --quiet --bare . ../origin.git && cp -r ../origin.git ../code.git`,
      first,
    );
  }

  /** Removes its folder. */
  remove(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** A commit on main that is not a release. */
  change(path: string, text: string, subject = `change ${path}`): void {
    const folder = this.clone('change');
    write(join(folder, path), text);
    this.must(`git add . && git commit --quiet --message '${subject}' && git push --quiet origin main`, folder);
  }

  /** Runs a script of the steps in a clone, or in the one that is there. `clone` are options of git clone. */
  runScript(name: string, env: Values, { clone = '', again = false } = {}): Run {
    const folder = again ? join(this.scratch, 'step') : this.clone('step', false, 'origin', clone);
    return this.run({}, () => this.shell(`bash pipelines/steps/${name}.sh`, folder, env));
  }

  /** A branch that is pushed, or removed again. */
  branch(name: string, isThere = true): void {
    const change = isThere ? `git branch ${name} main` : `git branch --delete --force ${name}`;
    this.must(change, join(this.scratch, 'origin.git'));
  }

  /** A hook of the origin, with a count beside it that starts at 0. */
  hook(name: string, text: string): void {
    writeFileSync(join(this.scratch, 'count'), '0');
    writeFileSync(join(this.scratch, 'origin.git/hooks', name), text, { mode: 0o755 });
  }

  /** A file of the agent's folder, such as what a step hands on. */
  read(path: string): string {
    return readFileSync(join(this.scratch, path), 'utf8');
  }

  /** Leaves a file in the clone that the last script ran in. */
  leave(path: string, text: string): void {
    write(join(this.scratch, 'step', path), text);
  }

  /** Subjects of the commits on main, the newest first. */
  log(): readonly string[] {
    return this.must('git log --format=%s main', join(this.scratch, 'origin.git')).trim().split('\n');
  }

  /** A file of the newest commit on main. */
  file(path: string): string {
    return this.must(`git show main:${path}`, join(this.scratch, 'origin.git'));
  }

  /** Paths that the newest commit on main changed. */
  changed(): readonly string[] {
    return this.must('git show --format= --name-only main', join(this.scratch, 'origin.git')).trim().split('\n');
  }

  /** A build of CodeBuild, and the deploy stage with what the build hands on. `given` is of the stand-ins. */
  codebuild(sources: Sources, number: string, given: Values = {}): Run {
    return this.run(given, () => {
      const build = readBuildspec(sources, 'buildspec.yml');
      const source = this.clone('source', true);
      const work = join(this.scratch, 'work');
      rmSync(work, { recursive: true, force: true });
      const env = { ...build.variables, CODEBUILD_BUILD_NUMBER: number, WORK: work };
      if (!this.shell(build.commands.join('\n'), source, env)) return false;
      const input = this.folder('input');
      for (const path of build.artifacts) {
        const name = path.replace(/\/\*\*\/\*$/, '');
        cpSync(join(source, name), join(input, name), { recursive: true });
      }
      const deploy = readBuildspec(sources, 'buildspec-deploy.yml');
      return this.shell(deploy.commands.join('\n'), input, deploy.variables);
    });
  }

  /** A build of CodeBuild by one file alone, as the clock starts it. */
  buildspec(sources: Sources, name: string, given: Values = {}): Run {
    return this.run(given, () => {
      const { commands, variables } = readBuildspec(sources, name);
      return this.shell(commands.join('\n'), this.clone('source', true), variables);
    });
  }

  /** A build of Jenkins on a branch, with the gate approved, by a file of pipelines/. */
  jenkins(sources: Sources, number: string, given: Values = {}, branch = 'main', file = 'Jenkinsfile'): Run {
    return this.run(given, () => {
      let release = '';
      let workspace = '';
      const stages = readStages(sources[file] ?? '');
      const stash = this.folder('stash');
      for (const [at, stage] of stages.entries()) {
        const runs = stage.when.every((line) => {
          if (line === `branch 'main'`) return branch === 'main';
          if (line === `branch 'feature/**'`) return branch.startsWith('feature/');
          if (line === `environment name: 'RELEASE', value: 'yes'`) return release === 'yes';
          return /^before(?:Agent|Input) true$/.test(line);
        });
        if (!runs) continue;
        if (stages[at - 1]?.path[0] !== stage.path[0]) workspace = this.clone('workspace');
        this.note(stage.path.join(': '));
        const variables = Object.entries(stage.environment).map(([name, value]) => [
          name,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Jenkins
          value.replace('${WORKSPACE_TMP}', `${workspace}@tmp`),
        ]);
        const env = { ...Object.fromEntries(variables), BUILD_NUMBER: number };
        const build = { BRANCH_NAME: branch, GIT_COMMIT: this.newest() };
        for (const line of stage.steps) {
          const [, names = ''] = /^stash name: 'approved', includes: '(.*)'$/.exec(line) ?? [];
          for (const name of names.split(',').filter(Boolean)) {
            const path = name.replace('/**', '');
            cpSync(join(workspace, path), join(stash, path), { recursive: true });
          }
          if (line === `unstash 'approved'`) cpSync(stash, workspace, { recursive: true });
          for (const command of shellOf([line])) {
            const before = this.printed.length;
            if (!this.shell(command, workspace, { ...build, ...env })) return false;
            if (line.startsWith('env.RELEASE = ')) release = this.printed.slice(before).trim();
          }
        }
      }
      return true;
    });
  }

  /** A run of Azure on main: these stages, in the order of the file; without names, all of them but a rollback. */
  azure(sources: Sources, main: string, number: string, given: Values = {}, names?: readonly string[]): Run {
    return this.run(given, () => {
      const artifacts = join(this.scratch, `artifacts-${number}`);
      mkdirSync(artifacts, { recursive: true });
      const variables = {
        ...variablesOf(sources, main),
        SONAR_HOST_URL: 'https://sonar.example',
        SONAR_TOKEN: 'secret',
      };
      const stages = [...stagesBy(sources, main).values()].filter(({ name }) =>
        names === undefined ? name !== 'rollback' : names.includes(name),
      );
      return stages.every((stage) => this.stage(stage, { ...variables, 'Build.BuildId': number }, artifacts));
    });
  }

  private stage({ name, jobs }: Stage, variables: Values, artifacts: string): boolean {
    this.note(name);
    return jobs.every((job) => this.job(job, variables, artifacts));
  }

  private job({ variables, steps }: Job, around: Values, artifacts: string): boolean {
    const workspace = this.folder('workspace');
    const agent = {
      'Pipeline.Workspace': workspace,
      'Agent.TempDirectory': join(workspace, 'temp'),
      'Build.SourcesDirectory': join(workspace, 's'),
    };
    mkdirSync(agent['Agent.TempDirectory']);
    const all: Values = { ...around, ...variables, ...agent };
    if (!steps.some(({ given }) => 'checkout' in given)) this.clone('workspace/s');
    return steps.every((step) => this.step(step, all, artifacts));
  }

  private step({ script, given, env, folder }: Step, variables: Values, artifacts: string): boolean {
    const resolved = (text: string): string =>
      text.replace(/\$\(([\w.]+)\)/g, (macro, name: string) =>
        variables[name] === undefined ? macro : resolved(variables[name]),
      );
    const workspace = resolved('$(Pipeline.Workspace)');
    if (given.checkout !== undefined) {
      this.clone(`workspace/${given.path ?? 's'}`, false, given.checkout === 'self' ? 'origin' : 'code');
    } else if (given.publish !== undefined) {
      const from = join(workspace, 's', resolved(String(given.publish)));
      const path = existsSync(from) ? from : resolved(String(given.publish));
      const to = join(artifacts, String(given.artifact));
      cpSync(path, path === from ? to : join(to, String(given.artifact)), { recursive: true });
    } else if (given.download !== undefined) {
      cpSync(join(artifacts, String(given.artifact)), join(workspace, String(given.artifact)), { recursive: true });
    }
    if (script === undefined) return true;
    const own = Object.entries({ ...variables, ...env });
    const variablesOfStep = Object.fromEntries(
      own.map(([name, value]) => [name.toUpperCase().replaceAll('.', '_'), resolved(value)]),
    );
    return this.shell(
      resolved(script),
      folder === undefined ? join(workspace, 's') : resolved(folder),
      variablesOfStep,
    );
  }

  private run(given: Values, steps: () => boolean): Run {
    writeFileSync(this.calls, '');
    this.printed = '';
    this.given = given;
    const failed = !steps();
    const calls = readFileSync(this.calls, 'utf8')
      .replaceAll(this.scratch, '')
      .replace(/\b[0-9a-f]{40}\b/g, '<commit>');
    return { failed, calls: calls.split('\n').filter(Boolean), printed: this.printed };
  }

  private note(name: string): void {
    writeFileSync(this.calls, `── ${name}\n`, { flag: 'a' });
  }

  private shell(script: string, folder: string, env: Values): boolean {
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...this.environment(), ...env, ...this.given },
    });
    this.printed += stdout + stderr;
    return status === 0;
  }

  private must(script: string, folder: string): string {
    const author = { GIT_AUTHOR_NAME: 'You', GIT_AUTHOR_EMAIL: 'you@shop.example' };
    const committer = { GIT_COMMITTER_NAME: 'You', GIT_COMMITTER_EMAIL: 'you@shop.example' };
    const env = { ...this.environment(), ...author, ...committer };
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], { cwd: folder, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${script}\n${stdout}${stderr}`);
    return stdout;
  }

  private newest(): string {
    return this.must('git rev-parse main', join(this.scratch, 'origin.git')).trim();
  }

  private environment(): NodeJS.ProcessEnv {
    const { scratch, calls } = this;
    const git = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
    const path = `${join(scratch, 'programs')}:/usr/local/bin:/usr/bin:/bin`;
    const state = { CALLS: calls, STATE: join(scratch, 'state'), EVENKEEL: join(ROOT, 'bin/evenkeel.js') };
    return { PATH: path, HOME: scratch, ...state, ...git };
  }

  /** An empty folder of this name. */
  private folder(name: string): string {
    const path = join(this.scratch, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A clone of main; a build service has a commit of it without a branch. */
  private clone(name: string, detached = false, repository = 'origin', options = ''): string {
    const path = this.folder(name);
    const commit = detached ? 'git checkout --quiet --detach' : ':';
    const url = `${options === '' ? '' : 'file://'}${join(this.scratch, `${repository}.git`)}`;
    this.must(`git clone --quiet ${options} ${url} . && ${commit}`, path);
    return path;
  }
}
