// docs/how-to/survive-a-zone.md: its numbers are those of the table, and its constants those of the model.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureTable } from '../../lib/analysis/survival/table';
import { DETECTION_SECONDS, EVICTION_SECONDS } from '../../lib/analysis/survival/timing';
import { check } from '../../lib/checks';
import { WebService } from '../../lib/constructs';
import { placesOf } from '../../lib/constructs/system/system';
import { eks } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { SUBNETS, shopApp, WEB } from '../support/synthesis';

const PAGE = readFileSync(join(__dirname, '../../docs/how-to/survive-a-zone.md'), 'utf8');
const SOURCE = readFileSync(__filename, 'utf8');

function zoneLost(zones: readonly string[], min: number) {
  const { replicas: _replicas, ...props } = WEB;
  const app = shopApp(
    (system) => {
      const web = new WebService(system, 'web', props);
      if (min === 6) web.scaleOn({ cpu: 0.6, min: 6, max: 12 });
      else web.scaleOn({ cpu: 0.6, min, max: 12 });
    },
    {
      cluster: eks({
        region: 'ap-south-1',
        zones,
        kubernetes: '1.36',
        nodePools: [{ name: 'general', cpu: '1700m', memory: '6500Mi', pods: 29, nodesPerZone: { min: 2, max: 4 } }],
        ...SUBNETS,
      }),
    },
  );
  const { entries, findings } = synthesize(app, check);
  expect(findings).toEqual([]);
  const cells = failureTable(entries, placesOf(app), { provider: { unknown: 'not asked' } }).flatMap(
    (row) => row.cells,
  );
  const steady = cells.find(({ event }) => event === 'zone lost')?.results.find(({ load }) => load === 'steady');
  return { verdict: steady?.verdict, left: steady?.left.fewest, needed: steady?.needed, missing: steady?.missing };
}

const TWO = ['ap-south-1a', 'ap-south-1b'];
const THREE = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];

test('the numbers of the page', () => {
  expect(zoneLost(THREE, 6)).toEqual({ verdict: 'holds', left: 4, needed: 4, missing: 0 });
  expect(zoneLost(THREE, 3)).toEqual({ verdict: 'holds', left: 2, needed: 2, missing: 0 });
  expect(zoneLost(TWO, 6)).toEqual({ verdict: 'degraded', left: 3, needed: 4, missing: 0.25 });
});

test('its code is the code that was run', () => {
  for (const line of ['web.scaleOn({ cpu: 0.6, min: 6, max: 12 });', /nodePools: .*/.exec(PAGE)?.[0] ?? '']) {
    expect(line).not.toBe('');
    expect(PAGE).toContain(line);
    expect(SOURCE).toContain(line);
  }
});

test('its seconds are those of the model', () => {
  expect(PAGE).toContain(
    `${DETECTION_SECONDS} s until the node controller gives the nodes up, ${EVICTION_SECONDS} s a node`,
  );
});
