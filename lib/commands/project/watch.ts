// The inner loop: a run on each save of what the run before it loaded or read, until Ctrl+C.

import { relative } from 'node:path';
import { type Finding, findingOf } from '../../model/finding/finding';
import { oneLine } from '../../report/inert';
import { type Output, paint, printFindings } from '../../report/output';

/** What the launcher knows of the program: what it reads, and when that is saved. */
export interface Watch {
  /**
   * Runs `work`, which loads the program again, and follows all that is read meanwhile; not what is in `outdir`. With errors among
   * its findings it may not have read all: what earlier runs read is followed, too.
   */
  readonly follow: <Result extends { readonly findings: readonly Finding[] }>(
    outdir: string,
    work: () => Promise<Result>,
  ) => Promise<Result>;
  /** Follows a file that `work` depends on, and does not read itself. */
  readonly note: (file: string) => unknown;
  /** Waits for a save. Undefined: the user ends the watch. */
  readonly next: () => Promise<Save | End | undefined>;
}

/** Saves of one moment. */
interface Save {
  readonly files: readonly string[];
  /** When the first of them was noticed, in milliseconds of `performance.now()`. */
  readonly began: number;
}

/** Why there cannot be another run in this process: its own code is another, or its input is read. */
type End = { readonly ends: 'code'; readonly file: string } | { readonly ends: 'input' };

/** Files that are named when many are saved at once, as by a checkout. */
const MOST_NAMED = 3;

/**
 * Runs now and after each save, and gives the exit code. `run` gets the moment of the save; the first has none.
 * @param quiet prints what `run` does, and why the watch ends
 */
export async function runOnSaves(
  watch: Watch,
  output: Output,
  run: (began: number | undefined) => Promise<unknown>,
  { quiet = false }: { readonly quiet?: boolean } = {},
): Promise<0 | 1> {
  const announce = (text: string) => {
    if (!quiet) output.err(text);
  };
  for (let began: number | undefined; ; ) {
    try {
      await run(began);
    } catch (error) {
      // a mistake of ours, about what may be half written: the next save may be another matter
      output.err(`${error instanceof Error ? error.stack : String(error)}\n`);
    }
    // without anyone who sees it, or the room to print: the process would stay for ever
    if ((await output.flush?.()) !== undefined) return 1;
    if (output.isUnread?.()) return 0;
    announce(paint(output, 'dim', 'waiting for a save; Ctrl+C ends\n'));
    const save = await watch.next();
    if (save === undefined) return 0;
    if ('ends' in save) {
      printFindings(output, [findingOfEnd(save)]);
      return 1;
    }
    announce(`\n${paint(output, 'bold', describeFiles(save.files))} changed\n`);
    began = save.began;
  }
}

/** `charts/shop.ts, charts/blog.ts and 3 more`, as seen from the current directory. */
function describeFiles(files: readonly string[]): string {
  const names = files.map((file) => oneLine(relative(process.cwd(), file) || '.'));
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function findingOfEnd(end: End): Finding {
  if (end.ends === 'input') {
    const message = 'the program reads standard input, which can be read once only';
    return findingOf('synth-option', {
      field: '--watch',
      message,
      expected: 'a file that it reads, or synth without --watch',
    });
  }
  const message = `${describeFiles([end.file])} has changed: this process runs what it was`;
  return findingOf('synth-option', { field: '--watch', message, expected: 'evenkeel synth --watch, started again' });
}
