// G10: a PostgreSQL is copied by its own programs, with the operator and without it; and what has no copy is a finding.

import { Backup, type BackupProps, type PostgreSQL, type System } from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { copies } from '../../support/backups';
import { inLedger, LAPTOP, OPERATED } from '../../support/databases';
import { findIn } from '../../support/parts';
import { at, errors } from '../../support/synthesis';

const NAMESPACE = 'shop-production';
const ON = [
  ['one pod', LAPTOP, 'ledger', 'data-ledger-0'],
  ['by the operator', OPERATED, 'ledger-rw', 'ledger-1'],
] as const;

const copying =
  (props: Partial<BackupProps> = {}) =>
  (ledger: PostgreSQL, system: System): void =>
    void new Backup(system, 'ledger-backup', { of: ledger, size: '2Gi', ...props });

const jobOf = (found: Synthesis, namespace: string, name: string): JsonObject =>
  findIn(found, namespace, 'CronJob', name);
const podOf = (job: JsonObject) => at(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec');

describe.each(ON)('%s', (_, cluster, host, claim) => {
  const found = inLedger(copying(), { cluster, parts: [copies()] });
  const job = jobOf(found, NAMESPACE, 'ledger-backup-near');

  test('its dump is made by pg_dump of its own image, as the owner of the database', () => {
    expect(errors(found)).toEqual([]);
    expect(at(podOf(job), 'initContainers', 0)).toMatchObject({
      name: 'dump',
      image: 'ghcr.io/cloudnative-pg/postgresql:16.14-standard-trixie',
      command: [
        'pg_dump',
        '--host=$(HOST)',
        '--username=app',
        '--dbname=app',
        '--format=custom',
        '--file=/dump/ledger',
      ],
      env: [
        { name: 'HOST', value: host },
        { name: 'PGPASSWORD', valueFrom: { secretKeyRef: { name: 'ledger-app', key: 'password' } } },
      ],
    });
    expect(at(podOf(job), 'securityContext', 'runAsUser')).toBe(26);
    expect(at(job, 'metadata', 'annotations')).toMatchObject({ 'evenkeel.dev/copies-of': claim });
  });

  test('what sends the copy away gets no password of the database', () => {
    expect(JSON.stringify(at(podOf(job), 'volumes'))).not.toContain('ledger-app');
    expect(JSON.stringify(at(podOf(job), 'containers'))).not.toContain('ledger-app');
  });

  test('it is let in, and its connection is in the account, once a store', () => {
    const policy = findIn(found, NAMESPACE, 'NetworkPolicy', 'ledger');
    expect(JSON.stringify(at(policy, 'spec', 'ingress'))).toContain('ledger-backup-near');
    const kind = cluster === LAPTOP ? 'StatefulSet' : 'Cluster';
    const notes = at(findIn(found, NAMESPACE, kind, 'ledger'), 'metadata', 'annotations', 'evenkeel.dev/connections');
    expect(notes).toMatch(/^82 of .*: api 80 \+ ledger-backup-near 1 \+ ledger-backup-far 1 = 82 needed/);
  });

  test('a drill reads the whole dump', () => {
    const drill = jobOf(found, 'backups-operations', 'shop-production-ledger-backup-near');
    expect(at(podOf(drill), 'initContainers', 1)).toMatchObject({
      name: 'check',
      image: 'ghcr.io/cloudnative-pg/postgresql:16.14-standard-trixie',
      command: ['pg_restore', '--file=/dev/null', '/dump/ledger'],
    });
  });

  test('another dump may be given, whose drill compares hashes unless it says more', () => {
    const given = inLedger(copying({ dump: ['pg_dumpall', '--file=/dump/all'] }), { cluster, parts: [copies()] });
    expect(errors(given)).toEqual([]);
    expect(at(podOf(jobOf(given, NAMESPACE, 'ledger-backup-near')), 'initContainers', 0, 'command', 0)).toBe(
      'pg_dumpall',
    );
    const drill = jobOf(given, 'backups-operations', 'shop-production-ledger-backup-near');
    expect(JSON.stringify(at(podOf(drill), 'initContainers'))).not.toContain('"check"');
  });

  test('a copy of its files is refused, once', () => {
    const refused = inLedger(copying({ files: 'it is quiet' }), { cluster, parts: [copies()] });
    expect(refused.findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      {
        rule: 'input',
        field: 'files',
        message: expect.stringContaining('that are copied while it writes them cannot be relied on'),
        expected: "no files: it has a dump of its own; or its own command: dump: ['pg_dump', …]",
      },
    ]);
  });
});

describe('where a zone is survived', () => {
  const place = { cluster: OPERATED, zones: 1 };

  test('a database that nothing copies is a finding; a Backup, its own backup and a reason are none', () => {
    const rules = (found: Synthesis) =>
      found.findings.filter(({ rule }) => rule === 'volume-backup').map(({ message }) => message);
    expect(rules(inLedger(undefined, place))).toEqual(['no backup has what the database ledger keeps']);
    expect(rules(inLedger(copying(), { ...place, parts: [copies()] }))).toEqual([]);
    expect(rules(inLedger(undefined, { ...place, props: { noBackup: 'it is filled again' } }))).toEqual([]);
  });

  test('a Backup without stores is refused, as of everything else', () => {
    expect(errors(inLedger(copying(), place))).toEqual(['neighbour']);
  });
});
