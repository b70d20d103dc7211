// Runs the command line in this process, and keeps what it prints.
import { main } from '../../lib/commands/main';
import type { Output } from '../../lib/report/output';

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `evenkeel <args>` on the app that `load` makes. */
export async function cli(
  args: readonly string[],
  load: () => unknown,
  output: Partial<Output> = {},
): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, async () => load(), {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    interactive: false,
    color: false,
    ...output,
  });
  return { code, out: out.join(''), err: err.join('') };
}
