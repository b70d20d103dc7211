// Section 2: the engines alone, from the finished construct tree to files. Each measurement has a fresh process.
import { spawn } from 'node:child_process';
import { compile } from '../compile.mjs';
import { count, duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { LIMIT_SECONDS, median } from '../measure.mjs';
import { fresh, root } from '../places.mjs';

const SLOW_MILLISECONDS = 5000;

/** Runs one engine `runs` times, one after the other; undefined if it takes longer than the limit. */
async function measure(program, engine, env, runs) {
  const measurements = [];
  for (let run = 0; run < runs; run++) {
    const result = await once(program, engine, env);
    if (result === undefined) return undefined;
    measurements.push(result);
    if (result.milliseconds > SLOW_MILLISECONDS) break;
  }
  return {
    seconds: median(measurements.map(({ milliseconds }) => milliseconds)) / 1000,
    objects: measurements[0].objects,
  };
}

function once(program, engine, env) {
  const child = spawn(process.execPath, [program, engine, env.BENCH_APP ?? 'l1', fresh('engine')], {
    cwd: root,
    env: { ...process.env, ...env, BENCH_OUTDIR: fresh('engine') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, LIMIT_SECONDS * 1000);
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      clearTimeout(limit);
      if (late) resolve(undefined);
      else if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`the engine ended with ${code}`));
    });
  });
}

const CASES = [
  { label: 'L1 classes, one chart', env: { BENCH_CHARTS: 'one' }, stock: true },
  { label: 'L1 classes, a chart per application', env: { BENCH_CHARTS: 'each' }, stock: true },
];

const EXTRAS = [
  { label: 'L1 classes, one chart', objects: 25_600, env: { BENCH_CHARTS: 'one' } },
  { label: 'L1 classes, a chart per application', objects: 25_600, env: { BENCH_CHARTS: 'each' } },
  {
    label: 'bare ApiObjects, a chart per application, each depends on the one before',
    objects: 20_000,
    env: { BENCH_CHARTS: 'each', BENCH_APP: 'bare', BENCH_DEPENDENCIES: '1' },
  },
];

/** Measures both engines and prints the table. */
export async function engine(sizes) {
  const program = compile('bench/programs/engine.ts');
  const rows = [];
  for (const { label, env } of CASES) {
    for (const size of sizes) {
      progress(`engine, ${label}, ${count(size)} objects`);
      const sized = { ...env, BENCH_OBJECTS: String(size) };
      const ours = await measure(program, 'ours', sized, 7);
      const stock = await measure(program, 'stock', sized, 7);
      rows.push(row(label, size, ours, stock));
    }
  }
  for (const { label, objects, env } of EXTRAS) {
    progress(`engine, ${label}, ${count(objects)} objects`);
    rows.push(row(label, objects, await measure(program, 'ours', { ...env, BENCH_OBJECTS: String(objects) }, 3), null));
  }
  heading('2. The engine alone');
  paragraph(
    'From the finished construct tree to files on disk, with everything cold: `synthesize(app, check)` and `writeFiles` with all ' +
      'checks, against `app.synth()`, which has none. Medians.',
  );
  table(['', 'objects', 'ours', 'ours per object', 'cdk8s', 'cdk8s per object', 'cdk8s / ours'], rows);
}

function row(label, objects, ours, stock) {
  const times = (result) => [duration(result.seconds), `${((result.seconds * 1000) / objects).toFixed(3)} ms`];
  const peers =
    stock === null
      ? ['not measured', '', '']
      : [`> ${LIMIT_SECONDS} s`, '', `> ${ratio(LIMIT_SECONDS / ours.seconds)}`];
  return [
    label,
    count(objects),
    ...times(ours),
    ...(stock ? [...times(stock), ratio(stock.seconds / ours.seconds)] : peers),
  ];
}
