// docs/how-to/second-provider.md: one line adds a provider, and its table is what `compare providers` prints.
import { App } from 'cdk8s';
import { PingPong } from '../../../charts/pingpong';
import { platform as shipped } from '../../../charts/platform';
import { check } from '../../../lib/checks';
import { Platform } from '../../../lib/constructs';
import { eks, gke } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { blockWith, readPage, runPage } from '../../support/page';
import { SHIPPED, SHIPPED_PARTS, shippedRows } from './placements';

const PAGE = readPage('how-to/second-provider.md');

/** Synthesizes the page's placement of PingPong, with a reader's environment and settings. */
function synth(code: (text: string) => string) {
  const settings = { host: 'pingpong.example.com', requestsPerSecond: 100, burst: 200, replicas: 3 };
  const images = { pingpong: { production: '57' } };
  const app = runPage(
    `return new Platform({ home: 'mumbai', images, ${blockWith(PAGE, 'clusters: {')} })${code(blockWith(PAGE, '.place('))}.app();`,
    { Platform, PingPong, eks, gke, images, settings },
  );
  if (!(app instanceof App)) throw new Error('the page creates no app');
  return synthesize(app, check);
}

test('adds a folder and changes no other files', () => {
  const [one, two] = [synth((code) => code.replace("['mumbai', 'belgium']", "['mumbai']")), synth((code) => code)];
  // its clusters have no Prometheus that could read the metrics
  const found = [...one.findings, ...two.findings].filter(({ rule }) => rule !== 'metrics-unread');
  expect(found).toEqual([]);
  const added = ['00-cluster', '05-pingpong-production', '10-pingpong-production'].map(
    (name) => `clusters/belgium/${name}.yaml`,
  );
  expect([...two.files.keys()].sort()).toEqual([...one.files.keys(), ...added].sort());
  for (const [path, text] of one.files) if (path !== 'inventory.txt') expect(two.files.get(path)).toBe(text);
});

test('the page shows the current table', async () => {
  const { out } = await cli(['compare', 'providers'], () => ({ app: shipped.app() }));
  expect(shippedRows(out)).toHaveLength(SHIPPED.length + SHIPPED_PARTS.length);
  expect(shippedRows(PAGE)).toEqual(shippedRows(out));
});
