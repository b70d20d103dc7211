// The project that a command works on: the app that main.ts exports.

import { Construct, type IConstruct } from 'constructs';
import type { Finding } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import { type Trace, userLine } from '../../model/manifest/origin';
import type { Output } from '../../report/output';
import { silenceSynth } from '../../synth/tree/quiet';
import { type Unsettled, watchConstructs } from '../../synth/tree/unsettled';
import type { Watch } from './watch';

/** Evaluates the project's main.ts, and gives what it exports. */
export interface Load {
  (): Promise<unknown>;
  /** Waits for a promise that the program made, and gives up where nothing can settle it. @default waits */
  readonly settle?: (promise: Promise<unknown>) => Promise<unknown>;
  /** Lets the program come to its end while it makes something of `size`, and gives its failures. @default it has ended */
  readonly drain?: (size: () => number) => Promise<readonly unknown[]>;
  /** The program's async functions that have not come to their end. @default none is known */
  readonly unsettled?: () => readonly Unsettled[];
  /** Loads it again and again. @default it is loaded once */
  readonly watch?: Watch;
}

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

/** The app of the project, or the reasons for its absence. Nothing can be added to it any more. */
export async function loadApp(load: Load): Promise<IConstruct | { readonly errors: readonly Finding[] }> {
  const unhandled: unknown[] = [];
  const remember = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', remember);
  const quiet = silenceSynth();
  const { unsettled = () => [] } = load;
  const witness = watchConstructs(() => unsettled().length > 0);
  try {
    const app = await appOf(await load(), load);
    const failures = (await load.drain?.(() => sizeOf(app))) ?? (await turn(unhandled));
    const errors = [...failures.map(findingOfFailure), ...witness.makers(unsettled()).map(findingOfUnsettled)];
    if (errors.length > 0) return { errors };
    if (!Construct.isConstruct(app)) return { errors: [noApp('the file exports no app', quiet.trace())] };
    app.node.lock();
    return app;
  } catch (error) {
    return { errors: findingsIn(error) ?? [findingOfFailure(error)] };
  } finally {
    witness.end();
    quiet.end();
    process.off('unhandledRejection', remember);
  }
}

/** The failures of promises that the program does not await, after they had the chance to fail. */
async function turn(unhandled: readonly unknown[]): Promise<readonly unknown[]> {
  await new Promise(setImmediate);
  return unhandled;
}

/** What the file exports as its app: the app, a promise of it, or a function that makes it. */
async function appOf(exports: unknown, { settle = (promise) => promise }: Load): Promise<unknown> {
  const exported = typeof exports === 'object' && exports !== null && 'app' in exports ? exports.app : undefined;
  if (typeof exported === 'function') return settle(Promise.resolve(exported()));
  return isThenable(exported) ? settle(Promise.resolve(exported)) : exported;
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function sizeOf(app: unknown): number {
  return Construct.isConstruct(app) ? app.node.findAll().length : 0;
}

const TO_ITS_END = 'a program that comes to its end';

function findingOfFailure(failure: unknown): Finding {
  if (!(failure instanceof Error))
    return { ...noApp(`the program throws ${String(failure)}`, undefined), expected: TO_ITS_END };
  const { name, message, stack } = failure;
  // What the launcher throws says what would be right.
  if ('expected' in failure && typeof failure.expected === 'string') {
    return { ...noApp(message, defined({ stack })), expected: failure.expected };
  }
  return { ...noApp(`${name}: ${message.split('\nRequire stack:')[0]}`, failure), expected: TO_ITS_END };
}

/** Those that the launcher has made of what a compiler refuses. */
function findingsIn(failure: unknown): readonly Finding[] | undefined {
  const found = failure instanceof Error && 'findings' in failure ? failure.findings : undefined;
  return Array.isArray(found) ? found : undefined;
}

function findingOfUnsettled({ name = 'a function', trace }: Unsettled): Finding {
  const message = `${name} adds constructs and never ends: it waits for a promise that nothing settles`;
  return { ...noApp(message, trace), expected: 'an app that awaits it, and promises that settle' };
}

function noApp(message: string, trace: Trace | undefined): Finding {
  return {
    rule: 'app',
    severity: 'error',
    message,
    expected: 'a file that exports the app: export const app = platform.app()',
    ...defined({ source: userLine(trace) }),
  };
}
