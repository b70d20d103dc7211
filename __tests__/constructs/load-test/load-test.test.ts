// P3: a load test as manifests: sized from its users, started by hand, judged by its exit code.
import { LoadTest, type LoadTestProps } from '../../../lib/constructs';
import { LOAD_SCRIPT } from '../../../lib/constructs/load-test/script';
import { deriveLoadTest } from '../../../lib/model';
import { at, errors, find, shop, TWO_ZONES } from '../../support/synthesis';

const PROPS: LoadTestProps = {
  image: 'registry.example/locust:1',
  host: 'booking.example',
  path: '/',
  users: 30_000,
  thinkSeconds: 10,
  usersPerSecond: 100,
  seconds: 900,
  requestsPerSecondPerWorker: 1000,
  latency: { quantile: 0.98, seconds: 0.2 },
  memoryPerWorker: '2Gi',
  results: '1Gi',
};
const synth = (change: Partial<LoadTestProps> = {}) =>
  shop((system) => void new LoadTest(system, 'load', { ...PROPS, ...change }), { cluster: TWO_ZONES });
const found = synth();
const podOf = (job: string) => at(find(found, 'Job', job), 'spec', 'template', 'spec');
const argsOf = (job: string) => Array.from(Object.values(Object(at(podOf(job), 'containers', 0, 'args')))).join(' ');

test('30,000 users that think 10 s are 3,000 requests/s: three workers of a core each', () => {
  expect(errors(found)).toEqual([]);
  const { users, thinkSeconds, usersPerSecond, seconds, requestsPerSecondPerWorker } = PROPS;
  const { plan } = deriveLoadTest({ users, thinkSeconds, usersPerSecond, seconds, requestsPerSecondPerWorker });
  expect(plan?.workers).toEqual({
    value: 3,
    because: '3000 requests/s ÷ 1000 a worker = 3 workers',
  });
  expect(find(found, 'Job', 'load-workers').spec).toMatchObject({ parallelism: 3, completions: 3 });
  expect(at(podOf('load-workers'), 'containers', 0, 'resources', 'requests', 'cpu')).toBe('1');
  expect(argsOf('load-master')).toContain('--users 30000 --spawn-rate 100 --run-time 1200s --expect-workers 3 ');
  expect(argsOf('load-workers')).toBe('--worker --locustfile - --master-host load-master');
});

test.each(['load-master', 'load-workers'])('%s waits to be started, and is not tried again', (job) => {
  expect(find(found, 'Job', job).spec).toMatchObject({ suspend: true, backoffLimit: 0 });
  expect(podOf(job)).toMatchObject({ securityContext: { runAsUser: 10001 }, restartPolicy: 'Never' });
});

test('the results are on a volume', () => {
  expect(argsOf('load-master')).toContain('--csv /results/run');
  const volumes = JSON.stringify(at(podOf('load-master'), 'volumes'));
  expect(volumes).toContain('"claimName":"load-results"');
  expect(find(found, 'PersistentVolumeClaim', 'load-results')).toBeDefined();
});

test('workers reach the master and the host, and nothing reaches them', () => {
  const spec = (name: string) => find(found, 'NetworkPolicy', name).spec;
  const peer = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });
  expect(spec('load-master')).toMatchObject({ ingress: [{ from: [peer('load-workers')], ports: [{ port: 5557 }] }] });
  expect(at(spec('load-master'), 'egress')).toHaveLength(1); // names
  expect(at(spec('load-workers'), 'ingress')).toBeUndefined();
  expect(at(spec('load-workers'), 'egress')).toMatchObject([
    {},
    { to: [peer('load-master')], ports: [{ port: 5557 }] },
    { ports: [{ port: 443 }] },
  ]);
});

test.each<[Partial<LoadTestProps>, string]>([
  [{ users: 0 }, 'users'],
  [{ thinkSeconds: 0 }, 'thinkSeconds'],
  [{ usersPerSecond: 0 }, 'usersPerSecond'],
  [{ seconds: 0 }, 'seconds'],
  [{ requestsPerSecondPerWorker: 1001 }, 'requestsPerSecondPerWorker'],
])('%j is refused', (change, field) => {
  expect(errors(synth(change))).toEqual([`input ${field}`]);
});

test('the exit code is the verdict, and the rounding is replaced', () => {
  expect(LOAD_SCRIPT).toContain('environment.process_exit_code = 1 if reasons else 0');
  expect(LOAD_SCRIPT).toContain('locust.stats.bucket_response_time = whole_milliseconds');
});
