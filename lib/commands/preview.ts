// `evenkeel preview`: the branches that have an environment of their own. It edits data; synth makes the environments of it.
import { Command } from 'commander';
import { type Finding, findingOf } from '../model/finding/finding';
import { BRANCH_EXPECTED, DAY_EXPECTED, expiredBefore, isBranch, isDay, previewName } from '../model/platform/preview';
import { formatTable, type Output, printFindings } from '../report/output';
import {
  addPreview,
  endPreviews,
  parseImages,
  previewFileOf,
  readBranches,
  readPreviews,
  rowsOf,
} from './data/previews';
import type { Context, ExitCode } from './project/project';

interface Options {
  readonly until?: string;
  readonly image: readonly string[];
  readonly end?: true;
  readonly list?: true;
  readonly expired?: true;
  readonly today?: string;
  readonly reconcile?: string;
  readonly file?: string;
}

/** The verb. */
export function previewCommand({ output, finish, entry }: Context): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Command('preview')
    .description('give a branch an environment of its own, end it, or list those that there are')
    .argument(
      '[branch]',
      'add its preview, or change what is given: feature/pay-42; prints the name of its environment',
    )
    .option('--until <day>', 'the last day on which it is wanted: 2026-12-05')
    .option('--image <system[/component]=tag>', 'its images, which may be given several times', collect, [])
    .option('--end', 'end the preview of the branch')
    .option('--list', 'list the previews')
    .option('--expired', 'print the branches whose last day is over; exit 2 if there are any')
    .option('--today <day>', 'with --expired: as if this were the day (default: the day in UTC)')
    .option(
      '--reconcile <file>',
      'end previews of branches that are not in this file, or in standard input (-); print them',
    )
    .option(
      '--file <file>',
      'the file of previews (default: charts/previews.json beside the file that exports the app)',
    )
    .addHelpText('after', EXAMPLES)
    .action((branch: string | undefined, options: Options) => {
      const errors = findOptionProblems(branch, options);
      const file = options.file ?? previewFileOf(entry());
      finish(errors.length > 0 ? refuse(output, errors) : run(branch, file, options, output));
    });
}

const EXAMPLES = `
Examples:
  evenkeel preview feature/pay-42 --until 2026-12-05
  evenkeel preview feature/pay-42 --image shop=61
  evenkeel preview feature/pay-42 --end
  evenkeel preview --expired || echo 'end them, or give them another day'
  git ls-remote --heads origin | evenkeel preview --reconcile -

Then: evenkeel synth, and commit both. Exit codes: 0 done, 1 error (nothing is written), 2 --expired has printed a branch.`;

function run(branch: string | undefined, file: string, options: Options, output: Output): ExitCode {
  if (branch !== undefined) return change(branch, file, options, output);
  const previews = readPreviews(file);
  if (isRefused(previews)) return refuse(output, previews.errors);
  if (options.list) {
    output.out(formatTable([['BRANCH', 'ENVIRONMENT', 'UNTIL', 'IMAGES'], ...rowsOf(previews)]));
    return 0;
  }
  if (options.expired) {
    const expired = expiredBefore(previews, options.today ?? new Date().toISOString().slice(0, 10));
    print(output, expired);
    return expired.length === 0 ? 0 : 2;
  }
  const live = readBranches(options.reconcile ?? '-');
  if (isRefused(live)) return refuse(output, live.errors);
  const gone = Object.keys(previews).filter((name) => !live.has(name));
  const errors = gone.length === 0 ? [] : endPreviews(file, gone);
  if (errors.length > 0) return refuse(output, errors);
  print(output, gone);
  return 0;
}

function change(branch: string, file: string, { end, until, image }: Options, output: Output): ExitCode {
  const given = parseImages(image);
  if ('errors' in given) return refuse(output, given.errors);
  const { images } = given;
  const data = { ...(until === undefined ? {} : { until }), ...(image.length === 0 ? {} : { images }) };
  const errors = end ? endPreviews(file, [branch]) : addPreview(file, branch, data);
  if (errors.length > 0) return refuse(output, errors);
  if (!end) print(output, [previewName(branch)]);
  return 0;
}

/** All that is wrong with the options, before anything is read. */
function findOptionProblems(branch: string | undefined, options: Options): Finding[] {
  const { until, image, end, list, expired, today, reconcile } = options;
  const asked = [
    branch === undefined ? [] : 'a branch',
    list ? '--list' : [],
    expired ? '--expired' : [],
    reconcile === undefined ? [] : '--reconcile',
  ].flat();
  const ONE = 'a branch, --list, --expired or --reconcile, one of them';
  return [
    ...(asked.length === 1
      ? []
      : [
          wrong(
            undefined,
            asked.length === 0 ? 'nothing is asked for' : `${asked.join(' and ')} have no meaning together`,
            ONE,
          ),
        ]),
    ...(branch === undefined || isBranch(branch)
      ? []
      : [wrong(branch, 'git has no branch of this name', BRANCH_EXPECTED)]),
    ...[
      ['--until', until],
      ['--today', today],
    ].flatMap(([option, day]) =>
      day === undefined || isDay(day) ? [] : [wrong(day, `${option} has no day of the calendar`, DAY_EXPECTED)],
    ),
    ...(today === undefined || expired
      ? []
      : [wrong('--today', 'only --expired depends on the day', '--expired --today <day>')]),
    ...(branch !== undefined || (until === undefined && image.length === 0 && !end)
      ? []
      : [wrong(undefined, '--until, --image and --end are about one branch', 'evenkeel preview <branch> …')]),
    ...(end && (until !== undefined || image.length > 0)
      ? [wrong('--end', 'a preview that ends has no day and no images', '--end alone, or without it')]
      : []),
  ];
}

const wrong = (value: string | undefined, message: string, expected: string): Finding =>
  findingOf('preview', { message, expected, ...(value === undefined ? {} : { value }) });

const isRefused = (value: object): value is { readonly errors: readonly Finding[] } =>
  'errors' in value && Array.isArray(value.errors);

const print = (output: Output, lines: readonly string[]): void => output.out(lines.map((line) => `${line}\n`).join(''));

function refuse(output: Output, errors: readonly Finding[]): ExitCode {
  printFindings(output, errors);
  return 1;
}
