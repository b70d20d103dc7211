// What the proofs share: one cluster with both systems on it, started when the first proof needs it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Authority } from '../cluster/certificates';
import { Cluster } from '../cluster/cluster';
import { OUR_ADDRESS } from '../cluster/network';
import { type Deployment, ofKind } from '../manifests/manifests';
import { APPLY_SYSTEMS, readSystems } from '../manifests/systems';
import { PROJECT } from '../process/paths';
import type { Run } from '../process/run';
import { isReady, podsOf } from './objects';
import { Project, type SecretNeed } from './project';

/** The committed manifests that are applied, by cluster. */
export const DIST = {
  mumbai: join(PROJECT, 'dist'),
  laptop: join(PROJECT, 'dist', 'clusters', 'laptop'),
} as const;

/** The systems that the shared cluster holds, so that every proof on it needs them. */
export const DEPLOYED = ['toytrex', 'pingpong'] as const;

/** Manifests of clusters that no real node of ours plays. */
export const UNPLAYED = {
  westeurope: join(PROJECT, 'dist', 'clusters', 'westeurope'),
  northeurope: join(PROJECT, 'dist', 'clusters', 'northeurope'),
} as const;

/** Mumbai's zones with two nodes each, so that one of them has room for all, and a node without a zone label, as a laptop has it. */
const NODES = [
  { name: 'node-a1', zone: 'ap-south-1a' },
  { name: 'node-a2', zone: 'ap-south-1a' },
  { name: 'node-b1', zone: 'ap-south-1b' },
  { name: 'node-b2', zone: 'ap-south-1b' },
  { name: 'node-c1' },
];

export class World {
  readonly project: Project;
  private started: Promise<Deployed> | undefined;

  constructor(readonly run: Run) {
    this.project = Project.create(join(run.folder, 'project'));
  }

  /** The cluster with the committed manifests applied, and every workload available. */
  deployed(): Promise<Deployed> {
    this.started ??= this.deploy();
    return this.started;
  }

  private async deploy(): Promise<Deployed> {
    const all = Object.values(DIST).flatMap(readSystems);
    const namespaces = new Set(ofKind(all, 'Namespace').map(({ metadata }) => metadata.name));
    const outside = ofKind(all, 'Service').flatMap(({ spec }) => spec.externalName ?? []);
    const cluster = await Cluster.start(this.run, {
      nodes: NODES,
      outside: new Map(outside.map((host) => [host, OUR_ADDRESS])),
    });
    const database = await standIn(3306);
    const authority = await Authority.create(join(this.run.folder, 'web'), 'e2e');
    const applied: string[] = [];
    for (const folder of Object.values(DIST)) {
      await cluster.provideImages(folder);
      applied.push(await cluster.kubectl.run([...APPLY_SYSTEMS, folder]));
    }
    const needs = (await this.project.secrets()).filter(
      ({ cluster: name, namespace }) => name in DIST && namespaces.has(namespace),
    );
    await createSecrets(cluster, needs, authority, ofKind(all, 'Ingress').flatMap(hostsOf));
    for (const { metadata } of ofKind(all, 'Deployment')) await waitForRollout(cluster, metadata);
    return { cluster, authority: authority.certificate, database, applied };
  }
}

/** A server that accepts connections at our address, for a service outside of the cluster. It ends with the process. */
async function standIn(port: number): Promise<StandIn> {
  const server = createServer((socket) => socket.end()).unref();
  const listen = () => new Promise<void>((resolve) => server.listen(port, OUR_ADDRESS, resolve));
  await listen();
  return { fail: () => new Promise((resolve) => server.close(() => resolve())), heal: listen };
}

/** A shared dependency that a proof can take away. */
export interface StandIn {
  fail(): Promise<void>;
  heal(): Promise<void>;
}

export interface Deployed {
  readonly cluster: Cluster;
  /** Path of the authority's certificate that signed what Ingresses serve. */
  readonly authority: string;
  readonly database: StandIn;
  /** What the first `kubectl apply -f` of each folder printed. */
  readonly applied: readonly string[];
}

/** Waits until the rollout is complete; the time-out is kubectl's own, and the deadline of the Deployment ends it earlier. */
export async function waitForRollout(cluster: Cluster, where: Where, timeoutSeconds = 180): Promise<void> {
  const { namespace = '', name } = where;
  const options = ['-n', namespace, `--timeout=${timeoutSeconds}s`];
  await cluster.kubectl.run(['rollout', 'status', `deployment/${name}`, ...options]);
}

/** Waits until every pod of the components is ready and none is on its way out any more. */
export async function waitForSettledPods(cluster: Cluster, components: readonly Where[]): Promise<void> {
  await cluster.run.until('no pod left to end', 180, async () => {
    const all = await Promise.all(components.map(({ namespace = '', name }) => podsOf(cluster, namespace, name)));
    return all.every((pods) => pods.every(isReady));
  });
}

/** Waits until each component has as many ready pods as it wants now, whatever else still ends. */
export async function waitForReadyPods(cluster: Cluster, components: readonly Where[]): Promise<void> {
  await cluster.run.until('all pods ready', 180, async () => {
    const missing = await Promise.all(
      components.map(async ({ namespace = '', name }) => {
        const { spec } = await cluster.kubectl.get<Deployment>(['deployment', name, '-n', namespace]);
        const pods = await podsOf(cluster, namespace, name);
        return (spec.replicas ?? 1) - pods.filter(isReady).length;
      }),
    );
    return missing.every((count) => count <= 0);
  });
}

export interface Where {
  readonly namespace?: string;
  readonly name: string;
}

async function createSecrets(
  cluster: Cluster,
  needs: readonly SecretNeed[],
  authority: Authority,
  hosts: readonly string[],
): Promise<void> {
  const { certificate, key } = await authority.issue('web', {
    name: 'e2e',
    alternatives: hosts.map((host) => `DNS:${host}`),
  });
  const tls: Readonly<Record<string, string>> = {
    'tls.crt': readFileSync(certificate, 'utf8'),
    'tls.key': readFileSync(key, 'utf8'),
  };
  await cluster.kubectl.apply(
    needs.map(({ namespace, name, type, keys }) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type,
      metadata: { namespace, name },
      stringData: Object.fromEntries(keys.map((item) => [item, tls[item] ?? `e2e-${item}`])),
    })),
  );
}

function hostsOf({ spec }: { readonly spec: { readonly rules: readonly { readonly host: string }[] } }): string[] {
  return spec.rules.map(({ host }) => host);
}
