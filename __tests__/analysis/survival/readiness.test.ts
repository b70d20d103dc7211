// Pods that get requests before they can serve: no answer of the table says that they hold.
import { failureTable } from '../../../lib/analysis/survival/table';
import { check } from '../../../lib/checks';
import { healthz, type Probes, WebService } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { synthesize } from '../../../lib/synth/synthesize';
import { shopApp, WEB } from '../../support/synthesis';

const NODE_POOL = { name: 'general', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 3, max: 6 } };

function cells(probes: Probes, exposes = (_: WebService) => {}) {
  const app = shopApp((system) => exposes(new WebService(system, 'web', { ...WEB, probes })));
  const placements = placementsOf(app).map((one) => ({ ...one, cluster: { ...one.cluster, nodePools: [NODE_POOL] } }));
  const { entries, findings } = synthesize(app, check);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [row] = failureTable(entries, placements, { provider: { unknown: 'not asked' } });
  return new Map(row?.cells.map((cell) => [cell.event, cell]));
}

test('with a readiness probe a release holds', () => {
  expect(cells(healthz({ bootSeconds: 30 })).get('release')).toMatchObject({ verdict: 'holds' });
  expect(cells({ bootSeconds: 30, readiness: { tcp: true } }).get('release')).toMatchObject({ verdict: 'holds' });
});

test('without one it is unknown, with the name of the component', () => {
  const { startup = { path: '/' } } = healthz({ bootSeconds: 30 });
  const found = cells({ bootSeconds: 30, startup });
  for (const event of ['as it is', 'pod lost', 'release', 'two releases']) {
    const cell = found.get(event);
    expect([event, cell?.verdict]).not.toEqual([event, 'holds']);
  }
  expect(found.get('release')?.verdict).toBeUndefined();
  expect(found.get('release')?.says).toContain('without a readiness probe, new pods of web get requests before');
});
