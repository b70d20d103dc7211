// Writing an output directory: files written, kept and refused, and the state after an error.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { decide } from '../../../lib/synth/output/swap';
import { compareFiles, type Files, OutputError, writeFiles } from '../../../lib/synth/output/write';
import { refusedWrite, shape, tree } from '../../support/output';

let scratch: string;
let outdir: string;

beforeEach(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-write-')));
  outdir = path.join(scratch, 'dist');
});

afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(scratch, { recursive: true, force: true });
});

const A = tree({ 'a.yaml': 'a', 'b.yaml': 'b', 'clusters/laptop/c.yaml': 'c' });
const B = tree({ 'a.yaml': 'a', 'b.yaml': 'B', 'd.yaml': 'd' });

/** Everything below a directory with its times: equal only if nothing was touched. */
function photo(directory: string): unknown[] {
  return [
    ...shape(directory).map(({ name }) => [name, fs.lstatSync(path.join(directory, name)).ctimeMs]),
    shape(directory),
  ];
}

function put(file: string, text: string, mode = 0o644): string {
  const full = path.join(outdir, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, text);
  fs.chmodSync(full, mode);
  return full;
}

function read(file: string): string {
  return fs.readFileSync(path.join(outdir, file), 'utf8');
}

const refusal = (files: Files, target = outdir, root = scratch) => refusedWrite(files, target, root);

describe('writing', () => {
  test('a new directory, with its parents; a slash at the end and a relative path do not matter', () => {
    const target = path.join(scratch, 'some/new/dist');
    const result = writeFiles(`${path.relative('.', target)}/`, A);
    const added = ['a.yaml', 'b.yaml', 'clusters/laptop/c.yaml', 'inventory.txt'];
    expect(result).toEqual({ written: true, added, changed: [], removed: [], foreign: [] });
    expect(fs.readdirSync(path.dirname(target))).toEqual(['dist']);
    expect(fs.statSync(path.join(target, 'a.yaml')).mode & 0o777).toBe(0o644 & ~process.umask());
  });

  test('equal bytes: nothing at all is touched', () => {
    writeFiles(outdir, A);
    put('mine', 'mine');
    const before = photo(scratch);
    expect(writeFiles(outdir, A)).toEqual({ written: false, added: [], changed: [], removed: [], foreign: ['mine'] });
    expect(photo(scratch)).toEqual(before);
  });

  test('differences are listed, and unchanged files keep their time', () => {
    writeFiles(outdir, A);
    const same = fs.statSync(path.join(outdir, 'a.yaml')).mtimeMs;
    expect(writeFiles(outdir, B)).toEqual({
      written: true,
      added: ['d.yaml'],
      changed: ['b.yaml', 'inventory.txt'],
      removed: ['clusters/laptop/c.yaml'],
      foreign: [],
    });
    expect(fs.readdirSync(outdir).sort()).toEqual(['a.yaml', 'b.yaml', 'd.yaml', 'inventory.txt']);
    expect(fs.statSync(path.join(outdir, 'a.yaml')).mtimeMs).toBe(same);
    expect(fs.readdirSync(scratch)).toEqual(['dist']);
  });

  test('files and directories may take each other’s place', () => {
    writeFiles(outdir, tree({ x: 'file', 'y/z': 'deep' }));
    writeFiles(outdir, tree({ 'x/z': 'deep', y: 'file' }));
    expect([read('x/z'), read('y')]).toEqual(['deep', 'file']);
  });

  test('our files are restored after any change', () => {
    writeFiles(outdir, A);
    fs.rmSync(path.join(outdir, 'a.yaml'));
    fs.symlinkSync('/etc/passwd', path.join(outdir, 'a.yaml'));
    put('b.yaml', 'edited');
    expect(writeFiles(outdir, A).changed).toEqual(['a.yaml', 'b.yaml']);
    expect([fs.lstatSync(path.join(outdir, 'a.yaml')).isFile(), read('a.yaml'), read('b.yaml')]).toEqual([
      true,
      'a',
      'b',
    ]);
  });

  test('the directory keeps its mode', () => {
    writeFiles(outdir, A);
    fs.chmodSync(outdir, 0o2750);
    writeFiles(outdir, B);
    expect(fs.statSync(outdir).mode & 0o7777).toBe(0o2750);
  });

  test('files that the inventory does not list exactly are a mistake of the caller', () => {
    const inventory = A.get('inventory.txt') ?? '';
    expect(() => writeFiles(outdir, new Map([['a.yaml', 'a']]))).toThrow(RangeError);
    expect(() => writeFiles(outdir, new Map([['inventory.txt', inventory]]))).toThrow(RangeError);
    expect(() => writeFiles(outdir, new Map([...A, ['../evil', 'x']]))).toThrow(RangeError);
    expect(fs.readdirSync(scratch)).toEqual([]);
  });
});

describe('foreign files', () => {
  test('stay with content, mode and time; links stay links', () => {
    writeFiles(outdir, A);
    const secret = put('private/.key', 'k', 0o600);
    fs.chmodSync(path.dirname(secret), 0o500);
    fs.mkdirSync(path.join(outdir, 'empty'));
    fs.symlinkSync('nowhere/../a.yaml', path.join(outdir, 'dangling'));
    fs.utimesSync(secret, 1000, 1000);
    expect(writeFiles(outdir, B).foreign).toEqual(['dangling', 'private/.key']);
    expect([read('private/.key'), fs.statSync(secret).mode & 0o777, fs.statSync(secret).mtimeMs]).toEqual([
      'k',
      0o600,
      1e6,
    ]);
    expect(fs.statSync(path.dirname(secret)).mode & 0o777).toBe(0o500);
    expect(fs.readlinkSync(path.join(outdir, 'dangling'))).toBe('nowhere/../a.yaml');
    fs.chmodSync(path.dirname(secret), 0o700);
  });

  test('empty directories stay too', () => {
    writeFiles(outdir, A);
    fs.mkdirSync(path.join(outdir, 'kept/empty'), { recursive: true });
    writeFiles(outdir, B);
    expect(fs.readdirSync(path.join(outdir, 'kept'))).toEqual(['empty']);
  });

  test('a directory full of foreign folders is not an output directory', () => {
    put('projects/thesis.txt', 'three years of work');
    const before = photo(outdir);
    expect(refusal(A).what).toContain('is not an Evenkeel output directory');
    expect(photo(outdir)).toEqual(before);
  });

  test('are copied where hard links are not to be had', () => {
    writeFiles(outdir, A);
    const script = put('mine.sh', 'run', 0o755);
    jest.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    });
    writeFiles(outdir, B);
    expect([read('mine.sh'), fs.statSync(script).mode & 0o777, read('a.yaml')]).toEqual(['run', 0o755, 'a']);
  });

  test('with equal bytes are adopted, with others refused', () => {
    put('a.yaml', 'a');
    expect(writeFiles(outdir, A).added).not.toContain('a.yaml');
    put('d.yaml', 'not ours');
    const error = refusal(B);
    expect(error.path).toBe(path.join(outdir, 'd.yaml'));
    expect(error.message).toBe(
      `${outdir}/d.yaml already exists with other content, and inventory.txt does not list it — ` +
        `move ${outdir}/d.yaml away, or restore ${outdir}/inventory.txt if Evenkeel created it`,
    );
    fs.rmSync(error.path);
    fs.rmSync(path.join(outdir, 'inventory.txt'));
    expect(refusal(B).path).toBe(path.join(outdir, 'b.yaml'));
  });

  test.each([
    ['clusters', 'is not a directory'],
    ['clusters/laptop', 'is not a directory'],
    ['a.yaml/x', 'is in the place of the file a.yaml'],
  ])('%s in the way of ours is refused', (file, what) => {
    put(file, 'not ours');
    const error = refusal(A);
    expect([error.path, error.what]).toEqual([path.join(outdir, file), expect.stringContaining(what)]);
  });

  test('a link to a directory is not followed', () => {
    fs.mkdirSync(path.join(scratch, 'elsewhere'));
    fs.mkdirSync(outdir);
    fs.symlinkSync('../elsewhere', path.join(outdir, 'clusters'));
    expect(refusal(A).path).toBe(path.join(outdir, 'clusters'));
  });

  test('a foreign inventory.txt is kept, and owns nothing', () => {
    put('inventory.txt', 'web1\n');
    put('web1', 'precious');
    expect(refusal(A).path).toBe(path.join(outdir, 'inventory.txt'));
    expect(compareFiles(outdir, A).foreign).toEqual(['web1']);
  });

  test('outside of the directory are safe from an inventory that lists them', () => {
    writeFiles(outdir, A);
    fs.writeFileSync(path.join(scratch, 'precious'), 'p');
    fs.appendFileSync(path.join(outdir, 'inventory.txt'), `../precious\n${scratch}/precious\n`);
    writeFiles(outdir, B);
    expect(fs.readdirSync(scratch)).toEqual(['dist', 'precious']);
  });
});

describe('directories that cannot be replaced', () => {
  test('a file, and a path through a file', () => {
    fs.writeFileSync(outdir, 'file');
    expect(refusal(A).message).toBe(`${outdir} is a file — a directory, or a free name`);
    expect(() => compareFiles(outdir, A)).toThrow(OutputError);
    const below = refusal(A, path.join(outdir, 'below')).message; // F27
    expect(below).toContain(`below cannot be written: part of the path is a file (ENOTDIR, ${outdir}) — a path of`);
  });

  test('a path further below a file', () => {
    fs.writeFileSync(outdir, 'file');
    expect(refusal(A, path.join(outdir, 'further/below')).message).toMatch(/part of the path is a file \(ENOTDIR, /);
  });

  test('a link: names the target', () => {
    const target = path.join(scratch, 'real');
    writeFiles(target, A);
    fs.symlinkSync('real', outdir);
    expect(refusal(B, `${outdir}/`).message).toBe(
      `${outdir} is a symbolic link to ${target} — the directory itself: ${target}`,
    );
    expect(compareFiles(outdir, A).missing).toEqual([]);
  });

  test('the current directory and all above it, also by another name', () => {
    const before = process.cwd();
    fs.mkdirSync(path.join(outdir, 'inner'), { recursive: true });
    fs.symlinkSync('.', path.join(scratch, 'again'));
    try {
      process.chdir(path.join(outdir, 'inner'));
      for (const target of ['', '.', '..', '../../..', path.join(scratch, 'again/dist')]) {
        expect(refusal(A, target).message).toContain('is the current directory or above it');
      }
      expect(refusal(A, '/').message).toContain('is the root directory');
      expect(writeFiles('../../dist-2', A).written).toBe(true);
    } finally {
      process.chdir(before);
    }
  });
});

describe('when the system refuses', () => {
  /** Makes the `nth` call of `fs[name]` fail. */
  function fail(name: 'renameSync' | 'writeFileSync' | 'mkdirSync', nth: number, code: string): void {
    const original: unknown = fs[name];
    let calls = 0;
    jest.spyOn(fs, name).mockImplementation((...args: unknown[]) => {
      if (++calls === nth) throw Object.assign(new Error(`${code}: no`), { code, path: String(args[0]) });
      return typeof original === 'function' ? Reflect.apply(original, fs, args) : undefined;
    });
  }

  test.each([
    { name: 'writeFileSync', nth: 1, code: 'ENOSPC' }, // the lock
    { name: 'writeFileSync', nth: 2, code: 'ENOSPC' }, // a file
    { name: 'writeFileSync', nth: 5, code: 'EDQUOT' }, // the journal
    { name: 'mkdirSync', nth: 1, code: 'EACCES' }, // next
    { name: 'renameSync', nth: 1, code: 'EIO' }, // the journal
    { name: 'renameSync', nth: 2, code: 'EXDEV' }, // the old directory away
    { name: 'renameSync', nth: 3, code: 'EPERM' }, // the new directory into place
  ] as const)(
    '$code at call $nth of $name: an error, the old directory, and nothing beside it',
    ({ name, nth, code }) => {
      writeFiles(outdir, A);
      put('mine', 'mine');
      fail(name, nth, code);
      expect(refusal(B).message).toMatch(new RegExp(`\\(${code}, .*\\) — .`));
      jest.restoreAllMocks();
      expect(fs.readdirSync(scratch)).toEqual(['dist']);
      expect(compareFiles(outdir, A)).toEqual({
        changed: [],
        missing: [],
        stale: [],
        foreign: ['mine'],
        interrupted: false,
      });
    },
  );

  test('a lock that is lost before the swap: nothing is swapped, nothing beside it is touched', () => {
    writeFiles(outdir, A);
    const { writeFileSync } = fs;
    jest.spyOn(fs, 'writeFileSync').mockImplementation((file, text, options) => {
      writeFileSync(file, text, options);
      if (String(file).endsWith('d.yaml')) fs.rmSync(`${outdir}.evenkeel-lock`);
    });
    expect(() => writeFiles(outdir, B)).toThrow('was removed during this run — one writer at a time');
    expect(read('b.yaml')).toBe('b');
    expect(fs.readdirSync(scratch)).toEqual(['dist', 'dist.evenkeel-next']);
  });
});

describe('after an interrupted run', () => {
  const [next, old, journal] = ['next', 'old', 'journal'].map((name) => () => `${outdir}.evenkeel-${name}`);

  test('for any leftovers, the only copy of a directory stays', () => {
    const all = Array.from({ length: 32 }, (_, bits) => {
      const [o, n, l, j, d] = [1, 2, 4, 8, 16].map((bit) => (bits & bit) !== 0);
      return { outdir: o === true, next: n === true, old: l === true, journal: j === true, draft: d === true };
    });
    expect(new Set(all.map(decide))).toEqual(new Set(['complete', 'restore', 'clean', 'none', 'refuse']));
    for (const traces of all) {
      const remedy = decide(traces);
      if (remedy === 'refuse') expect(traces).toMatchObject({ outdir: true, next: true, old: true, journal: true });
      if (remedy === 'complete') expect(traces).toMatchObject({ outdir: false, next: true, journal: true });
      if (remedy === 'restore') expect(traces).toMatchObject({ outdir: false, old: true });
      if (remedy === 'clean') expect(traces.outdir || !traces.old).toBe(true);
      if (remedy === 'none') expect(traces).toMatchObject({ next: false, old: false, journal: false, draft: false });
    }
  });

  function interrupted(...there: ('outdir' | 'next' | 'old' | 'journal')[]): void {
    for (const [name, files] of [
      ['outdir', A],
      ['old', A],
      ['next', B],
    ] as const) {
      const directory = name === 'outdir' ? outdir : `${outdir}.evenkeel-${name}`;
      if (there.includes(name)) writeFiles(directory, files);
      if (there.includes(name)) fs.writeFileSync(path.join(directory, 'mine'), `of ${name}`);
    }
    if (there.includes('journal')) fs.writeFileSync(journal?.() ?? '', '{"complete":true}');
  }

  test.each([
    { there: ['outdir', 'next'], says: 'were removed', mine: 'of outdir', written: true },
    { there: ['outdir', 'next', 'journal'], says: 'were removed', mine: 'of outdir', written: true },
    { there: ['next', 'old', 'journal'], says: 'was completed', mine: 'of next', written: false },
    { there: ['next', 'journal'], says: 'was completed', mine: 'of next', written: false },
    { there: ['outdir', 'old', 'journal'], says: 'were removed', mine: 'of outdir', written: true },
    { there: ['outdir', 'old'], says: 'were removed', mine: 'of outdir', written: true },
    { there: ['old', 'next'], says: 'was undone', mine: 'of old', written: true },
    { there: ['old', 'journal'], says: 'was undone', mine: 'of old', written: true },
    { there: ['next'], says: 'were removed', mine: undefined, written: true },
  ] as const)('$there: $says', ({ there, says, mine, written }) => {
    interrupted(...there);
    const before = photo(scratch);
    expect(compareFiles(outdir, B).interrupted).toBe(true);
    expect(photo(scratch)).toEqual(before);
    const result = writeFiles(outdir, B);
    expect(result).toMatchObject({ written, recovered: expect.stringContaining(says) });
    expect(fs.readdirSync(scratch)).toEqual(['dist']);
    expect(mine === undefined ? undefined : read('mine')).toBe(mine);
  });

  test('a directory recreated meanwhile is kept, and so is the old one', () => {
    interrupted('outdir', 'next', 'old', 'journal');
    const { message } = refusal(B);
    for (const name of [next, old, journal]) expect(message).toContain(name?.());
    expect(fs.readdirSync(scratch)).toHaveLength(4);
  });

  test('the journal goes before what it speaks of', () => {
    interrupted('outdir', 'next', 'journal');
    const order: string[] = [];
    const { unlinkSync, rmdirSync } = fs;
    jest.spyOn(fs, 'unlinkSync').mockImplementation((file) => {
      order.push(String(file));
      unlinkSync(file);
    });
    jest.spyOn(fs, 'rmdirSync').mockImplementation((file: fs.PathLike) => {
      order.push(String(file));
      rmdirSync(file);
    });
    writeFiles(outdir, B);
    expect(order).toContain(next?.());
    expect(order.indexOf(journal?.() ?? '')).toBeLessThan(order.indexOf(next?.() ?? ''));
  });
});

describe('comparing', () => {
  test('sorted lists, nothing written, also where there is nothing', () => {
    expect(compareFiles(path.join(outdir, 'not/there'), A).missing).toEqual([...A.keys()].sort());
    expect(fs.readdirSync(scratch)).toEqual([]);
    writeFiles(outdir, A);
    put('z-mine', '');
    put('mine', '');
    const before = photo(scratch);
    expect(compareFiles(outdir, B)).toEqual({
      changed: ['b.yaml', 'inventory.txt'],
      missing: ['d.yaml'],
      stale: ['clusters/laptop/c.yaml'],
      foreign: ['mine', 'z-mine'],
      interrupted: false,
    });
    expect(photo(scratch)).toEqual(before);
  });
});
