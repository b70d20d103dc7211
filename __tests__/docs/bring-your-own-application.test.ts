// docs/how-to/bring-your-own-application.md: its code is that of the example, and the commands print its lines.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from '../../examples/online-boutique/main';
import { cli } from '../support/cli';
import { readPage } from '../support/page';

const PAGE = readPage('how-to/bring-your-own-application.md');
const CODE = readFileSync(join(__dirname, '../../examples/online-boutique/charts/boutique.ts'), 'utf8');

/** Lines without their indentation, and with single blanks. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/ {2,}/g, ' '))
    .filter((line) => line !== '');

const unindented = (text: string): string => linesOf(text).join('\n');

/** Every block with its language; one may be within a list. */
const BLOCKS = [...PAGE.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, language, text = '']) => ({
  language,
  text,
}));
const textsIn = (language: string): string[] =>
  BLOCKS.filter((one) => one.language === language).map(({ text }) => text);

/** What commands print. */
const printed = textsIn('').flatMap(linesOf);

test.each(textsIn('ts').map((code) => [linesOf(code)[0], code]))('code: %s', (_, code) => {
  expect(unindented(CODE)).toContain(unindented(code));
});

test('the commands print what the page shows', async () => {
  const results: string[] = [];
  for (const verb of ['connections', 'secrets', 'prove']) {
    results.push(...linesOf((await cli([verb], () => ({ app }))).out));
  }
  expect(printed.length).toBeGreaterThan(5);
  expect(printed.filter((line) => !results.some((one) => one.startsWith(line)))).toEqual([]);
});

test('staging and local are compared without a promise, and differ in what an environment decides', async () => {
  const { code, out } = await cli(['compare', 'environments'], () => ({ app }));
  expect(code).toBe(0);
  expect(out).toContain('online-boutique/staging and online-boutique/local, both on gke');
  expect(out).toContain('surviving 0 of them');
  expect(PAGE).toContain('`surviving 0 of them`');
});

test('the clusters have room for it', async () => {
  expect(await cli(['plan'], () => ({ app }))).toMatchObject({ code: 0, err: '' });
});

test('the commands of the page name the example', () => {
  for (const line of textsIn('sh')) expect(line).toContain('examples/online-boutique/main.ts');
});
