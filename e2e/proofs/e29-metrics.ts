// E29: the part `metrics` as it is committed: what names a port is scraped through the policies, and an alert reaches its receiver and resolves.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import { Dataplane } from '../cluster/dataplane';
import { OUR_ADDRESS } from '../cluster/network';
import { ofKind, readManifests } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { command } from '../process/command';
import { binary } from '../programs/build';
import { allowances } from '../world/allowances';
import { disksOf } from '../world/disks';
import { isReady, type List, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, DIST } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'metrics-operations';
const IN = ['-n', NAMESPACE];
const OF_PART = ['-l', 'app.kubernetes.io/part-of in (metrics, node-metrics)'];
const GRAFANA = 'docker.io/grafana/grafana:13.2.0';
const BUILT = ['prometheus', 'alertmanager', 'kube-state-metrics', 'node-exporter'] as const;
const SCRAPE_SECONDS = 30;

export const metrics: Proof = {
  id: 'E29',
  title: 'metrics: every component that names a port is scraped through the policies; an alert arrives and resolves',
  needs: 'nodes',
  alone: true,
  full: true,
  systems: [...DEPLOYED, 'metrics'],
  programs: BUILT.map((name) => `programs/${name}` as const),
  obstacle: () => Dataplane.obstacle(),
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    await checkFiles(world.run.folder, figure);
    const receiver = await listen();
    const ends: (() => Promise<unknown>)[] = [receiver.close];
    try {
      const disks = disksOf(cluster, { name: 'metrics', storageClass: 'one-zone-retain', size: '1Ti' });
      await cluster.kubectl.apply(disks);
      ends.unshift(() => cluster.kubectl.delete(disks));
      const fixtures = [...allowances(NAMESPACE), ...secretsFor(receiver.url)];
      await provideImages(cluster, figure);
      // before anything scrapes: a connection that stands outlives the policy that forbids it
      const firewall = await Dataplane.start(cluster);
      ends.unshift(() => firewall.stop());
      ends.unshift(() => cluster.kubectl.run(['delete', '-f', DIST.mumbai, ...OF_PART, '--ignore-not-found']));
      await cluster.kubectl.run(['apply', '-f', DIST.mumbai, ...OF_PART]);
      ends.unshift(() => cluster.kubectl.delete(fixtures));
      await cluster.kubectl.apply(fixtures);
      for (const workload of ['statefulset/prometheus', 'statefulset/alertmanager', 'deployment/kube-state-metrics'])
        await cluster.kubectl.run(['rollout', 'status', workload, ...IN, '--timeout=300s']);
      await cluster.kubectl.run(['rollout', 'status', 'daemonset/node-exporter', '-n', 'node-metrics-operations']);
      await proveScraped(cluster, figure);
      await proveAlert(cluster, receiver, figure);
      await proveTwin(cluster, figure);
    } finally {
      for (const end of ends) await end();
    }
  },
};

/** The programs judge the files that are committed. */
async function checkFiles(folder: string, figure: Figure): Promise<void> {
  const files = new Map<string, string>();
  for (const { data = {} } of ofKind(readManifests(DIST.mumbai), 'ConfigMap')) {
    for (const [key, text] of Object.entries(data)) {
      if (!/^etc_(prometheus|alertmanager)_/.test(key)) continue;
      const path = join(folder, 'files', key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      files.set(key, path);
    }
  }
  const pathOf = (key: string): string => {
    const path = files.get(key);
    assert.ok(path, `${key} is committed`);
    return path;
  };
  const promtool = binary('programs/prometheus', 'promtool');
  await command(promtool, ['check', 'config', '--syntax-only', pathOf('etc_prometheus_prometheus.yml')]);
  const rules = await command(promtool, [
    'check',
    'rules',
    '--lint-fatal',
    pathOf('etc_prometheus_rules_evenkeel.yml'),
  ]);
  await command(binary('programs/alertmanager', 'amtool'), [
    'check-config',
    pathOf('etc_alertmanager_alertmanager.yml'),
  ]);
  figure(`promtool and amtool accept the files: ${/\d+ rules/.exec(rules)?.[0]}`);
}

/** The programs under the names that the manifests use; Grafana is our server, which only answers. */
async function provideImages(cluster: Cluster, figure: Figure): Promise<void> {
  const texts = ['10-metrics-operations.yaml', '10-node-metrics-operations.yaml'].map((file) =>
    readFileSync(join(DIST.mumbai, file), 'utf8'),
  );
  const images = new Set(texts.flatMap((text) => [...text.matchAll(/image: (\S+)/g)].map(([, image = '']) => image)));
  const versions: string[] = [];
  for (const name of BUILT) {
    const image = [...images].find((one) => one.includes(`/${name}:`));
    assert.ok(image, `the manifests name an image of ${name}`);
    versions.push(`${image.split('/').at(-1)} as ${await cluster.providePart(image)}`);
  }
  const health = '/api/health';
  cluster.provideServer(GRAFANA, {
    COMPONENT: 'grafana',
    PORT: '3000',
    STARTED_PATH: health,
    READY_PATH: `${health}/`,
    LIVE_PATH: '/live',
  });
  figure(versions.join(', '));
}

function secretsFor(url: string): object[] {
  const secret = (name: string, stringData: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    stringData,
  });
  return [
    secret('alerts', { 'oncall-url': `${url}/oncall`, 'slack-url': `${url}/slack` }),
    secret('grafana', { 'admin-password': 'proof' }),
  ];
}

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Asks one of the pair. */
async function ask(cluster: Cluster, query: string, index = 0): Promise<readonly Sample[]> {
  const pods = await podsOf(cluster, NAMESPACE, 'prometheus');
  const pod = pods.find(({ metadata }) => metadata.name === `prometheus-${index}`);
  const url = `http://${pod?.status.podIP}:9090/api/v1/query?query=${encodeURIComponent(query)}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  const body = (await response.json()) as { readonly data: { readonly result: readonly Sample[] } };
  return body.data.result;
}

/** The laptop's systems are here too, and let in the Prometheus of their own cluster alone. */
const isOfLaptop = (namespace = ''): boolean => namespace.endsWith('-local');

/** What asks to be scraped, as a target: `job/pod`. */
async function wanted(cluster: Cluster): Promise<string[]> {
  const { items } = await cluster.kubectl.get<List<Pod & { metadata: { annotations?: Record<string, string> } }>>([
    'pods',
    '-A',
  ]);
  return items
    .filter((pod) => pod.metadata.annotations?.['prometheus.io/scrape'] === 'true' && isReady(pod))
    .filter(({ metadata }) => !metadata.name.startsWith('grafana-')) // ours is not Grafana, and has no metrics
    .filter(({ metadata }) => !isOfLaptop(metadata.namespace))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .sort();
}

async function proveScraped(cluster: Cluster, figure: Figure): Promise<void> {
  for (const index of [0, 1]) {
    const up = await cluster.run.until(`prometheus-${index} scrapes all`, 180, async () => {
      const targets = await wanted(cluster);
      const pods = (await ask(cluster, 'up{pod!=""} == 1', index))
        .map(({ metric }) => `${metric['namespace']}/${metric['pod']}`)
        .sort();
      const missing = targets.filter((target) => !pods.includes(target));
      if (missing.length > 0) throw new Error(`not up: ${missing.join(', ')}`);
      return pods;
    });
    if (index === 0)
      figure(`${up.length} pods of ${new Set(up.map((name) => name.split('/')[0])).size} namespaces are up`);
  }
  const jobs = await cluster.run.until('every other job is up', 180, async () => {
    const all = await ask(cluster, 'count by (job) (up == 1)');
    const found = Object.fromEntries(all.map(({ metric, value }) => [metric['job'] ?? '', Number(value[1])]));
    const needed = ['apiserver', 'cadvisor', 'kube-state-metrics', 'kubelet', 'node-exporter'];
    const missing = needed.filter((job) => found[job] === undefined);
    if (missing.length > 0) throw new Error(`no target of ${missing.join(', ')} is up`);
    return found;
  });
  figure(
    `jobs: ${Object.entries(jobs)
      .map(([job, count]) => `${job} ${count}`)
      .join(', ')}`,
  );
  await cluster.run.until('the policies of another cluster keep this Prometheus out', 120, async () => {
    const others = await ask(cluster, 'up{namespace=~".+-local"} == 1');
    return others.length === 0;
  });
  const requests = await ask(cluster, 'count(http_request_duration_seconds_count{job="web"})');
  assert.ok(Number(requests[0]?.value[1]) > 0, 'the histogram of requests is there');
}

const victim = (image: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'victim', namespace: NAMESPACE },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'victim' } },
    template: {
      metadata: { labels: { app: 'victim' } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'victim',
            image,
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            readinessProbe: { httpGet: { path: '/api/health/', port: 3000 } },
          },
        ],
      },
    },
  },
});

/** A component without an available pod: the alert arrives once, though two of each watch it, and resolves when it is back. */
async function proveAlert(cluster: Cluster, receiver: Receiver, figure: Figure): Promise<void> {
  const { kubectl, run } = cluster;
  const quota = ['patch', 'resourcequota', 'metrics', ...IN, '--type=merge', '-p'];
  await kubectl.run([...quota, JSON.stringify({ spec: { hard: { pods: '20', 'requests.cpu': '4' } } })]);
  await kubectl.apply([victim('registry.example/none:1')]);
  const began = Date.now();
  const isOf = (status: string) => (one: Notice) =>
    one.status === status &&
    one.path === '/oncall' &&
    one.text.includes('victim') &&
    one.text.includes('KubeDeploymentUnavailable');
  await run.until('the alert arrives', 300, async () => receiver.notices.some(isOf('firing')));
  const seconds = Math.round((Date.now() - began) / 1000);
  // a minute that it must hold, a scrape, an evaluation, and the wait of the group
  const predicted = 60 + SCRAPE_SECONDS * 2 + 30;
  figure(
    `an alert arrives ${seconds} s after the component is down; at most ${predicted} s and its start were predicted`,
  );
  await kubectl.apply([victim(GRAFANA)]);
  await run.until('it resolves', 600, async () => receiver.notices.some(isOf('resolved')));
  assert.equal(receiver.notices.filter(isOf('firing')).length, 1, 'two Prometheus and two Alertmanagers send it once');
  figure('it is sent once, and resolves when the component is back');
  await kubectl.delete([victim(GRAFANA)]);
}

/** Without the rule that lets Prometheus in, the component is no longer scraped: it was the policy that did. */
async function proveTwin(cluster: Cluster, figure: Figure): Promise<void> {
  const twin = ['networkpolicy', 'web', '-n', 'pingpong-production'];
  await cluster.kubectl.run(['patch', ...twin, '--type=merge', '-p', JSON.stringify({ spec: { ingress: [] } })]);
  await cluster.kubectl.run(['rollout', 'restart', 'deployment/web', '-n', 'pingpong-production']);
  await cluster.run.until('the twin', 180, async () => {
    const down = await ask(cluster, 'up{namespace="pingpong-production"} == 0');
    return down.length > 0;
  });
  figure('twin: a policy without Prometheus takes the targets of its component away');
  await cluster.kubectl.run(['apply', '-f', join(DIST.mumbai, '10-pingpong-production.yaml')]);
}

interface Notice {
  readonly path: string;
  readonly status: string;
  readonly text: string;
}

interface Receiver {
  readonly url: string;
  readonly notices: readonly Notice[];
  readonly close: () => Promise<void>;
}

/** A receiver of webhooks at our address. */
async function listen(): Promise<Receiver> {
  const notices: Notice[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const { status = '' } = safely(text);
      notices.push({ path: request.url ?? '', status, text });
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, OUR_ADDRESS, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${OUR_ADDRESS}:${port}`,
    notices,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function safely(text: string): { readonly status?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
