// Builds the programs of a cluster from their Go modules: once a version, into a cache.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../process/paths';
import { cached, isCached } from './cache';
import { python, pythonObstacle } from './python';
import { TRIMS, trimFlags } from './trim';
import { versionFlags } from './version';

/** Which runs need a program: those on real nodes only, those with a proof that names it only. */
interface Need {
  readonly nodes?: true;
  readonly named?: true;
}

/**
 * Folders with a go.mod, in the order of their build. `tool` lines name the programs that a module of others provides;
 * a folder without one is the program.
 */
const MODULES = {
  'programs/kubernetes-1.36': {},
  'programs/etcd': {},
  'programs/kwok': {},
  'programs/kubernetes-1.27': {},
  'programs/kubernetes-1.30': { named: true },
  'programs/kubernetes-1.37': {},
  'programs/containerd': { nodes: true },
  'programs/runc': { nodes: true },
  'programs/coredns': { nodes: true },
  'programs/metrics-server': { nodes: true },
  'programs/traefik': { nodes: true },
  'programs/kube-router': { nodes: true },
  'programs/keda': { nodes: true, named: true },
  'programs/cloudnative-pg': { nodes: true, named: true },
  'programs/prometheus': { named: true },
  'programs/alertmanager': { named: true },
  'programs/kube-state-metrics': { named: true },
  'programs/node-exporter': { named: true },
  'programs/loki': { named: true },
  'programs/kustomize-controller': { named: true },
  'programs/source-controller': { named: true },
  'programs/restic': { named: true },
  'programs/etcd-tools': { named: true },
  'programs/consul': { named: true },
  'programs/consul-template': { named: true },
  'programs/gofakes3': { named: true },
  load: { nodes: true },
  server: { nodes: true },
  calls: { nodes: true, named: true },
  collector: { nodes: true, named: true },
  reader: {},
} as const satisfies Readonly<Record<string, Need>>;

export type Module = keyof typeof MODULES;

/** What only some proofs use, and name for that. */
export type Extra = Named | 'locust';

type Named = { [M in Module]: (typeof MODULES)[M] extends { readonly named: true } ? M : never }[Module];

/** Minors of the API servers of E1, newest first. */
export const MINORS = ['1.37', '1.36', '1.30', '1.27'] as const;

export type Minor = (typeof MINORS)[number];

/** Folders of what was asked for in this run. */
const folders = new Map<Module, string>();

interface Wanted {
  readonly nodes: boolean;
  readonly extras: ReadonlySet<Extra>;
}

/**
 * Builds what the run needs and the cache does not hold.
 * @param wanted whether proofs on real nodes run, and what its proofs name
 */
export function buildAll(wanted: Wanted): void {
  const needed = neededModules(wanted);
  const download = downloadSources(needed);
  for (const module of needed) folderOf(module);
  download.kill();
  if (wanted.nodes && wanted.extras.has('locust') && pythonObstacle() === undefined) python('locust');
}

/** In the order of their build. */
export function neededModules({ nodes, extras }: Wanted): readonly Module[] {
  const names: ReadonlySet<string> = extras;
  return Object.entries<Need>(MODULES).flatMap(([module, need]) =>
    (need.nodes && !nodes) || (need.named && !names.has(module)) ? [] : [module as Module],
  );
}

/** Downloads what the modules need, one module after the other, while the first ones compile. The build of a trimmed one downloads less by itself. */
function downloadSources(modules: readonly Module[]): ChildProcess {
  const missing = modules.filter((module) => TRIMS[module] === undefined && !isCached(module, fingerprintOf(module)));
  const commands = missing.map((module) => {
    const source = join(FOLDER, module);
    return `(cd '${source}' && GOFLAGS=-mod=readonly go list -deps ${[...tagsOf(module), ...packages(source)].join(' ')})`;
  });
  return spawn('sh', ['-c', commands.join(';')], { stdio: 'ignore' });
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
  return cached(module, fingerprintOf(module), (folder) => {
    const source = join(FOLDER, module);
    const { env, flags } = buildSettings(module);
    const scratch = `${folder}.sources`;
    // Go names a program after its folder; etcd's would be `server`.
    const output = `${folder}/${module === 'programs/etcd' ? 'etcd' : ''}`;
    try {
      const trimmed = trimFlags(module, source, scratch);
      execFileSync('go', ['build', '-trimpath', ...flags, ...trimmed, '-o', output, ...packages(source)], {
        cwd: source,
        env: { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', ...env },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
}

interface BuildSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/** Build tags: what a program needs, or what leaves out a part that no proof uses. */
const TAGS: Partial<Record<Module, string>> = {
  // The code of the clouds in Kubernetes before 1.31, and half of its build time with it.
  'programs/kubernetes-1.27': 'providerless',
  'programs/kubernetes-1.30': 'providerless',
  'programs/runc': 'seccomp',
  // The libraries of the clouds, by which Prometheus finds targets there.
  'programs/prometheus': 'remove_all_sd,enable_kubernetes_sd',
};

function buildSettings(module: Module): BuildSettings {
  const flags = ['-gcflags=all=-dwarf=false', ...tagsOf(module)];
  if (module === 'programs/runc') return { env: { CGO_ENABLED: '1' }, flags: [...flags, '-ldflags=-s -w'] };
  const linker = ['-s', '-w', ...versionFlags(module)];
  return { env: { CGO_ENABLED: '0' }, flags: [...flags, `-ldflags=${linker.join(' ')}`] };
}

function tagsOf(module: Module): string[] {
  const tags = TAGS[module];
  return tags === undefined ? [] : [`-tags=${tags}`];
}

/** What decides how the programs behave: sources, versions and checksums of everything they are made of, flags, and the compiler. */
function fingerprintOf(module: Module): string {
  const source = join(FOLDER, module);
  const hash = createHash('sha256');
  hash.update(execFileSync('go', ['env', 'GOVERSION', 'GOARCH']));
  hash.update(JSON.stringify({ ...buildSettings(module), trim: TRIMS[module] }));
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
