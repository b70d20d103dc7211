// Compiles TypeScript to a CommonJS module that plain Node can run; packages are not bundled.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './places.mjs';

const require = createRequire(import.meta.url);

/** Compiles a file of the project into node_modules/.cache, where it finds the project's packages. */
export function compile(file) {
  const outfile = join(root, 'node_modules', '.cache', 'bench', `${file.replace(/\W+/g, '-')}.cjs`);
  buildSync({
    entryPoints: [join(root, file)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}

/** Compiles a file and returns its exports. */
export const load = (file) => require(compile(file));
