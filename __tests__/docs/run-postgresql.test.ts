// The page "Run a PostgreSQL": its code is run as it shows, and its tables say what is made.

import * as evenkeel from '../../lib';
import { listSecrets } from '../../lib/analysis/access/secrets';
import { WebService } from '../../lib/constructs';
import { type ClusterDescription, type ClusterProps, conformant, type EnvironmentProps, local } from '../../lib/model';
import type { Synthesis } from '../../lib/synth/synthesize';
import { copies } from '../support/backups';
import { DEVELOPMENT, inLedger, OPERATED, SURVIVING } from '../support/databases';
import { blockWith, readPage, runPage } from '../support/page';
import { at, errors, find, shop, WEB } from '../support/synthesis';

const page = readPage('how-to/run-postgresql.md');

/** A block of the page in the constructor of a shop, whose settings are these. */
function placed(
  mark: string,
  { cluster, environment = DEVELOPMENT }: { cluster: ClusterDescription; environment?: EnvironmentProps },
  settings: object = {},
): Synthesis {
  const code = blockWith(page, mark).replaceAll('this.settings', 'settings').replaceAll('(this,', '(system,');
  return shop(
    (system) => void runPage(code, { ...evenkeel, api: new WebService(system, 'api', WEB), system, settings }),
    { cluster, environment },
  );
}

const LAPTOP = local({ kubernetes: '1.36' });
const FIRST = "storage: '20Gi'";
const kindsOf = ({ objects }: Synthesis): readonly string[] => objects.map(({ entry }) => entry.identity.kind);
const data = ({ objects }: Synthesis) =>
  objects.find(({ entry }) => /^api-config-/.test(entry.identity.name))?.entry.manifest['data'];

describe('what it becomes', () => {
  test.each<readonly [string, ClusterDescription, EnvironmentProps, string, number]>([
    ['with the operator, where a zone is survived', OPERATED, SURVIVING, 'Cluster', 3],
    ['with it, where nothing is', OPERATED, DEVELOPMENT, 'Cluster', 1],
    ['without it', LAPTOP, DEVELOPMENT, 'StatefulSet', 1],
  ])('%s', (_, cluster, environment, kind, count) => {
    const made = placed(FIRST, { cluster, environment });
    expect(errors(made)).toEqual([]);
    const spec = at(find(made, kind, 'ledger'), 'spec');
    expect(at(spec, 'instances') ?? at(spec, 'replicas')).toBe(count);
  });

  test('without it, where a zone is survived, it is refused', () => {
    const cluster = conformant({ kubernetes: '1.36', zones: ['a', 'b', 'c'] });
    expect(errors(placed(FIRST, { cluster, environment: SURVIVING }))).toEqual(['database-copies survives']);
  });

  test('the operator is where the cluster says', () => {
    const cluster = conformant({
      kubernetes: '1.36',
      ...(runPage(`return { ${blockWith(page, 'cloudNativePg:')} };`, {}) as Partial<ClusterProps>),
    });
    expect(JSON.stringify(find(placed(FIRST, { cluster }), 'NetworkPolicy', 'ledger'))).toContain(
      '"kubernetes.io/metadata.name":"databases"',
    );
  });
});

test('in or out is one declaration: the client stays, but for the host', () => {
  const here = placed('this.settings.database', { cluster: LAPTOP }, { database: 'here' });
  const outside = placed('this.settings.database', { cluster: LAPTOP }, { database: 'ledger.example.com' });
  expect([errors(here), errors(outside)]).toEqual([[], []]);
  expect(kindsOf(here)).toContain('StatefulSet');
  expect(kindsOf(outside)).not.toContain('StatefulSet');
  expect({ ...Object(data(here)), LEDGER_HOST: '' }).toEqual({ ...Object(data(outside)), LEDGER_HOST: '' });
});

test('its Secret is the one that is listed', () => {
  const made = placed(FIRST, { cluster: LAPTOP });
  const [{ name, keys, namespace } = { name: '', keys: [], namespace: '' }] = listSecrets(
    made.objects.map(({ entry }) => entry),
  );
  expect(namespace).toBe('shop-production');
  const script = blockWith(page, 'kubectl create secret', 'sh');
  expect(script).toContain(`generic ${name} `);
  for (const key of keys) expect(script).toContain(`--from-literal=${key}=`);
});

test('its backup copies both, without another word', () => {
  for (const cluster of [LAPTOP, OPERATED]) {
    const made = inLedger(
      (ledger, system) => {
        const code = blockWith(page, 'new Backup(').replace('new Backup(this', 'new Backup(system');
        runPage(code, { ...evenkeel, ledger, system });
      },
      { cluster, parts: [copies()] },
    );
    expect(errors(made)).toEqual([]);
    expect(kindsOf(made)).toContain('CronJob');
  }
});

test('numbers that it gives', () => {
  const made = placed(FIRST, { cluster: OPERATED, environment: SURVIVING });
  expect(JSON.stringify(find(made, 'Cluster', 'ledger'))).toContain('superuser_reserved 3');
  expect(JSON.stringify(find(made, 'Cluster', 'ledger'))).toContain('monitoring 6');
  for (const text of [
    '3 for superusers and 6 for the operator, in steps of 20',
    'longer than 50 characters',
    'a quarter of it',
  ])
    expect(page).toContain(text);
});
