// `evenkeel synth`: writes the manifests, or with --check reports where they differ from the committed ones.

import { Command } from 'commander';
import { check } from '../checks';
import { plural } from '../model/finding/derivation';
import type { Finding } from '../model/finding/finding';
import { groupFindings, type Output, printFindings } from '../report/output';
import { printSummary } from '../report/summary';
import { findOtherLineEnds } from '../synth/output/line-ends';
import { compareFiles, OutputError, writeFiles } from '../synth/output/write';
import { type Synthesis, synthesize } from '../synth/synthesize';
import {
  DEFAULT_OUTDIR,
  findOptionProblems,
  findOutdirProblems,
  findPreviewProblems,
  type PreviewOptions,
  withMinor,
} from './project/preview';
import { type Context, type ExitCode, loadApp } from './project/project';
import { findTypeProblems } from './project/types';

interface SynthOptions extends PreviewOptions {
  readonly quiet?: true;
  readonly verbose?: true;
  readonly types?: true;
}

/** The verb. */
export function synthCommand({ load, output, finish }: Context): Command {
  return new Command('synth')
    .description('write the manifests of every system to dist/')
    .option('--check', 'write nothing; exit 2 and list the files that differ')
    .option('--outdir <directory>', 'where to write (default: CDK8S_OUTDIR, else dist)')
    .option('--kubernetes <minor>', 'preview an upgrade: as if every cluster ran this minor; needs --outdir or --check')
    .option('--types', 'check the types first, which synth strips otherwise')
    .option('--quiet', 'print findings only')
    .option('--verbose', 'print the summary even if stdout is not a terminal')
    .addHelpText('after', EXAMPLES)
    .action(async (options: SynthOptions) => {
      const outdir = options.outdir ?? process.env.CDK8S_OUTDIR ?? DEFAULT_OUTDIR;
      const problems = [...findOptionProblems(options), ...findOutdirProblems(outdir, options.outdir !== undefined)];
      if (problems.length > 0) return finish(refuse(output, problems));
      const typeProblems = options.types ? findTypeProblems() : [];
      if (typeProblems.length > 0) return finish(refuse(output, typeProblems));
      const app = await withMinor(options.kubernetes, () => loadApp(load));
      if ('errors' in app) return finish(refuse(output, app.errors));
      const synthesis = synthesize(app, check);
      const findings = [...findPreviewProblems(app, options, outdir), ...synthesis.findings];
      if (findings.some(({ severity }) => severity === 'error')) return finish(refuse(output, findings));
      printFindings(output, findings);
      finish(deliver(synthesis, outdir, options, output));
    });
}

const EXAMPLES = `
Examples:
  evenkeel synth
  evenkeel synth --outdir /tmp/manifests
  evenkeel synth --check --types || echo 'fix the types, or commit dist/'
  evenkeel synth --check || echo 'run npm run synth and commit dist/'
  evenkeel synth --kubernetes 1.37 --check || echo 'an upgrade to 1.37 changes these files'
  evenkeel synth --kubernetes 1.37 --outdir /tmp/preview && diff -r dist /tmp/preview`;

function refuse(output: Output, findings: readonly Finding[]): ExitCode {
  printFindings(output, findings);
  const count = groupFindings(findings.filter(({ severity }) => severity === 'error')).length;
  output.err(`${plural(count, 'error')}, nothing written\n`);
  return 1;
}

function deliver(synthesis: Synthesis, outdir: string, options: SynthOptions, output: Output): ExitCode {
  try {
    if (options.check) return compare(outdir, synthesis, output);
    const result = writeFiles(outdir, synthesis.files);
    if (result.recovered !== undefined) output.err(`${result.recovered}\n`);
    printForeign(output, outdir, result.foreign);
    if (options.verbose || (output.interactive && !options.quiet)) {
      printSummary(output, outdir, synthesis, result);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    return refuse(output, [
      { rule: 'output', severity: 'error', message: error.what, expected: error.expected, field: error.path },
    ]);
  }
}

function compare(outdir: string, { files }: Synthesis, output: Output): ExitCode {
  const { changed, missing, stale, foreign, interrupted } = compareFiles(outdir, files);
  if (interrupted) output.err(`an interrupted run left traces beside ${outdir}; the next synth cleans up\n`);
  printForeign(output, outdir, foreign);
  const lines = [
    ...changed.map((path) => `changed  ${outdir}/${path}\n`),
    ...missing.map((path) => `missing  ${outdir}/${path}\n`),
    ...stale.map((path) => `stale    ${outdir}/${path}\n`),
  ];
  output.out(lines.join(''));
  printLineEnds(output, outdir, findOtherLineEnds(outdir, files, changed));
  return lines.length === 0 ? 0 : 2;
}

function printLineEnds(output: Output, outdir: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const rule = `${outdir}/** text eol=lf`;
  output.err(`only line ends differ in ${plural(paths.length, 'file')}: write ${rule} into .gitattributes\n`);
}

function printForeign(output: Output, outdir: string, foreign: readonly string[]): void {
  for (const path of foreign)
    output.err(
      `warning: ${outdir}/${path} was not written by Evenkeel; it is kept, and kubectl apply -f ${outdir} may apply it\n`,
    );
}
