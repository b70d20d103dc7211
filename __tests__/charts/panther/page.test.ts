// docs/systems/panther.md: its nodes are those of `evenkeel plan`, its derived numbers those of the manifests (P1, P2, P12).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planCluster } from '../../../lib/analysis/nodes/plan';
import { nodeLoads } from '../../../lib/constructs/platform/nodes';
import type { Json } from '../../../lib/model';
import { planInMarkdown } from '../../../lib/report/plan';
import { synthesize } from '../../../lib/synth/synthesize';
import { app } from '../../../main';
import { Placement } from '../../support/shipped';
import { at } from '../../support/synthesis';

const PAGE = readFileSync(join(__dirname, '../../../docs/systems/panther.md'), 'utf8');

/** Cells of the rows of the section `title`, up to the first table's end. */
function rowsOf(title: string): string[][] {
  const [, section = ''] = PAGE.split(`\n## ${title}\n`);
  const [, table = ''] = /\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(section) ?? [];
  return table
    .trim()
    .split('\n')
    .map((line) => line.slice(2, -2).split(' | '));
}

/** The plan of a cluster with our shipped systems only: adding your own system does not change the page. */
function shippedPlan(name: string) {
  const load = nodeLoads(app, synthesize(app, () => []).entries).find(({ cluster }) => cluster === name);
  if (load === undefined) throw new Error(`nothing runs on ${name}`);
  const isShipped = (workload: { readonly name: string }) =>
    /^(?:panther|flaschenpost)-|-operations\//.test(workload.name);
  const workloads = load.input.workloads.filter(isShipped);
  return planCluster({ ...load, input: { ...load.input, workloads }, growing: load.growing.filter(isShipped) });
}

describe('Nodes', () => {
  test('the table of one cluster is what the command prints', () => {
    const printed = planInMarkdown(shippedPlan('northeurope'));
    expect(printed).toContain('| nodes a zone at the very most |');
    expect(PAGE).toContain(printed.trim());
  });

  test('both clusters side by side', () => {
    const columns = ['westeurope', 'northeurope'].map((name) => {
      const { plan, description, headroom } = shippedPlan(name);
      const pool = plan?.pools[0];
      const { min, max } = description.nodePools[0]?.nodesPerZone ?? {};
      return [
        pool?.offPeak.value,
        pool?.peak.value,
        pool?.most.value,
        `${min} to ${max}`,
        plan?.nodes.value,
        plan?.ranges.map(({ prefix }) => `/${prefix.value}`).join(', '),
        `${headroom?.wanted.pods}, ${headroom?.held.pods} pods`,
      ].map(String);
    });
    const rows = rowsOf('Nodes');
    expect(rows).toHaveLength(7);
    expect([1, 2].map((column) => rows.map((row) => row[column]))).toEqual(columns);
  });
});

describe('Derived numbers', () => {
  const clinic = new Placement('northeurope', 'panther-clinic');
  const note = (kind: string, key: string): Json | undefined =>
    at(clinic.one(kind, kind === 'Service' ? 'database' : 'booking'), 'metadata', 'annotations', `evenkeel.dev/${key}`);
  const replicas = at(new Placement('northeurope', 'headroom').one('Deployment', 'headroom'), 'spec', 'replicas');
  const bounds = at(clinic.one('HorizontalPodAutoscaler', 'booking'), 'spec');

  test.each<[string, () => unknown]>([
    ['3,000 requests/s', () => /= (3000 requests\/s)$/.exec(String(note('HorizontalPodAutoscaler', 'arrivals')))?.[1]],
    [
      '77 % of the slots',
      () => `${/: (77 %)$/.exec(String(note('HorizontalPodAutoscaler', 'occupancy')))?.[1]} of the slots`,
    ],
    [
      '154 requests/s',
      () => /= (.* requests\/s)$/.exec(String(note('HorizontalPodAutoscaler', 'requests-per-pod')))?.[1],
    ],
    [
      '30 pods at peak',
      () => `${/= (\d+ pods)$/.exec(String(note('HorizontalPodAutoscaler', 'peak-pods')))?.[1]} at peak`,
    ],
    ['25 %', () => /= (\d+ %)$/.exec(String(note('HorizontalPodAutoscaler', 'cpu-target')))?.[1]],
    ['9 to 38 pods', () => `${at(bounds, 'minReplicas')} to ${at(bounds, 'maxReplicas')} pods`],
    ['2 cores', () => /= (\d+ cores)$/.exec(String(note('HorizontalPodAutoscaler', 'cpu-request')))?.[1]],
    ['9 headroom pods', () => `${replicas} headroom pods`],
    ['1,520 connections', () => `${/^\d+/.exec(String(note('Service', 'connections')))?.[0]} connections`],
  ])('%s', (number, derived) => {
    expect(rowsOf('Derived numbers').map(([first]) => first)).toContain(number);
    expect(derived()).toBe(number.replace(',', ''));
  });

  test('the table has no other rows', () => {
    expect(rowsOf('Derived numbers')).toHaveLength(9);
  });
});
