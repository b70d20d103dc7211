// Builds the programs of a cluster from their Go modules: once a version, into a cache.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../folder';
import { cached } from './cache';
import { python, pythonObstacle } from './python';

/** Folders with a go.mod: `tool` lines name the programs that a module of others provides; our own programs are the module. */
const MODULES = [
  'programs/containerd',
  'programs/coredns',
  'programs/etcd',
  'programs/keda',
  'programs/kubernetes-1.27',
  'programs/kubernetes-1.30',
  'programs/kubernetes-1.36',
  'programs/kubernetes-1.37',
  'programs/kwok',
  'programs/metrics-server',
  'programs/runc',
  'programs/traefik',
  'load',
  'server',
] as const;

export type Module = (typeof MODULES)[number];

/** What real nodes need, and API servers alone do not. */
const FOR_NODES: readonly Module[] = [
  'programs/containerd',
  'programs/coredns',
  'programs/metrics-server',
  'programs/runc',
  'programs/traefik',
  'load',
  'server',
];

/** What long proofs alone need. */
const FOR_LONG_PROOFS: readonly Module[] = ['programs/keda'];

/** Minors that there is an API server of, the newest first. */
export const MINORS = ['1.37', '1.36', '1.30', '1.27'] as const;

/** Folders of what was asked for in this run. */
const folders = new Map<Module, string>();

/** Builds whatever was not built before. Twenty minutes at the first time on two cores, no time at all later. */
export function buildAll({ nodes, full }: { readonly nodes: boolean; readonly full: boolean }): void {
  const left = [...(nodes ? [] : FOR_NODES), ...(nodes && full ? [] : FOR_LONG_PROOFS)];
  for (const module of MODULES) if (!left.includes(module)) folderOf(module);
  if (nodes && pythonObstacle() === undefined) python('locust');
}

/** Folder of the sources of a module that ours requires, of the very version that is built. */
export function sourcesOf(module: Module, required: string): string {
  const folder = join(FOLDER, module);
  execFileSync('go', ['mod', 'download', required], { cwd: folder });
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', required], { cwd: folder, encoding: 'utf8' }).trim();
}

/** Path of a program of a module; builds the module if this version of it was not built before. */
export function binary(module: Module, program: string): string {
  return providedByUser(module, program) ?? join(folderOf(module), program);
}

function folderOf(module: Module): string {
  const known = folders.get(module) ?? built(module);
  folders.set(module, known);
  return known;
}

/** What the environment variable KUBEBUILDER_ASSETS (the convention of envtest) offers, where it is the version asked for. */
function providedByUser(module: Module, program: string): string | undefined {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined || !existsSync(join(assets, program))) return undefined;
  const minor = /kubernetes-(1\.\d+)$/.exec(module)?.[1];
  const path = join(assets, program);
  if (minor === undefined) return path;
  const version = execFileSync(path, program === 'kubectl' ? ['version', '--client'] : ['--version'], {
    encoding: 'utf8',
  });
  return version.includes(`v${minor}.`) ? path : undefined;
}

function built(module: Module): string {
  const source = join(FOLDER, module);
  const settings = buildSettings(module);
  return cached(module, fingerprint(source, settings), (folder) => {
    const { env, flags } = settings;
    // Go names a program after its folder; etcd's would be `server`.
    const output = `${folder}/${module === 'programs/etcd' ? 'etcd' : ''}`;
    execFileSync('go', ['build', '-trimpath', ...flags, '-o', output, ...packages(source)], {
      cwd: source,
      env: { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
}

interface BuildSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/** Where Kubernetes keeps the version that its programs tell: what its own build sets. */
const VERSIONS = ['k8s.io/component-base/version.gitVersion', 'k8s.io/client-go/pkg/version.gitVersion'];

function buildSettings(module: Module): BuildSettings {
  if (module === 'programs/runc') return { env: { CGO_ENABLED: '1' }, flags: ['-tags=seccomp', '-ldflags=-s -w'] };
  const kubernetes = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(readFileSync(join(FOLDER, module, 'go.mod'), 'utf8'))?.[1];
  const version = kubernetes === undefined ? [] : VERSIONS.map((name) => `-X ${name}=${kubernetes}`);
  return { env: { CGO_ENABLED: '0' }, flags: [`-ldflags=${['-s', '-w', ...version].join(' ')}`] };
}

/** What decides how the programs behave: sources, versions and checksums of everything they are made of, flags, and the compiler. */
function fingerprint(source: string, settings: BuildSettings): string {
  const hash = createHash('sha256');
  hash.update(execFileSync('go', ['env', 'GOVERSION', 'GOARCH']));
  hash.update(JSON.stringify(settings));
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
    if (/(\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith('_test.go'))
      hash.update(readFileSync(join(source, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

function packages(source: string): string[] {
  const text = execFileSync('go', ['mod', 'edit', '-json'], { cwd: source, encoding: 'utf8' });
  const { Tool }: { readonly Tool?: readonly { readonly Path: string }[] } = JSON.parse(text);
  return Tool?.map(({ Path }) => Path) ?? ['.'];
}
