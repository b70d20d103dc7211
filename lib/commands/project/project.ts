// The project that a command works on: the app that main.ts exports.

import { Construct, type IConstruct } from 'constructs';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { defined } from '../../model/manifest/json';
import { type Trace, userLine } from '../../model/manifest/origin';
import type { Output } from '../../report/output';

/** Evaluates the project's main.ts. */
export type Load = () => Promise<unknown>;

/** 0: clean. 1: an error, nothing was written. 2: `--check` found differences. */
export type ExitCode = 0 | 1 | 2;

/** What every command gets. */
export interface Context {
  readonly load: Load;
  readonly output: Output;
  readonly finish: (code: ExitCode) => void;
  /** The absolute path of the file that exports the app. */
  readonly entry: () => string;
}

/** The app of the project, or the reason for its absence. */
export async function loadApp(load: Load): Promise<IConstruct | Finding> {
  try {
    const project = await settled(load);
    const app = typeof project === 'object' && project !== null && 'app' in project ? project.app : undefined;
    return Construct.isConstruct(app) ? app : noApp('the file exports no app', undefined);
  } catch (error) {
    if (isLaunchProblem(error)) return findingOf('app', error);
    return noApp(error instanceof Error ? `${error.name}: ${error.message}` : String(error), error);
  }
}

/** What the launcher throws where there is no file to run: a problem, and no error with a stack. */
function isLaunchProblem(thrown: unknown): thrown is Problem {
  return typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error) && isProblem(thrown);
}

/** The project, after any promises that it does not await had the chance to fail: later they would fail after the write. */
async function settled(load: Load): Promise<unknown> {
  const failures: unknown[] = [];
  const remember = (reason: unknown) => failures.push(reason);
  process.on('unhandledRejection', remember);
  try {
    const project = await load();
    await new Promise(setImmediate);
    if (failures.length > 0) throw failures[0];
    return project;
  } finally {
    process.off('unhandledRejection', remember);
  }
}

function noApp(message: string, thrown: unknown): Finding {
  const trace: Trace = thrown instanceof Error ? thrown : {};
  const source = userLine(trace);
  return {
    rule: 'app',
    severity: 'error',
    message,
    expected: 'a file that exports the app: export const app = platform.app()',
    ...defined({ source }),
  };
}
