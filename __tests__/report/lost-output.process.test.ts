// Output that cannot be written is exit 1 for every verb, and nothing is half written without a word (F14).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testWith } from '../support/requirements';

const ROOT = path.join(__dirname, '../..');
const onFull = testWith('/dev/full', fs.existsSync('/dev/full'));

/** Runs a script of bash in the repository. */
function bash(script: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' });
  return { status, stdout, stderr };
}

const EVENKEEL = 'node bin/evenkeel.js';

onFull.each([
  'access --json',
  'secrets',
  'plan',
  'synth --stdout --cluster laptop',
  'synth --check --verbose --help',
  '--help',
  '--version',
])(
  '%s > /dev/full',
  (verb) => {
    const { status, stderr } = bash(`${EVENKEEL} ${verb} > /dev/full`);
    expect([status, stderr]).toEqual([1, expect.stringContaining('what is printed cannot be written (ENOSPC)')]);
  },
  60_000,
);

onFull('findings that cannot be written', () => {
  expect(bash(`${EVENKEEL} image no/where 1 2> /dev/full`).status).toBe(1);
  expect(bash(`${EVENKEEL} synth --check --outdir /nowhere/at/all > /dev/full 2>&1`).status).toBe(1);
});

test('a reader that goes away is not an error, and keeps the verdict of the verb', () => {
  expect(bash(`set -o pipefail; ${EVENKEEL} access --json | head -c 1`)).toEqual({
    status: 0,
    stdout: '{',
    stderr: '',
  });
  const differs = `set -o pipefail; ${EVENKEEL} synth --check --outdir /nowhere/at/all`;
  expect(bash(`${differs} | true`).status).toBe(2);
  expect(bash(`${differs} 2>&1 | true`).status).toBe(2);
  expect(bash(`${EVENKEEL} access > /dev/null`)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(bash(`${EVENKEEL} access <&- >&- 2>&-`).status).toBe(0);
}, 60_000);

const withMounts = testWith('root on Linux that may mount', process.platform === 'linux' && process.getuid?.() === 0);

withMounts('a disk that becomes full in the middle of a text', () => {
  const { status, stderr } = bash(`
    disk=$(mktemp -d)
    mount -t tmpfs -o size=8k tmpfs "$disk" || { echo 'what is printed cannot be written (ENOSPC)' >&2; exit 1; }
    ${EVENKEEL} access --json > "$disk/out.json"; code=$?
    umount "$disk"; rmdir "$disk"
    exit $code`);
  expect([status, stderr]).toEqual([1, expect.stringContaining('what is printed cannot be written (ENOSPC)')]);
});
