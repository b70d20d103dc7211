// E22: the load test of the manifests runs as its page says, and its exit code is the verdict.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../cluster/certificates';
import type { Cluster } from '../cluster/cluster';
import { ofKind } from '../manifests/manifests';
import { assertEnforced, refusals } from '../measure/acceptance';
import { serves } from '../measure/availability';
import type { Figure } from '../measure/figure';
import { type Ended, LoadTestRuns, sharedStorage, type Verdict } from '../measure/load-test';
import { quantileOf, type ResponseTimes, requestsOf, responseTimesIn, since } from '../measure/response-times';
import { command } from '../process/command';
import { FOLDER } from '../process/paths';
import { python, pythonObstacle } from '../programs/python';
import { Application, type Written } from '../world/application';
import { podsOf } from '../world/objects';
import { DEPLOYED, type World } from '../world/world';
import type { Proof } from './proof';

const HOST = 'practice.ingress.test';
const TARGET = { namespace: 'practice-production', name: 'web' };
const NAMESPACE = 'practice-load';
const STORAGE = 'results';
/** Panther Clinic's promise, in milliseconds. */
const LIMIT = 200;
const SERVICE = { SLOTS: '10', SERVICE_MILLISECONDS: '25' };
/** What is asked for: as promised; 150 ms on top, in the pod; and what is refused, which is a failure however fast it is. */
const PATHS = { kept: "path: '/'", slow: "path: '/?sleep=150'", refused: "path: '/?sleep=never'" };
/** In milliseconds: ingress, encryption, network and Locust itself. Beyond it a busy machine is measured, and not the pods. */
const LARGEST_DIFFERENCE = 100;
/** What three workers of 20 requests/s may not have reported yet: they report every three seconds, and the master waits half a second. */
const UNREPORTED = 180;
const REQUESTS_BEFORE_LOSS = 1000;
const MISSED: Ended = { condition: 'Failed', exitCodes: [1] };
const ALL_WELL: Ended = { condition: 'Complete', exitCodes: [0, 0, 0] };

export const loadTest: Proof = {
  id: 'E22',
  title: 'the load test of the manifests ends with 0 where the promise was kept, and with 1 where it was not',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  programs: ['locust'],
  obstacle: pythonObstacle,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const folder = join(world.run.folder, 'load-test');
    const results = join(folder, 'results');
    mkdirSync(results, { recursive: true });
    const storage = sharedStorage(STORAGE, results);
    const practice = new Application(world, { name: 'practice', behaviour: SERVICE, secrets: await tls(folder) });
    const written = await practice.write();
    await cluster.provideLocust(written.manifests);
    await assertScript(written, folder, figure);
    await cluster.kubectl.apply(storage);
    try {
      await practice.apply(written);
      await practice.complete(written);
      await world.run.until('the ingress serves the host', 30, () => serves(cluster.ingress, HOST));
      await proveVerdicts(world, practice, new LoadTestRuns(cluster, NAMESPACE, results), figure);
    } finally {
      await practice.remove();
      await cluster.kubectl.delete(storage);
    }
  },
};

async function proveVerdicts(world: World, practice: Application, runs: LoadTestRuns, figure: Figure): Promise<void> {
  const { cluster } = await world.deployed();
  assert.deepEqual(await podsOf(cluster, NAMESPACE), [], 'applying starts nothing');
  const kept = await judged(cluster, runs, 'as promised', figure);
  assertAgreement(kept);
  assert.deepEqual(kept.verdict.reasons, []);
  assert.deepEqual(kept.verdict.master, { condition: 'Complete', exitCodes: [0] });
  assert.deepEqual(kept.verdict.workers, ALL_WELL);
  await assertAdmitted(cluster, figure);

  await ask(practice, runs, PATHS.kept, PATHS.slow);
  const missed = await judged(cluster, runs, '150 ms slower', figure);
  assert.deepEqual(missed.verdict.master, MISSED);
  assert.deepEqual(missed.verdict.workers, ALL_WELL);
  assert.match(missed.verdict.reasons.join(), /^the quantile took/);
  assertAgreement(missed);
  assertMilliseconds(missed.verdict);

  await ask(practice, runs, PATHS.slow, PATHS.refused);
  const { verdict: failed } = await judged(cluster, runs, 'errors', figure);
  assert.deepEqual(failed.master, MISSED);
  assert.deepEqual(failed.workers, ALL_WELL, 'errors are for the master to judge');
  assert.equal(failed.table.failures, failed.table.requests);
  assert.match(failed.reasons.join(), /requests failed/);

  await ask(practice, runs, PATHS.refused, PATHS.kept);
  const { verdict: cut } = await judged(cluster, runs, 'a worker lost', figure, async (answered) => {
    await cluster.run.until('a good part of the requests', 120, async () => (await answered()) > REQUESTS_BEFORE_LOSS);
    const [worker = ''] = await runs.workers();
    await cluster.kubectl.run(['delete', 'pod', worker, '-n', NAMESPACE, '--wait=false']);
  });
  assert.deepEqual(cut.master, MISSED, 'fewer users than promised say nothing');
  assert.match(cut.reasons.join(), /workers were lost/);
}

/** Changes what is asked for, as its user would, and applies the test again. */
async function ask(practice: Application, runs: LoadTestRuns, from: string, to: string): Promise<void> {
  practice.edit(from, to);
  const written = await practice.write();
  await runs.clear();
  await practice.apply(written);
}

interface Judged {
  readonly verdict: Verdict;
  /** Of the requests of this run. */
  readonly times: ResponseTimes;
}

/** Runs the test, and prints what its users and the pods saw. */
async function judged(
  cluster: Cluster,
  runs: LoadTestRuns,
  what: string,
  figure: Figure,
  disturb: (answered: () => Promise<number>) => Promise<void> = async () => {},
): Promise<Judged> {
  const before = await responseTimesIn(cluster, TARGET.namespace, TARGET.name);
  const current = async () => since(before, await responseTimesIn(cluster, TARGET.namespace, TARGET.name));
  await runs.start();
  await disturb(async () => requestsOf(await current()));
  const verdict = await runs.end();
  const times = await current();
  const { table, master, workers, reasons } = verdict;
  const codes = [master, workers]
    .map(({ condition, exitCodes }) => `${condition} ${exitCodes.join(' ')}`)
    .join(', workers ');
  figure(
    `${what}: master ${codes}; ${table.requests} requests, ${table.failures} failed, 98 % within ${p98Of(verdict)} ms; pods ` +
      `served ${requestsOf(times)}${requestsOf(times) === 0 ? '' : `, 98 % within ${quantileOf(times, 0.98)} ms`}; ` +
      `${reasons.join('; ') || 'nothing missed'}`,
  );
  return { verdict, times };
}

/** What users saw is what the pods took, and the way there and back. */
function assertAgreement({ verdict, times }: Judged): void {
  const difference = p98Of(verdict) - quantileOf(times, 0.98);
  assert.ok(
    difference >= 0 && difference <= LARGEST_DIFFERENCE,
    `users saw ${difference} ms more than the pods: the result is inconclusive`,
  );
  assert.ok(Math.abs(requestsOf(times) - verdict.table.requests) <= UNREPORTED);
}

/** Times above 100 ms are not all in steps of 10 ms: the workers, whose script comes from the master, replace Locust's rounding too. */
function assertMilliseconds({ table }: Verdict): void {
  const times = Object.values(table.percentiles).filter((time) => time > 100);
  assert.ok(
    times.some((time) => time % 10 !== 0),
    times.join(', '),
  );
}

function p98Of({ table }: Verdict): number {
  return table.percentiles['98%'] ?? Number.NaN;
}

async function assertAdmitted(cluster: Cluster, figure: Figure): Promise<void> {
  await assertEnforced(cluster.kubectl, NAMESPACE);
  assert.deepEqual(await refusals(cluster.kubectl, NAMESPACE), []);
  const policies = await cluster.kubectl.run(['get', 'networkpolicy', '-n', NAMESPACE, '-o', 'name']);
  figure(`admitted by restricted Pod Security and the quota; ${policies.trim().split('\n').join(', ')}`);
}

/** The script of the manifests fails 204 ms, which Locust by itself would take for 200; and its users share what each would cost. */
async function assertScript({ manifests }: Written, folder: string, figure: Figure): Promise<void> {
  const script = ofKind(manifests, 'ConfigMap').map(({ data }) => data['locustfile.py'])[0];
  assert.ok(script !== undefined);
  const file = join(folder, 'locustfile.py');
  writeFileSync(file, script);
  const env = { LOAD_PATH: '/', LOAD_QUANTILE: '0.98', LOAD_LIMIT_MS: String(LIMIT), LOAD_THINK_SECONDS: '10' };
  const output = await command(python('locust'), [join(FOLDER, 'locust', 'script.py'), file, '204'], { env });
  const answer: Answer = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  const { ours, plain } = answer;
  figure(
    `204 ms: ${ours.p98} ms, exit code ${ours.exitCode}; by Locust's own rounding ${plain.p98} ms, ${plain.exitCode}`,
  );
  assert.deepEqual(answer, { ours: { p98: 204, exitCode: 1 }, plain: { p98: 200, exitCode: 0 }, oneContext: true });
}

/** What `locust/script.py` prints. */
interface Answer {
  readonly ours: { readonly p98: number; readonly exitCode: number };
  readonly plain: { readonly p98: number; readonly exitCode: number };
  /** Whether users share one TLS context. */
  readonly oneContext: boolean;
}

async function tls(folder: string): Promise<Readonly<Record<string, string>>> {
  const authority = await Authority.create(folder, 'practice');
  const { certificate, key } = await authority.issue('web', { name: HOST, alternatives: [`DNS:${HOST}`] });
  return { 'tls.crt': readFileSync(certificate, 'utf8'), 'tls.key': readFileSync(key, 'utf8') };
}
