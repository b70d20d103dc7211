// Section 3: the emitters alone, JSON to text.
import { spawnSync } from 'node:child_process';
import { compile } from '../compile.mjs';
import { count, duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { median } from '../measure.mjs';
import { root } from '../places.mjs';

const EMITTERS = { ours: 'ours', yaml: 'the yaml library', json: 'JSON.stringify' };
const RUNS = 3;

/** Measures the emitters and prints the table. */
export async function emitter(sizes) {
  const program = compile('bench/programs/emitter.ts');
  const rows = [];
  for (const size of sizes) {
    progress(`emitter, ${count(size)} objects`);
    const runs = Array.from({ length: RUNS }, () =>
      Object.fromEntries(Object.keys(EMITTERS).map((name) => [name, once(program, name, size)])),
    );
    const figure = (name, field) => median(runs.map((run) => run[name][field])) / 1000;
    for (const [name, label] of Object.entries(EMITTERS)) {
      const cells = ['cold', 'hot'].flatMap((field) => [
        duration(figure(name, field)),
        ratio(figure('yaml', field) / figure(name, field)),
      ]);
      rows.push([label, count(size), `${count(Math.round(runs[0][name].bytes / 1000))} KB`, ...cells]);
    }
  }
  heading('3. The emitter alone');
  paragraph(
    'Cold is the first pass of a fresh process, hot the best of the later ones. Speed is a multiple of the library’s.',
  );
  table(['', 'objects', 'text', 'cold', 'speed', 'hot', 'speed'], rows);
}

function once(program, name, size) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, name, String(size)], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
