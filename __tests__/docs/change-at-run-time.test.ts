// The page "Change at run time": its part and its templates are placed as it shows, and its tables say what is made.

import * as evenkeel from '../../lib';
import { listSecrets } from '../../lib/analysis/access/secrets';
import type { Part, WebServiceProps } from '../../lib/constructs';
import { conformant } from '../../lib/model';
import { blockWith, readPage, runPage } from '../support/page';
import { equipped, fileOf, findIn } from '../support/parts';
import { at, errors } from '../support/synthesis';

const page = readPage('how-to/change-at-run-time.md');
const { parts } = runPage(
  blockWith(page, 'charts/operations.ts')
    .replace(/^import .*$/m, '')
    .replace('export const parts: readonly Part[] =', 'const parts =')
    .concat('return { parts };'),
  { ...evenkeel },
) as { readonly parts: readonly Part[] };
const { web } = runPage(
  blockWith(page, 'templates: {')
    .replace("new WebService(this, 'web', {\n  …,", 'const web = {')
    .replace(/\}\);\s*$/, '};')
    .concat('return { web };'),
  {},
) as { readonly web: Partial<WebServiceProps> };

const cluster = conformant({ kubernetes: '1.36', zones: ['a', 'b', 'c'] });
const found = equipped(parts, { cluster, zones: 1, web });

test('its part and its component have no fault, with three members', () => {
  expect(errors(found)).toEqual([]);
  expect(at(findIn(found, 'configuration-operations', 'StatefulSet', 'consul'), 'spec', 'replicas')).toBe(3);
});

test('its times are those of the sidecar', () => {
  const config = JSON.parse(fileOf(found, 'shop-production', 'web', '/etc/consul-template/templates.json'));
  expect(config).toMatchObject({
    wait: { min: '1s', max: '5s' },
    consul: { retry: { attempts: 0, max_backoff: '10s' }, transport: { dial_keep_alive: '2s' } },
  });
  expect(page).toContain('1 s after the last of several changes and 5 s after the first at the latest');
  expect(page).toContain('at least every 10 s, without end');
});

test('its Secrets are those that must exist', () => {
  const listed = listSecrets(found.objects.map(({ entry }) => entry)).map(({ namespace, name, keys }) => ({
    namespace,
    name,
    keys,
  }));
  expect(listed).toEqual([
    { namespace: 'configuration-operations', name: 'consul', keys: ['acl.json', 'gossip.json'] },
    { namespace: 'shop-production', name: 'configuration', keys: ['token'] },
  ]);
});

test('without a store its templates are refused, as it says', () => {
  expect(errors(equipped([evenkeel.metrics({ retention: '1d', volume: '10Gi' })], { cluster, web }))).toEqual([
    'neighbour templates',
  ]);
});

test('it names the versions that are written', () => {
  const text = JSON.stringify(found.objects.map(({ entry }) => entry.manifest));
  for (const [program, image] of [
    ['Consul 2.0', 'hashicorp/consul:2.0.'],
    ['consul-template 0.42', 'hashicorp/consul-template:0.42.'],
  ] as const) {
    expect(page).toContain(program);
    expect(text).toContain(image);
  }
});
