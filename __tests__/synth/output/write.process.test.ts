// Writing an output directory on file systems and among files that only other programs make: mounts, full disks, pipes.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compareFiles, type Files, writeFiles } from '../../../lib/synth/output/write';
import { refusedWrite, tree } from '../../support/output';
import { testWith } from '../../support/requirements';

let scratch: string;
let outdir: string;

beforeEach(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-write-')));
  outdir = path.join(scratch, 'dist');
});

afterEach(() => fs.rmSync(scratch, { recursive: true, force: true }));

const A = tree({ 'a.yaml': 'a', 'b.yaml': 'b', 'clusters/laptop/c.yaml': 'c' });
const B = tree({ 'a.yaml': 'a', 'b.yaml': 'B', 'd.yaml': 'd' });

const refusal = (files: Files, target = outdir, root = scratch) => refusedWrite(files, target, root);

test('a pipe cannot be kept, and is refused instead of waited for', () => {
  fs.mkdirSync(outdir);
  execFileSync('mkfifo', [path.join(outdir, 'pipe')]);
  expect(refusal(A).what).toContain('neither a file, a directory nor a link');
});

describe('file systems', () => {
  const withMounts = testWith('root on Linux that may mount', mayMount());

  function mayMount(): boolean {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
    const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-mount-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', probe], { stdio: 'ignore' });
      execFileSync('umount', [probe]);
      return true;
    } catch {
      return false;
    } finally {
      fs.rmdirSync(probe);
    }
  }

  function mounted(at: string, options: string[], body: () => void): void {
    fs.mkdirSync(at, { recursive: true });
    execFileSync('mount', [...options, at]);
    try {
      body();
    } finally {
      execFileSync('umount', [at]);
    }
  }

  const tmpfs = (size: string): string[] => ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs'];

  withMounts('a full disk: the old directory stays without siblings, and space makes it work', () => {
    const disk = path.join(scratch, 'disk');
    mounted(disk, tmpfs('64k'), () => {
      outdir = path.join(disk, 'dist');
      writeFiles(outdir, A);
      const big = tree({ 'a.yaml': 'a', 'big.yaml': 'x'.repeat(200_000) });
      expect(refusal(big, outdir, disk).message).toMatch(/no space is left \(ENOSPC, .*\) — free some space/);
      expect([fs.readdirSync(disk), compareFiles(outdir, A).changed]).toEqual([['dist'], []]);
      expect(writeFiles(outdir, B).written).toBe(true);
    });
  });

  withMounts('a mount point is refused, a directory inside it is not', () => {
    mounted(outdir, tmpfs('1m'), () => {
      expect(refusal(A).message).toBe(
        `${outdir} is a mount point and cannot be replaced — a directory inside it, such as ${outdir}/manifests`,
      );
      expect(writeFiles(path.join(outdir, 'manifests'), A).written).toBe(true);
    });
    expect(fs.readdirSync(scratch)).toEqual(['dist']);
  });

  withMounts('a mount of the same file system shows itself only at the rename', () => {
    fs.mkdirSync(path.join(scratch, 'source'));
    mounted(outdir, ['--bind', path.join(scratch, 'source')], () => {
      fs.writeFileSync(path.join(outdir, 'mine'), 'mine');
      expect(refusal(A).message).toMatch(/it is a mount point, .*\(EBUSY, .*\) — a new directory inside it/);
      expect(fs.readdirSync(outdir)).toEqual(['mine']);
      expect(fs.readdirSync(scratch)).toEqual(['dist', 'source']);
    });
  });

  withMounts('a read-only file system: comparing and writing the same work, a difference is refused', () => {
    const disk = path.join(scratch, 'disk');
    mounted(disk, tmpfs('1m'), () => {
      writeFiles(path.join(disk, 'dist'), A);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(writeFiles(path.join(disk, 'dist'), A).written).toBe(false);
      expect(refusal(B, path.join(disk, 'dist'), disk).message).toMatch(/read-only.*\(EROFS, .*\) — ./);
      expect(refusal(B, path.join(disk, 'new/dist'), disk).message).toMatch(/read-only.*\(EROFS, .*\) — ./);
    });
  });

  const asNobody = testWith('root', process.getuid?.() === 0 && process.seteuid !== undefined);

  asNobody('a user without rights gets an error, and a foreign read-only directory is not an obstacle', () => {
    writeFiles(outdir, A);
    fs.chmodSync(scratch, 0o755);
    process.seteuid?.(65534);
    try {
      expect(refusal(B).message).toMatch(/permission denied \(EACCES, .*\) — a directory that this user may read/);
      process.seteuid?.(0);
      execFileSync('chown', ['-R', '65534:65534', scratch]);
      process.seteuid?.(65534);
      fs.mkdirSync(path.join(outdir, 'kept'));
      fs.writeFileSync(path.join(outdir, 'kept/mine'), 'mine');
      fs.chmodSync(path.join(outdir, 'kept'), 0o555);
      expect(writeFiles(outdir, B).foreign).toEqual(['kept/mine']);
      expect(fs.readdirSync(scratch)).toEqual(['dist']);
    } finally {
      process.seteuid?.(0);
    }
  });
});
