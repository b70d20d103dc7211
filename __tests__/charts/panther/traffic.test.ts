// docs/systems/panther.md: what DNS must say, and the steps of a move to a second provider, are what `evenkeel traffic` prints (P7, P10).
import { Panther } from '../../../charts/panther';
import { type ClusterDescription, eks } from '../../../lib/model';
import { app } from '../../../main';
import { cli } from '../../support/cli';
import { blockWith, readPage, runPage } from '../../support/page';
import { regions, type Traffic } from '../../support/regions';

const HOST = 'booking.panther-clinic.example';
const PAGE = readPage('systems/panther.md');

/** The second provider's cluster, where the system then runs, and its first weights, as on the page. */
const onPage: { frankfurt: ClusterDescription; on: (keyof Traffic)[]; traffic: Traffic }[] = [];
runPage(`onPage.push({ ${blockWith(PAGE, 'frankfurt: eks(')} ${blockWith(PAGE, 'traffic: {')} });`, { onPage, eks });
const [second] = onPage;
if (second === undefined) throw new Error('the page adds no cluster');
const { frankfurt, on, traffic } = second;

test('the page shows the table of the host that both regions answer to', async () => {
  const { code, out, err } = await cli(['traffic', HOST, '--markdown'], () => ({ app }));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const region of ['westeurope', 'northeurope']) {
    expect(out).toContain(
      `| ${region} | ${region}.${HOST} | 1 of 2 | 50 % | /health/ready | by hand: enabled, weight 1 |`,
    );
  }
  expect(PAGE).toContain(out.trimEnd());
});

test('the page shows them as they are printed, of the clusters that it adds', async () => {
  const moved = regions({ panther: { clinic: '1' } }, frankfurt).place(Panther, {
    clinic: {
      on,
      traffic,
      settings: {
        host: HOST,
        database: 'panther.postgres.database.azure.com',
        users: { peak: 30_000, offPeak: 8000 },
        growthPerSecond: 0.001,
      },
    },
  });
  const { code, out, err } = await cli(['traffic', '--from', 'westeurope', '--to', 'frankfurt', '--markdown'], () => ({
    app: moved.app(),
  }));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(PAGE).toContain(out.trimEnd());
});
