// The line of a test's own file that a finding should name.
import { relative } from 'node:path';

export interface Line {
  readonly file: string;
  readonly line: number;
}

/**
 * The line below the call of this function: the file from the project's root, and the line from 1.
 * @throws when the stack does not say who called
 */
export function nextLine(): Line {
  const { stack = '' } = new Error('here');
  const [, file = '', line = ''] = /^ +at .*\n +at (?:.*\()?([^(\n]+):(\d+):\d+\)?$/m.exec(stack) ?? [];
  if (file === '') throw new Error(`no caller in ${stack}`);
  return { file: relative(process.cwd(), file), line: Number(line) + 1 };
}
