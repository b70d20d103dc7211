// Who gets through the policies of pods: a client that they let in, another component of its namespace, and a pod of another team.
import assert from 'node:assert/strict';
import type { Cluster } from '../cluster/cluster';
import { ALLOWANCES } from '../world/allowances';
import { type Pod, podsOf } from '../world/objects';
import { type Source, type Target, tryAll } from './reach';

const STRANGER = { name: 'stranger', namespace: 'elsewhere' };
const SECONDS = 60;

export interface Door {
  readonly namespace: string;
  /** Component that is let in. */
  readonly client: string;
  /** Component that is not. */
  readonly other: string;
  /** What the client reaches. */
  readonly open: readonly Target[];
  /** What no one of the three reaches. @default nothing */
  readonly shut?: readonly Target[];
  /** Policies without which all three reach all of it. */
  readonly policies: readonly string[];
  /** Image with a shell. */
  readonly image: string;
}

/** Tries with the policies, without them, and with them again. Network policies must be enforced. */
export async function proveDoor(
  cluster: Cluster,
  { namespace, client, other, open, shut = [], policies, image }: Door,
): Promise<void> {
  const { kubectl, run } = cluster;
  const objects = strangers(image);
  await kubectl.apply(objects);
  try {
    const where = [STRANGER.name, '-n', STRANGER.namespace];
    await kubectl.run(['wait', 'pod', ...where, '--for=condition=Ready', `--timeout=${SECONDS}s`]);
    const sources = await Promise.all(
      [
        [namespace, client],
        [namespace, other],
        [STRANGER.namespace, STRANGER.name],
      ].map(([space = '', component = '']) => sourceOf(cluster, space, component)),
    );
    const all = [...open, ...shut];
    const through = async () =>
      (await tryAll(sources, all)).flatMap(({ from, to, isAnswered }) =>
        isAnswered ? [`${from.name} to ${to.name}`] : [],
      );
    const lets = (what: string, expected: readonly string[]) =>
      run.until(what, SECONDS, async () => {
        assert.deepEqual(await through(), expected);
        return true;
      });
    const asPromised = open.map((target) => `${client} to ${target.name}`);
    await lets('the policies in effect', asPromised);
    // what lets our address in keeps out all others
    const named = ['networkpolicy', ...policies, ...Object.values(ALLOWANCES), '-n', namespace];
    const kept = await kubectl.run(['get', ...named, '-o', 'json']);
    await kubectl.run(['delete', ...named]);
    await lets(
      'the twin',
      sources.flatMap(({ name }) => all.map((target) => `${name} to ${target.name}`)),
    );
    await kubectl.run(['apply', '-f', '-'], withoutState(kept));
    await lets('the policies again', asPromised);
  } finally {
    await kubectl.delete(objects);
  }
}

/** The network of a pod of a component. */
async function sourceOf(cluster: Cluster, namespace: string, name: string): Promise<Source> {
  const [pod] = await podsOf(cluster, namespace, name);
  return { name, network: ['--target', `${await processOf(cluster, pod)}`, '--net'] };
}

async function processOf({ nodes }: Cluster, pod: Pod | undefined): Promise<number> {
  const id = pod?.status.containerStatuses?.[0]?.containerID?.split('//')[1] ?? '';
  const processes = await Promise.all(nodes.map((node) => node.processes()));
  const pid = processes.flatMap((known) => known.get(id) ?? [])[0];
  assert.ok(pid !== undefined, `${pod?.metadata.name} runs`);
  return pid;
}

/** A pod of another team. */
function strangers(image: string): readonly object[] {
  const { name, namespace } = STRANGER;
  const command = ['/bin/sh', '-c', 'trap exit TERM; while :; do sleep 1 & wait; done'];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    // the account `default` of a new namespace comes some time after it, from a controller
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
      spec: { serviceAccountName: name, containers: [{ name, image, command }] },
    },
  ];
}

/** Objects as they were applied, from what the API server gives. */
function withoutState(list: string): string {
  const { items }: { items: readonly Stored[] } = JSON.parse(list);
  const objects = items.map(({ metadata: { name, namespace, labels, annotations }, status: _, ...rest }) => ({
    ...rest,
    metadata: { name, namespace, labels, annotations },
  }));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}

interface Stored {
  readonly metadata: Readonly<Record<'name' | 'namespace' | 'labels' | 'annotations', unknown>>;
  readonly status?: unknown;
}
