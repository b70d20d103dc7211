// docs/how-to/second-provider.md: one line adds a provider, and its table is what neutrality says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PingPong } from '../../charts/pingpong';
import { platform as shipped } from '../../charts/platform';
import { check } from '../../lib/checks';
import { Platform } from '../../lib/constructs';
import { eks, gke } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { SHIPPED, shippedRows } from '../support/placements';

const PAGE = readFileSync(join(__dirname, '../../docs/how-to/second-provider.md'), 'utf8');

/** PingPong as on the page. */
function synth(on: readonly ('mumbai' | 'belgium')[]) {
  const built = new Platform({
    home: 'mumbai',
    clusters: {
      // biome-ignore format: as the page has it
      mumbai: eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', loadBalancerSubnets: ['10.20.0.0/23'] }),
      belgium: gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' }),
    },
    environments: {
      production: { survives: { zones: 1, regions: 0 }, registry: { external: 'ghcr.io/acme', pullSecret: 'ghcr' } },
    },
  }).place(PingPong, {
    production: { on, tag: '57', settings: { host: 'pingpong.example.com', requestsPerSecond: 100, burst: 200 } },
  });
  return synthesize(built.app(), check);
}

test('the other files stay as they are, and a folder is added', () => {
  const [one, two] = [synth(['mumbai']), synth(['mumbai', 'belgium'])];
  expect([...one.findings, ...two.findings]).toEqual([]);
  const added = ['00-cluster', '05-pingpong-production', '10-pingpong-production'].map(
    (name) => `clusters/belgium/${name}.yaml`,
  );
  expect([...two.files.keys()].sort()).toEqual([...one.files.keys(), ...added].sort());
  for (const [path, text] of one.files) if (path !== 'inventory.txt') expect(two.files.get(path)).toBe(text);
});

test('the page says so in the same words, and shows the table as it is', async () => {
  const source = readFileSync(__filename, 'utf8');
  for (const line of PAGE.match(/^ {2}(?:mumbai|belgium): .*$/gm) ?? []) expect(source).toContain(line.trim());
  expect(PAGE.match(/^ {2}(?:mumbai|belgium): /gm)).toHaveLength(2);
  const { out } = await cli(['neutrality'], () => ({ app: shipped.app() }));
  expect(shippedRows(out)).toHaveLength(SHIPPED.length);
  expect(shippedRows(PAGE)).toEqual(shippedRows(out));
});
