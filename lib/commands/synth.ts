// `evenkeel synth`: writes the manifests, or with --check reports where they differ from the committed ones.

import { Command } from 'commander';
import { check } from '../checks';
import { plural } from '../model/finding/derivation';
import { type Finding, findingOf, hasError } from '../model/finding/finding';
import { oneLine } from '../report/inert';
import { groupFindings, type Output, printFindings } from '../report/output';
import { printSummary, printWritten } from '../report/summary';
import { shown } from '../synth/output/entry';
import { findOtherLineEnds } from '../synth/output/line-ends';
import { compareFiles, OutputError, writeFiles } from '../synth/output/write';
import { type Synthesis, synthesize } from '../synth/synthesize';
import { DIVIDER } from '../synth/text/yaml';
import { findChangeProblems } from './changes/against';
import { appName } from './project/app-name';
import { type Context, type ExitCode, type Load, loadApp } from './project/project';
import { clustersOf, selectFiles } from './project/selection';
import { checkedFiles, findTypeProblems } from './project/types';
import {
  DEFAULT_OUTDIR,
  findOptionProblems,
  findOutdirProblems,
  findUpgradeProblems,
  type UpgradeOptions,
  withMinor,
} from './project/upgrade';
import { runOnSaves, type Watch } from './project/watch';

interface SynthOptions extends UpgradeOptions {
  readonly quiet?: true;
  readonly verbose?: true;
  readonly types?: true;
  readonly strict?: true;
  readonly stdout?: true;
  readonly cluster?: string;
  readonly against?: string;
  readonly watch?: true;
}

/** Where the files go: an output directory of an app, and which of them. */
interface Delivery {
  readonly outdir: string;
  readonly app: string;
  /** The selected files; `undefined` for all. */
  readonly only: ReadonlySet<string> | undefined;
}

/** The verb. */
export function synthCommand({ load, output, finish, entry }: Context): Command {
  return new Command('synth')
    .description('write the manifests of every system to dist/')
    .argument(
      '[system...]',
      'only the files of these systems, such as shop or shop/production; the others stay as they are',
    )
    .option('--check', 'write nothing; exit 2 and list the files that differ')
    .option('--strict', 'with --check: differ also if there are manifests that evenkeel did not write')
    .option('--stdout', 'write nothing; print the manifests of one cluster')
    .option('--cluster <name>', 'only the files of this cluster')
    .option('--outdir <directory>', 'where to write (default: CDK8S_OUTDIR, else dist)')
    .option('--kubernetes <minor>', 'show an upgrade: as if every cluster ran this minor; needs --outdir or --check')
    .option(
      '--against <commit>',
      'refuse changes since this commit that the API server refuses (default: HEAD; with --check or --stdout: none)',
    )
    .option('--types', 'check the types first, which synth strips otherwise')
    .option('--watch', 'stay, and write again on each save of a file that the program loads or reads')
    .option('--quiet', 'print findings only')
    .option('--verbose', 'print the summary even if stdout is not a terminal')
    .addHelpText('after', EXAMPLES)
    .action(async (systems: readonly string[], options: SynthOptions) => {
      const outdir = options.outdir ?? process.env.CDK8S_OUTDIR ?? DEFAULT_OUTDIR;
      const problems = [
        ...findOptionProblems(options),
        ...findOutdirProblems(outdir, options.outdir !== undefined),
        ...findConflicts(options),
      ];
      if (problems.length > 0) return finish(refuse(output, problems));
      const request = { systems, options, outdir, entry: entry(), load, output };
      const { watch } = load;
      if (!options.watch) return finish(await run(request));
      if (watch === undefined) return finish(refuse(output, [UNWATCHED]));
      finish(await runOnSaves(watch, output, (began) => run({ ...request, watch, began }), options));
    });
}

/** What one run is about. */
interface Request {
  readonly systems: readonly string[];
  readonly options: SynthOptions;
  readonly outdir: string;
  /** The absolute path of the file that exports the app. */
  readonly entry: string;
  readonly load: Load;
  readonly output: Output;
  /** Follows what the run reads. @default no one does */
  readonly watch?: Watch;
  /** When the save was noticed that the run is for. @default none was */
  readonly began?: number | undefined;
}

/** Reads, synthesizes and delivers once. */
async function run({ systems, options, outdir, entry, load, output, watch, began }: Request): Promise<ExitCode> {
  const work = () => build(options, outdir, load, watch);
  const { synthesis, findings } = await (watch === undefined ? work() : watch.follow(outdir, work));
  if (synthesis === undefined || hasError(findings)) return refuse(output, findings);
  const only = selectFiles(synthesis, { systems, cluster: options.cluster });
  if (Array.isArray(only)) return refuse(output, [...findings, ...only]);
  const delivery = { outdir, app: appName(entry), only: only instanceof Set ? only : undefined };
  const changes = findChanges(synthesis, delivery, options);
  if (hasError(changes)) return refuse(output, [...findings, ...changes]);
  printFindings(output, [...findings, ...changes]);
  return deliver(synthesis, delivery, { ...options, began }, output);
}

/** What the program says, and what is wrong with it. It is not asked again afterwards. */
async function build(
  options: SynthOptions,
  outdir: string,
  load: Load,
  watch: Watch | undefined,
): Promise<{ readonly synthesis?: Synthesis; readonly findings: readonly Finding[] }> {
  const typeProblems = options.types ? findTypeProblems() : [];
  if (options.types && watch !== undefined) for (const file of checkedFiles()) watch.note(file);
  if (typeProblems.length > 0) return { findings: typeProblems };
  const app = await withMinor(options.kubernetes, () => loadApp(load));
  if ('errors' in app) return { findings: app.errors };
  const synthesis = synthesize(app, check);
  const upgrade = options.stdout ? { ...options, check: true as const } : options;
  return { synthesis, findings: [...findUpgradeProblems(app, upgrade, outdir), ...synthesis.findings] };
}

/** A program that calls the command itself is loaded already. */
const UNWATCHED = findingOf('synth-option', {
  field: '--watch',
  message: 'the program cannot be loaded again',
  expected: 'evenkeel synth --watch',
});

const EXAMPLES = `
Examples:
  evenkeel synth
  evenkeel synth --watch                  write on each save, until Ctrl+C
  evenkeel synth shop shop/production     only the files of these systems; what differs elsewhere is named
  evenkeel synth --outdir /tmp/manifests
  evenkeel synth --check --types || echo 'fix the types, or commit dist/'
  evenkeel synth --check || echo 'run npm run synth and commit dist/'
  evenkeel synth --check --against origin/main || echo 'dist/ differs, or a cluster with the dist/ of main refuses it'
  evenkeel synth --check --strict || echo 'dist/ also has nothing that evenkeel did not write'
  evenkeel synth --stdout --cluster laptop | kubectl diff -f -
  evenkeel synth --kubernetes 1.37 --check || echo 'an upgrade to 1.37 changes these files'
  evenkeel synth --kubernetes 1.37 --outdir /tmp/upgrade && diff -r dist /tmp/upgrade`;

/** Problems of options that have no meaning together. */
function findConflicts({ check: checks, strict, stdout, outdir, watch, against }: SynthOptions): readonly Finding[] {
  const conflict = (field: string, message: string, expected: string) => [
    findingOf('synth-option', { field, message, expected }),
  ];
  return [
    ...(outdir === '-'
      ? conflict('--outdir', '- is not a directory', '--stdout, or ./- for a directory of that name')
      : []),
    ...(strict && !checks ? conflict('--strict', '--strict alone checks nothing', '--check --strict') : []),
    ...(stdout && checks
      ? conflict('--stdout', '--check prints what differs', '--check or --stdout, one of them')
      : []),
    ...(stdout && outdir !== undefined
      ? conflict('--stdout', '--stdout writes to no directory', '--outdir or --stdout, one of them')
      : []),
    ...(watch && checks
      ? conflict(
          '--watch',
          '--check writes nothing that a watch could keep up to date',
          '--check or --watch, one of them',
        )
      : []),
    ...(watch && stdout ? conflict('--watch', '--stdout prints once', '--stdout or --watch, one of them') : []),
    ...(watch && against !== undefined
      ? conflict('--watch', '--against is for the last look at a change', '--watch alone: it compares with HEAD')
      : []),
  ];
}

/** What the API server would refuse of the way from a commit: HEAD, unless one is named. A check, and what is printed, only with one that is named. */
function findChanges(
  synthesis: Synthesis,
  { outdir, only }: Delivery,
  { against, check: checks, stdout }: SynthOptions,
) {
  if (against === undefined && (checks || stdout)) return [];
  return findChangeProblems({ ref: against, outdir }, { files: synthesis.files, objects: synthesis.objects, only });
}

/** Prints findings, and what became of the run: `state` is what was written before it failed. */
function refuse(output: Output, findings: readonly Finding[], state = 'nothing written'): ExitCode {
  printFindings(output, findings);
  const count = groupFindings(findings.filter(({ severity }) => severity === 'error')).length;
  output.err(`${plural(count, 'error')}, ${state}\n`);
  return 1;
}

function deliver(
  synthesis: Synthesis,
  delivery: Delivery,
  options: SynthOptions & Pick<Request, 'began'>,
  output: Output,
): ExitCode {
  if (options.stdout) return print(synthesis, delivery, output);
  try {
    if (options.check) return compare(delivery, synthesis, options, output);
    const { outdir, ...own } = delivery;
    const result = writeFiles(outdir, synthesis.files, own);
    if (result.recovered !== undefined) output.err(`${result.recovered}\n`);
    printForeign(output, outdir, result.foreign);
    printRest(output, delivery, synthesis);
    const isTerminal = output.interactive || options.watch;
    if (options.began !== undefined && !options.verbose) {
      if (!options.quiet) printWritten(output, outdir, result, options.began);
    } else if (options.verbose || (isTerminal && !options.quiet)) {
      printSummary(output, outdir, synthesis, result, options.began);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    const finding = findingOf('output', { message: error.what, expected: error.expected, field: error.path });
    return refuse(output, [finding], error.state);
  }
}

function print({ files, objects }: Synthesis, { only }: Delivery, output: Output): ExitCode {
  const paths = [...files.keys()].filter((path) => path.endsWith('.yaml') && (only?.has(path) ?? true));
  const printed = new Set(paths);
  const clusters = clustersOf(objects.filter(({ file }) => printed.has(file)));
  if (clusters.length > 1) {
    const message = `these manifests are of ${clusters.length} clusters: one stream would mix them`;
    const expected = `--cluster with one of ${clusters.join(', ')}`;
    return refuse(output, [findingOf('synth-option', { field: '--stdout', message, expected })]);
  }
  (output.data ?? output.out)(paths.map((path) => files.get(path) ?? '').join(DIVIDER));
  const shared = objects.filter(({ file, entry }) => !printed.has(file) && clusters.includes(entry.cluster));
  for (const path of only === undefined ? [] : sharedAmong(shared.map(({ file }) => file)))
    output.err(`note: ${path}, which systems share, is not printed\n`);
  return 0;
}

/** Files of cluster-scoped objects, each once. */
const sharedAmong = (paths: readonly string[]): string[] =>
  [...new Set(paths)].filter((path) => path.endsWith('00-cluster.yaml')).sort();

function compare(delivery: Delivery, synthesis: Synthesis, { strict }: SynthOptions, output: Output): ExitCode {
  const { outdir, ...own } = delivery;
  const { changed, missing, stale, foreign, interrupted } = compareFiles(outdir, synthesis.files, own);
  if (interrupted) output.err(`an interrupted run left traces beside ${outdir}; the next synth cleans up\n`);
  const refused = strict ? foreign.filter(isManifest) : [];
  printForeign(
    output,
    outdir,
    foreign.filter((path) => !refused.includes(path)),
  );
  printRest(output, delivery, synthesis);
  const lines = [
    ...changed.map((path) => `changed  ${outdir}/${path}\n`),
    ...missing.map((path) => `missing  ${outdir}/${path}\n`),
    ...stale.map((path) => `stale    ${outdir}/${path}\n`),
    ...refused.map((path) => `foreign  ${outdir}/${oneLine(shown(path))}\n`),
  ];
  output.out(lines.join(''));
  printLineEnds(output, outdir, findOtherLineEnds(outdir, synthesis.files, changed));
  return lines.length === 0 ? 0 : 2;
}

/** Whether kubectl, Argo CD or Flux may apply the file. */
const isManifest = (path: string): boolean => /\.(ya?ml|json|jsonnet)$/i.test(path);

/** After a run about some files only: which others differ. */
function printRest(output: Output, { outdir, app, only }: Delivery, { files }: Synthesis): void {
  if (only === undefined) return;
  const { changed, missing, stale } = compareFiles(outdir, files, { app });
  const others = [...changed, ...missing, ...stale].filter((path) => !only.has(path) && path !== 'inventory.txt');
  output.err(`only ${plural(only.size, 'file')} of ${files.size - 1}: synth without a name is about all of them\n`);
  for (const path of others) output.err(`note: ${outdir}/${path} differs too, and is as it was\n`);
}

function printLineEnds(output: Output, outdir: string, paths: readonly string[]): void {
  if (paths.length === 0) return;
  const rule = `${outdir}/** text eol=lf`;
  output.err(`only line ends differ in ${plural(paths.length, 'file')}: write ${rule} into .gitattributes\n`);
}

function printForeign(output: Output, outdir: string, foreign: readonly string[]): void {
  for (const path of foreign)
    output.err(
      `warning: ${outdir}/${oneLine(shown(path))} was not written by Evenkeel; it is kept, and kubectl apply -f ${outdir} may apply it\n`,
    );
}
