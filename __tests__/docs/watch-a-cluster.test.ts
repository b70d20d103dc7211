// The page "Watch a cluster": its parts are placed as it shows, and its tables say what is made.

import * as evenkeel from '../../lib';
import type { Part } from '../../lib/constructs';
import { conformant } from '../../lib/model';
import { blockWith, readPage, runPage } from '../support/page';
import { equipped, findIn } from '../support/parts';
import { at, errors, SUBNETS } from '../support/synthesis';

const page = readPage('how-to/watch-a-cluster.md');
const { parts } = runPage(
  blockWith(page, 'charts/operations.ts')
    .replace(/^import .*$/m, '')
    .replace('export const parts: readonly Part[] =', 'const parts =')
    .concat('return { parts };'),
  { ...evenkeel },
) as { readonly parts: readonly Part[] };

const cluster = evenkeel.eks({
  ...SUBNETS,
  region: 'eu-central-1',
  zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  kubernetes: '1.36',
  identities: {
    'logs-operations/loki': 'arn:aws:iam::123456789012:role/loki',
    'traces-operations/tempo': 'arn:aws:iam::123456789012:role/tempo',
  },
});

test('its parts have no fault, with as many pods as the table says', () => {
  const found = equipped(parts, { cluster, zones: 1 });
  expect(errors(found)).toEqual([]);
  const pods = (namespace: string, kind: string, name: string) =>
    at(findIn(found, `${namespace}-operations`, kind, name), 'spec', 'replicas');
  expect(pods('metrics', 'StatefulSet', 'prometheus')).toBe(2);
  expect(pods('metrics', 'StatefulSet', 'alertmanager')).toBe(3);
  expect(pods('metrics', 'Deployment', 'grafana')).toBe(1);
  expect(pods('logs', 'StatefulSet', 'loki')).toBe(3);
  expect(pods('traces', 'StatefulSet', 'tempo')).toBe(1);
  expect(pods('traces', 'Deployment', 'trace-collector')).toBe(2);
});

test('a store that no identity and no key opens is refused, as it says', () => {
  const elsewhere = conformant({ kubernetes: '1.36' });
  expect(errors(equipped(parts, { cluster: elsewhere }))).toEqual(['input logs.store', 'input traces.store']);
});

test('it names the versions that are written', () => {
  const found = JSON.stringify(equipped(parts, { cluster, zones: 1 }).objects.map(({ entry }) => entry.manifest));
  for (const [program, image] of [
    ['Prometheus 3.15', 'prometheus:v3.15.'],
    ['Alertmanager 0.34', 'alertmanager:v0.34.'],
    ['Grafana 13', 'grafana:13.'],
    ['Loki 3.7', 'loki:3.7.'],
    ['Tempo 3', 'tempo:3.'],
  ] as const) {
    expect(page).toContain(program);
    expect([image, found.includes(image)]).toEqual([image, true]);
  }
});
