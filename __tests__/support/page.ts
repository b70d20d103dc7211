// Pages of the documentation: their blocks of code, run with what a block leaves to its reader.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The text of a page; `path` is relative to docs/. */
export const readPage = (path: string): string => readFileSync(join(ROOT, 'docs', path), 'utf8');

/** Links of a page within the repository. */
export function relativeLinks(page: string): readonly string[] {
  const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** Whether a path is that of a deleted file of a system without a chart: links to it may stay where a company deletes examples. */
export function isOfGoneSystem(path: string): boolean {
  const [, system] = /(?:systems\/|charts\/|pipelines\/azure-pipelines-)([a-z-]+)\.(?:md|svg|ts|yml)$/.exec(path) ?? [];
  if (system === undefined || existsSync(join(ROOT, 'charts', `${system}.ts`))) return false;
  return ![path, join(ROOT, path), join(ROOT, 'docs', path)].some((place) => existsSync(place));
}

/**
 * The blocks of one language on a page, in their order.
 * @throws when the page has none, so that no test passes by looking at nothing
 */
export function blocksOf(page: string, language = 'ts'): readonly string[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language);
  if (blocks.length === 0) throw new Error(`the page has no block of ${language}`);
  return blocks.map(([, , code = '']) => code);
}

/**
 * The one block of a page that contains `mark`.
 * @throws when none does, or several do
 */
export function blockWith(page: string, mark: string, language = 'ts'): string {
  const [block, ...more] = blocksOf(page, language).filter((code) => code.includes(mark));
  if (block === undefined || more.length > 0)
    throw new Error(`one block with ${mark}: found ${block ? 'more' : 'none'}`);
  return block;
}

/**
 * Runs code of a page. `given` are the names that it uses without an import. What it returns is unknown to the compiler: a
 * test lets the code hand its result to a function in `given`, or narrows it.
 */
export function runPage(code: string, given: Readonly<Record<string, unknown>>): unknown {
  return new Function(...Object.keys(given), `'use strict';\n${code}`)(...Object.values(given));
}
