// One run: a folder of its own, the programs it started, and the promise that all of them end with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanUp, cleanUpAfterOthers, type Entry, Journal } from './journal';
import { FOLDER } from './paths';
import { endProcess, startOf } from './process-identity';

/** A program that runs until it is stopped. */
export interface Program {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Network namespace to run in. @default that of this process */
  readonly namespace?: string;
  /** User of this machine to run as. @default ours */
  readonly user?: string;
  /** What asks it to end. @default SIGTERM */
  readonly endsOn?: NodeJS.Signals;
}

const LAST_LINES = 15;

export class Run {
  readonly folder: string;
  private readonly programs: Program[] = [];
  /** Process identifiers. */
  private readonly stopping = new Set<number>();
  /** Programs that ended by themselves. */
  private readonly deaths: { readonly name: string; readonly how: string }[] = [];

  private constructor(
    private readonly journal: Journal,
    private readonly watchdog: ChildProcess,
  ) {
    this.folder = journal.folder;
  }

  static async begin(): Promise<Run> {
    await cleanUpAfterOthers();
    const journal = new Journal();
    // It reads until we are gone, however we went (an interrupt, SIGKILL), and cleans up what we could not.
    const watchdog = spawn(process.execPath, [join(FOLDER, 'run.mjs'), '--watchdog', journal.folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    watchdog.unref();
    return new Run(journal, watchdog);
  }

  /** Ends everything. With `keep`, the folder with its logs stays. */
  async end(keep: boolean): Promise<void> {
    for (const { pid } of this.programs) this.stopping.add(pid);
    await cleanUp(this.folder, keep);
    this.watchdog.stdin?.end();
  }

  /** Notes something that must be ended with the run, before it is made. */
  note(entry: Entry): void {
    this.journal.write(entry);
  }

  /** A folder that another user may be given: beside ours, into which that user could not look. */
  makeFolder(name: string): string {
    const path = `${this.folder}-${name}`;
    this.note({ kind: 'folder', path });
    mkdirSync(path, { mode: 0o700 });
    return path;
  }

  start(name: string, program: string, args: readonly string[], options: ProgramOptions = {}): Program {
    const { namespace, user } = options;
    const [executable = program, ...all] = [
      ...(namespace === undefined ? [] : ['nsenter', `--net=/var/run/netns/${namespace}`, '--']),
      ...(user === undefined ? [] : asUser(user)),
      program,
      ...args,
    ];
    const log = openSync(this.logOf(name), 'a');
    const child = spawn(executable, all, {
      detached: true, // an interrupt from the terminal must reach us alone
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
    });
    closeSync(log);
    child.on('error', (error) => this.deaths.push({ name, how: error.message }));
    child.on('exit', (code, signal) => {
      if (!this.stopping.has(child.pid ?? 0))
        this.deaths.push({ name, how: `ended by itself (${signal ?? `exit ${code}`})` });
    });
    const { endsOn } = options;
    const identity = { ...startOf(child.pid ?? 0), ...(endsOn === undefined ? {} : { endsOn }) };
    this.note({ kind: 'process', name, ...identity });
    child.unref();
    const started: Program = {
      name,
      pid: identity.pid,
      stop: async () => {
        this.stopping.add(identity.pid);
        await endProcess(identity);
      },
    };
    this.programs.push(started);
    return started;
  }

  logOf(name: string): string {
    return join(this.folder, 'logs', `${name}.log`);
  }

  /** Fails, with their last lines, when programs ended that should still run. */
  assertAlive(): void {
    const [first] = this.deaths;
    if (first === undefined) return;
    const all = this.deaths.map(({ name, how }) => `${name} ${how}`).join('; ');
    throw new Error(`${all}\n${this.lastLines(first.name)}`);
  }

  lastLines(name: string): string {
    const path = this.logOf(name);
    if (!existsSync(path)) return '';
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES);
    return [`last lines of ${path}:`, ...lines.map((line) => `  ${line.slice(0, 400)}`)].join('\n');
  }

  /** Asks again and again until there is an answer; says what was awaited, and what was last seen, when there is none. */
  async until<Answer>(what: string, seconds: number, ask: () => Promise<Answer | undefined | false>): Promise<Answer> {
    const end = Date.now() + seconds * 1000;
    let last: unknown;
    for (;;) {
      this.assertAlive();
      try {
        const answer = await ask();
        if (answer !== undefined && answer !== false) return answer;
      } catch (error) {
        last = error;
      }
      if (Date.now() > end) break;
      await sleep(250);
    }
    const reason = last instanceof Error ? `: ${last.message}` : '';
    throw new Error(`${what}: not within ${seconds} s${reason}`);
  }
}

/** What goes before a program that runs as a user with a group of the same name; it becomes that program. */
export function asUser(user: string): string[] {
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--'];
}
