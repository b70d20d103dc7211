// Every relative link in the documentation has a target (that of a system may go with its chart), and docs/README.md lists every page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isOfGoneSystem, relativeLinks } from '../support/page';

const ROOT = join(__dirname, '../..');

/** Pages at the root and in folders that are neither hidden nor generated. */
const pages = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => {
  if (entry.isFile()) return entry.name.endsWith('.md') ? [entry.name] : [];
  if (entry.name.startsWith('.') || ['build', 'dist', 'node_modules'].includes(entry.name)) return [];
  const below = readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' });
  return below.filter((path) => path.endsWith('.md')).map((path) => `${entry.name}/${path}`);
});

/** Anchors of headings, as on GitHub. */
function anchors(page: string): string[] {
  const headings = readFileSync(page, 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links of a page within the repository. */
function linksOf(page: string): string[] {
  return [...relativeLinks(readFileSync(join(ROOT, page), 'utf8'))];
}

const linking = pages.filter((page) => linksOf(page).length > 0);

test('pages and links are found', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'e2e/README.md']),
  );
  expect(linking.length).toBeGreaterThan(10);
  expect(linking.flatMap(linksOf).length).toBeGreaterThan(50);
});

test('a page of a system without a chart may be gone, no other may', () => {
  const gone = ['docs/systems/sold.md', 'charts/sold.ts', 'pipelines/azure-pipelines-sold.yml'];
  const others = ['docs/sold.md', 'charts/platform.ts', 'docs/systems/global-cluster.md', 'docs/systems/README.md'];
  expect([...gone, ...others].filter(isOfGoneSystem)).toEqual(gone);
});

test.each(linking)('%s', (page) => {
  for (const link of linksOf(page)) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    if (isOfGoneSystem(target)) continue;
    expect([link, existsSync(target)]).toEqual([link, true]);
    if (anchor !== undefined && target.endsWith('.md')) expect(anchors(target)).toContain(anchor);
  }
});

/** Pages that docs/README.md lists: all of them, but those that another page lists. */
const listed = pages.filter(
  (page) => page.startsWith('docs/') && page !== 'docs/README.md' && !/^docs\/reference\/(?!README)/.test(page),
);

/** Paths of the pages that an index links. */
const linkedBy = (index: string) =>
  linksOf(index)
    .map((link) => join(dirname(index), link.split('#')[0] ?? ''))
    .filter((path) => path.startsWith('docs/') && path.endsWith('.md') && !isOfGoneSystem(path));

test('docs/README.md lists every page once', () => {
  expect(listed.length).toBeGreaterThan(20);
  expect(linkedBy('docs/README.md').sort()).toEqual([...listed].sort());
});

test('docs/reference/README.md lists every page of the reference', () => {
  const reference = pages.filter((page) => page.startsWith('docs/reference/') && page !== 'docs/reference/README.md');
  expect([...new Set(linkedBy('docs/reference/README.md'))].sort()).toEqual(
    expect.arrayContaining([...reference].sort()),
  );
});
