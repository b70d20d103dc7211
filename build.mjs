// Builds the package: build/index.js, command and constructs in one module, and build/types, the declarations of the latter.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname;
const outdir = path.join(root, 'build');

rmSync(outdir, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);

// One module: the launcher's `main` and the user's `import … from 'evenkeel'` share their classes and their state.
await build({
  stdin: {
    contents: "export * from './lib'; export { main } from './lib/commands/main';",
    loader: 'ts',
    resolveDir: root,
    sourcefile: 'evenkeel',
  },
  absWorkingDir: root,
  outfile: path.join(outdir, 'index.js'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
});
