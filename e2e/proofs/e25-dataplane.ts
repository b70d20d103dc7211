// E25: a real dataplane lets through what `connections` lists, and nothing else.
import assert from 'node:assert/strict';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import { OUR_ADDRESS } from '../cluster/network';
import { ofKind } from '../manifests/manifests';
import { APPLY_SYSTEMS, readSystems } from '../manifests/systems';
import type { Figure } from '../measure/figure';
import { describeTry, type Source, type Target, type Try, tryAll } from '../measure/reach';
import { command } from '../process/command';
import type { Program } from '../process/run';
import { binary } from '../programs/build';
import { startDnsPod } from '../world/dns-pod';
import { type List, type Pod, podsOf, restarts } from '../world/objects';
import type { Connection } from '../world/project';
import { DEPLOYED, DIST } from '../world/world';
import type { Proof } from './proof';

const PORT = 8080;
/** Nothing admits it: programs of ours listen there, in the networks of the pods. */
const OTHER_PORT = 9090;
const DATABASE_PORT = 3306;
const COMPONENT_PODS = 2;

/** An address of the subnets that Mumbai's load balancers have. */
const BALANCER = { name: '10.20.0.0/24', address: '10.20.0.7' };
/** What no manifest under proof holds: an ingress controller, and a pod of another team. */
const CONTROLLER = 'namespaces kubernetes.io/metadata.name=kube-system, pods app.kubernetes.io/name=traefik';
const STRANGER = 'elsewhere/stranger';
const OUTSIDE = [
  ['kube-system', 'traefik', CONTROLLER],
  ['elsewhere', 'stranger', STRANGER],
] as const;
const OUTSIDERS: readonly string[] = [CONTROLLER, STRANGER, BALANCER.name];

/** The policies that isolate one component. */
const TWIN = { namespace: 'toytrex-production', name: 'middleware' };
const POLICIES = ['networkpolicy', TWIN.name, 'default-deny', '-n', TWIN.namespace];

export const dataplane: Proof = {
  id: 'E25',
  title: 'network policies, enforced by a dataplane: what connections lists connects, everything else does not',
  needs: 'nodes',
  systems: DEPLOYED,
  obstacle: () => Dataplane.obstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const clusters = Object.keys(DIST);
    const listed = (await world.project.connections()).filter(({ cluster: name }) => clusters.includes(name));
    const ends: (() => Promise<unknown>)[] = [];
    try {
      await cluster.kubectl.apply(OUTSIDE_PODS);
      ends.unshift(() => cluster.kubectl.delete(OUTSIDE_PODS));
      for (const [namespace, name] of OUTSIDE)
        await cluster.kubectl.run(['wait', 'pod', name, '-n', namespace, '--for=condition=Ready', '--timeout=60s']);
      const dns = await startDnsPod(cluster);
      ends.unshift(() => cluster.kubectl.delete(dns.objects));
      await routeBalancer(cluster, 'add');
      ends.unshift(() => routeBalancer(cluster, 'del'));
      const found = await findPeers(cluster);
      const programs: Program[] = [];
      ends.unshift(() => Promise.all(programs.map((program) => program.stop())));
      programs.push(...found.peers.flatMap((peer) => listen(cluster, peer)));
      await prove(cluster, { ...found, listed, dns: dns.address }, ends, figure);
    } finally {
      for (const end of ends) await end();
    }
  },
};

/** A pod, with the ports on which programs of ours listen in its network. */
interface Peer extends Source {
  readonly own: string;
  readonly pod: string;
  readonly ports: readonly number[];
}

interface Scene {
  readonly peers: readonly Peer[];
  readonly sources: readonly Source[];
  readonly targets: readonly Target[];
  readonly listed: readonly Connection[];
  readonly dns: string;
}

async function prove(cluster: Cluster, scene: Scene, ends: (() => Promise<unknown>)[], figure: Figure): Promise<void> {
  const { run, kubectl } = cluster;
  const { sources, targets, listed } = scene;
  const all = () => tryAll(sources, targets);
  const isSurprise = (one: Try) => one.isAnswered !== isListed(one, listed);
  const surprises = async () => (await all()).filter(isSurprise).map(describeTry);
  const untilNone = (what: string, isWrong: (one: Try) => boolean) =>
    run.until(what, 60, async () => {
      const tries = await all();
      const wrong = tries.filter(isWrong).map(describeTry);
      if (wrong.length > 0) throw new Error(`${wrong.length}: ${wrong.slice(0, 20).join('; ')}`);
      return tries;
    });
  const asListed = (what: string) => untilNone(what, isSurprise);
  const allAnswer = (what: string) => untilNone(what, ({ isAnswered }) => !isAnswered);

  await allAnswer('everything listens');
  const before = await restartsOf(cluster);
  const firewall = await Dataplane.start(cluster);
  let isRunning = true;
  const stop = async () => {
    if (isRunning) await firewall.stop();
    isRunning = false;
  };
  ends.unshift(stop);
  const tries = await asListed('the policies in effect');
  const connected = tries.filter(({ isAnswered }) => isAnswered).length;
  figure(`${scene.peers.length} pods, ${tries.length} tries: ${connected} connect as listed, the others do not`);

  await proveNames(scene, figure);
  assert.deepEqual(await restartsOf(cluster), before, 'probes of the kubelets get through');

  await kubectl.run(['delete', ...POLICIES]);
  const open = await run.until('the twin', 60, async () => {
    const seen = await surprises();
    return seen.some((line) => line.startsWith(`${STRANGER} reaches ${TWIN.namespace}/${TWIN.name} `)) && seen;
  });
  assert.ok(open.every((line) => line.includes(`${TWIN.namespace}/${TWIN.name}`)));
  figure(`twin: without the policies of ${TWIN.name}, ${open.length} connections are not as listed`);
  await kubectl.run([...APPLY_SYSTEMS, DIST.mumbai]);
  await asListed('the policies again');

  await stop();
  await allAnswer('no policy in effect');
}

/** Names are asked of kube-system, and of no one else. */
async function proveNames({ peers, dns }: Scene, figure: Figure): Promise<void> {
  const ask = `${TWIN.name}.${TWIN.namespace}.svc.cluster.local`;
  const server = (name: string, address: string): Target => ({ name, address, port: 53, podPort: 53, ask });
  const inside = await tryAll(peers, [server('kube-system', dns)]);
  assert.deepEqual(inside.filter(({ isAnswered }) => !isAnswered).map(describeTry), []);
  const outside = await tryAll(peers, [server('a server outside', OUR_ADDRESS)]);
  const wrong = outside.filter(({ from, isAnswered }) => isAnswered !== OUTSIDERS.includes(from.name));
  assert.deepEqual(wrong.map(describeTry), []);
  figure(
    `names: ${inside.length} pods get an answer of kube-system; a server outside answers only pods without a policy`,
  );
}

/** Whether the table holds the connection. What no manifest holds is not isolated. */
function isListed({ from, to }: Try, listed: readonly Connection[]): boolean {
  if (OUTSIDERS.includes(from.name) && OUTSIDERS.includes(to.name)) return true;
  if (OUTSIDERS.includes(from.name) && to.name === 'anywhere') return true;
  const name = OUTSIDERS.includes(to.name) ? 'anywhere' : to.name;
  const ports = listed
    .filter((one) => one.from === from.name && one.to === name)
    .flatMap(({ port }) => port.split(', '));
  return ports.includes(`${to.podPort}/TCP`);
}

async function findPeers(cluster: Cluster): Promise<Pick<Scene, 'peers' | 'sources' | 'targets'>> {
  const processes = await Promise.all(cluster.nodes.map((node) => node.processes()));
  const peerOf = (name: string, pod: Pod, ports: readonly number[]): Peer => {
    const id = pod.status.containerStatuses?.[0]?.containerID?.split('//')[1] ?? '';
    const pid = processes.flatMap((known) => known.get(id) ?? [])[0];
    assert.ok(pid !== undefined && pod.status.podIP !== undefined, `${name} runs`);
    const { podIP: own } = pod.status;
    return {
      name,
      pod: pod.metadata.name,
      own,
      network: ['--target', `${pid}`, '--net'],
      ports,
      // its own Service may choose the pod itself, which every policy admits
      skips: (target) => target.address === own || (target.isService === true && target.name === name),
    };
  };
  const peers: Peer[] = [];
  const services: Target[] = [];
  for (const { metadata } of Object.values(DIST).flatMap((folder) => ofKind(readSystems(folder), 'Deployment'))) {
    const { namespace = '', name } = metadata;
    const pods = onOtherNodes(await podsOf(cluster, namespace, name));
    peers.push(...pods.map((pod) => peerOf(`${namespace}/${name}`, pod, [OTHER_PORT])));
    const { spec } = await cluster.kubectl.get<ServiceSpec>(['service', name, '-n', namespace]);
    services.push({
      name: `${namespace}/${name}`,
      address: spec.clusterIP,
      port: spec.ports[0].port,
      podPort: PORT,
      isService: true,
    });
  }
  const ours = peers.flatMap(({ name, own }) => [PORT, OTHER_PORT].map((port) => targetOf(name, own, port)));
  for (const [namespace, name, listedAs] of OUTSIDE) {
    const pods = await podsOf(cluster, namespace, name);
    peers.push(...pods.map((pod) => peerOf(listedAs, pod, [PORT, OTHER_PORT, DATABASE_PORT])));
  }
  const outsiders = peers.filter(({ name }) => OUTSIDERS.includes(name));
  const balancer = {
    name: BALANCER.name,
    network: [`--net=/var/run/netns/${cluster.client.namespace}`],
    localAddress: BALANCER.address,
    skips: ({ isService }: Target) => isService === true, // known to nodes only
  };
  return {
    peers,
    sources: [...peers, balancer],
    targets: [
      ...ours,
      ...services,
      ...outsiders.flatMap(({ name, own, ports }) => ports.map((port) => targetOf(name, own, port))),
      targetOf('anywhere', OUR_ADDRESS, DATABASE_PORT),
    ],
  };
}

const targetOf = (name: string, address: string, port: number): Target => ({ name, address, port, podPort: port });

interface ServiceSpec {
  readonly spec: { readonly clusterIP: string; readonly ports: readonly [{ readonly port: number }] };
}

/** Pods of a component, on different nodes where it has them. */
function onOtherNodes(pods: readonly Pod[]): readonly Pod[] {
  const byNode = new Map(pods.map((pod) => [pod.spec.nodeName, pod]));
  return [...new Set([...byNode.values(), ...pods])].slice(0, COMPONENT_PODS);
}

function listen({ run }: Cluster, { name, pod, network, ports }: Peer): Program[] {
  return ports.map((port) => {
    const env = { PORT: `${port}`, COMPONENT: name, VERSION: 'listens', START_SECONDS: '0' };
    return run.start(`listens-${pod}-${port}`, 'nsenter', [...network, '--', binary('server', 'server')], { env });
  });
}

/** Gives the client an address of the load balancers, and everything else the way back. */
async function routeBalancer({ client, nodes }: Cluster, verb: 'add' | 'del'): Promise<void> {
  await command('ip', ['-n', client.namespace, 'address', verb, `${BALANCER.address}/32`, 'dev', 'eth0']);
  const route = [`${BALANCER.address}/32`, 'via', client.address];
  await command('ip', ['route', verb, ...route]);
  for (const { host } of nodes) await command('ip', ['-n', host.namespace, 'route', verb, ...route]);
}

async function restartsOf(cluster: Cluster): Promise<ReadonlyMap<string, number>> {
  const { items } = await cluster.kubectl.get<List<Pod>>(['pods', '-A']);
  return new Map(items.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, restarts(pod)]));
}

/** The ServiceAccount of a pod outside. */
const accountOf = (pod: string): string => `outside-${pod}`;

const outsidePod = (namespace: string, name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
  spec: { serviceAccountName: accountOf(name), containers: [{ name, image: 'evenkeel.test/pause:1' }] },
});

const OUTSIDE_PODS: readonly object[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } },
  // the account `default` of a new namespace comes some time after it, from a controller
  ...OUTSIDE.map(([namespace, name]) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: accountOf(name), namespace },
  })),
  ...OUTSIDE.map(([namespace, name]) => outsidePod(namespace, name)),
];
