// The page "Back up data": its part and its backup are placed as it shows, and its names are those that are made.

import * as evenkeel from '../../lib';
import { listSecrets } from '../../lib/analysis/access/secrets';
import type { Part, System } from '../../lib/constructs';
import { eks } from '../../lib/model';
import type { Synthesis } from '../../lib/synth/synthesize';
import { ledger } from '../support/backups';
import { blockWith, readPage, runPage } from '../support/page';
import { equipped, findIn } from '../support/parts';
import { at, errors, SUBNETS } from '../support/synthesis';

const page = readPage('how-to/back-up-data.md');
const { parts } = runPage(
  blockWith(page, 'charts/operations.ts')
    .replace(/^import .*$/m, '')
    .replace('export const parts: readonly Part[] =', 'const parts =')
    .concat('return { parts };'),
  { ...evenkeel },
) as { readonly parts: readonly Part[] };

/** A backup in the shop's system, as the page's block makes it. */
function backUp(system: System): void {
  const block = blockWith(page, "new Backup(this, 'ledger-backup'")
    .replace(/^const ledger = .*$/m, '')
    .replace('new Backup(this,', 'new Backup(system,');
  runPage(block, { ...evenkeel, system, ledger: ledger(system) });
}

const identities = {
  'shop-production/ledger-backup-near': 'arn:aws:iam::123456789012:role/copies',
  'backups-operations/shop-production-ledger-backup-near': 'arn:aws:iam::123456789012:role/drills',
};
const cluster = eks({
  ...SUBNETS,
  region: 'eu-central-1',
  zones: ['eu-central-1a', 'eu-central-1b'],
  kubernetes: '1.36',
  identities,
});
const place = (build: (system: System) => void, given = parts): Synthesis =>
  equipped(given, { cluster, build: (_, system) => build(system) });
const found = place(backUp);

test('its part and its backup have no fault', () => {
  expect(errors(found)).toEqual([]);
  expect(found.findings.map(({ rule }) => rule)).not.toContain('volume-backup');
});

test('its commands name the CronJobs that are made', () => {
  for (const [, namespace = '', name = ''] of page.matchAll(/create job -n (\S+) \S+ --from=cronjob\/(\S+)/g)) {
    expect(findIn(found, namespace, 'CronJob', name)).toBeDefined();
  }
  expect(page.match(/--from=cronjob/g)).toHaveLength(3);
});

test('a restore finds what it uses in the Job of a copy: one container, /dump, the password', () => {
  const pod = at(
    findIn(found, 'shop-production', 'CronJob', 'ledger-backup-near'),
    'spec',
    'jobTemplate',
    'spec',
    'template',
    'spec',
  );
  expect(at(pod, 'containers')).toHaveLength(1);
  const mounts = at(pod, 'containers', 0, 'volumeMounts') as { mountPath: string }[];
  expect(mounts.map(({ mountPath }) => mountPath).sort()).toEqual(['/cache', '/dump', '/etc/restic', '/tmp']);
});

test('its Secrets are those that must exist', () => {
  const listed = listSecrets(found.objects.map(({ entry }) => entry)).map(({ namespace, name, keys }) => ({
    namespace,
    name,
    keys,
  }));
  expect(listed).toEqual([
    { namespace: 'backups-operations', name: 'backups', keys: ['shop-production'] },
    { namespace: 'backups-operations', name: 'copies', keys: ['azure'] },
    { namespace: 'shop-production', name: 'backups', keys: ['password'] },
    { namespace: 'shop-production', name: 'copies', keys: ['azure'] },
    { namespace: 'shop-production', name: 'ledger', keys: ['password'] },
  ]);
});

test('without a backup the claim is a warning, and without stores a backup is refused, as it says', () => {
  expect(place((system) => void ledger(system)).findings.map(({ rule }) => rule)).toContain('volume-backup');
  const others = [evenkeel.metrics({ retention: '1d', volume: '10Gi', receivers: {} })];
  expect(errors(place(backUp, others)).join()).toContain('neighbour');
});
