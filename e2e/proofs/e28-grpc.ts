// E28: gRPC through a headless Service: a rollout under load fails no call, and new pods get their share; through one address they get none.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster';
import { ofKind } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { binary } from '../programs/build';
import { Application, type Written } from '../world/application';
import { ask, isReady, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, waitForRollout, waitForSettledPods } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'rates-production';
/** The server as the how-to has it, one whose connections last, and one behind a Service with one address. */
const SERVERS = ['rates', 'lasting', 'single'] as const;
type Server = (typeof SERVERS)[number];

/** How long shares of the load are counted. */
const WINDOW_SECONDS = 4;
/** A connection lasts 10 s, and gRPC for Go asks for the addresses of a name every 30 s at most. */
const NOTICE_SECONDS = 60;

export const grpc: Proof = {
  id: 'E28',
  title: 'gRPC: a rollout under load fails no call, and new pods get their share, also of a larger size',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  programs: ['calls'],
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const app = new Application(world, { name: 'rates', behaviour: {}, secrets: {} });
    const written = await app.write();
    const root = join(world.run.folder, 'calls');
    mkdirSync(root);
    copyFileSync(binary('calls', 'calls'), join(root, 'calls'));
    await cluster.provideProgram(imagesOf(written), root, ['/calls']);
    try {
      await app.apply(written);
      await app.complete(written);
      await assertShared(cluster, 'rates', [], figure);
      const start = (await booksOf(cluster)).rates;
      await proveRollout(cluster, app, figure);
      await proveGrowth(cluster, app, figure);
      const { pods, failed, reasons } = since(start, (await booksOf(cluster)).rates);
      assert.equal(failed, 0, JSON.stringify(reasons));
      figure(`${sum(pods)} calls in all, ${failed} failed`);
    } finally {
      await app.remove();
    }
  },
};

const imagesOf = ({ manifests }: Written): string[] => [
  ...new Set(
    ofKind(manifests, 'Deployment').flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image)),
  ),
];

async function proveRollout(cluster: Cluster, app: Application, figure: Figure): Promise<void> {
  const old = await namesOf(cluster, 'rates');
  app.edit("RELEASE: '1'", "RELEASE: '2'");
  await app.apply(await app.write());
  const rates = { namespace: NAMESPACE, name: 'rates' };
  await waitForRollout(cluster, rates);
  await waitForSettledPods(cluster, [rates]);
  figure('all pods of rates replaced under load');
  await assertShared(cluster, 'rates', old, figure);
}

/** More pods, and none that ends: only clients that ask for the addresses again see them. */
async function proveGrowth(cluster: Cluster, app: Application, figure: Figure): Promise<void> {
  const old = new Map<Server, readonly string[]>();
  for (const server of SERVERS) old.set(server, await namesOf(cluster, server));
  const before = await booksOf(cluster);
  app.edit('replicas: 3', 'replicas: 5');
  const written = await app.write();
  await app.apply(written);
  await app.complete(written);
  await assertShared(cluster, 'rates', [], figure);
  const after = await booksOf(cluster);
  for (const server of ['lasting', 'single'] as const) {
    const { pods } = since(before[server], after[server]);
    const fresh = (await namesOf(cluster, server)).filter((name) => !old.get(server)?.includes(name));
    assert.equal(fresh.length, 2);
    assert.ok(sum(pods) > 0, `${server} is called`);
    assert.deepEqual(
      fresh.map((name) => pods[name] ?? 0),
      [0, 0],
      `new pods of ${server} get no load`,
    );
    figure(`twin ${server}: ${sum(pods)} calls to ${Object.keys(pods).length} of 5 pods, none to the two new ones`);
  }
}

/** Waits until each ready pod is called, none of which is one of the old ones, and holds their shares against an even one. */
async function assertShared(cluster: Cluster, server: Server, old: readonly string[], figure: Figure): Promise<void> {
  const ready = (await podsOf(cluster, NAMESPACE, server)).filter(isReady);
  const names = ready.map(({ metadata }) => metadata.name);
  assert.ok(!names.some((name) => old.includes(name)), 'no old pod is left');
  const begun = await booksOf(cluster);
  await cluster.run.until(`each pod of ${server} is called`, NOTICE_SECONDS, async () => {
    const { pods } = since(begun[server], (await booksOf(cluster))[server]);
    return names.every((name) => (pods[name] ?? 0) > 0);
  });
  const latest = Math.max(...ready.map(readySince));
  const seconds = Math.max(0, Math.round((Date.now() - latest) / 1000));
  const before = await booksOf(cluster);
  await sleep(WINDOW_SECONDS * 1000);
  const { pods } = since(before[server], (await booksOf(cluster))[server]);
  const total = sum(pods);
  const shares = names.map((name) => (pods[name] ?? 0) / total);
  figure(
    `${server}: each of ${names.length} pods called ${seconds} s after the last was ready; ` +
      `shares of ${total} calls: ${shares.map((share) => `${(100 * share).toFixed(0)} %`).join(', ')}`,
  );
  assert.ok(
    shares.every((share) => share > 0.5 / names.length),
    'each pod has more than half of an even share',
  );
}

function readySince({ status }: Pod): number {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return Date.parse(ready?.lastTransitionTime ?? '');
}

const namesOf = async (cluster: Cluster, server: Server): Promise<string[]> =>
  (await podsOf(cluster, NAMESPACE, server)).filter(isReady).map(({ metadata }) => metadata.name);

/** What became of calls. */
interface Book {
  readonly failed: number;
  /** Failed calls by status code. */
  readonly reasons: Counts;
  /** Answered calls by pod. */
  readonly pods: Counts;
}

type Counts = Readonly<Record<string, number>>;
type Books = Readonly<Record<Server, Book>>;

/** The books of all callers together. */
async function booksOf(cluster: Cluster): Promise<Books> {
  const callers = (await podsOf(cluster, NAMESPACE, 'caller')).filter(isReady);
  const all = await Promise.all(
    callers.map(async (pod): Promise<Books> => JSON.parse((await ask(pod, '/calls')).text)),
  );
  const together = (server: Server): Book =>
    all
      .map((books) => books[server])
      .reduce((one, other) => ({
        failed: one.failed + other.failed,
        reasons: added(one.reasons, other.reasons),
        pods: added(one.pods, other.pods),
      }));
  return { rates: together('rates'), lasting: together('lasting'), single: together('single') };
}

function since(before: Book, after: Book): Book {
  return {
    failed: after.failed - before.failed,
    reasons: less(after.reasons, before.reasons),
    pods: less(after.pods, before.pods),
  };
}

function added(one: Counts, other: Counts): Counts {
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(keys.map((key) => [key, (one[key] ?? 0) + (other[key] ?? 0)]));
}

/** Those that have grown. */
function less(more: Counts, before: Counts): Counts {
  const grown = Object.entries(more).map(([key, count]) => [key, count - (before[key] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count > 0));
}

const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);
