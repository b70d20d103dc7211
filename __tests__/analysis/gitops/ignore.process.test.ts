// What the source of a cluster leaves of a repository: git itself judges the patterns, which Flux reads by the same rules.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { delivered, FLUX, scratch } from '../../support/delivered';
import { at } from '../../support/synthesis';

const FILES = [
  'README.md',
  'charts/platform.ts',
  'dist/00-cluster.yaml',
  'dist/inventory.txt',
  'dist/clusters/laptop/00-cluster.yaml',
  'dist/clusters/idle/00-cluster.yaml',
  'gitops/inventory.txt',
  'gitops/mumbai/root.yaml',
  'gitops/mumbai/00-cluster/kustomization.yaml',
  'gitops/laptop/root.yaml',
];

let folder: string;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Paths that are left, where the project is in a folder of the repository. */
function left(cluster: string, project = ''): string[] {
  const prefix = project === '' ? '' : `${project}/`;
  const paths = { dist: `${prefix}dist`, gitops: `${prefix}gitops` };
  const ignore = String(at(delivered(FLUX, {}, paths).get(`${cluster}/source.yaml`)?.[0], 'spec', 'ignore'));
  const files = [...FILES.map((path) => prefix + path), 'other/dist/00-cluster.yaml'];
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  writeFileSync(join(folder, '.gitignore'), ignore);
  const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  expect(git('init', '--quiet').status).toBe(0);
  const { stdout, status } = git('ls-files', '--others', '--exclude-standard');
  expect(status).toBe(0);
  return stdout.trim().split('\n').sort();
}

test('the home cluster gets its own files, and not those below dist/clusters', () => {
  expect(left('mumbai')).toEqual([
    'dist/00-cluster.yaml',
    'dist/inventory.txt',
    'gitops/mumbai/00-cluster/kustomization.yaml',
    'gitops/mumbai/root.yaml',
  ]);
});

test('another cluster gets its folder alone', () => {
  expect(left('laptop')).toEqual(['dist/clusters/laptop/00-cluster.yaml', 'gitops/laptop/root.yaml']);
});

test('a project in a folder of its repository', () => {
  expect(left('laptop', 'deploy/manifests')).toEqual([
    'deploy/manifests/dist/clusters/laptop/00-cluster.yaml',
    'deploy/manifests/gitops/laptop/root.yaml',
  ]);
});
