// `evenkeel plan` of the shipped clusters.
import { app } from '../../../main';
import { cli } from '../../support/cli';

test('the shipped clusters are planned, the laptop too (G8), and hold enough headroom', async () => {
  const { code, out, err } = await cli(['plan', '--json'], () => ({ app }));
  const found: { cluster: string; plan?: object; unplanned: { field: string }[]; headroom?: { short: [] } }[] =
    JSON.parse(out);
  const numbers = Object.fromEntries(
    found.map(({ cluster, plan, unplanned }) => [cluster, plan === undefined ? unplanned[0]?.field : 'planned']),
  );
  expect([code, err]).toEqual([0, '']);
  expect(numbers).toMatchObject({
    mumbai: 'planned',
    laptop: 'planned',
    westeurope: 'planned',
    northeurope: 'planned',
  });
  const clinics = found.filter(({ cluster }) => ['westeurope', 'northeurope'].includes(cluster));
  expect(clinics.map(({ headroom }) => headroom?.short)).toEqual([[], []]);
});
