// G8: parts of the platform are one line each; what two of them, or a part and its cluster, cannot both be is refused.

import { check } from '../../../lib/checks';
import { eks, local } from '../../../lib/model';
import { logs, metrics, traces } from '../../../lib/parts';
import { synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { equipped, equippedPlatform, findIn } from '../../support/parts';
import { at, errors, SUBNETS, TWO_ZONES } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const METRICS = { retention: '15d', volume: '50Gi' };
const VOLUMES = { retention: '2d', store: { volume: '20Gi' } };
const messages = (found: ReturnType<typeof equipped>): string[] =>
  found.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);

test('G8: all three on a laptop are one pod a program, in namespaces of their own, and nothing is wrong', () => {
  const found = equipped([metrics(METRICS), logs(VOLUMES), traces(VOLUMES)], {
    cluster: local({ kubernetes: '1.36' }),
    web: { size: { replicas: 1 } },
  });
  expect(errors(found)).toEqual([]);
  const namespaces = found.objects.filter(({ entry }) => entry.identity.kind === 'Namespace');
  expect(namespaces.map(({ entry }) => entry.identity.name).sort()).toEqual([
    'logs-operations',
    'metrics-operations',
    'node-metrics-operations',
    'shop-production',
    'traces-operations',
  ]);
  for (const [namespace, name] of [
    ['metrics-operations', 'prometheus'],
    ['metrics-operations', 'alertmanager'],
    ['logs-operations', 'loki'],
    ['traces-operations', 'tempo'],
  ] as const) {
    expect(at(findIn(found, namespace, 'StatefulSet', name), 'spec', 'replicas')).toBe(1);
  }
});

test('in the namespaces of parts only viewers have a role: a pod there could run as what reads every namespace', () => {
  const bindings = (access: Readonly<Record<string, 'viewer' | 'none'>>) => {
    const platform = equippedPlatform([], {
      cluster: { ...TWO_ZONES, groups: { team: 'team', support: 'support', audit: 'audit' } },
      access: { team: 'deployer', support: 'viewer' },
    }).equip('operations', { on: 'mumbai', parts: [metrics(METRICS)], access });
    const found = synthesize(platform.app(), check);
    const own = found.objects.filter(({ entry }) => entry.identity.namespace === 'metrics-operations');
    const roles = own.filter(({ entry }) => entry.identity.kind === 'RoleBinding');
    return roles.map(({ entry: { manifest } }) => [
      at(manifest, 'metadata', 'name'),
      ...((manifest['subjects'] ?? []) as { readonly name: string }[]).map(({ name }) => name),
    ]);
  };
  expect(bindings({})).toEqual([['viewer', 'support']]);
  expect(bindings({ audit: 'viewer', support: 'none' })).toEqual([['viewer', 'audit']]);
  const deployer = unchecked<{ team: 'viewer' }>({ team: 'deployer' });
  const refused = equippedPlatform([]).equip('operations', {
    on: 'mumbai',
    parts: [metrics(METRICS)],
    access: deployer,
  });
  expect(messages(synthesize(refused.app(), check))).toContain('equip.access.team cannot be the text "deployer"');
});

test('one line less, and its namespace is gone', () => {
  const found = equipped([metrics(METRICS)]);
  const names = found.objects.map(({ entry }) => entry.identity.namespace ?? '');
  expect(names).not.toContain('logs-operations');
  expect(names).toContain('metrics-operations');
});

test('two of one part on a cluster are refused, at the line of the second', () => {
  const platform = equippedPlatform([metrics(METRICS)]).equip('operations', {
    on: 'mumbai',
    parts: [metrics(METRICS)],
  });
  const found = synthesize(platform.app(), check);
  expect(messages(found)).toEqual(['mumbai has metrics already, from operations: two would do the same work twice']);
});

test('a cluster that names its own Prometheus gets no other', () => {
  const cluster = eks({
    ...SUBNETS,
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b'],
    kubernetes: '1.36',
    prometheus: { namespace: 'monitoring', podLabels: { app: 'prometheus' } },
  });
  expect(messages(equipped([metrics(METRICS)], { cluster }))).toEqual([
    'mumbai says where its prometheus is, and gets the part metrics, which would be another one',
  ]);
});

test.each<[string, object, string]>([
  ['no parts', { on: 'mumbai', parts: [] }, 'the list is empty'],
  ['what is not a part', { on: 'mumbai', parts: [{}] }, 'equip.parts[0] cannot be'],
  ['a misspelt key', { on: 'mumbai', part: [] }, "unknown property 'part' in equip (did you mean parts?)"],
])('%s is refused', (_, props, message) => {
  const platform = equippedPlatform([logs(VOLUMES)], { cluster: TWO_ZONES }).equip(
    'operations',
    unchecked<{ on: 'mumbai'; parts: [] }>(props),
  );
  expect(messages(synthesize(platform.app(), check)).join('\n')).toContain(message);
});

test('a cluster that does not exist is refused', () => {
  const nowhere: 'mumbai' = JSON.parse('"munbai"');
  const platform = equippedPlatform([logs(VOLUMES)]).equip('operations', { on: nowhere, parts: [metrics(METRICS)] });
  expect(messages(synthesize(platform.app(), check)).join()).toContain("unknown cluster 'munbai'");
});

test.each<[string, object, string]>([
  ['a retention that is not a duration', { ...METRICS, retention: 'forever' }, 'metrics.retention'],
  ['a misspelt property', { ...METRICS, reciever: {} }, "unknown property 'reciever' in metrics"],
  [
    'a receiver without a Secret',
    { ...METRICS, receivers: { a: { slack: { channel: '#a' } } } },
    'metrics.receivers.a',
  ],
])('metrics: %s is refused once, at its line', (_, props, message) => {
  const { findings } = equipped([metrics(unchecked<Parameters<typeof metrics>[0]>(props))]);
  const found = findings.filter(({ severity }) => severity === 'error');
  expect(found).toHaveLength(1);
  expect(`${found[0]?.field} ${found[0]?.message}`).toContain(message);
  expect(found[0]?.source?.file).toContain('equip.test.ts');
});

test('parts are not compared as environments: to name one is an error that says why', async () => {
  const load = () => ({ app: equippedPlatform([metrics(METRICS)]).app() });
  expect(await cli(['compare', 'environments'], load)).toEqual({ code: 0, out: '', err: '' });
  const { code, out, err } = await cli(['compare', 'environments', 'metrics/operations'], load);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('a part of the platform: the line of equip decides what it is on its cluster');
  expect(err).toContain('from shop/production');
});
