// Links, directories of other users, and what cannot be removed, beside the output directory and in it: F1, F18.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { remove, shown } from '../../../lib/synth/output/entry';
import { compareFiles, OutputError, writeFiles } from '../../../lib/synth/output/write';
import { refusedWrite, tree } from '../../support/output';
import { testWith } from '../../support/requirements';

const A = tree({ 'a.yaml': 'a', 'b.yaml': 'b', 'clusters/laptop/c.yaml': 'c' });
const B = tree({ 'a.yaml': 'a', 'b.yaml': 'B', 'd.yaml': 'd' });
const NAMES = ['next', 'old', 'journal', 'journal-draft', 'lock-x', 'lock'];
const OTHER = 65534;

let scratch: string;
let outdir: string;
let victim: string;

beforeEach(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-links-')));
  outdir = path.join(scratch, 'preview');
  victim = path.join(fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-victim-'))), 'home');
  fs.mkdirSync(path.join(victim, 'work'), { recursive: true });
  fs.writeFileSync(path.join(victim, 'work/thesis'), 'three years', { mode: 0o640 });
  fs.chmodSync(victim, 0o755);
});

afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(scratch, { recursive: true, force: true });
  fs.rmSync(path.dirname(victim), { recursive: true, force: true });
});

function expectUntouched(): void {
  expect(fs.readFileSync(path.join(victim, 'work/thesis'), 'utf8')).toBe('three years');
  expect(fs.readdirSync(victim)).toEqual(['work']);
  expect([victim, path.join(victim, 'work/thesis')].map((file) => fs.statSync(file).mode & 0o777)).toEqual([
    0o755, 0o640,
  ]);
}

test.each(NAMES)(
  'a link under our name %s is unlinked, never followed, whether it leads to a directory or a file',
  (name) => {
    for (const target of [victim, path.join(victim, 'work/thesis'), path.join(victim, 'nowhere')]) {
      fs.symlinkSync(target, `${outdir}.evenkeel-${name}`);
      expect(writeFiles(outdir, A).written).toBe(true);
      expectUntouched();
      expect(fs.readdirSync(scratch)).toEqual(['preview']);
      fs.rmSync(outdir, { recursive: true });
    }
  },
  60_000,
);

test('links deep in the old directory are unlinked with it', () => {
  writeFiles(outdir, A);
  fs.rmSync(path.join(outdir, 'clusters'), { recursive: true });
  fs.symlinkSync(victim, path.join(outdir, 'clusters'));
  fs.mkdirSync(path.join(outdir, 'mine'));
  fs.symlinkSync(victim, path.join(outdir, 'mine/link'));
  expect(writeFiles(outdir, B).foreign).toEqual(['clusters', 'mine/link']);
  expectUntouched();
  remove(outdir);
  expectUntouched();
  expect(fs.existsSync(outdir)).toBe(false);
});

test('a directory that becomes a link while it is removed', () => {
  fs.mkdirSync(path.join(outdir, 'work'), { recursive: true });
  fs.writeFileSync(path.join(outdir, 'work/thesis'), 'ours');
  const { openSync } = fs;
  // Another user is faster: between the look and the open, and between the open and the walk.
  for (const moment of ['before', 'after']) {
    let swapped = false;
    jest.spyOn(fs, 'openSync').mockImplementation((file, flags, mode) => {
      const swap = () => {
        if (swapped || String(file) !== outdir) return;
        swapped = true;
        fs.renameSync(outdir, `${outdir}-away`);
        fs.symlinkSync(victim, outdir);
      };
      if (moment === 'before') swap();
      const fd = openSync(file, flags, mode);
      swap();
      return fd;
    });
    try {
      remove(outdir);
    } catch (error) {
      expect(String(error)).toMatch(/ELOOP|ENOTDIR/);
    }
    jest.restoreAllMocks();
    expectUntouched();
    fs.rmSync(outdir, { force: true, recursive: true });
    fs.renameSync(`${outdir}-away`, outdir);
  }
});

test('a name that is not UTF-8 is kept, and shown readably', () => {
  writeFiles(outdir, A);
  const bytes = Buffer.concat([Buffer.from(`${outdir}/bad`), Buffer.from([0xff, 0xe4])]);
  fs.writeFileSync(bytes, 'mine');
  fs.mkdirSync(Buffer.concat([bytes, Buffer.from('dir')]));
  fs.writeFileSync(Buffer.concat([bytes, Buffer.from('dir/x')]), 'mine too');
  const { foreign } = writeFiles(outdir, B);
  expect(foreign.map(shown)).toEqual(['bad\\xff\\xe4', 'bad\\xff\\xe4dir/x']);
  expect(fs.readFileSync(bytes, 'utf8')).toBe('mine');
  expect(fs.readFileSync(Buffer.concat([bytes, Buffer.from('dir/x')]), 'utf8')).toBe('mine too');
  expect(fs.readdirSync(scratch)).toEqual(['preview']);
});

describe('with users', () => {
  const asRoot = testWith('root', process.getuid?.() === 0);
  let program: string;

  beforeAll(() => {
    if (process.getuid?.() !== 0) return;
    program = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-user-')), 'write.js');
    const root = path.join(__dirname, '../../..');
    const source = path.join(root, '__tests__/support/killed-writer.ts');
    execFileSync(path.join(root, 'node_modules/.bin/esbuild'), [
      source,
      '--bundle',
      '--platform=node',
      `--outfile=${program}`,
      '--log-level=error',
    ]);
    fs.chmodSync(path.dirname(program), 0o755);
  });

  /** What a write of `files` prints as another user. */
  function writeAs(uid: number, files: ReadonlyMap<string, string>): string {
    const versions = `${program}.json`;
    fs.writeFileSync(versions, JSON.stringify({ v: Object.fromEntries(files) }));
    const { stdout } = spawnSync(process.execPath, [program, outdir, versions, 'v'], {
      uid,
      gid: uid,
      encoding: 'utf8',
    });
    return stdout;
  }

  asRoot.each(['next', 'old', 'journal', 'lock-x', 'lock'])(
    'in a sticky directory, a link of another user under our name %s: nothing is lost, and nothing is claimed',
    (name) => {
      fs.chmodSync(scratch, 0o1777);
      fs.chownSync(victim, OTHER, OTHER);
      fs.chownSync(path.join(victim, 'work'), OTHER, OTHER);
      fs.chownSync(path.join(victim, 'work/thesis'), OTHER, OTHER);
      fs.symlinkSync(victim, `${outdir}.evenkeel-${name}`);
      fs.lchownSync(`${outdir}.evenkeel-${name}`, 1234, 1234);
      const printed = writeAs(OTHER, A);
      expectUntouched();
      expect(printed).toMatch(/cannot be removed \(EPERM\)|cannot be created|permission denied/);
      expect(printed).not.toContain('is complete');
      expect(fs.existsSync(outdir)).toBe(false);
    },
    30_000,
  );

  asRoot.each(['next', 'old', 'journal', 'lock'])(
    'a directory of another user called %s is refused before anything moves',
    (name) => {
      writeFiles(outdir, A);
      const planted = `${outdir}.evenkeel-${name}`;
      fs.mkdirSync(planted);
      fs.writeFileSync(path.join(planted, 'x'), 'x');
      fs.chownSync(planted, 1234, 1234);
      const { message, state } = refusedWrite(B, outdir, scratch);
      expect(message).toContain(`${planted} belongs to user 1234, and this run to user 0 — delete ${planted}`);
      expect(state).toBeUndefined();
    },
  );

  asRoot(
    'a folder of another user in the directory is refused before anything moves; when it is ours again, all goes on',
    () => {
      fs.chmodSync(scratch, 0o755);
      fs.chownSync(scratch, OTHER, OTHER);
      expect(writeAs(OTHER, A)).not.toContain('Error');
      execFileSync('chown', ['-R', '1234:1234', path.join(outdir, 'clusters')]);
      for (const _ of ['first', 'again']) {
        expect(writeAs(OTHER, B)).toContain(
          `clusters belongs to user 1234, and user ${OTHER} cannot remove what is in it`,
        );
        expect(fs.readdirSync(scratch)).toEqual(['preview']);
        expect(compareFiles(outdir, A).changed).toEqual([]);
      }
      execFileSync('chown', ['-R', `${OTHER}:${OTHER}`, outdir]);
      expect(writeAs(OTHER, B)).not.toContain('Error');
      expect(compareFiles(outdir, B).changed).toEqual([]);
    },
  );

  asRoot('a foreign file that may be neither read nor linked is moved: content, owner and mode stay', () => {
    fs.chmodSync(scratch, 0o755);
    fs.chownSync(scratch, OTHER, OTHER);
    writeAs(OTHER, A);
    const secret = path.join(outdir, 'mine');
    fs.writeFileSync(secret, 'mine', { mode: 0o600 });
    fs.chownSync(secret, 1234, 1234);
    expect(writeAs(OTHER, B)).not.toContain('Error');
    const { uid, mode } = fs.statSync(secret);
    expect([fs.readFileSync(secret, 'utf8'), uid, mode & 0o777]).toEqual(['mine', 1234, 0o600]);
    expect(fs.readdirSync(scratch)).toEqual(['preview']);
  });

  asRoot('an immutable file is refused before anything moves', () => {
    writeFiles(outdir, A);
    const file = path.join(outdir, 'b.yaml');
    try {
      execFileSync('chattr', ['+i', file]);
    } catch {
      return; // a file system without attributes
    }
    try {
      expect(refusedWrite(B, outdir, scratch).message).toBe(
        `${file} is immutable and cannot be replaced — chattr -i ${file}`,
      );
    } finally {
      execFileSync('chattr', ['-i', file]);
    }
    expect(writeFiles(outdir, B).written).toBe(true);
  });

  asRoot('a mount in the directory is refused before anything moves', () => {
    writeFiles(outdir, A);
    const volume = path.join(outdir, 'vol ume');
    fs.mkdirSync(volume);
    try {
      execFileSync('mount', ['--bind', victim, volume]);
    } catch {
      return; // a container that may not mount
    }
    try {
      expect(refusedWrite(B, outdir, scratch).message).toContain(`${volume} is mounted inside ${outdir}`);
    } finally {
      execFileSync('umount', [volume]);
    }
    expectUntouched();
  });
});

test('what cannot be removed after the swap: the error says that the directory is complete', () => {
  writeFiles(outdir, A);
  const { rmdirSync } = fs;
  jest.spyOn(fs, 'rmdirSync').mockImplementation((file: fs.PathLike) => {
    if (String(file).endsWith('-old')) throw Object.assign(new Error('EPERM'), { code: 'EPERM', path: String(file) });
    rmdirSync(file);
  });
  let error: unknown;
  try {
    writeFiles(outdir, B);
  } catch (thrown) {
    error = thrown;
  }
  jest.restoreAllMocks();
  expect(error).toBeInstanceOf(OutputError);
  expect(error).toMatchObject({ state: `${outdir} is complete`, what: expect.stringContaining('is complete, but') });
  expect(compareFiles(outdir, B).changed).toEqual([]);
});
