// Section 6: large inputs of our constructs, against the same at a quarter of the size.
import { join } from 'node:path';
import { install } from '../install.mjs';
import { count, duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { rounds } from '../measure.mjs';
import { fresh } from '../places.mjs';

/** What grows, from a size to four times that, and the command that processes it. */
const CASES = [
  {
    label: 'synth, objects of our WebService',
    sizes: [6400, 25_600],
    args: ['synth', '--app', join('apps', 'web-service.ts'), '--outdir', fresh('large')],
    env: (size) => ({ BENCH_OBJECTS: String(size) }),
  },
  ...['compare environments', 'compare providers', 'prove'].map((verb) => ({
    label: `${verb}, environments of a system`,
    sizes: [50, 200],
    args: [...verb.split(' '), '--app', join('apps', 'environments.ts')],
    env: (size) => ({ BENCH_ENVIRONMENTS: String(size) }),
  })),
];

/** Measures each at both sizes and prints the table. */
export async function large() {
  const project = install();
  const rows = [];
  for (const { label, sizes, args, env } of CASES) {
    progress(label);
    const commands = sizes.map((size) => ({
      name: size,
      command: process.execPath,
      args: [join('node_modules', 'evenkeel', 'bin', 'evenkeel.js'), ...args],
      env: env(size),
      cwd: project,
    }));
    const results = await rounds(commands, 3);
    const [small, large] = sizes.map((size) => results.get(size));
    const cells = ({ seconds, megabytes }) => `${duration(seconds)}, ${megabytes?.toFixed(0) ?? '–'} MB`;
    rows.push([label, sizes.map(count).join(', '), cells(small), cells(large), ratio(large.seconds / small.seconds)]);
  }
  heading('6. Large inputs');
  paragraph('As installed, a whole process at one size and at four times that; linear is at most 4 ×. Medians.');
  table(['', 'sizes', 'at the first', 'at the second', 'growth'], rows);
}
