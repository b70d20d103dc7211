// E26: what is not a web service: a migration comes first, a Job ends beside its sidecar, a CronJob fires, an agent is on every node, a pool is kept.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import { type Job, type Manifest, ofKind, type PodTemplate } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { Application, type Written } from '../world/application';
import { isReady, isRefused, type List, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, waitForRollout } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'parcels-production';
const IN = ['-n', NAMESPACE];
/** The pool `scales`: a node in each zone. */
const SCALES = ['node-a2', 'node-b2'];
/** Key of its label and of its taint. */
const POOL = 'example.com/scales';

export const kinds: Proof = {
  id: 'E26',
  title:
    'a migration comes first, a Job ends with its sidecar, a CronJob fires, an agent is on every node, a pool is kept',
  needs: 'nodes',
  systems: DEPLOYED,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const parcels = new Application(world, { name: 'parcels', behaviour: { START_SECONDS: '0' }, secrets: {} });
    const written = await parcels.write();
    try {
      await cluster.kubectl.run(['label', 'node', ...SCALES, `${POOL}=true`]);
      await cluster.kubectl.run(['taint', 'node', ...SCALES, `${POOL}=true:NoSchedule`]);
      await proveMigration(cluster, written, figure);
      await proveAgent(cluster, figure);
      await provePool(cluster, written, figure);
      await proveJob(cluster, written, figure);
      await proveCronJob(cluster, figure);
    } finally {
      await parcels.remove();
      await cluster.kubectl.run(['taint', 'node', ...SCALES, `${POOL}-`]);
      await cluster.kubectl.run(['label', 'node', ...SCALES, `${POOL}-`]);
    }
  },
};

/** The release, as the how-to applies it. */
async function proveMigration({ kubectl }: Cluster, { folder }: Written, figure: Figure): Promise<void> {
  const apply = (file: string) => kubectl.run(['apply', '-f', join(folder, file)]);
  await apply('00-cluster.yaml');
  await apply(`05-${NAMESPACE}.yaml`);
  const file = `07-${NAMESPACE}.yaml`;
  await apply(file);
  const jobs = (await kubectl.run(['get', '-f', join(folder, file), '-o', 'name'])).split('\n');
  const job = jobs.filter((name) => name.startsWith('job.batch/'));
  await kubectl.run(['wait', ...IN, '--for=condition=complete', '--timeout=90s', ...job]);
  await apply(`10-${NAMESPACE}.yaml`);
  const pods = (await kubectl.get<List<Pod>>(['pods', ...IN])).items;
  const [migrated, ...others] = pods.toSorted((one, other) => startOf(one) - startOf(other));
  const ended = migrated?.status.containerStatuses?.[0]?.state.terminated;
  assert.match(migrated?.metadata.name ?? '', /^migrate-/);
  assert.equal(ended?.exitCode, 0);
  assert.ok(others.length > 0 && others.every((pod) => startOf(pod) >= Date.parse(ended.finishedAt)));
  figure('the migration ended by itself, before a pod of the rest was made');
}

const startOf = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp);

async function proveAgent({ kubectl, nodes }: Cluster, figure: Figure): Promise<void> {
  await kubectl.run(['rollout', 'status', 'daemonset/scan', ...IN, '--timeout=90s']);
  const pods = await podsOf({ kubectl }, NAMESPACE, 'scan');
  assert.deepEqual(pods.filter(isReady).map(nodeOf).sort(), nodes.map(({ name }) => name).sort());
  const { items } = await kubectl.get<List<Quota>>(['resourcequota', ...IN]);
  assert.ok(items.length > 0);
  const events = await kubectl.run(['get', 'events', ...IN, '--field-selector=reason=FailedCreate', '-o', 'name']);
  assert.equal(events, '', 'the quota refuses no pod');
  const [{ status }] = items as readonly [Quota];
  figure(`an agent on each of ${nodes.length} nodes, ${status.used.pods} pods of ${status.hard.pods} in the quota`);
}

interface Quota {
  readonly status: Readonly<Record<'hard' | 'used', { readonly pods?: string }>>;
}

const nodeOf = ({ spec }: Pod): string => spec.nodeName ?? '';

/** A component of a pool runs there alone, and nothing else of the system does but the agent. */
async function provePool(cluster: Cluster, { manifests }: Written, figure: Figure): Promise<void> {
  const { kubectl, run } = cluster;
  await waitForRollout(cluster, { namespace: NAMESPACE, name: 'route' });
  const pods = await podsOf(cluster, NAMESPACE, 'route');
  assert.deepEqual(pods.map(nodeOf).sort(), SCALES);
  const agents = new Set((await podsOf(cluster, NAMESPACE, 'scan')).map(({ metadata }) => metadata.name));
  const all = await podsOf(cluster, NAMESPACE);
  const guests = all.filter(({ metadata, spec }) => SCALES.includes(spec.nodeName ?? '') && !agents.has(metadata.name));
  assert.deepEqual(
    guests.map(({ metadata }) => metadata.name).sort(),
    pods.map(({ metadata }) => metadata.name).sort(),
  );
  const [deployment] = ofKind(manifests, 'Deployment');
  const { spec } = asJson(deployment?.spec.template);
  const podOf = (name: string, changed: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: { ...spec, ...changed },
  });
  const twins = [
    podOf('untolerated', { tolerations: undefined }),
    // a kubelet sets this label by itself, so that no node here has another
    podOf('elsewhere', { nodeSelector: { 'kubernetes.io/arch': 'arm64' } }),
  ];
  await kubectl.apply(twins);
  for (const { metadata } of twins)
    await run.until(`${metadata.name} refused`, 30, async () =>
      isRefused(await kubectl.get<Pod>(['pod', metadata.name, ...IN])),
    );
  await kubectl.delete(twins);
  figure(
    'a component of a pool with a taint, built for an architecture: its pods there, no others; twins without the toleration, for another architecture: Pending',
  );
}

type Loose = { readonly spec: Readonly<Record<string, unknown>> };
const asJson = (template: PodTemplate | undefined): Loose => JSON.parse(JSON.stringify(template));

async function proveJob({ kubectl, run }: Cluster, { manifests }: Written, figure: Figure): Promise<void> {
  const job = jobOf(manifests, 'import');
  await kubectl.run(['wait', ...IN, '--for=condition=complete', '--timeout=60s', `job/${job.metadata.name}`]);
  const [pod] = await podsOf({ kubectl }, NAMESPACE, 'import');
  const main = pod?.status.containerStatuses?.[0]?.state.terminated;
  const sidecar = pod?.status.initContainerStatuses?.[0]?.state.terminated;
  assert.ok(main !== undefined && sidecar !== undefined, 'both have ended');
  assert.equal(main.exitCode, 0);
  assert.ok(Date.parse(sidecar.finishedAt) >= Date.parse(main.finishedAt), 'the sidecar ends last');
  // the same container beside the other one
  const {
    initContainers = [],
    containers,
    ...rest
  } = asJson(job.spec.template).spec as { initContainers: Loose[]; containers: Loose[] };
  const beside = initContainers.map((container) => ({ ...container, restartPolicy: undefined }));
  const twin = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'twin', namespace: NAMESPACE },
    spec: { template: { metadata: {}, spec: { ...rest, containers: [...containers, ...beside] } } },
  };
  await kubectl.apply([twin]);
  await run.until('the twin half ended', 60, async () => {
    const [half] = (await kubectl.get<List<Pod>>(['pods', ...IN, '-l', 'job-name=twin'])).items;
    const ended = half?.status.containerStatuses?.filter(({ state }) => state.terminated !== undefined);
    return ended?.length === 1;
  });
  const { status } = await kubectl.get<{ readonly status: { readonly active?: number } }>(['job', 'twin', ...IN]);
  assert.equal(status.active, 1);
  await kubectl.delete([twin]);
  figure('a Job ends, its sidecar after it; twin: as an ordinary container the sidecar keeps the Job running');
}

function jobOf(manifests: readonly Manifest[], name: string): Job {
  const found = ofKind(manifests, 'Job').find(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === name);
  if (found === undefined) throw new Error(`parcels has a Job ${name}`);
  return found;
}

async function proveCronJob({ kubectl, run }: Cluster, figure: Figure): Promise<void> {
  const fired = await run.until('a run of the report', 120, async () => {
    const path = 'jsonpath={.status.lastSuccessfulTime}';
    return (await kubectl.run(['get', 'cronjob', 'report', ...IN, '-o', path])) || undefined;
  });
  const pods = await podsOf({ kubectl }, NAMESPACE, 'report');
  assert.ok(pods.some(({ status }) => status.phase === 'Succeeded'));
  figure(`a CronJob of every minute fired, and its run succeeded at ${fired}`);
}
