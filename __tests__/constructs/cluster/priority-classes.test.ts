// Priority classes of a cluster: written once, named by components, and a name that no one makes is refused.

import { WebService } from '../../../lib/constructs';
import { type ClusterProps, eks } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { find, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const web = (priorityClasses: ClusterProps['priorityClasses'] | undefined, priorityClass = 'payments'): Synthesis =>
  shop((system) => void new WebService(system, 'web', { ...WEB, priorityClass }), {
    cluster: eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b'],
      kubernetes: '1.36',
      ...SUBNETS,
      ...(priorityClasses === undefined ? {} : { priorityClasses }),
    }),
  });

test('a class with a value is in the file of the cluster', () => {
  const synthesis = web({ payments: 1000, batch: -10 });
  expect(synthesis.findings).toEqual([]);
  expect(find(synthesis, 'PriorityClass', 'payments')).toMatchObject({ value: 1000 });
  expect(find(synthesis, 'PriorityClass', 'batch')).toMatchObject({ value: -10 });
  expect(synthesis.files.get('00-cluster.yaml')).toContain('kind: PriorityClass');
});

test('a class of elsewhere is not written', () => {
  const synthesis = web({ payments: 'elsewhere' });
  expect(synthesis.findings).toEqual([]);
  expect(synthesis.objects.map(({ entry }) => entry.identity.kind)).not.toContain('PriorityClass');
});

test('a class that no one makes is refused, with what to write', () => {
  expect(web(undefined).findings).toMatchObject([
    {
      rule: 'priority-class-exists',
      severity: 'error',
      field: '/spec/template/spec/priorityClassName',
      expected: expect.stringContaining('in clusters.mumbai, priorityClasses: { payments: 1000 }'),
    },
  ]);
  expect(web({ payments: 1 }, 'paymnts').findings[0]?.message).toContain('did you mean payments');
});

test.each<[string, object, string]>([
  ['more than the API server takes', { payments: 1_000_000_001 }, 'priorityClasses.payments'],
  ['a fraction', { payments: 0.5 }, 'priorityClasses.payments'],
  ['a word', { payments: 'high' }, 'priorityClasses.payments'],
  ['a name of Kubernetes', { payments: 1, 'system-mine': 1 }, 'priorityClasses.system-mine'],
  ['an impossible name', { payments: 1, 'My Class': 1 }, 'priorityClasses.My Class'],
])('%s is refused', (_, classes, field) => {
  const { findings } = web(unchecked<NonNullable<ClusterProps['priorityClasses']>>(classes));
  expect(findings.map((one) => one.field)).toContainEqual(expect.stringContaining(field));
});
