// lint-words.js: refuses the idioms that docs/style.md lists.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Idiom {
  readonly not: RegExp;
  readonly but: string;
  readonly fine: RegExp | undefined;
}
interface LintWords {
  findIdioms(text: string, idioms: Idiom[], kept?: string[]): { line: number; idiom: string; but: string }[];
  lintFiles(files: [path: string, text: string][], idioms: Idiom[], kept?: Kept[]): string[];
  readIdioms(page: string): Idiom[];
}
interface Kept {
  readonly file: string;
  readonly fragment: string;
  readonly reason: string;
}

const { findIdioms, lintFiles, readIdioms } = jest.requireActual<LintWords>('../lint-words.js');

const idioms = readIdioms(readFileSync(join(__dirname, '../docs/style.md'), 'utf8'));
const idiomsIn = (text: string, ...kept: string[]) => findIdioms(text, idioms, kept).map(({ idiom }) => idiom);

describe('the table', () => {
  test('has a row for each family of words', () => {
    expect(idioms.length).toBeGreaterThanOrEqual(14);
    for (const { but } of idioms) expect(but).not.toBe('');
  });

  test('a page without one is an error', () => {
    expect(() => readIdioms('# Style\n\n| not | but | fine |\n|---|---|---|\n')).toThrow('has no table of words');
  });
});

test.each([
  ['99999 is no port', 'is no port'],
  ['These are no names of zones', 'are no names'],
  ['Nobody watches', 'Nobody'],
  ['for whoever asks', 'whoever'],
  ['a mistake is told with its line', 'told'],
  ['a rule lies in its file', 'lies in'],
  ['the annotations lay beside it', 'lay beside'],
  ['its controller makes it anew', 'anew'],
  ['as many as that', 'as many as that'],
  ['what no replica count mends.', 'mends'],
  ['prints them all the same', 'all the same'],
  ['the certificate bears it', 'bears'],
  ['traffic is to go there', 'is to go'],
  ['(told elsewhere)', 'told'],
])('%s: refused', (text, idiom) => {
  expect(idiomsIn(text)).toEqual([idiom]);
});

test.each([
  'there is no port',
  'it has no port',
  'it is no longer a port',
  'errors are no worse than before',
  'parentTold, toldOnce, $told, x-told, told-x and evenkeel.dev/told are identifiers',
  'to tell them apart',
  'the layout in a folder, untold, mendacious',
  'Mumbai is to the west',
])('%s: stays', (text) => {
  expect(idiomsIn(text)).toEqual([]);
});

test('a phrase is found over the end of a line, in a comment too, with the line on which it begins', () => {
  expect(findIdioms('// one\n// 99999 is\n// no port', idioms)).toEqual([
    { line: 2, idiom: 'is no port', but: 'is not a, has no' },
  ]);
  expect(findIdioms(' * so\n * many', idioms)).toMatchObject([{ line: 1, idiom: 'so many' }]);
});

describe('files', () => {
  const kept = [{ file: 'lib/a.ts', fragment: '65534 is nobody', reason: 'the name of a user' }];

  test('each idiom is reported with its file, its line and what to write', () => {
    expect(lintFiles([['docs/a.md', 'plain\nIt mends itself.\n']], idioms, [])).toEqual([
      "docs/a.md:2: 'mends' → fix, repair",
    ]);
  });

  test('plain files and kept sentences pass', () => {
    const files: [string, string][] = [
      ['docs/a.md', 'It repairs itself.\n'],
      ['lib/a.ts', '// 65534 is nobody\n'],
    ];
    expect(lintFiles(files, idioms, kept)).toEqual([]);
  });

  test('a kept sentence is kept in its own file only, and must exist there', () => {
    expect(lintFiles([['lib/b.ts', '// 65534 is nobody\n']], idioms, kept)).toEqual([
      "lib/b.ts:1: 'nobody' → no one, someone, all; better: name the subject",
      "lib/a.ts: has no '65534 is nobody', which KEPT of lint-words.js lists",
    ]);
  });
});

test('a kept fragment stays, the same word elsewhere does not', () => {
  expect(idiomsIn('uid 65534 is nobody; nobody else', '65534 is nobody')).toEqual(['nobody']);
});
