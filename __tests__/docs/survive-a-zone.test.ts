// docs/how-to/survive-a-zone.md: its numbers are those of the table, and its constants those of the model.
import { failureTable } from '../../lib/analysis/survival/table';
import { DETECTION_SECONDS, EVICTION_SECONDS } from '../../lib/analysis/survival/timing';
import { check } from '../../lib/checks';
import { WebService } from '../../lib/constructs';
import { placementsOf } from '../../lib/constructs/system/system';
import { eks, type NodePool } from '../../lib/model';
import type { ControlPlaneNodes } from '../../lib/model/cluster/provider';
import { zonesSurvived } from '../../lib/model/cluster/zones';
import { synthesize } from '../../lib/synth/synthesize';
import { blockWith, readPage, runPage } from '../support/page';
import { PRODUCTION, SUBNETS, shopApp, WEB } from '../support/synthesis';

const PAGE = readPage('how-to/survive-a-zone.md');
const SERVICE = blockWith(PAGE, 'new WebService(').replace('(this,', '(system,');
/** Zones and nodes of the page's cluster. */
const described: { zones: string[]; nodePools: NodePool[] }[] = [];
const [, ofCluster = ''] = blockWith(PAGE, 'nodePools:').split('\n\n');
runPage(`described.push({ ${ofCluster} });`, { described });
const [{ zones: THREE, nodePools } = { zones: [], nodePools: [] }] = described;
const TWO = THREE.slice(0, 2);

function zoneLost(zones: readonly string[], min: number) {
  const app = shopApp(
    (system) => {
      const { resources, probes } = WEB;
      runPage(SERVICE.replace('min: 6', `min: ${min}`), { WebService, system, resources, probes });
    },
    {
      cluster: eks({
        capabilities: ['metrics-server'],
        region: 'ap-south-1',
        zones,
        kubernetes: '1.36',
        nodePools,
        ...SUBNETS,
      }),
    },
  );
  const { entries, findings } = synthesize(app, check);
  expect(findings).toEqual([]);
  const cells = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } }).flatMap(
    (row) => row.cells,
  );
  const steady = cells.find(({ event }) => event === 'zone lost')?.results.find(({ scale }) => scale === 'steady');
  return { verdict: steady?.verdict, left: steady?.left.fewest, needed: steady?.needed, missing: steady?.missing };
}

test('the numbers of the page', () => {
  expect([THREE.length, nodePools.length]).toEqual([3, 1]);
  expect(SERVICE).toContain('min: 6');
  expect(zoneLost(THREE, 6)).toEqual({ verdict: 'holds', left: 4, needed: 4, missing: 0 });
  expect(zoneLost(THREE, 3)).toEqual({ verdict: 'holds', left: 2, needed: 2, missing: 0 });
  expect(zoneLost(TWO, 6)).toEqual({ verdict: 'degraded', left: 3, needed: 4, missing: 0.25 });
});

test('the seconds are those of the model', () => {
  expect(PAGE).toContain(
    `${DETECTION_SECONDS} s until the node controller gives the nodes up, ${EVICTION_SECONDS} s a node`,
  );
});

test('the control plane of the page survives one zone, and six pods of cpu: 0.3 leave the two that are needed', () => {
  const planes: { controlPlane: ControlPlaneNodes }[] = [];
  runPage(`planes.push({ ${blockWith(PAGE, 'controlPlane: { nodes')} });`, { planes });
  expect(planes.map(({ controlPlane }) => zonesSurvived(controlPlane))).toEqual([1]);
  const size = { min: 6, max: 6, cpu: 0.3 };
  const app = shopApp((system) => void new WebService(system, 'web', { ...WEB, size }), {
    cluster: eks({
      capabilities: ['metrics-server'],
      region: 'ap-south-1',
      zones: THREE,
      kubernetes: '1.36',
      ...SUBNETS,
    }),
    environment: { ...PRODUCTION, survives: { zones: 2, regions: 0 } },
  });
  const { entries, findings } = synthesize(app, check);
  expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['control-plane-lost', 'note']]);
  const [row] = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } });
  const lost = row?.cells.find(({ event }) => event === '2 zones lost');
  expect(lost?.results[0]).toMatchObject({ left: { fewest: 2 }, needed: 2 });
});
