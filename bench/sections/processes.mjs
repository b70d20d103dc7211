// Section 1: whole processes, started as a user does: ours and its peers'.
import { join } from 'node:path';
import { compile, load } from '../compile.mjs';
import { install } from '../install.mjs';
import { helm, kustomize } from '../machine.mjs';
import { count, duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { LIMIT_SECONDS, rounds } from '../measure.mjs';
import { writeChart } from '../peers/helm.mjs';
import { writeKustomization } from '../peers/kustomize.mjs';
import { empty, fresh, weigh } from '../places.mjs';

const node = process.execPath;
const CHARTS = { one: 'one chart', each: 'a chart per application' };

/** Our command: from this checkout, or as installed in `project`. */
function ours(label, app, charts, project) {
  return (objects) => {
    const name = `evenkeel synth${project === undefined ? ' from a checkout' : ''}, ${label}`;
    const outdir = fresh(`evenkeel-${name.replace(/\W+/g, '-')}`);
    const command = project === undefined ? 'bin' : join('node_modules', 'evenkeel', 'bin');
    const apps = project === undefined ? join('bench', 'apps') : 'apps';
    const args = [join(command, 'evenkeel.js'), 'synth', '--app', join(apps, `${app}.ts`), '--outdir', outdir];
    const env = { BENCH_OBJECTS: String(objects), BENCH_CHARTS: charts };
    return { name, command: node, args, env, cwd: project, output: outdir, prepare: () => empty(outdir) };
  };
}

function stock(label, app, charts) {
  return (objects) => {
    const outdir = fresh(`stock-${app}-${charts}`);
    const args = [join('bench', 'peers', 'stock.cjs'), join('bench', 'apps', `${app}.ts`)];
    const env = { BENCH_OBJECTS: String(objects), BENCH_CHARTS: charts, BENCH_OUTDIR: outdir };
    const name = `cdk8s app.synth(), ${label}, ${CHARTS[charts]}`;
    return { name, command: node, args, env, output: outdir, prepare: () => empty(outdir) };
  };
}

function onStdout(name, command, args) {
  const output = fresh(`${command}-output.yaml`);
  return { name, command, args, output, stdout: output };
}

/** For every tool, the command that processes a given number of objects. */
function tools() {
  const content = load('bench/apps/content.ts');
  const floor = compile('bench/peers/floor.ts');
  const floorOutput = fresh('floor.json');
  const project = install();
  return [
    (objects) => ({
      name: 'floor: JSON.stringify and one write in Node',
      command: node,
      args: [floor, String(objects), floorOutput],
      output: floorOutput,
    }),
    ...(helm === undefined
      ? []
      : [(objects) => onStdout('helm template', 'helm', ['template', 'bench', writeChart(content, objects)])]),
    ...(kustomize === undefined
      ? []
      : [(objects) => onStdout('kustomize build', 'kustomize', ['build', writeKustomization(content, objects)])]),
    ours('bare ApiObjects', 'bare', 'one', project),
    ours('bare ApiObjects, a chart per application', 'bare', 'each', project),
    ours('L1 classes', 'l1', 'one', project),
    ours('our WebService', 'web-service', 'one', project),
    ours('bare ApiObjects', 'bare', 'one'),
    ours('our WebService', 'web-service', 'one'),
    stock('bare ApiObjects', 'bare', 'one'),
    stock('bare ApiObjects', 'bare', 'each'),
    stock('L1 classes', 'l1', 'one'),
    stock('L1 classes', 'l1', 'each'),
  ];
}

/** Measures all tools at `sizes` objects and prints the table. */
export async function processes(sizes) {
  const all = tools();
  const columns = [];
  let tooSlow = new Set();
  for (const size of sizes) {
    progress(`whole process, ${count(size)} objects`);
    const commands = all.map((tool) => tool(size)).filter(({ name }) => !tooSlow.has(name));
    const results = await rounds(commands, size < 1000 ? 9 : 5);
    const written = new Map(
      commands.map(({ name, output }) => [name, results.get(name).late ? undefined : weigh(output)]),
    );
    columns.push({ size, results, written });
    tooSlow = new Set([...tooSlow, ...[...results].filter(([, { late }]) => late).map(([name]) => name)]);
  }
  print(
    all.map((tool) => tool(0).name),
    columns,
  );
}

function print(names, columns) {
  const reference = helm === undefined ? names[0] : 'helm template';
  const absent = Object.entries({ helm, kustomize }).flatMap(([name, version]) =>
    version === undefined ? [name] : [],
  );
  heading('1. Whole process');
  paragraph(
    `Seconds from start to end, memory of the largest process, and the time as a multiple of that of ${reference}; medians. ` +
      'An application is a Deployment, a Service, an autoscaler and a budget. Our WebService adds a ServiceAccount to ' +
      'each, so it gets a fifth fewer applications. Ours and stock cdk8s both compile the app at every start; from ' +
      'a checkout, ours also compiles itself. Ours checks every object and writes a new directory. ' +
      'helm and kustomize write to standard output, here a file.',
  );
  table(
    ['', ...columns.map(({ size }) => `${count(size)} objects`)],
    [
      ...names.map((name) => [name, ...columns.map(({ results }) => cell(results.get(name), results.get(reference)))]),
      ...absent.map((name) => [name, ...columns.map(() => 'not installed')]),
    ],
  );
  process.stdout.write('\n');
  paragraph('Output of each: objects, and KB of text.');
  table(
    ['', ...columns.map(({ size }) => `${count(size)} objects`)],
    names.map((name) => [name, ...columns.map(({ written }) => amount(written.get(name)))]),
  );
}

function cell(result, reference) {
  if (result === undefined || result.late) return `> ${LIMIT_SECONDS} s`;
  const memory = result.megabytes === undefined ? '–' : `${result.megabytes.toFixed(0)} MB`;
  return `${duration(result.seconds)}, ${memory}, ${ratio(result.seconds / reference.seconds)}`;
}

function amount(written) {
  return written === undefined ? '–' : `${count(written.objects)}, ${count(Math.round(written.bytes / 1000))} KB`;
}
