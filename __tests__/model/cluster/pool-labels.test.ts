// The labels by which a pod chooses the nodes of one pool.

import { nodeLabels, poolLabels, poolTolerations } from '../../../lib/model/cluster/pool-labels';
import { isProblem } from '../../../lib/model/finding/problem';
import { PROFILES } from '../../../lib/model/providers/profiles';

const profile = (name: string) => {
  const found = PROFILES.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const WEB = { name: 'web', labels: { tier: 'web', 'kubernetes.io/arch': 'arm64' } };

describe('61: a pod chooses a pool', () => {
  test.each([
    ['eks', 'eks.amazonaws.com/nodegroup'],
    ['eksAuto', 'karpenter.sh/nodepool'],
    ['aks', 'kubernetes.azure.com/agentpool'],
    ['gke', 'cloud.google.com/gke-nodepool'],
  ])('by the label that %s sets', (name, label) => {
    const provider = profile(name);
    expect(poolLabels(provider, WEB)).toEqual({ [label]: 'web' });
    expect(nodeLabels(provider, WEB)).toEqual({ ...WEB.labels, [label]: 'web' });
  });

  test('by the label of another tool, which the provider then does not set', () => {
    const pool = { name: 'spot', labels: { 'karpenter.sh/nodepool': 'spot-1' } };
    expect(poolLabels(profile('eks'), pool)).toEqual({ 'karpenter.sh/nodepool': 'spot-1' });
    expect(nodeLabels(profile('eks'), pool)).toEqual({ 'karpenter.sh/nodepool': 'spot-1' });
  });

  test('elsewhere by the labels that the pool declares, those of every node last', () => {
    const provider = profile('onPrem');
    expect(poolLabels(provider, WEB)).toEqual({ tier: 'web' });
    expect(poolLabels(provider, { name: 'arm', labels: { 'kubernetes.io/arch': 'arm64' } })).toEqual({
      'kubernetes.io/arch': 'arm64',
    });
  });

  test.each([
    ['none', [{ name: 'web' }, { name: 'other' }], /onPrem sets no label for pools, and pool web declares none/],
    [
      'the same',
      [
        { name: 'web', labels: { a: 'b' } },
        { name: 'other', labels: { a: 'b', c: 'd' } },
      ],
      /same labels as those of other/,
    ],
  ])('labels that other pools have too are refused: %s', (_, pools, message) => {
    const [web = WEB] = pools;
    const answer = poolLabels(profile('onPrem'), web, pools);
    expect(isProblem(answer)).toBe(true);
    expect(answer).toMatchObject({
      field: 'nodePools[web].labels',
      message: expect.stringMatching(message),
      expected: "labels: { 'example.com/pool': 'web' } of the pool, as its nodes have it",
    });
  });

  test('another value of the label is another pool', () => {
    const pools = [
      { name: 'web', labels: { pool: 'web' } },
      { name: 'other', labels: { pool: 'other' } },
    ];
    expect(poolLabels(profile('onPrem'), { name: 'web', labels: { pool: 'web' } }, pools)).toEqual({ pool: 'web' });
  });

  test('and tolerates each of its taints', () => {
    expect(poolTolerations({})).toEqual([]);
    expect(
      poolTolerations({
        taints: [
          { key: 'gpu', effect: 'NoSchedule' },
          { key: 'team', value: 'a', effect: 'NoExecute' },
        ],
      }),
    ).toEqual([
      { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' },
      { key: 'team', operator: 'Equal', value: 'a', effect: 'NoExecute' },
    ]);
  });
});
