// Runs a program to its end and gives what it printed.
import { execFile } from 'node:child_process';

/** A program that failed, with what it printed on standard error. */
export class CommandError extends Error {
  constructor(
    readonly line: string,
    readonly code: number | string | null | undefined,
    readonly output: string,
    readonly errorOutput: string,
  ) {
    super(`${line}\nexit ${code}: ${errorOutput.trim() || output.trim()}`);
  }
}

export interface CommandOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Standard output of the program. */
export function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { input, env, ...rest } = options;
    const child = execFile(
      program,
      args,
      { ...rest, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, output, errorOutput) => {
        if (error === null) resolve(output);
        else reject(new CommandError([program, ...args].join(' '), error.code, output, errorOutput));
      },
    );
    child.stdin?.on('error', () => {}); // a program that fails at once never reads its input; its exit code says why
    child.stdin?.end(input ?? '');
  });
}
