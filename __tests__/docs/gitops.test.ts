// docs/how-to/gitops.md: its settings are taken, its tables list the files that are written, and its scripts exist.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../lib/checks';
import { entriesOf } from '../../lib/model/platform/entries';
import { GITOPS } from '../../lib/model/platform/gitops';
import { synthesize } from '../../lib/synth/synthesize';
import { ARGO, delivered, deliveredApp, FLUX } from '../support/delivered';
import { blocksOf, readPage } from '../support/page';

const ROOT = join(__dirname, '../..');
const PAGE = readPage('how-to/gitops.md');
const [settings = ''] = blocksOf(PAGE, 'ts');

/** Files in the first column of the table below a heading. */
const listed = (heading: string): string[] => {
  const [, section = ''] = PAGE.split(`## ${heading}\n`);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  return [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) => cell.replaceAll('`', '').split(', ')).sort();
};
const written = (props: typeof FLUX): string[] =>
  [...delivered(props).keys()]
    .filter((path) => path.startsWith('mumbai/') && !path.includes('blog'))
    .map((path) => path.slice('mumbai/'.length))
    .sort();

test('its settings are those of a platform', () => {
  const text = settings.replace(/^gitops: /, '').replace(/,\s*$/, '');
  const app = deliveredApp(new Function(`return ${text}`)());
  expect(synthesize(app, check).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(entriesOf(app, GITOPS)).toMatchObject([
    { controller: 'flux', branch: 'main', applies: 'all', namespace: 'flux-system', alerts: { type: 'slack' } },
  ]);
});

test('its tables list every file, and no other one', () => {
  const alerts = { type: 'slack', secret: 'a' } as const;
  expect(listed('What it writes for Flux')).toEqual(written({ ...FLUX, alerts } as typeof FLUX));
  expect(listed('What it writes for Argo CD')).toEqual(written(ARGO));
});

test('its table of properties has each one that may be left out', () => {
  const [, section = ''] = PAGE.split('| property | decides | otherwise |\n');
  const names = [...(section.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  expect(names.sort()).toEqual(['applies', 'branch', 'clusters', 'namespace', 'prefix']);
});

test('the files that it names exist', () => {
  const paths = [...PAGE.matchAll(/`(pipelines\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(2);
  for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});
