// The house: docs/architecture.md names its folders and answers where things are; folders stay small, names stay unique.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const ROOMS = [
  'lib/model',
  'lib/analysis',
  'lib/constructs',
  'lib/parts',
  'lib/checks',
  'lib/synth',
  'lib/report',
  'lib/commands',
];

/** Folders of a room, without their files. */
const foldersOf = (room: string): string[] =>
  readdirSync(join(ROOT, room), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** Files directly in a folder. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

/** Rows of the page's table below a heading, as cells. */
function rowsBelow(heading: string): string[][] {
  const [, after = ''] = PAGE.split(`${heading}\n`);
  const [section = ''] = after.split(/\n#+ /);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Texts in backticks. */
const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

test('each question has a path that exists', () => {
  const answers = rowsBelow('### Where is …').map(([question = '', answer = '']) => ({
    question,
    paths: codeIn(answer),
  }));
  expect(answers.length).toBeGreaterThanOrEqual(10);
  for (const { question, paths } of answers) {
    expect({
      question,
      paths: paths.length > 0,
      missing: paths.filter((path) => !existsSync(join(ROOT, path))),
    }).toEqual({
      question,
      paths: true,
      missing: [],
    });
  }
});

test('the matrix names every folder of its rooms, and no other', () => {
  const rows = rowsBelow('## The house');
  const named = (column: number) =>
    rows.flatMap((row) => codeIn(row[column] ?? '')).filter((code) => code.endsWith('/'));
  for (const [column, room] of [
    [1, 'lib/model'],
    [2, 'lib/constructs'],
    [3, 'lib/analysis'],
    [4, 'lib/checks'],
  ] as const) {
    const folders = foldersOf(room).map((folder) => `${folder}/`);
    expect({ room, folders: [...new Set(named(column))].sort() }).toEqual({ room, folders: folders.sort() });
  }
});

test('the page names every folder of parts, of synth and of commands', () => {
  for (const folder of ['lib/parts', 'lib/synth', 'lib/commands'].flatMap(foldersOf))
    expect(PAGE).toContain(`${folder}/`);
});

test('a step of the table is a file of synth', () => {
  const steps = rowsBelow('## From charts to files');
  expect(steps).toHaveLength(8);
  for (const [step = '', files = ''] of steps) {
    const [first = ''] = codeIn(files);
    expect({ step, exists: existsSync(join(ROOT, 'lib/synth', first)) }).toEqual({ step, exists: true });
  }
});

test.each(ROOMS)('%s: room / concept / file, 2 to 14 files a folder, no name twice', (room) => {
  const folders = foldersOf(room);
  for (const folder of folders) {
    const count = filesIn(`${room}/${folder}`).length;
    expect({ folder, deeper: foldersOf(`${room}/${folder}`), small: count >= 2 && count <= 14 }).toEqual({
      folder,
      deeper: [],
      small: true,
    });
  }
  const names = [...filesIn(room), ...folders.flatMap((folder) => filesIn(`${room}/${folder}`))];
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test.each(ROOMS)('%s: the first line of a file is its concept', (room) => {
  const files = [room, ...foldersOf(room).map((folder) => `${room}/${folder}`)].flatMap((folder) =>
    filesIn(folder).map((name) => `${folder}/${name}`),
  );
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !readFileSync(join(ROOT, file), 'utf8').startsWith('// '))).toEqual([]);
});

test('only tests of the charts read the charts: who starts with systems of their own deletes both', () => {
  const tests = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  const reads = tests
    .filter((name) => name.endsWith('.ts') && !name.startsWith('charts/'))
    .filter((name) => {
      const text = readFileSync(join(__dirname, name), 'utf8');
      return [...text.matchAll(/ from '((?:\.\.\/)+charts\/[^']+)'/g)].some(([, path = '']) =>
        existsSync(`${join(__dirname, dirname(name), path)}.ts`),
      );
    });
  expect(tests.length).toBeGreaterThan(100);
  expect(reads).toEqual([]);
});
