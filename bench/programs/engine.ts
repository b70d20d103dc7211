// One measurement of an engine in its own process: builds the tree, then times the path from the tree to files on disk.
import { mkdirSync } from 'node:fs';
import { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { check } from '../../lib/checks';
import { writeFiles } from '../../lib/synth/output/write';
import { synthesize } from '../../lib/synth/synthesize';
import { bare, l1 } from './apps';

const [engine = 'ours', app = 'l1', outdir = 'out'] = process.argv.slice(2);

const tree = time(() => (app === 'bare' ? bare() : l1()));
mkdirSync(outdir, { recursive: true });
const steps = engine === 'ours' ? ours(tree.result) : stock(tree.result);
process.stdout.write(`${JSON.stringify({ build: tree.milliseconds, ...steps })}\n`);

function ours(root: IConstruct) {
  const synthesis = time(() => synthesize(root, check));
  const error = synthesis.result.findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`${error.construct ?? ''}: ${error.message}`);
  const writing = time(() => writeFiles(outdir, synthesis.result.files));
  return { objects: synthesis.result.objects.length, milliseconds: synthesis.milliseconds + writing.milliseconds };
}

function stock(root: IConstruct) {
  if (!(root instanceof App)) throw new TypeError('no app');
  const objects = Number(process.env.BENCH_OBJECTS);
  return { objects, milliseconds: time(() => root.synth()).milliseconds };
}

function time<Result>(work: () => Result): { result: Result; milliseconds: number } {
  const started = performance.now();
  const result = work();
  return { result, milliseconds: performance.now() - started };
}
