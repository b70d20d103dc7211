// docs/how-to/test-your-charts.md: its files are those that `evenkeel init` writes, and what it says of the helper holds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chart, Testing } from 'cdk8s';
import { check, synthesize, synthesizeForTest } from '../../lib';
import { clusters } from '../../templates/repository/charts/clusters';
import { environments } from '../../templates/repository/charts/environments';
import { platform } from '../../templates/repository/charts/platform';
import { Shop } from '../../templates/repository/charts/shop';
import { blockWith, readPage } from '../support/page';

const PAGE = readPage('how-to/test-your-charts.md');

test.each(['__tests__/shop.test.ts', 'jest.config.mjs', 'tsconfig.json'])('%s is the one of the templates', (path) => {
  const text = readFileSync(join(__dirname, '../../templates/repository', path), 'utf8');
  expect(PAGE).toMatch(new RegExp(`^\`${path.replaceAll('.', '[.]')}\`:\n\n\`\`\``, 'm'));
  expect(PAGE).toContain(`\n${text}\`\`\`\n`);
});

test("a cluster and an environment of the repository's own", () => {
  const block = blockWith(PAGE, 'const here');
  expect(block).toContain('{ cluster: clusters.main, environment: environments.production }');
  const here = { cluster: clusters.main, environment: environments.production };
  const production = synthesizeForTest(Shop, { ...here, settings: { host: 'shop.example' } });
  expect(production.yaml).toContain('image: shop/web:1\n');
  expect(production.findings).toEqual([]);
});

test("cdk8s' Testing.synth, as the page calls it, gives what synth writes", () => {
  const block = blockWith(PAGE, 'Testing.synth(chart)');
  expect(block).toContain(
    'platform.app().node.findAll().flatMap((construct) => (Chart.isChart(construct) ? [construct] : []))',
  );
  const app = platform.app();
  const charts = app.node.findAll().flatMap((construct) => (Chart.isChart(construct) ? [construct] : []));
  const text = (objects: readonly unknown[]) => objects.map((object) => JSON.stringify(object)).sort();
  expect(charts.length).toBeGreaterThan(1);
  expect(text(charts.flatMap((chart) => Testing.synth(chart)))).toEqual(
    text(synthesize(app, check).entries.map(({ manifest }) => manifest)),
  );
});
