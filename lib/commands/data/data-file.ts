// A file of data that is committed beside the charts, and that a verb edits: one run at a time, the whole file or nothing.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isJsonObject } from '../../model/manifest/json';
import { attempt, codeOf } from '../../synth/output/entry';
import { acquireLock } from '../../synth/output/lock';
import { OutputError } from '../../synth/output/output-error';
import { explain } from '../../synth/output/system-error';

/** What a file holds, for messages. */
export interface DataFile {
  /** What it is called: `file of tags`. */
  readonly name: string;
  /** Its JSON, by an example. */
  readonly form: string;
  /** Rule of the findings about it. */
  readonly rule: string;
}

/** How long other runs may take that change the same file. */
const WAIT_MS = 30_000;

/** A file of the folder `charts` beside the file that exports the app. */
export function beside(entry: string, name: string): string {
  return relative(process.cwd(), join(dirname(entry), 'charts', name));
}

/** The text of a file that holds a JSON object, or why there is none. */
export function readData(file: string, kind: DataFile): { readonly text: string } | Finding {
  return safely(file, kind, 'read', () => {
    const text = textOf(file, fs.realpathSync(file), kind);
    return typeof text === 'string' ? { text } : text;
  });
}

/**
 * Replaces a file that holds a JSON object by what `edit` makes of its text; returns why it cannot. Its mode stays. Of several runs at
 * once, each edits what the one before it left.
 */
export function editFile(file: string, kind: DataFile, edit: (text: string) => string | Finding): Finding | undefined {
  const early = readData(file, kind);
  if (!('text' in early)) return early;
  const refused = edit(early.text);
  if (typeof refused !== 'string') return refused;
  return safely(file, kind, 'written', () => {
    // A link is followed once: its target is replaced, and the link stays.
    const real = fs.realpathSync(file);
    fs.accessSync(real, fs.constants.W_OK);
    const lock = acquireLock(`${real}.evenkeel-lock`, WAIT_MS);
    try {
      const before = textOf(file, real, kind);
      const text = typeof before === 'string' ? edit(before) : before;
      if (typeof text !== 'string') return text;
      lock.verify();
      if (text !== before) replaceFile(real, text, lock.verify);
      return undefined;
    } finally {
      lock.release();
    }
  });
}

function safely<Result>(file: string, kind: DataFile, step: string, run: () => Result): Result | Finding {
  try {
    return run();
  } catch (error) {
    const known = explain(error, file, `the ${kind.name} ${file} cannot be ${step}`);
    if (!(known instanceof OutputError)) throw error;
    const expected = codeOf(error) === 'ENOENT' ? `a file with JSON: ${kind.form}` : known.expected;
    return findingOf(kind.rule, { value: file, message: known.what, expected });
  }
}

function textOf(file: string, real: string, { name, form, rule }: DataFile): string | Finding {
  const bytes = fs.readFileSync(real);
  const text = bytes.toString('utf8');
  const reason = Buffer.from(text).equals(bytes) ? parseProblem(text) : 'it is not UTF-8';
  if (reason === undefined) return text;
  const message = `the ${name} cannot be read: ${reason}`;
  return findingOf(rule, { value: file, message, expected: `JSON: ${form}` });
}

/** Why the text cannot be read as a JSON object; undefined if it can. */
function parseProblem(text: string): string | undefined {
  try {
    return isJsonObject(JSON.parse(text)) ? undefined : 'it is not an object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

// The new file has a name of its own until it is complete. Only the run that has the lock makes one: others are leftovers.
function replaceFile(real: string, text: string, verify: () => void): void {
  const prefix = `${real}.evenkeel-new-`;
  for (const name of fs.readdirSync(dirname(real)))
    if (name.startsWith(basename(prefix))) attempt(() => fs.unlinkSync(join(dirname(real), name)));
  const next = `${prefix}${randomUUID()}`;
  try {
    const { mode, uid, gid } = fs.statSync(real);
    fs.writeFileSync(next, text, { flag: 'wx', mode: 0o600 });
    attempt(() => fs.chownSync(next, uid, gid));
    fs.chmodSync(next, mode & 0o7777);
    verify();
    fs.renameSync(next, real);
  } catch (error) {
    attempt(() => fs.unlinkSync(next));
    throw error;
  }
}
