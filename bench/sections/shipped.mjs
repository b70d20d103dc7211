// Section 4: the systems of this repository, by our command and by `cdk8s synth` as `cdk8s init` sets it up.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf } from '../machine.mjs';
import { duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { rounds } from '../measure.mjs';
import { fresh, root } from '../places.mjs';

const ENVIRONMENT = { CDK8S_CHECK_UPGRADE: 'false', TS_NODE_PROJECT: join(root, 'tsconfig.json') };
const cli = join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');

function ours(name, command, args) {
  const outdir = fresh('shipped');
  return { name, command, args: [...args, '--outdir', outdir], prepare: () => fresh('shipped') };
}

/** `cdk8s synth` with ts-node and its compiler from `modules`. The usual `npx` before ts-node is left out, which favours it. */
function stock(name, modules, flags) {
  const tsNode = [process.execPath, join(modules, 'ts-node', 'dist', 'bin.js'), ...flags];
  const app = [...tsNode, '--compiler', join(modules, 'typescript'), 'main.ts'].join(' ');
  const args = [cli, 'synth', '--app', app, '--output', fresh('shipped')];
  return { name, command: process.execPath, args, env: ENVIRONMENT, prepare: () => fresh('shipped') };
}

/** Measures both and prints the table. `modules` is the node_modules folder with ts-node, if there is one. */
export async function shipped(modules) {
  progress('the shipped systems');
  const own = [
    ours('npm run synth', 'npm', ['run', '--silent', 'synth', '--']),
    ours('node bin/evenkeel.js synth', process.execPath, [join('bin', 'evenkeel.js'), 'synth']),
  ];
  const there = modules !== undefined && existsSync(join(modules, 'ts-node'));
  const proved = { name: 'npm run prove', command: 'npm', args: ['run', '--silent', 'prove'] };
  const theirs = there
    ? [
        stock('cdk8s synth with ts-node, as cdk8s init sets it up', modules, []),
        stock('cdk8s synth with ts-node --transpile-only', modules, ['--transpile-only']),
      ]
    : [];
  const results = await rounds([...own, proved, ...theirs], 7);
  heading('4. The shipped systems');
  paragraph(
    there
      ? `ts-node ${versionOf('ts-node', modules)} with typescript ${versionOf('typescript', modules)}, which checks the types of the app at every run.`
      : 'ts-node is not available (--ts-node): `cdk8s synth` was not measured.',
  );
  const first = results.get(own[0].name).seconds;
  const cells = ({ seconds, megabytes }) => [
    duration(seconds),
    megabytes === undefined ? '–' : `${megabytes.toFixed(0)} MB`,
    ratio(seconds / first),
  ];
  table(
    ['', 'time', 'memory', 'multiple'],
    [
      ...[...results].map(([name, result]) => [name, ...cells(result)]),
      ...(there ? [] : [['cdk8s synth with ts-node', 'not measured', '', '']]),
    ],
  );
}
