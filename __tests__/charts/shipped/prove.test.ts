// `evenkeel prove`: the shipped systems keep their promises, and their pages show the tables as they are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from '../../../main';
import { cli } from '../../support/cli';
import { SHIPPED } from './placements';

describe('the shipped systems', () => {
  let markdown: Awaited<ReturnType<typeof cli>>;
  beforeAll(async () => {
    markdown = await cli(['prove', '--markdown'], () => ({ app }));
  });

  test('keep their promises', () => {
    expect({ code: markdown.code, err: markdown.err }).toEqual({ code: 0, err: '' });
  });

  test.each([
    ['toytrex', 2],
    ['pingpong', 2],
    ['flaschenpost', 4],
    ['panther', 3],
  ])('the page of %s shows its tables as they are', (system, count) => {
    const page = readFileSync(join(__dirname, `../../../docs/systems/${system}.md`), 'utf8');
    const titles = SHIPPED.filter((one) => one.system === system).map(
      ({ environment, cluster }) => `**${system}/${environment} on ${cluster}**`,
    );
    const tables = markdown.out.split(/(?=^\*\*)/m).filter((table) => titles.some((title) => table.startsWith(title)));
    expect(tables).toHaveLength(count);
    for (const table of tables) expect(page).toContain(table.trimEnd());
  });
});
