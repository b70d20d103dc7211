// The picture of a system says what the analyses say: connections, hosts, bounds, zones and groups; and what it leaves out.
import { type Connection, connections } from '../../../lib/analysis/network/connections';
import { pictureOfCluster } from '../../../lib/analysis/picture/cluster-picture';
import type { Box, Picture, Scene } from '../../../lib/analysis/picture/picture';
import { pictureOfSystem } from '../../../lib/analysis/picture/system-picture';
import { placementsOf } from '../../../lib/constructs/system/system';
import { app } from '../../../main';
import { cli } from '../../support/cli';
import { shipped } from '../../support/shipped';

const placements = placementsOf(app);
const namesOf = (clusterOrSystem: 'cluster' | 'system') =>
  new Set(placements.map(({ system, cluster }) => (clusterOrSystem === 'system' ? system : cluster.name)));

function picture(name: string): Picture {
  const found =
    pictureOfSystem(shipped.entries, placements, name) ?? pictureOfCluster(shipped.entries, placements, name);
  if (found === undefined) throw new Error(`nothing to draw of ${name}`);
  return found;
}

function sceneOf(name: string, title: string): Scene {
  const scene = picture(name).scenes.find((one) => one.title === title);
  if (scene === undefined) throw new Error(`no scene ${title}`);
  return scene;
}

function box({ boxes, cards }: Scene, title: string): Box {
  const found = [...boxes, ...cards.flatMap((row) => row.boxes)].find((one) => one.title === title);
  if (found === undefined) throw new Error(`no box ${title}`);
  return found;
}

/** Arrows by the titles of their ends. */
const waysOf = ({ boxes, arrows }: Scene): string[] => {
  const titles = new Map(boxes.map(({ id, title, frame = '' }) => [id, `${title}${frame === '' ? '' : `@${frame}`}`]));
  return arrows.map(({ from, to, label = '' }) => `${titles.get(from)} > ${titles.get(to)} ${label}`.trim()).sort();
};

test('the committed pictures are as drawn today', async () => {
  expect(await cli(['picture', '--check'], () => ({ app }))).toEqual({ code: 0, out: '', err: '' });
});

test('toytrex: three tiers behind an entry with TLS, over two zones', () => {
  const scene = sceneOf('toytrex', 'production');
  expect(waysOf(scene)).toEqual([
    'Ingress web@mumbai > web@mumbai',
    'middleware@mumbai > database',
    'toytrex.com > Ingress web@mumbai',
    'web@mumbai > middleware@mumbai',
  ]);
  expect(box(scene, 'web').lines).toEqual(['Deployment, 3 to 12 pods', 'spread over zones', '8080/TCP']);
  expect(box(scene, 'Ingress web').lines).toContain('sends from 10.20.0.0/24, 10.20.1.0/24');
  expect(box(scene, 'database').lines).toContain('toytrex.cluster-c0ffee.ap-south-1.rds.amazonaws.com');
  const mumbai = placements.find(
    ({ system, environment }) => system === 'toytrex' && environment === 'production',
  )?.cluster;
  const nodes = mumbai?.nodePools.map(
    (pool) => `${pool.name}: ${pool.nodesPerZone.min} to ${pool.nodesPerZone.max} nodes`,
  );
  expect(nodes).toHaveLength(1);
  expect(scene.frames[0]?.zones.map(({ title, lines }) => [title, ...lines])).toEqual([
    ['ap-south-1a', ...(nodes ?? [])],
    ['ap-south-1b', ...(nodes ?? [])],
  ]);
  expect(box(scene, 'toytrex-pipeline').lines).toEqual(['deployer', 'may change workloads, create workloads']);
  expect(box(scene, 'platform').lines).toEqual(['cluster-admin, whole cluster', 'may do everything']);
});

test('panther: two regions with equal parts of the traffic, and one database', () => {
  const scene = sceneOf('panther', 'clinic');
  expect(scene.frames.map(({ id }) => id)).toEqual(['westeurope', 'northeurope']);
  expect(waysOf(scene).filter((way) => way.endsWith('%'))).toHaveLength(2);
  expect(waysOf(scene).filter((way) => way.endsWith('> database'))).toHaveLength(2);
  expect(scene.subtitle).toBe('promises to survive the loss of 1 zone, and of 1 region');
});

test('flaschenpost: one stage is drawn, the others are cards', () => {
  const { scenes } = picture('flaschenpost');
  expect(scenes.map(({ title }) => title)).toEqual(['prod']);
  const cards = scenes[0]?.cards.find(({ title }) => title.startsWith('Environments'));
  expect(cards?.boxes.map(({ title }) => title)).toEqual([
    'dev on westeurope',
    'qa on westeurope',
    'staging on westeurope',
  ]);
});

test('flaschenpost: of several blocks at one port, it is said that a service has some, by one arrow', () => {
  const scene = sceneOf('flaschenpost', 'prod');
  expect(waysOf(scene).filter((way) => way === 'dispatch@westeurope > data-lake')).toHaveLength(1);
  expect(box(scene, 'data-lake').lines.at(-1)).toMatch(/^at some of \S+\/\d+, /);
  expect(box(scene, 'identity').lines.slice(0, 2)).toEqual(['login.microsoftonline.com', 'one of 443/TCP, 5671/TCP']);
  expect(box(scene, 'redis').lines.at(-1)).toMatch(/^at \d\S+\/\d+$/);
});

const isOnHost = ({ from, to, port }: Connection): boolean =>
  port === 'any port ?' &&
  [from, to].some((end) => end.endsWith('/node-exporter')) &&
  !`${from}${to}`.includes('anywhere');
const ON_HOST = expect.stringMatching(
  /^Left out: between any pod and node-metrics-\w+\/node-exporter, on the host network, /,
);
const WITH_PARTS = 'Left out: what the parts of the platform get from systems, and read of them.';
const ofParts = new Set(placements.flatMap(({ part, namespace }) => (part === undefined ? [] : namespace)));

/** Whether an end beyond the namespace is a part's, or for a part's namespace any but a system's. */
function isWithParts({ from, to }: Connection, space: string): boolean {
  const [other = '', name] = (from.startsWith(space) ? to : from).split('/');
  const isWorkload = name !== undefined && !/^[\d.]+$/.test(other);
  return ofParts.has(space.slice(0, -1)) ? !isWorkload || ofParts.has(other) : ofParts.has(other);
}

test.each([...namesOf('system')])('%s: every connection is drawn or named as left out, and no other', (name) => {
  for (const scene of picture(name).scenes) {
    const places = placements.filter(({ system, environment, cluster, part }) => {
      const title = part === undefined ? environment : `${environment} on ${cluster.name}`;
      return system === name && title === scene.title;
    });
    expect(places).not.toEqual([]);
    const spaces = new Map(places.map(({ cluster, namespace }) => [cluster.name, `${namespace}/`]));
    const areParts = places.every(({ part }) => part !== undefined);
    const touching = connections(shipped.entries).filter(({ cluster, from, to }) => {
      const space = spaces.get(cluster) ?? '-';
      return from.startsWith(space) || to.startsWith(space);
    });
    const own = touching.filter(
      (one) => !isOnHost(one) && areParts === isWithParts(one, spaces.get(one.cluster) ?? '-'),
    );
    expect(picture(name).notes).toEqual(expect.arrayContaining(touching.some(isOnHost) && areParts ? [ON_HOST] : []));
    const standAlone = ['logs', 'traces', 'configuration', 'backups'];
    expect(picture(name).notes.includes(WITH_PARTS)).toBe(!standAlone.includes(name));
    const title = (cluster: string, end: string) => end.replace(spaces.get(cluster) ?? '', '');
    const inside = own.filter(({ cluster, from, to }) =>
      [from, to].every((end) => end.startsWith(spaces.get(cluster) ?? '-')),
    );
    const expected = new Set(
      inside.map(({ cluster, from, to }) => `${title(cluster, from)}@${cluster} > ${title(cluster, to)}@${cluster}`),
    );
    const frames = new Map(scene.boxes.map((one) => [one.id, one]));
    const isComponent = (id: string) => frames.get(id)?.kind === 'component';
    const drawn = scene.arrows.filter(({ from, to }) => isComponent(from) && isComponent(to));
    expect(new Set(waysOf({ ...scene, arrows: drawn.map(({ from, to }) => ({ from, to })) }))).toEqual(expected);
    // beyond: each component that may send somewhere but to DNS has an arrow that leaves it, and no other has
    const leaving = own.filter(
      ({ from, to, cluster, port }) =>
        from.startsWith(spaces.get(cluster) ?? '-') &&
        !inside.some((one) => one.from === from && one.to === to) &&
        !/^53\//.test(port),
    );
    const away = scene.arrows.filter(({ from, to }) => isComponent(from) && !isComponent(to));
    expect(new Set(away.map(({ from }) => from))).toEqual(
      new Set(leaving.map(({ cluster, from }) => `${cluster}/${title(cluster, from)}`)),
    );
    // and each that lets traffic in from beyond has one that enters it
    const entering = own.filter(
      ({ from, to, cluster }) =>
        to.startsWith(spaces.get(cluster) ?? '-') && !from.startsWith(spaces.get(cluster) ?? '-'),
    );
    const entered = scene.arrows.filter(({ from, to }) => isComponent(to) && !isComponent(from));
    expect(new Set(entered.map(({ to }) => to))).toEqual(
      new Set(entering.map(({ cluster, to }) => `${cluster}/${title(cluster, to)}`)),
    );
  }
});

test('westeurope: systems with their hosts, the entry that leads to them, and roles', () => {
  const scene = sceneOf('westeurope', 'westeurope');
  expect(scene.boxes.filter(({ kind }) => kind === 'component').map(({ title }) => title)).toEqual([
    'flaschenpost/dev',
    'flaschenpost/prod',
    'flaschenpost/qa',
    'flaschenpost/staging',
    'headroom',
    'panther/clinic',
    'panther/clinic-dev',
    'panther-load/clinic-dev',
    'parts of the platform',
  ]);
  expect(box(scene, 'panther/clinic').lines).toContain('booking.panther-clinic.example');
  expect(scene.arrows).toHaveLength(6);
  expect(box(scene, 'viewer').lines).toEqual([
    'may see pods, read logs',
    'booking-team: panther-clinic',
    'developers: flaschenpost-prod, flaschenpost-staging',
    'devops: backups-operations, configuration-operations, logs-operations, metrics-operations, node-metrics-operations, traces-operations',
  ]);
});

test('westeurope: the parts of the platform are one box, whose connections with the systems are left out', () => {
  const scene = sceneOf('westeurope', 'westeurope');
  const parts = box(scene, 'parts of the platform');
  expect(parts.lines).toEqual([
    'backups-operations: configuration-operations-consul-backup-far, configuration-operations-consul-backup-near',
    'configuration-operations: consul, consul-backup-far, consul-backup-near',
    'logs-operations: log-collector, loki',
    'metrics-operations: alertmanager, grafana, kube-state-metrics, prometheus',
    'node-metrics-operations: node-exporter',
    'traces-operations: tempo, trace-collector',
  ]);
  expect(scene.arrows.filter(({ from, to }) => [from, to].includes(parts.id))).toEqual([]);
  expect(picture('westeurope').notes).toContain(WITH_PARTS);
});

test('metrics: each cluster by itself; workloads that are met alike are one box, with their ports', () => {
  const { scenes } = picture('metrics');
  expect(scenes.map(({ title }) => title)).toEqual(['operations on northeurope', 'local on laptop']);
  expect(scenes.map(({ frames }) => frames.length)).toEqual([1, 1]);
  const scene = sceneOf('metrics', 'operations on northeurope');
  expect(box(scene, '2 workloads').lines).toEqual([
    'logs-operations/loki 3100/TCP',
    'traces-operations/tempo 3200/TCP',
  ]);
  expect(waysOf(scene).filter((way) => /^(grafana|alertmanager)@northeurope > /.test(way))).toEqual([
    'alertmanager@northeurope > alertmanager@northeurope',
    'alertmanager@northeurope > oncall',
    'alertmanager@northeurope > team',
    'grafana@northeurope > 2 workloads@northeurope',
    'grafana@northeurope > prometheus@northeurope',
  ]);
});

test('metrics: Prometheus may reach every pod, and those of one workload are not drawn again', () => {
  const scene = sceneOf('metrics', 'operations on northeurope');
  expect(waysOf(scene).filter((way) => way.startsWith('prometheus@'))).toEqual([
    'prometheus@northeurope > alertmanager@northeurope 9093/TCP',
    'prometheus@northeurope > api-server',
    'prometheus@northeurope > grafana@northeurope',
    'prometheus@northeurope > kube-state-metrics@northeurope',
    'prometheus@northeurope > kubelet',
    'prometheus@northeurope > namespaces (all)@northeurope any port',
    'prometheus@northeurope > node-exporter',
    'prometheus@northeurope > prometheus@northeurope',
  ]);
});
