// `synth --watch` with real processes: a save is written, an error is survived, and Ctrl+C leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHART } from '../bin/support';

const LAUNCHER = join(__dirname, '../../bin/evenkeel.js');
const WAITING = 'waiting for a save';

/** A project, and the command that watches it. */
class Watched {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-watch-')));
  /** Where files are written before they are put in their place: there, none is half written. */
  private readonly desk = mkdtempSync(join(tmpdir(), 'evenkeel-desk-'));
  private printed = '';
  private hear = () => {};
  private child: ChildProcess | undefined;
  private ended: Promise<unknown[]> | undefined;

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(join(this.desk, 'file'), text);
      renameSync(join(this.desk, 'file'), path);
    }
  }

  start(...args: readonly string[]): Promise<string> {
    // one pipe for both streams keeps their order; the shell becomes the command
    const command = ['-c', 'exec "$0" "$@" 2>&1', process.execPath, LAUNCHER, 'synth', '--watch', ...args];
    const child = spawn('sh', command, { cwd: this.folder });
    this.child = child;
    this.ended = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.printed += text;
      this.hear();
    });
    return this.next();
  }

  /** What is printed after `save`, to the end of the run that prints `wanted`; or the last words of the process. */
  async next(save = () => {}, wanted = '', last = WAITING): Promise<string> {
    const from = this.printed.length;
    save();
    const heard = new Promise<void>((resolve) => {
      this.hear = () => {
        const at = this.printed.indexOf(wanted, from);
        if (at !== -1 && this.printed.includes(last, at + wanted.length)) resolve();
      };
      this.hear();
    });
    await Promise.race([heard, this.ended]);
    return this.printed.slice(from);
  }

  save(files: Readonly<Record<string, string>>, wanted?: string): Promise<string> {
    return this.next(() => this.write(files), wanted);
  }

  /** No one reads any more what it prints. @returns the exit code, after `save` */
  async leave(save: () => void): Promise<unknown> {
    this.child?.stdout?.destroy();
    save();
    const [code] = (await this.ended) ?? [];
    return code;
  }

  /** The manifests of the chart. */
  written(): string {
    return readFileSync(join(this.folder, 'dist/10-blog.yaml'), 'utf8');
  }

  endInput(): void {
    this.child?.stdin?.end('from a pipe');
  }

  /** All that was printed, when the process has ended. */
  async rest(): Promise<string> {
    await this.ended;
    return this.printed;
  }

  /** Ctrl+C, and the exit code. */
  async interrupt(): Promise<unknown> {
    this.child?.kill('SIGINT');
    const [code] = (await this.ended) ?? [];
    return code;
  }

  async end(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended;
    for (const folder of [this.folder, this.desk]) rmSync(folder, { recursive: true, force: true });
  }
}

let project: Watched;
beforeEach(() => {
  project = new Watched();
});
afterEach(() => project.end());

const TEXT = `import { text } from './charts/text';\n${CHART}add({ text });`;
const text = (value: string) => ({ 'charts/text.ts': `export const text: string = '${value}';` });

test('a save is written, of an imported file too, and Ctrl+C leaves nothing behind', async () => {
  project.write({ 'main.ts': TEXT, ...text('one') });
  expect(await project.start()).toContain('2 added');
  expect(await project.save(text('two'))).toMatch(
    /^\ncharts\/text\.ts changed\nchanged {2}dist\/10-blog\.yaml\n1 changed, \d+ ms\nwaiting/,
  );
  expect(project.written()).toContain('text: two');
  // not put in its place, but written there: the watch may see it half written first
  const inPlace = () => writeFileSync(join(project.folder, 'charts/text.ts'), "export const text = 'three';");
  expect(await project.next(inPlace, '1 changed')).toContain('charts/text.ts changed');
  expect(project.written()).toContain('text: three');
  expect(await project.save({ 'main.ts': TEXT.replace('add({ text })', "add({ text: 'four' })") })).toContain(
    'main.ts changed',
  );
  expect(project.written()).toContain('text: four');
  expect(await project.interrupt()).toBe(0);
  expect(readdirSync(project.folder).sort()).toEqual(['charts', 'dist', 'main.ts']);
});

test('errors are printed with their line, nothing is written, and the next good save is', async () => {
  project.write({ 'main.ts': TEXT, ...text('one') });
  await project.start();
  const before = project.written();
  const unread = await project.save({ 'charts/text.ts': "export const text = 'one;" });
  expect(unread).toContain(
    'charts/text.ts:1:26 error compile\n  Unterminated string literal\n1 error, nothing written',
  );
  expect(await project.save({ 'charts/text.ts': "\n\nthrow new Error('first');" })).toMatch(
    /charts\/text\.ts:3:\d+ error app\n {2}Error: first/,
  );
  // the lines are those of this save
  const thrown = await project.save({ 'charts/text.ts': "\n\n\n\n\nthrow new Error('second');" });
  expect(thrown).toMatch(/charts\/text\.ts:6:\d+ error app\n {2}Error: second/);
  const refused = await project.save({ 'main.ts': `${CHART}add({ text: 1 as never });` });
  expect(refused).toContain('1 error, nothing written');
  expect(project.written()).toBe(before);
  await project.save({ 'main.ts': TEXT, ...text('two') }, '1 changed');
  expect(project.written()).toContain('text: two');
});

test('an error at the start is survived too, and a file that was missing is followed', async () => {
  project.write({ 'main.ts': TEXT });
  expect(await project.start()).toContain('Could not resolve "./charts/text"');
  expect(await project.save(text('one'))).toContain('2 added');
  expect(await project.next(() => rmSync(join(project.folder, 'charts/text.ts')))).toContain('Could not resolve');
  // the same name, another place: a folder that is empty at first
  expect(await project.next(() => mkdirSync(join(project.folder, 'charts/text')))).toContain('Could not resolve');
  await project.save({ 'charts/text/index.ts': "export const text = 'two';" });
  expect(project.written()).toContain('text: two');
  await project.next(() => rmSync(join(project.folder, 'main.ts')));
  expect(await project.save({ 'main.ts': TEXT.replace('add({ text })', "add({ text: 'three' })") })).toContain(
    '1 changed',
  );
});

test('what is read is followed: JSON, text, YAML of an Include, a folder, what a link leads to, what another program reads', async () => {
  project.write({
    'main.ts': `import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Include } from 'cdk8s';
import data from './data.json';
${CHART}new Include(chart, 'other', { url: 'other.yaml' });
add({
  json: data.value,
  text: readFileSync('app.conf', 'utf8'),
  late: await readFile('late.conf', 'utf8'),
  link: readFileSync('link.conf', 'utf8'),
  names: readdirSync('names').join(),
  other: String(execFileSync('cat', ['given/a'])),
});`,
    'data.json': '{ "value": "a" }',
    'app.conf': 'a',
    'late.conf': 'a',
    'linked/real.conf': 'a',
    'names/a': '',
    'given/a': 'a',
    'other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata: { other: a }\n',
  });
  symlinkSync('linked/real.conf', join(project.folder, 'link.conf'));
  expect(await project.start()).toContain('2 added');
  const saves = [
    [{ 'data.json': '{ "value": "b" }' }, 'json: b'],
    [{ 'app.conf': 'b' }, 'text: b'],
    [{ 'late.conf': 'b' }, 'late: b'],
    [{ 'linked/real.conf': 'b' }, 'link: b'],
    [{ 'names/b': '' }, 'names: a,b'],
    [{ 'given/a': 'b' }, 'other: b'],
  ] as const;
  for (const [files, line] of saves) {
    await project.save(files);
    expect(project.written()).toContain(line);
  }
  const other = readFileSync(join(project.folder, 'other.yaml'), 'utf8');
  await project.save({ 'other.yaml': other.replace('other: a', 'other: c') });
  expect(project.written()).toContain('other: c');
});

test('a Helm chart is followed, and what cdk8s writes for helm does not count as a save', async () => {
  project.write({
    'main.ts': `import { Helm } from 'cdk8s';
${CHART}new Helm(chart, 'other', { chart: './other', helmExecutable: './helm', values: { a: 1 } });`,
    // helm itself is not everywhere
    helm: '#!/bin/sh\ncat other/templates/map.yaml\n',
    'other/templates/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\ndata: { other: a }\n',
  });
  chmodSync(join(project.folder, 'helm'), 0o755);
  expect(await project.start()).toContain('2 added');
  const map = readFileSync(join(project.folder, 'other/templates/map.yaml'), 'utf8');
  const printed = await project.save({ 'other/templates/map.yaml': map.replace('other: a', 'other: b') });
  expect(printed).toMatch(/^\nother\/templates\/map\.yaml changed\n/);
  expect(project.written()).toContain('other: b');
  const values = await project.save({ 'other/values.yaml': 'a: 2' });
  expect(values).toMatch(/^\nother changed\nnothing changed, \d+ ms\n/);
});

test('Ctrl+C ends a program that never ends', async () => {
  project.write({ 'main.ts': TEXT, ...text('one') });
  await project.start();
  const endless = () => project.write({ 'main.ts': "console.log('endless');\nfor (;;) {}" });
  await project.next(endless, '', 'endless');
  expect(await project.interrupt()).toBe(null); // by the signal
  expect(readdirSync(project.folder).sort()).toEqual(['charts', 'dist', 'main.ts']);
});

test('tsconfig.json decides again', async () => {
  const paths = (folder: string) =>
    JSON.stringify({
      compilerOptions: {
        paths: { '@/*': [`./${folder}/*`] },
        target: 'es2022',
        useDefineForClassFields: folder === 'b',
      },
    });
  project.write({
    'main.ts': `import { text } from '@/text';
${CHART}class Base { constructor() { this.set(); } set() {} }
class Own extends Base { value?: string; set() { this.value = 'set'; } }
add({ text, value: new Own().value ?? 'defined' });`,
    'a/text.ts': "export const text = 'a';",
    'b/text.ts': "export const text = 'b';",
    'package.json': '{}',
    'tsconfig.json': paths('a'),
  });
  await project.start();
  expect(project.written()).toContain('text: a\n  value: set');
  await project.save({ 'tsconfig.json': paths('b') });
  expect(project.written()).toContain('text: b\n  value: defined');
});

test('a run leaves nothing to the next: servers, timers, variables, exit codes, folders', async () => {
  const main = (value: string) => `import { createServer } from 'node:net';
${CHART}const unset = process.env.EVENKEEL_LEFT === undefined;
process.env.EVENKEEL_LEFT = 'left';
process.on('SIGINT', () => {});
const kept = globalThis as { run?: string; port?: number };
kept.run = '${value}';
const server = createServer().listen(kept.port ?? 0, () => { kept.port = server.address().port; });
const later = setInterval(() => { if (kept.run !== '${value}') throw new Error('still there'); }, 10);
process.chdir('charts');
add({ text: '${value}', unset: String(unset) });`;
  project.write({ 'main.ts': main('one'), ...text('one') });
  await project.start();
  expect(await project.save({ 'main.ts': main('two') })).toContain('1 changed');
  expect(project.written()).toContain('text: two\n  unset: "true"');
  expect(await project.interrupt()).toBe(0);
});

test('what the program writes does not count as a save, and a module that it writes is evaluated as it is', async () => {
  project.write({
    'main.ts': `import { readFileSync, writeFileSync } from 'node:fs';
${CHART}const path = './made';
writeFileSync('count', String(Number(readFileSync('count', 'utf8')) + 1));
writeFileSync('made.ts', \`export const made: string = '\${readFileSync('count', 'utf8')}';\`);
add({ count: readFileSync('count', 'utf8'), made: require(path).made });`,
    count: '0',
  });
  await project.start();
  const main = readFileSync(join(project.folder, 'main.ts'), 'utf8');
  expect(await project.save({ 'main.ts': `${main}\n` })).toMatch(/^\nmain\.ts changed\n/);
  expect(project.written()).toContain('count: "2"\n  made: "2"');
  // what the user saves there counts
  expect(await project.save({ count: '10' })).toMatch(/^\ncount changed\n/);
  expect(project.written()).toContain('count: "11"\n  made: "11"');
});

test('a variable that a package sets as it loads stays, of an ES module too', async () => {
  const names = ['COMMON', 'STATIC', 'DYNAMIC'];
  const sets = (name: string) => `process.env.EVENKEEL_${name} = 'set';`;
  project.write({
    'main.ts': `import 'common';
import 'static';
import { text } from './charts/text';
${CHART}await import('dynamic');
add({ text, ${names.map((name) => `${name}: process.env.EVENKEEL_${name} ?? 'none'`).join()} });`,
    'node_modules/common/index.js': sets('COMMON'),
    'node_modules/common/package.json': '{}',
    'node_modules/static/index.js': sets('STATIC'),
    'node_modules/static/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/dynamic/index.js': sets('DYNAMIC'),
    'node_modules/dynamic/package.json': '{ "type": "module", "exports": "./index.js" }',
    ...text('one'),
  });
  await project.start();
  await project.save(text('two'));
  for (const name of names) expect(project.written()).toContain(`${name}: set`);
});

test('a package in tsconfig.json makes no one follow the whole project', async () => {
  project.write({
    'main.ts': TEXT,
    ...text('one'),
    'tsconfig.json': '{ "extends": "base" }',
    'node_modules/base/tsconfig.json': '{}',
    'notes.txt': 'one',
  });
  await project.start();
  const printed = await project.save({ 'notes.txt': 'two', ...text('two') }, '1 changed');
  expect(printed).toMatch(/^\ncharts\/text\.ts changed\n/);
});

test('how a package of the workspace leads to its files stays: another main ends the process, another version does not', async () => {
  const manifest = (main: string, version: string) => JSON.stringify({ name: 'texts', main, version });
  project.write({
    'main.ts': `import { text } from 'texts';\n${CHART}add({ text });`,
    'texts/a.ts': "export const text = 'a';",
    'texts/b.ts': "export const text = 'b';",
    'texts/package.json': manifest('a.ts', '1'),
    'node_modules/.package-lock.json': '{}',
  });
  symlinkSync('../texts', join(project.folder, 'node_modules/texts'));
  await project.start();
  expect(await project.save({ 'texts/package.json': manifest('a.ts', '2') })).toContain('nothing changed');
  const last = await project.save({ 'texts/package.json': manifest('b.ts', '2') });
  expect(last).toContain('texts/package.json has changed: this process runs what it was');
  expect(await project.interrupt()).toBe(1);
});

test('a watch that no one reads ends', async () => {
  project.write({ 'main.ts': TEXT, ...text('one') });
  await project.start();
  expect(await project.leave(() => project.write(text('two')))).toBe(0);
  expect(project.written()).toContain('text: two');
});

test.each(['node_modules/.package-lock.json', '.env', '.env.local', '.env.module'])(
  'what packages are, and read or miss as they load, stays: a change of %s ends the process',
  async (file) => {
    project.write({
      'main.ts': `import 'dotted';\nimport 'dotted-module';\n${TEXT}`,
      ...text('one'),
      'node_modules/.package-lock.json': '{}',
      'node_modules/dotted/index.js': "require('fs').readFileSync('.env'); require('fs').existsSync('.env.local');",
      'node_modules/dotted/package.json': '{ "name": "dotted" }',
      'node_modules/dotted-module/index.js': "import { existsSync } from 'node:fs'; existsSync('.env.module');",
      'node_modules/dotted-module/package.json': '{ "type": "module", "exports": "./index.js" }',
      '.env': '',
    });
    await project.start();
    await project.save(text('two'));
    const last = await project.save({ [file]: '{ "packages": {} }' });
    expect(last).toContain(`${file} has changed: this process runs what it was`);
    expect(last).toContain('expected evenkeel synth --watch, started again');
    expect(await project.interrupt()).toBe(1);
  },
);

test('standard input cannot be read again', async () => {
  project.write({
    'main.ts': `import { readFileSync } from 'node:fs';\n${CHART}add({ text: readFileSync(0, 'utf8') });`,
  });
  const running = project.start();
  project.endInput();
  expect(await running).toContain(WAITING);
  expect(await project.rest()).toContain('the program reads standard input, which can be read once only');
});

test.each([
  ['--check', '--check writes nothing'],
  ['--stdout', '--stdout prints once'],
  ['--against=HEAD', '--against is for'],
])('%s and --watch contradict each other', async (option, message) => {
  project.write({ 'main.ts': TEXT, ...text('one') });
  const printed = await project.start(option);
  expect(printed).toContain(message);
  expect(printed).toContain('1 error, nothing written');
  expect(existsSync(join(project.folder, 'dist'))).toBe(false);
});
