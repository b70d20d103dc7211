// The package as users get it: built, packed, and installed into a repository that has nothing else of ours, without a registry.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** What a program said. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What we read of a package.json. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

export function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** An environment without the npm, the cdk8s and the terminal that the tests run under. `scratch` is npm's home. */
export function cleanEnvironment(scratch: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|cdk8s_|node_options$|force_color$)/i.test(name),
  );
  const npm = {
    npm_config_cache: join(scratch, 'cache'),
    npm_config_userconfig: join(scratch, 'npmrc'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  };
  return { ...Object.fromEntries(inherited), ...npm };
}

/** Runs a program in such an environment. */
export function run(program: string, args: readonly string[], cwd: string, scratch: string, extra = {}): Outcome {
  const env = { ...cleanEnvironment(scratch), ...extra };
  return spawnSync(program, args, { cwd, env, encoding: 'utf8' });
}

function succeed(program: string, args: readonly string[], cwd: string, scratch: string): void {
  const { status, stdout, stderr } = run(program, args, cwd, scratch);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`);
}

/** Packs below `scratch`, which builds first, in a copy of the sources, so that two tests do not build in one place. Returns the unpacked tarball. */
export function unpackedPackage(scratch: string): string {
  const sources = join(scratch, 'sources');
  const own = [
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    '.npmrc',
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  const pages = ['docs', 'charts', 'examples', 'e2e/README.md'];
  for (const name of [...own, ...pages, 'build.mjs', 'bin', 'lib', 'imports', 'pipelines', 'templates']) {
    cpSync(join(ROOT, name), join(sources, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(sources, 'node_modules'), 'dir');
  succeed('npm', ['pack', '--pack-destination', scratch], sources, scratch);
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '';
  succeed('tar', ['-xzf', tarball], scratch, scratch);
  return join(scratch, 'package');
}

/** What `npm install` does, without a registry: the package and exactly what its manifest asks for, and `further`, which are linked. */
export function install(unpacked: string, repository: string, further: readonly string[] = []): void {
  const { dependencies, peerDependencies } = readManifest(unpacked);
  const modules = join(repository, 'node_modules');
  cpSync(unpacked, join(modules, 'evenkeel'), { recursive: true });
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...further]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'dir');
  }
  const commands = { evenkeel: 'evenkeel/bin/evenkeel.js', tsc: 'typescript/bin/tsc' };
  chmodSync(join(modules, commands.evenkeel), 0o755);
  mkdirSync(join(modules, '.bin'));
  for (const [name, file] of Object.entries(commands)) symlinkSync(join('..', file), join(modules, '.bin', name));
}
