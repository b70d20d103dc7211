// The file of tags: which build of each system's images runs in each environment.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isJsonObject } from '../../model/manifest/json';
import { attempt } from '../../synth/output/entry';
import { acquireLock } from '../../synth/output/lock';
import { OutputError } from '../../synth/output/output-error';
import { explain } from '../../synth/output/system-error';
import { readTagText } from './tag-text';

const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

/** A tag that moves, and what JavaScript and shells write for a value that is not there. */
const NO_TAG = /^(?:latest|undefined|null|nan|true|false)$/i;

/** How long other runs may take that change the same file. */
const WAIT_MS = 30_000;

/** Where a project has its tags, unless a command names another file: beside the file that exports the app. */
export function tagFileOf(entry: string): string {
  return relative(process.cwd(), join(dirname(entry), 'charts', 'images.json'));
}

/**
 * Sets the tag of `target`, `<system>/<environment>` or `<system>/<environment>/<component>`, in the file of tags; returns why it
 * cannot. Every other byte of the file stays, and so does its mode. Of several runs at once, each sets its own tag.
 */
export function setTag(file: string, target: string, tag: string): Finding | undefined {
  if (!TAG.test(tag) || NO_TAG.test(tag)) {
    return problem(
      tag,
      'not an immutable image tag',
      'a build number such as 412, or sha256: and 64 hexadecimal digits',
    );
  }
  let step = 'read';
  try {
    // A link is followed once: its target is replaced, and the link stays.
    const real = fs.realpathSync(file);
    const early = replaced(file, real, target, tag);
    if (typeof early !== 'string') return early;
    step = 'written';
    fs.accessSync(real, fs.constants.W_OK);
    const lock = acquireLock(`${real}.evenkeel-lock`, WAIT_MS);
    try {
      const text = replaced(file, real, target, tag);
      if (typeof text !== 'string') return text;
      lock.verify();
      replaceFile(real, text, lock.verify);
      return undefined;
    } finally {
      lock.release();
    }
  } catch (error) {
    const known = explain(error, file, `the file of tags ${file} cannot be ${step}`);
    if (!(known instanceof OutputError)) throw error;
    return problem(file, known.what, known.expected);
  }
}

/** The text of the file with another tag, or why there is none. */
function replaced(file: string, real: string, target: string, tag: string): string | Finding {
  const bytes = fs.readFileSync(real);
  const text = bytes.toString('utf8');
  const reason = Buffer.from(text).equals(bytes) ? parseProblem(text) : 'it is not UTF-8';
  if (reason !== undefined) {
    const expected = 'JSON: { "<system>": { "<environment>": "<tag>" } }';
    return problem(file, `the file of tags cannot be read: ${reason}`, expected);
  }
  const { places, duplicates } = readTagText(text);
  const [twice] = duplicates;
  if (twice !== undefined) return problem(twice, `${file} has ${twice} twice`, 'each key once in its object');
  const [place, other] = places.filter(({ path }) => path === target);
  if (place === undefined)
    return problem(target, `${file} has no such images`, `one of ${places.map(({ path }) => path).join(', ')}`);
  if (other !== undefined)
    return problem(target, `${file} has more than one entry of that name`, 'keys without a slash');
  return `${text.slice(0, place.start)}${JSON.stringify(tag)}${text.slice(place.end)}`;
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

function problem(value: string, message: string, expected: string): Finding {
  return findingOf('image-tag', { message, expected, value });
}
