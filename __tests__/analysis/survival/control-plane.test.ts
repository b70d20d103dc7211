// G2: the control plane is lost, alone or with a zone: pods serve on, and nothing can be changed until it is back.

import { failureTable, type Row } from '../../../lib/analysis/survival/table';
import type { Cell } from '../../../lib/analysis/survival/verdict';
import { check } from '../../../lib/checks';
import { StatefulService, type System, WebService, type WebServiceProps } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { type ClusterDescription, eks, gke, type NodePool, onPrem } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { PRODUCTION, SUBNETS, shopApp, WEB } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 2, max: 2 } };
const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
const COMMON = { kubernetes: '1.36', nodePools: [POOL], capabilities: ['metrics-server'] } as const;

const managed = eks({ ...COMMON, region: 'ap-south-1', zones: ZONES, ...SUBNETS });
const own = (nodes?: Readonly<Record<string, number>>): ClusterDescription =>
  onPrem({
    ...COMMON,
    distribution: 'k3s',
    zones: ['a', 'b', 'c'],
    ...(nodes === undefined ? {} : { controlPlane: { nodes } }),
  });

const web =
  (props: Partial<WebServiceProps> = {}) =>
  (system: System): void =>
    void new WebService(system, 'web', { ...WEB, ...props });

function rowOf(on: ClusterDescription, build = web(), zones = 1): Row {
  const environment = { ...PRODUCTION, survives: { zones, regions: 0 } };
  const app = shopApp(build, { cluster: on, environment });
  const { entries, findings } = synthesize(app, check);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [row] = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } });
  if (row === undefined) throw new Error('no row');
  return row;
}

function cellOf({ cells }: Row, event: string): Cell {
  const cell = cells.find((one) => one.event === event);
  if (cell === undefined) throw new Error(`no cell ${event}`);
  return cell;
}

const STOPPED = 'nothing is placed, scaled or taken out of Services';

describe('G2 control plane lost', () => {
  const cell = (on: ClusterDescription, build = web()) => cellOf(rowOf(on, build), 'control plane lost');

  test('all pods serve on, and it never holds: nothing can be changed', () => {
    const { verdict, says, results } = cell(managed);
    expect({ verdict, says }).toEqual({
      verdict: 'degraded',
      says: `pods run on; ${STOPPED} until it is back; it survives the loss of 1 zone`,
    });
    expect(results[0]).toMatchObject({ left: { fewest: 3, most: 3 }, survives: true });
    expect(results[0]?.working).toContain(
      'control plane: run by the provider (EKS user guide, disaster-recovery-resiliency)',
    );
  });

  test('an autoscaler keeps its size', () => {
    expect(cell(managed, web({ size: { min: 3, max: 6, cpu: 0.6 } })).says).toContain(
      '; web keeps the size of that moment; ',
    );
    expect(cell(managed).says).not.toContain('keeps the size');
  });

  test('what asks the API is named', () => {
    const token = { security: { serviceAccountToken: 'it elects a leader' } };
    expect(cell(managed, web(token)).says).toContain(
      '; no answer for web: what it watches, discovers or leads stops; ',
    );
    expect(cell(managed).says).not.toContain('no answer');
  });

  test('nodes of your own: a majority decides', () => {
    const { says, results } = cell(own({ a: 1, b: 1, c: 1 }));
    expect(says).toContain('it survives the loss of 1 zone');
    expect(results[0]?.working).toContain('control plane: 3 nodes (a 1, b 1, c 1)');
    expect(cell(own({ a: 1 })).says).toContain('it survives the loss of no zone');
  });

  test('unknown is said, and so is what the other rows assume', () => {
    expect(cell(own()).says).toContain('where it runs is unknown, and the rows of zones assume that it survives');
  });

  test('without zones there is nothing to say of them', () => {
    const laptop = onPrem({ ...COMMON, distribution: 'k3s', controlPlane: { nodes: 1 } });
    const { cells } = rowOf(laptop, web(), 0);
    expect(cells.find(({ event }) => event === 'control plane lost')?.says).toBe(
      `pods run on; ${STOPPED} until it is back`,
    );
  });
});

describe('G2 a zone is lost, and the control plane with it', () => {
  const lost = (on: ClusterDescription, build = web()) => cellOf(rowOf(on, build), 'zone lost');

  test('the numbers at once hold until it is back, and no time of recovery is known', () => {
    const { verdict, says, results } = lost(own({ a: 1 }));
    expect({ verdict, says }).toEqual({
      verdict: 'degraded',
      says: `by 33 %, web: 2 of 3 at once and until the control plane is back, 3 of 3 after recovery; the control plane is lost with a: ${STOPPED}`,
    });
    expect(results.map(({ seconds }) => seconds)).toEqual([undefined, undefined]);
  });

  test('a control plane that survives the zone: recovery, in a known time', () => {
    const { says, results } = lost(own({ a: 1, b: 1, c: 1 }));
    expect(says).toMatch(/^by 33 %, web: 2 of 3 at once, 3 of 3 after recovery, within 7 min$/);
    expect(results[0]?.unchangeable).toBeUndefined();
  });

  test('enough pods at once do not make it hold: none is scaled, and lost pods stay in Services', () => {
    const spare = web({ size: { min: 6, max: 6, cpu: 0.45 } });
    expect(lost(own({ a: 1, b: 1, c: 1 }), spare).verdict).toBe('holds');
    expect(lost(own({ b: 2, c: 1 }), spare)).toMatchObject({
      verdict: 'degraded',
      says: `the control plane is lost with b: ${STOPPED}`,
    });
  });

  test('in any zone, and in some pairs of them', () => {
    const two = cellOf(rowOf(own({ a: 1, b: 1, c: 1 })), '2 zones lost');
    expect(two.says).toContain('the control plane is lost with them: ');
    const five = cellOf(rowOf(own({ a: 1, b: 1, elsewhere: 1 })), '2 zones lost');
    expect(five.says).toContain('the control plane is lost with a and b: ');
  });

  test("a provider's is documented to survive one zone, not two", () => {
    const row = rowOf(managed);
    expect(cellOf(row, 'zone lost').says).not.toContain('control plane');
    expect(cellOf(row, '2 zones lost').says).toContain('the control plane may be lost with them: ');
    const zonal = gke({
      ...COMMON,
      region: 'europe-west1',
      zones: ['europe-west1-b', 'europe-west1-c'],
      controlPlane: 'zonal',
    });
    expect(lost(zonal).says).toContain('the control plane may be lost with it: ');
  });

  test('pods that come back to their node only wait for it too', () => {
    const { resources, probes } = WEB;
    const image = 'registry.example/shop/store:1';
    const props = { image, port: 8080, resources, probes, claims: {}, size: { members: 3 } };
    expect(lost(own({ a: 1 }), (system) => void new StatefulService(system, 'store', props))).toMatchObject({
      verdict: 'degraded',
      says: `store: 2 of 2 at once and until the control plane is back, 2 of 3 after recovery; the control plane is lost with a: ${STOPPED}`,
    });
  });

  test('a node has no part in it', () => {
    expect(cellOf(rowOf(own({ a: 1 })), 'node lost').says).not.toContain('control plane');
  });
});
