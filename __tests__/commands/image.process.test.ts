// `evenkeel image` among other runs and on odd files (F13, S52): no update is lost, and every other byte stays.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { testWith } from '../support/requirements';

const ROOT = path.join(__dirname, '../..');
let scratch: string;
let file: string;
let program: string;

beforeAll(() => {
  scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-images-')));
  fs.chmodSync(scratch, 0o755);
  program = path.join(scratch, 'image.js');
  const source = path.join(scratch, 'image.ts');
  const main = JSON.stringify(path.join(ROOT, 'lib/commands/main'));
  fs.writeFileSync(
    source,
    `import { main } from ${main};\nvoid main(process.argv.slice(2), async () => ({})).then((code) => process.exit(code));\n`,
  );
  const options = ['--bundle', '--platform=node', '--packages=external', `--outfile=${program}`, '--log-level=error'];
  execFileSync(path.join(ROOT, 'node_modules/.bin/esbuild'), [source, ...options]);
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(scratch, 'node_modules'));
});

beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(scratch, 'case-')), 'images.json');
  fs.chmodSync(path.dirname(file), 0o755);
});

afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

/** Runs the verb on the file, with options of the process. */
function image(args: readonly string[], options: { readonly uid?: number; readonly cwd?: string } = {}) {
  const { status, stderr } = spawnSync(process.execPath, [program, 'image', ...args], {
    encoding: 'utf8',
    cwd: scratch,
    ...options,
  });
  return { status, stderr };
}

test('24 runs at once, each its own system: all land, and nothing else remains', async () => {
  const systems = Array.from({ length: 24 }, (_, index) => `system-${index}`);
  fs.writeFileSync(
    file,
    `${JSON.stringify(Object.fromEntries(systems.map((name) => [name, { production: '1' }])), null, 2)}\n`,
  );
  const runs = systems.map((name, index) => {
    const args = [program, 'image', '--file', file, `${name}/production`, String(1000 + index)];
    const child = spawn(process.execPath, args, { stdio: 'inherit' });
    return new Promise((resolve) => child.on('exit', resolve));
  });
  expect(new Set(await Promise.all(runs))).toEqual(new Set([0]));
  const tags = JSON.parse(fs.readFileSync(file, 'utf8'));
  expect(systems.map((name) => tags[name].production)).toEqual(systems.map((_, index) => String(1000 + index)));
  expect(fs.readdirSync(path.dirname(file))).toEqual(['images.json']);
}, 120_000);

test('mode, line ends, indentation, large numbers and order stay: one value changes', () => {
  const before =
    '{\r\n\t"shop" : {"production":"412","local" : "1"},\r\n\t"n": 12345678901234567890, "m": [1e400, "x"],\r\n"z\\u0061":{"e":"1"}  }';
  fs.writeFileSync(file, before, { mode: 0o600 });
  expect(image(['--file', file, 'shop/production', '413'])).toEqual({ status: 0, stderr: '' });
  expect(fs.readFileSync(file, 'utf8')).toBe(before.replace('"412"', '"413"'));
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(image(['--file', file, 'za/e', '7']).status).toBe(0);
  expect(fs.readFileSync(file, 'utf8')).toContain('"z\\u0061":{"e":"7"}  }');
});

test('a link stays a link, and its target has the tag; a planted temporary file is not written through', () => {
  const [link, victim] = [path.join(path.dirname(file), 'link.json'), path.join(path.dirname(file), 'victim')];
  fs.writeFileSync(file, '{"shop":{"production":"1"}}');
  fs.writeFileSync(victim, 'precious');
  fs.symlinkSync('images.json', link);
  for (const name of ['images.json.new', 'images.json.evenkeel-new-1', 'images.json.evenkeel-lock'])
    fs.symlinkSync(victim, path.join(path.dirname(file), name));
  expect(image(['--file', link, 'shop/production', '2'])).toEqual({ status: 0, stderr: '' });
  expect(fs.readlinkSync(link)).toBe('images.json');
  expect(fs.lstatSync(file).isFile()).toBe(true);
  expect([fs.readFileSync(file, 'utf8'), fs.readFileSync(victim, 'utf8')]).toEqual([
    '{"shop":{"production":"2"}}',
    'precious',
  ]);
});

test.each([
  ['a duplicate key', '{"shop":{"production":"1","production":"2"}}', 'has shop/production twice'],
  ['a duplicate elsewhere, escaped', '{"shop":{"production":"1"},"bl\\u006fg":{},"blog":{}}', 'has blog twice'],
  ['a comment', '{"shop":{"production":"1"}} // x', 'cannot be read'],
  ['a byte order mark', '\ufeff{"shop":{"production":"1"}}', 'cannot be read'],
  ['no object', '["shop/production"]', 'it is not an object'],
  ['two entries of one name', '{"shop":{"production":"1"},"shop/production":"2"}', 'more than one entry of that name'],
])('%s is refused, and the file is as it was', (_, text, message) => {
  fs.writeFileSync(file, text);
  const { status, stderr } = image(['--file', file, 'shop/production', '9']);
  expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  expect(fs.readFileSync(file, 'utf8')).toBe(text);
});

test('bytes that are not UTF-8 are refused', () => {
  const bytes = Buffer.from('{"shop":{"production":"1"},"x":"\xff"}', 'latin1');
  fs.writeFileSync(file, bytes);
  expect(image(['--file', file, 'shop/production', '9'])).toEqual({
    status: 1,
    stderr: expect.stringContaining('not UTF-8'),
  });
  expect(fs.readFileSync(file).equals(bytes)).toBe(true);
});

test.each(['latest', 'LATEST', 'Latest', 'undefined', 'null', 'NaN', 'true', ''])('the tag %j is refused', (tag) => {
  fs.writeFileSync(file, '{"shop":{"production":"1"}}');
  expect(image(['--file', file, 'shop/production', tag])).toEqual({
    status: 1,
    stderr: expect.stringContaining('not an immutable image tag'),
  });
});

test('a file that is not there, or a directory, is a finding with the path that was tried', () => {
  for (const [at, reason] of [
    [`${file}.gone`, 'ENOENT'],
    [path.dirname(file), 'EISDIR'],
  ] as const) {
    const { status, stderr } = image(['--file', at, 'shop/production', '9']);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^error image-tag\\n.*cannot be read: .*\\(${reason}, `)),
    ]);
    expect(stderr).not.toContain('    at ');
  }
});

const asRoot = testWith('root', process.getuid?.() === 0);

asRoot('what this user may not write is a finding, and stays', () => {
  fs.writeFileSync(file, '{"shop":{"production":"1"}}', { mode: 0o644 });
  for (const mode of [0o755, 0o777]) {
    fs.chmodSync(path.dirname(file), mode);
    const { status, stderr } = image(['--file', file, 'shop/production', '9'], { uid: 65534 });
    expect([status, stderr]).toEqual([1, expect.stringContaining('cannot be written: permission denied (EACCES')]);
    expect(fs.readdirSync(path.dirname(file))).toEqual(['images.json']);
  }
});

test('the file of tags is beside the app file, wherever the command runs (S52)', () => {
  const app = path.join(path.dirname(file), 'infra');
  fs.mkdirSync(path.join(app, 'charts'), { recursive: true });
  const tags = path.join(app, 'charts/images.json');
  const main = path.relative(scratch, path.join(app, 'main.ts'));
  expect(image(['--app', main, 'shop/production', '2']).stderr).toContain(path.relative(scratch, tags));
  fs.writeFileSync(tags, '{"shop":{"production":"1"}}');
  const run = spawnSync(process.execPath, [program, '--app', main, 'image', 'shop/production', '2'], {
    cwd: scratch,
    encoding: 'utf8',
  });
  expect([run.status, run.stderr]).toEqual([0, '']);
  expect(fs.readFileSync(tags, 'utf8')).toBe('{"shop":{"production":"2"}}');
});
