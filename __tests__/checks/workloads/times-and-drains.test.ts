import { container, cronJob, deployment, namespace, object, running, service } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields } from '../support';

test.each([
  ['0 0 30 2 *', false],
  ['0 0 31 4,6,9,11 *', false],
  ['0 0 29 2 *', true],
  ['0 0 31 2,3 *', true],
  ['0 0 30 2 MON', true], // either of the two days
  ['0 0 30 2 ?', false],
  ['@yearly', true],
])('19 %s comes: %s', (schedule, fine) => {
  expect(fields('cron-never', cronJob({ schedule }))).toEqual(fine ? [] : ['/spec/schedule']);
});

test.each<[string, string | undefined, boolean]>([
  ['30 2 * * *', 'Europe/Berlin', false],
  ['30 2 * * 1', 'Europe/Berlin', true],
  ['30 2 * 6 *', 'Europe/Berlin', true],
  ['0 3 * * *', 'Europe/Berlin', true],
  ['30 1 * * *', 'America/New_York', false],
  ['30 2 * * *', 'America/New_York', false],
  ['30 2 * * *', 'Etc/UTC', true],
  ['30 2 * * *', 'Asia/Kolkata', true],
  ['30 2 * * *', undefined, true],
  ['30 * * * *', 'Europe/Berlin', true],
  // a step above 1 takes the star's meaning from it: either of the two days is enough
  ['30 2 */2 * MON', 'Europe/Berlin', false],
  ['30 2 */1 * MON', 'Europe/Berlin', true],
])('43c %s in %s: %s', (schedule, timeZone, fine) => {
  const spec = timeZone === undefined ? { schedule } : { schedule, timeZone };
  expect(fields('cron-summer-time', cronJob(spec))).toEqual(fine ? [] : ['/spec/schedule']);
});

test.each<[JsonObject, boolean]>([
  [{ schedule: '* * * * *' }, false],
  [{ schedule: '@every 90s' }, false],
  [{ schedule: '58,2 * * * *' }, false],
  [{ schedule: '*/10 * * * *' }, true],
  [{ schedule: '* * * * *', concurrencyPolicy: 'Allow' }, true],
])('71 %j: %s', (spec, fine) => {
  expect(fields('cron-overlap', cronJob(spec))).toEqual(fine ? [] : ['/spec/schedule']);
});

const sleeping = container({ lifecycle: { preStop: { sleep: { seconds: 20 } } } });
const proxy = { ...container(), name: 'proxy' };

test('74 a container that stops before the one that it serves; a sidecar does not', () => {
  const at = (pod: JsonObject) => fields('drain-together', deployment({}, pod));
  expect(at({ containers: [sleeping, proxy] })).toEqual(['/spec/template/spec/containers/1']);
  expect(at({ containers: [sleeping, { ...sleeping, name: 'proxy' }] })).toEqual([]);
  expect(at({ containers: [sleeping], initContainers: [{ ...proxy, restartPolicy: 'Always' }] })).toEqual([]);
  expect(at({ containers: [container(), proxy] })).toEqual([]);
});

test('58, 45 pods of another workload', () => {
  const labelled = (name: string, selector: JsonObject, labels: JsonObject) =>
    deployment(
      { selector: { matchLabels: selector }, template: { metadata: { labels }, spec: { containers: [] } } },
      {},
      name,
    );
  const canary = { app: 'web', track: 'canary' };
  expect(fields('selector-overlap', deployment(), labelled('canary', canary, canary))).toEqual([
    '/spec/template/metadata/labels',
  ]);
  expect(
    fields(
      'selector-overlap',
      labelled('a', { app: 'web' }, { app: 'web', track: 'a' }),
      labelled('b', { app: 'web' }, canary),
    ),
  ).toHaveLength(1);
  expect(fields('selector-overlap', deployment(), labelled('canary', { app: 'canary' }, { app: 'canary' }))).toEqual(
    [],
  );
});

test('68 a policy that selects nothing, and those for pods of others', () => {
  const policy = (podSelector: JsonObject) =>
    object('networking.k8s.io/v1', 'NetworkPolicy', 'p', { spec: { podSelector } });
  const of = (podSelector: JsonObject, ...more: readonly JsonObject[]) =>
    fields('selector-selects-pods', deployment(), policy(podSelector), ...more);
  expect(of({ matchLabels: { app: 'wbe' } }, namespace)).toEqual(['/spec/podSelector']);
  expect(of({ matchLabels: { app: 'wbe' } })).toEqual([]);
  expect(of({}, namespace)).toEqual([]);
  expect(of({ matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } }, namespace)).toEqual([]);
});

test('57 a Service port that no pod declares', () => {
  const of = (port: JsonObject, ports: readonly JsonObject[]) =>
    fields('service-target-port', running({ ports }), service({ selector: { app: 'web' }, ports: [port] }));
  expect(of({ port: 80 }, [{ containerPort: 8080 }])).toEqual(['/spec/ports/0/port']);
  expect(of({ port: 80, targetPort: 8081 }, [{ containerPort: 8080 }])).toEqual(['/spec/ports/0/targetPort']);
  expect(of({ port: 80, targetPort: 'http' }, [{ containerPort: 8080 }])).toEqual([]);
  expect(of({ port: 80 }, [])).toEqual([]);
  expect(of({ port: 53, protocol: 'UDP' }, [{ containerPort: 53 }])).toEqual(['/spec/ports/0/port']);
});

test.each<[string, string, boolean]>([
  ['JAVA_TOOL_OPTIONS', '-Xms64m -Xmx1g', false],
  ['JAVA_TOOL_OPTIONS', '-Xmx384m', true],
  ['JAVA_TOOL_OPTIONS', '-XX:MaxRAMPercentage=95.0', false],
  ['JAVA_TOOL_OPTIONS', '-XX:MaxRAMPercentage=75.0', true],
  ['NODE_OPTIONS', '--max-old-space-size=4096', false],
  ['NODE_OPTIONS', '--max-old-space-size=384', true],
  ['GOMEMLIMIT', '512MiB', false],
  ['GOMEMLIMIT', '450MiB', true],
])('36 %s=%s: %s', (name, value, fine) => {
  const manifest = running({ env: [{ name, value }], resources: { limits: { memory: '512Mi' } } });
  expect(fields('memory-flags', manifest)).toEqual(fine ? [] : ['/spec/template/spec/containers/0/env/0/value']);
});
