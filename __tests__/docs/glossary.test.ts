// The glossary: words in their order, each once; letters whose pages have the numbers.
import { isOfGoneSystem, readPage } from '../support/page';

const PAGE = readPage('glossary.md');

/** Rows of the page's table with these columns, as cells. */
function rowsOf(header: string): string[][] {
  const [, table = ''] = PAGE.split(`${header}\n`);
  const [rows = ''] = table.split('\n\n');
  return rows
    .split('\n')
    .filter((row) => row.startsWith('| '))
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('each word has one line, in alphabetical order', () => {
  const words = rowsOf('| word | means |').map(([word = '']) => word);
  expect(words.length).toBeGreaterThan(20);
  expect(words).toEqual([...new Set(words)].sort());
  for (const [word, meaning] of rowsOf('| word | means |')) expect([word, meaning]).not.toEqual([word, '']);
});

test('each letter leads to the page that has its numbers', () => {
  const letters = rowsOf('| letter | numbers | page |');
  expect(letters.map(([letter]) => letter).join('')).toBe('XTFPGE');
  for (const [letter, , page = ''] of letters) {
    const [, path = ''] = page.match(/\(([^)]+)\)/) ?? [];
    if (isOfGoneSystem(path)) continue;
    const numbers = readPage(path).match(/^\| [A-Z]\d+/gm) ?? [];
    const own = numbers.filter((number) => number.startsWith(`| ${letter}`));
    expect({ path, most: own.length * 2 > numbers.length }).toEqual({ path, most: true });
  }
});
