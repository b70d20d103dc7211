// A component that runs by the clock: what follows from its schedule, and what is refused.

import { CronJob, type CronJobProps, Database, override, Volume, WebService } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, shop, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const REPORT: CronJobProps = {
  image: 'registry.example/shop/report:1',
  resources: { cpu: '100m', memory: '64Mi' },
  schedule: '0 3 * * *',
  timeZone: 'Europe/Berlin',
  deadlineSeconds: 1800,
};

const report = (change: Partial<CronJobProps> = {}, surroundings: Parameters<typeof shop>[1] = {}): Synthesis =>
  shop((system) => {
    new CronJob(system, 'report', { ...REPORT, ...change });
  }, surroundings);

const spec = (synthesis: Synthesis) => at(find(synthesis, 'CronJob', 'report'), 'spec');

test('19, 71: a run has a deadline, starts late rather than never, and never beside another', () => {
  const synthesis = report();
  expect(synthesis.findings).toEqual([]);
  expect(spec(synthesis)).toMatchObject({
    schedule: '0 3 * * *',
    timeZone: 'Europe/Berlin',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: 86_400,
    suspend: false,
    jobTemplate: {
      spec: {
        activeDeadlineSeconds: 1800,
        backoffLimit: 3,
        template: { spec: { restartPolicy: 'Never', serviceAccountName: 'report' } },
      },
    },
  });
  expect(JSON.stringify(spec(synthesis))).not.toContain('ttl');
});

test('a drained node costs no retry, and an autoscaler leaves the node', () => {
  const job = at(spec(report()), 'jobTemplate', 'spec');
  expect(at(job, 'podFailurePolicy', 'rules', 0)).toEqual({
    action: 'Ignore',
    onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }],
  });
  expect(at(job, 'template', 'metadata', 'annotations')).toMatchObject({
    'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
    'karpenter.sh/do-not-disrupt': 'true',
  });
});

test('has no Service, no port, no probe and no budget', () => {
  const kinds = report().objects.map(({ entry }) => entry.identity);
  expect(kinds.filter(({ name }) => name.startsWith('report')).map(({ kind }) => kind)).toEqual([
    'ServiceAccount',
    'NetworkPolicy',
    'CronJob',
  ]);
  expect(JSON.stringify(spec(report()))).not.toMatch(/Probe|containerPort/);
});

test.each([
  [{ schedule: '0 3 * *' }, 'schedule', 'the schedule has 4 fields, not 5'],
  [{ schedule: '0 0 30 2 *' }, 'schedule', '"0 0 30 2 *" never comes'],
  [{ schedule: 'TZ=UTC 0 3 * * *' }, 'schedule', 'the schedule contains a time zone'],
  [{ timeZone: 'Local' }, 'timeZone', 'the time zone "Local" depends on where the controller runs'],
  [{ timeZone: 'UTC+2' }, 'timeZone', '"UTC+2" is not a known time zone'],
  [{ timeZone: '+02' }, 'timeZone', '"+02" is not a known time zone'],
  [{ deadlineSeconds: 0 }, 'deadlineSeconds', 'deadlineSeconds cannot be 0'],
  [{ deadlineSeconds: -5 }, 'deadlineSeconds', 'deadlineSeconds cannot be -5'],
  [{ startingDeadlineSeconds: 9 }, 'startingDeadlineSeconds', 'startingDeadlineSeconds cannot be 9'],
  [{ retries: -1 }, 'retries', 'retries cannot be -1'],
  [unchecked<Partial<CronJobProps>>({ port: 8080 }), 'port', "unknown property 'port'"],
  [unchecked<Partial<CronJobProps>>({ deadlineSecond: 5 }), 'deadlineSecond', "unknown property 'deadlineSecond'"],
  [
    unchecked<Partial<CronJobProps>>({ concurrencyPolicy: 'forbid' }),
    'concurrencyPolicy',
    'concurrencyPolicy cannot be',
  ],
  [{ terminationGracePeriodSeconds: 3600 }, 'terminationGracePeriodSeconds', 'stopping may take 3600 s'],
])('%j is refused once', (change, field, message) => {
  const { findings } = report(change);
  expect(findings).toEqual([expect.objectContaining({ rule: 'input', severity: 'error', field })]);
  expect(findings[0]?.message).toContain(message);
});

test.each([
  { timeZone: 'CET' },
  { timeZone: 'UTC' },
  { schedule: '@every 90m', deadlineSeconds: 600 },
  { name: 'r'.repeat(52) },
])('%j is right', (change) => expect(report(change).findings).toEqual([]));

test('a name leaves room for those of its Jobs', () => {
  expect(errors(report({ name: 'r'.repeat(53) }))).toEqual(['object-name /metadata/name']);
});

test('a run that may go on when the next is due is worth knowing', () => {
  expect(report({ schedule: '*/10 * * * *' }).findings).toEqual([
    expect.objectContaining({ rule: 'run-overlap', severity: 'note', field: 'deadlineSeconds' }),
  ]);
  expect(report({ schedule: '*/30 * * * *' }).findings).toEqual([]);
  expect(report({ schedule: '*/10 * * * *', concurrencyPolicy: 'Replace' }).findings).toEqual([]);
});

const sidecar = { proxy: { image: 'registry.example/proxy:1', resources: { cpu: '10m', memory: '16Mi' } } };

test('18: a sidecar ends with the run, or is refused', () => {
  const template = at(spec(report({ sidecars: sidecar })), 'jobTemplate', 'spec', 'template', 'spec');
  expect(at(template, 'initContainers', 0)).toMatchObject({ name: 'proxy', restartPolicy: 'Always' });
  const old = report({ sidecars: sidecar }, { cluster: { ...TWO_ZONES, kubernetes: '1.27' } });
  expect(errors(old)).toEqual(['input sidecars']);
});

test('a volume for one node at a time is not shared by runs', () => {
  const mounting = (change: Partial<CronJobProps>) =>
    errors(
      shop((system) => {
        const data = new Volume(system, 'data', { size: '1Gi', oneZone: 'a cache' });
        new CronJob(system, 'report', { ...REPORT, volumes: { '/data': data }, ...change });
      }),
    );
  expect(mounting({})).toEqual([]);
  expect(mounting({ concurrencyPolicy: 'Replace' })).toEqual(['input volumes["/data"]']);
});

const connections = (change: Partial<CronJobProps>) => {
  const synthesis = shop((system) => {
    const limits = { maxConnections: 100, superuserReserved: 3 };
    const database = new Database(system, 'database', {
      host: 'db.example',
      port: 5432,
      cidrs: ['10.0.0.5/32'],
      limits,
    });
    new CronJob(system, 'report', { ...REPORT, ...change }).connectTo(database, { poolSize: 2 });
  });
  expect(synthesis.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  return at(find(synthesis, 'Service', 'database'), 'metadata', 'annotations', 'evenkeel.dev/connections');
};

test('71: the account of a database counts the runs that may overlap', () => {
  expect(connections({})).toMatch(/^2 of 97/);
  expect(connections({ concurrencyPolicy: 'Replace' })).toMatch(/^4 of 97/);
  expect(connections({ concurrencyPolicy: 'Allow', schedule: '*/10 * * * *', deadlineSeconds: 3570 })).toMatch(
    /^12 of 97/,
  );
});

test('another component of its name is refused', () => {
  const synthesis = shop((system) => {
    new WebService(system, 'web', WEB);
    new CronJob(system, 'report', { ...REPORT, name: 'web' });
  });
  expect(errors(synthesis).join()).toMatch(/duplicate/);
});

test('its CronJob can be overridden', () => {
  const synthesis = shop((system) => {
    override(new CronJob(system, 'report', REPORT).cronJob).set('spec.suspend', true);
  });
  expect(at(spec(synthesis), 'suspend')).toBe(true);
});
