// A volume for one node at a time: one pod mounts it, and the old one stops before the new one starts (20, 51, 60).

import { ApiObject } from 'cdk8s';
import { CronJob, Database, Job, type System, Volume, WebService, Worker } from '../../../lib/constructs';
import { at, errors, find, PRODUCTION, shop, WEB } from '../../support/synthesis';

const RUN = { image: 'registry.example/w:1', resources: { cpu: '100m', memory: '64Mi' } };
const ELSEWHERE = { '/data': { claim: 'elsewhere', madeBy: 'the platform team' } };
const environment = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
const synthesize = (build: (system: System) => void) => shop(build, { environment });
const data = (system: System) => new Volume(system, 'data', { size: '10Gi' });
const web = (system: System, change: object) =>
  new WebService(system, 'web', { ...WEB, size: { replicas: 1 }, ...change });
const rwx = (system: System, name: string, accessModes = ['ReadWriteMany']) =>
  new ApiObject(system, name, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes, resources: { requests: { storage: '1Gi' } } },
  });

test('60: a single pod mounts a Volume, and a release stops it first', () => {
  const synthesis = synthesize((system) => {
    const { availability } = web(system, { volumes: { '/data': data(system) } });
    // it stops (55 s of grace), boots (30 s) and must stay ready (10 s)
    expect(availability).toMatchObject({ maxSurge: 0, maxUnavailable: 1, rolloutSeconds: 95 });
  });
  expect(synthesis.findings).toEqual([]);
  const spec = at(find(synthesis, 'Deployment', 'web'), 'spec');
  expect(spec).toMatchObject({ strategy: { type: 'Recreate' }, progressDeadlineSeconds: 180 });
  expect(at(spec, 'template', 'spec', 'securityContext', 'fsGroupChangePolicy')).toBe('OnRootMismatch');
});

test('has no surge in the account of a database', () => {
  const limits = { maxConnections: 100, superuserReserved: 3 };
  const synthesis = synthesize((system) => {
    const database = new Database(system, 'database', { host: 'db.example', port: 5432, limits });
    web(system, { volumes: { '/data': data(system) } }).connectTo(database, { poolSize: 10 });
  });
  expect(JSON.stringify(find(synthesis, 'Service', 'database'))).toContain('web 10 needed');
});

test.each<[string, object]>([
  ['several pods', { size: { replicas: 2 } }],
  ['an autoscaler', { size: { min: 1, max: 3, cpu: 0.6 } }],
])('20: %s are refused', (_, change) => {
  const synthesis = synthesize((system) => void web(system, { volumes: { '/data': data(system) }, ...change }));
  expect(errors(synthesis)).toEqual(['input volumes["/data"]']);
  expect(synthesis.findings[0]?.expected).toContain('a StatefulService with a claim for each pod');
});

test.each<[string, object, string]>([
  ['a surge', { maxSurge: 1 }, 'availability maxSurge'],
  [
    'a cadence that leaves no time to stop and start',
    { releaseEverySeconds: 90 },
    'release-cadence releaseEverySeconds',
  ],
])('%s is refused', (_, availability, found) => {
  const synthesis = synthesize((system) => void web(system, { volumes: { '/data': data(system) }, availability }));
  expect(errors(synthesis)).toEqual([found]);
});

test('the size of a refused component is not asked', () => {
  const synthesis = synthesize(
    (system) => void web(system, { volumes: { '/data': data(system) }, size: { replica: 1 } }),
  );
  expect(errors(synthesis)).toEqual(['input size.replica']);
});

test('two components cannot mount it: their pods may be on two nodes', () => {
  const synthesis = synthesize((system) => {
    const volumes = { '/data': data(system) };
    web(system, { volumes });
    new Worker(system, 'worker', {
      image: 'registry.example/shop/worker:1',
      resources: WEB.resources,
      probes: { bootSeconds: 1 },
      size: { replicas: 1 },
      volumes,
    });
  });
  expect(errors(synthesis)).toEqual(['input volumes["/data"]']);
  expect(synthesis.findings[0]).toMatchObject({ message: expect.stringContaining('and web mounts it as well') });
});

test.each<[string, (system: System) => object]>([
  ['a claim by name that the system has', (system) => ({ claim: rwx(system, 'shared').name })],
  ['the claim itself', (system) => ({ claim: rwx(system, 'shared') })],
  ['a claim of elsewhere that says so', () => ({ claim: 'elsewhere', accessMode: 'ReadWriteMany' })],
  ['one that several nodes read', (system) => ({ claim: rwx(system, 'shared', ['ReadOnlyMany']), readOnly: true })],
])('many nodes mount %s', (_, folder) => {
  const synthesis = synthesize(
    (system) => void web(system, { volumes: { '/data': folder(system) }, size: { replicas: 3 } }),
  );
  expect(synthesis.findings.filter(({ rule }) => rule !== 'reference-exists')).toEqual([]);
  expect(at(find(synthesis, 'Deployment', 'web'), 'spec', 'strategy', 'type')).toBe('RollingUpdate');
});

test('a claim of elsewhere is taken for one of a single node', () => {
  const synthesis = synthesize(
    (system) => void web(system, { volumes: { '/data': { claim: 'elsewhere' } }, size: { replicas: 3 } }),
  );
  expect(errors(synthesis)).toContain('input volumes["/data"]');
});

describe('a claim that no object of the app makes', () => {
  const madeBy = 'the platform team, from a backup';
  const mounting = (folder: object) =>
    synthesize((system) => void web(system, { volumes: { '/data': { claim: 'elsewhere', ...folder } } }));

  test('is refused, with what to write', () => {
    expect(mounting({}).findings).toMatchObject([
      { rule: 'reference-exists', severity: 'error', expected: expect.stringContaining('{ claim, madeBy }') },
    ]);
  });

  test('has a maker, whom the workload names', () => {
    const synthesis = mounting({ madeBy });
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'Deployment', 'web'), 'metadata', 'annotations')).toMatchObject({
      'evenkeel.dev/reference-exists-reason': `claim elsewhere: ${madeBy}`,
    });
  });

  test('an idle maker is reported: the app has the claim', () => {
    const { findings } = synthesize(
      (system) => void web(system, { volumes: { '/data': { claim: rwx(system, 'shared'), madeBy } } }),
    );
    expect(findings).toMatchObject([{ rule: 'unused-reason' }]);
  });

  test.each([
    [
      'a worker',
      (system: System) =>
        void new Worker(system, 'w', { ...RUN, probes: { bootSeconds: 1 }, size: { replicas: 1 }, volumes: ELSEWHERE }),
    ],
    ['a run', (system: System) => void new Job(system, 'w', { ...RUN, deadlineSeconds: 60, volumes: ELSEWHERE })],
    [
      'a clocked run',
      (system: System) =>
        void new CronJob(system, 'w', {
          ...RUN,
          deadlineSeconds: 60,
          schedule: '0 3 * * *',
          timeZone: 'Etc/UTC',
          volumes: ELSEWHERE,
        }),
    ],
  ])('%s too', (_, build) => {
    expect(errors(synthesize(build))).toEqual([]);
  });
});
