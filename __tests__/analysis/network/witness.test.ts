// Random policies of all shapes: what `connections` calls sure arrives in every cluster that the manifests may mean, and what arrives in
// one of them is listed. The other witness asks packet by packet (`__tests__/support/network-world.ts`).
import { type Connection, connections } from '../../../lib/analysis/network/connections';
import type { Json, JsonObject } from '../../../lib/model';
import { entries } from '../../checks/support';
import { arrives, type End, type NetworkWorld, type Plugin, type Pod } from '../../support/network-world';
import { Random } from '../../support/random';
import { cases } from '../../support/requirements';

/** 300 were asked about once. */
const APPS = cases(15, 60);
const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const PORTS = [1, 79, 80, 81, 8000, 8080, 8090, 9999, 65535];
const OUTSIDE = ['203.0.113.7', '198.51.100.1', '10.200.0.1', '2001:db8::1'];
const SPACES = ['shop', 'blog', 'tools'];
/** The app writes no Namespace for it, and pods of others are there. */
const FOREIGN = 'tools';

interface Trial {
  readonly manifests: JsonObject[];
  /** Pods by `namespace/workload`. */
  readonly written: ReadonlyMap<string, readonly Pod[]>;
  readonly others: readonly Pod[];
  readonly world: (plugin: Plugin) => NetworkWorld;
}

/** The manifests of an app, and one of the clusters that they may become. */
function trialOf(seed: number): Trial {
  const random = new Random(seed);
  const some = <Item>(items: readonly Item[], chance = 0.5): Item[] => items.filter(() => random.chance(chance));
  const labels = () => Object.fromEntries(some(['app', 'tier']).map((key) => [key, random.pick(['a', 'b', 'c'])]));
  const expression = (): JsonObject => {
    const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
    const values = random.chance(0.5) ? ['a', 'b'] : ['c'];
    const key = random.pick(['app', 'tier', 'team']);
    return { key, operator, ...(operator.endsWith('In') ? { values } : {}) };
  };
  const selector = (own: readonly string[] = []): JsonObject => {
    const known = own.length > 0 && random.chance(0.4) ? { [own[0] ?? '']: random.pick(own.slice(1)) } : {};
    const matchLabels = { ...(random.chance(0.5) ? labels() : {}), ...known };
    return {
      ...(Object.keys(matchLabels).length === 0 && random.chance(0.5) ? {} : { matchLabels }),
      ...(random.chance(0.3) ? { matchExpressions: [expression()] } : {}),
    };
  };
  const podSelector = () => selector(['statefulset.kubernetes.io/pod-name', 'w0-0', 'w1-0', 'w1-1']);
  const namespaceSelector = () => selector(['kubernetes.io/metadata.name', ...SPACES]);
  const block = (): JsonObject =>
    random.pick<JsonObject>([
      { cidr: '0.0.0.0/0' },
      { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] },
      { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.200.0.0/16'] },
      { cidr: '203.0.113.0/24' },
      { cidr: '169.254.0.0/16' },
      { cidr: '2001:db8::/32' },
      { cidr: '10.1.0.0/16' },
    ]);
  const peer = (): JsonObject => {
    const form = random.whole(0, 4);
    if (form === 0) return { ipBlock: block() };
    if (form === 1) return { namespaceSelector: namespaceSelector() };
    if (form === 2) return { namespaceSelector: namespaceSelector(), podSelector: podSelector() };
    return { podSelector: podSelector() };
  };
  const port = (): JsonObject => {
    const protocol = random.chance(0.5) ? {} : { protocol: random.pick(PROTOCOLS) };
    const form = random.whole(0, 4);
    if (form === 0) return protocol;
    if (form === 1) return { ...protocol, port: random.pick(['http', 'admin']) };
    const first = random.pick(PORTS);
    if (form === 2) return { ...protocol, port: first, endPort: random.pick(PORTS.filter((it) => it >= first)) };
    return { ...protocol, port: first };
  };
  const listOf = (make: () => JsonObject): Json[] => Array.from({ length: random.whole(0, 2) }, make);
  const rule = (peers: string) => (): JsonObject => ({
    ...(random.chance(0.7) ? { [peers]: listOf(peer) } : {}),
    ...(random.chance(0.7) ? { ports: listOf(port) } : {}),
  });
  const policy = (index: number): JsonObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `p${index}`, namespace: random.pick(SPACES) },
    spec: {
      podSelector: random.chance(0.4) ? {} : podSelector(),
      ...(random.chance(0.6) ? { policyTypes: some(['Ingress', 'Egress'], 0.6) } : {}),
      ...(random.chance(0.7) ? { ingress: listOf(rule('from')) } : {}),
      ...(random.chance(0.7) ? { egress: listOf(rule('to')) } : {}),
    },
  });

  const spaceLabels = Object.fromEntries(
    SPACES.map((name) => [name, { ...labels(), 'kubernetes.io/metadata.name': name }]),
  );
  const policies = Array.from({ length: random.whole(0, 5) }, (_, index) => policy(index));
  const written = new Map<string, Pod[]>();
  const manifests: JsonObject[] = [...policies];
  for (const name of SPACES.filter((it) => it !== FOREIGN)) {
    manifests.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: spaceLabels[name] ?? {} } });
  }
  const count = random.whole(2, 4);
  for (let index = 0; index < count; index++) {
    const name = `w${index}`;
    const namespace = random.pick(SPACES);
    const stateful = random.chance(0.3);
    const own = labels();
    const hostNetwork = random.chance(0.2);
    const ports = some([
      { name: 'http', number: random.pick([80, 8080]), protocol: random.pick(PROTOCOLS) },
      { name: 'admin', number: 9999, protocol: 'TCP' },
    ]);
    const containerPorts = ports.map((one) => ({ name: one.name, containerPort: one.number, protocol: one.protocol }));
    const spec = { ...(hostNetwork ? { hostNetwork } : {}), containers: [{ name: 'main', ports: containerPorts }] };
    manifests.push({
      apiVersion: 'apps/v1',
      kind: stateful ? 'StatefulSet' : 'Deployment',
      metadata: { name, namespace },
      spec: { template: { metadata: { labels: own }, spec } },
    });
    const pods = [0, 1].map((ordinal) => ({
      name: `${name}-${ordinal}`,
      namespace,
      labels: stateful ? { ...own, 'statefulset.kubernetes.io/pod-name': `${name}-${ordinal}` } : own,
      address: random.pick(['10.1', '10.2', '203.0.113', '2001:db8:']),
      node: random.pick(['n1', 'n2']),
      hostNetwork,
      ports,
    }));
    written.set(
      `${namespace}/${name}`,
      pods.map((pod, ordinal) => ({ ...pod, address: addressOf(pod.address, index, ordinal) })),
    );
  }
  const others = [0, 1].map((index) => ({
    name: `other-${index}`,
    namespace: FOREIGN,
    labels: labels(),
    address: addressOf('10.3', index, 0),
    node: 'n1',
    hostNetwork: false,
    ports: [],
  }));
  return { manifests, written, others, world: (plugin) => ({ plugin, namespaces: spaceLabels, policies }) };
}

function addressOf(network: string, index: number, ordinal: number): string {
  if (network.includes(':')) return `${network}:${index + 1}${ordinal + 1}`;
  return network === '203.0.113' ? `${network}.${10 * (index + 1) + ordinal}` : `${network}.${index}.${ordinal + 1}`;
}

/** Whether the text of a connection's port holds a port; `sure` asks only for what is not marked. */
function holds(text: string, port: number, protocol: string, sure: boolean): boolean {
  if (sure && text.endsWith(' ?')) return false;
  const [range = '', name = protocol] = text.replace(/ \?$/, '').split('/');
  if (name !== protocol) return false;
  if (range === 'any port') return true;
  const [first, last = first] = range.split('-').map(Number);
  return first !== undefined && last !== undefined && first <= port && port <= last;
}

/** Whether the text of an outside peer holds an address. */
function holdsAddress(text: string, address: string): boolean {
  if (text === 'anywhere') return true;
  const [cidr = '', except] = text.split(' except ');
  if (!/^[\d.:a-f]+\/\d+$/.test(cidr)) return false;
  const policies = [
    {
      metadata: { namespace: 'x' },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr, ...(except === undefined ? {} : { except: except.split(', ') }) } }] }],
      },
    },
  ];
  const from: Pod = { name: 'x', namespace: 'x', labels: {}, address: '', node: '', hostNetwork: false, ports: [] };
  const plugin = { blocksHoldPods: false, tellsHostPods: true };
  return arrives({ plugin, namespaces: {}, policies }, { from, to: address, port: 1, protocol: 'TCP' });
}

const PLUGINS: readonly Plugin[] = [true, false].flatMap((blocksHoldPods) =>
  [true, false].map((tellsHostPods) => ({ blocksHoldPods, tellsHostPods })),
);

/** Where the analysis and the witness differ. */
function differences({ manifests, written, others, world }: Trial): string[] {
  const found = connections(entries(manifests));
  const rows = new Map<string, Connection[]>();
  for (const one of found) rows.set(`${one.from} ${one.to}`, [...(rows.get(`${one.from} ${one.to}`) ?? []), one]);
  const worlds = PLUGINS.map(world);
  const wrong: string[] = [];
  const ask = (
    from: readonly End[],
    to: readonly End[],
    listed: readonly Connection[],
    label: string,
    sides: 'both' | 'listed',
  ) => {
    for (const port of PORTS) {
      for (const protocol of PROTOCOLS) {
        const answers = worlds.flatMap((one) =>
          from.flatMap((source) => to.map((target) => arrives(one, { from: source, to: target, port, protocol }))),
        );
        const sure = listed.some((row) => holds(row.port, port, protocol, true));
        const possible = listed.some((row) => holds(row.port, port, protocol, false));
        if (sides === 'both' && sure && answers.includes(false))
          wrong.push(`${label} ${port}/${protocol}: sure, and refused`);
        if (!possible && answers.includes(true)) wrong.push(`${label} ${port}/${protocol}: arrives, and is not listed`);
      }
    }
  };
  for (const [source, from] of written) {
    for (const [target, to] of written) {
      // a pod reaches itself in any case
      const [first, second] = [from[0], to[1]];
      const [a, b] = source === target ? [[first], [second]] : [from, to];
      ask(
        a.flatMap((it) => it ?? []),
        b.flatMap((it) => it ?? []),
        rows.get(`${source} ${target}`) ?? [],
        `${source} → ${target}`,
        'both',
      );
    }
    for (const address of OUTSIDE) {
      const out = found.filter((row) => row.from === source && holdsAddress(row.to, address));
      ask(from, [address], out, `${source} → ${address}`, 'both');
      const into = found.filter((row) => row.to === source && holdsAddress(row.from, address));
      ask([address], from, into, `${address} → ${source}`, 'both');
    }
    const isOutside = (name: string) => !written.has(name);
    for (const pod of others) {
      ask(
        from,
        [pod],
        found.filter((row) => row.from === source && isOutside(row.to)),
        `${source} → ${pod.name}`,
        'listed',
      );
      ask(
        [pod],
        from,
        found.filter((row) => row.to === source && isOutside(row.from)),
        `${pod.name} → ${source}`,
        'listed',
      );
    }
  }
  return wrong;
}

test('F4: random apps of policies: the analysis and a witness that asks packet by packet agree', () => {
  let [listed, unsure] = [0, 0];
  for (let seed = 1; seed <= APPS; seed++) {
    const trial = trialOf(seed);
    expect({ seed, wrong: differences(trial).slice(0, 5) }).toEqual({ seed, wrong: [] });
    const found = connections(entries(trial.manifests));
    listed += found.length;
    unsure += found.filter(({ port }) => port.endsWith('?')).length;
  }
  // most of what is said is sure, and each kind of doubt occurs
  expect(listed).toBeGreaterThan(10 * APPS);
  expect(unsure).toBeGreaterThan(APPS / 2);
  expect(unsure).toBeLessThan(listed / 2);
});
