// The text of a manifest: of a file at once, of an address by another process, since constructors cannot wait.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../../model/finding/problem';
import { captureTrace, userLine } from '../../model/manifest/origin';

const DOWNLOAD = `
const response = await fetch(process.argv[1], { signal: AbortSignal.timeout(30_000) });
if (!response.ok) throw new Error(response.status + ' ' + response.statusText);
process.stdout.write(Buffer.from(await response.arrayBuffer()));`;

/** Reports the reason for a failure in one line. */
const REPORTING = `process.on('uncaughtException', (error) => {
  process.stderr.write(error.cause?.message || error.cause?.code || error.message);
  process.exitCode = 1;
});`;

const LARGEST = 100 * 1024 * 1024;

/** The text of a file or an address, or why there is none. */
export function fetchText(url: unknown): string | Problem {
  if (typeof url !== 'string' || url === '') {
    return { field: 'url', message: 'the manifest has no path', expected: 'a path, or an address with https://' };
  }
  if (/^https?:\/\//i.test(url)) return download(url);
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(url) && !url.startsWith('file://')) {
    return {
      field: 'url',
      value: url,
      message: `${url} has an unknown protocol`,
      expected: 'https://, http:// or a path',
    };
  }
  const file = url.startsWith('file://') ? fileURLToPath(url) : url;
  try {
    return decode(url, readFileSync(file));
  } catch (error) {
    return unreadable(file, error);
  }
}

function download(url: string): string | Problem {
  const args = ['--input-type=module', '-e', `${REPORTING}${DOWNLOAD}`, url];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, { maxBuffer: LARGEST });
  if (status === 0) return decode(url, stdout);
  const reason = error?.message ?? stderr.toString().trim().split('\n').at(-1);
  const message = `${url} cannot be read: ${reason}`;
  return {
    field: 'url',
    value: url,
    message,
    expected: 'an address that can be reached, or a copy of the file beside the charts',
  };
}

function decode(url: string, bytes: Buffer): string | Problem {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!/^\s*<(?:!doctype|html)\b/i.test(text)) return text;
    return {
      field: 'url',
      value: url,
      message: `${url} is a page in HTML`,
      expected: 'the address of the file itself',
    };
  } catch {
    return { field: 'url', value: url, message: `${url} is not text in UTF-8`, expected: 'a YAML file in UTF-8' };
  }
}

function unreadable(file: string, error: unknown): Problem {
  const problem = { field: 'url', value: file };
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) {
    return { ...problem, message: `${file} is a folder`, expected: 'a file: Include reads one' };
  }
  if (found !== undefined) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...problem, message: `${file} cannot be read: ${reason}`, expected: 'a file that this user may read' };
  }
  const user = userLine(captureTrace());
  const beside = user === undefined ? undefined : join(dirname(user.file), file);
  const message = `${file} does not exist${resolve(file) === file ? '' : ` in ${process.cwd()}`}`;
  const expected = 'a path from the folder that the command runs in';
  if (beside === undefined || !existsSync(beside)) return { ...problem, message, expected };
  return { ...problem, message, expected, fix: `write '${relative(process.cwd(), resolve(beside))}'` };
}
