// A project with the package installed as users have it: compiled once, in node_modules, beside its peer dependencies.

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { fresh, root } from './places.mjs';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** What a user's project has beside Evenkeel, and the compiler of esbuild. */
const PACKAGES = [...Object.keys(dependencies), ...Object.keys(peerDependencies), '@esbuild'];

/** Creates the project and returns its folder; the apps of the comparison are in `apps/`. */
export function install() {
  const project = fresh('project');
  const home = join(project, 'node_modules', 'evenkeel');
  mkdirSync(join(project, 'apps'), { recursive: true });
  mkdirSync(home, { recursive: true });
  for (const name of PACKAGES) symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(home, name), { recursive: true });
  // The same as `npm run build`, without the declarations.
  buildSync({
    stdin: {
      contents: "export * from './lib'; export { main } from './lib/commands/main';",
      loader: 'ts',
      resolveDir: root,
    },
    outfile: join(home, 'build', 'index.js'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  for (const name of readdirSync(join(root, 'bench', 'apps'))) {
    const text = readFileSync(join(root, 'bench', 'apps', name), 'utf8');
    writeFileSync(join(project, 'apps', name), text.replace(/'\.\.\/\.\.\/lib\/\w+'/g, "'evenkeel'"));
  }
  return project;
}
