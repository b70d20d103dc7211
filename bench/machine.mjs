// The machine, and the versions of all compared tools.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from './places.mjs';

export const versionOf = (name, modules = join(root, 'node_modules')) =>
  JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version;

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Versions of the peers on the PATH; undefined where one is not installed. */
export const helm = output('helm', ['version', '--template', '{{ .Version }}']);
export const kustomize = output('kustomize', ['version']);

export function describe() {
  const packages = ['cdk8s', 'cdk8s-plus-27', 'cdk8s-cli', 'constructs', 'yaml', 'esbuild'];
  const commit = output('git', ['-C', root, 'rev-parse', '--short', 'HEAD']);
  const changed = output('git', ['-C', root, 'status', '--porcelain', '--untracked-files=no']);
  return [
    ['Commit', `${commit ?? 'unknown'}${changed ? ', with changes' : ''}`],
    ['Day', new Date().toISOString().slice(0, 10)],
    ['CPU', `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`],
    ['Memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['Node', process.version],
    ...packages.map((name) => [name, versionOf(name)]),
    ['helm', helm ?? 'not installed'],
    ['kustomize', kustomize ?? 'not installed'],
  ];
}
