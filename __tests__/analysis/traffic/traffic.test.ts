// Who answers to a host and how it can move, from the objects alone: overrides, routes, several objects a cluster (P7, P10).
import { type Host, hosts, isCommon, isMixed, percentOf, rivals } from '../../../lib/analysis/traffic/hosts';
import { planMoves } from '../../../lib/analysis/traffic/move';
import type { MoveRequest } from '../../../lib/analysis/traffic/request';
import type { ApiEntry, JsonObject } from '../../../lib/model';

type Notes = Readonly<Record<string, string>>;

function object(
  cluster: string,
  group: string,
  kind: string,
  spec: JsonObject,
  annotations: Notes,
  at: string,
): ApiEntry {
  const [namespace = '', name = ''] = at.split('/');
  return {
    cluster,
    identity: { group, kind, namespace, name },
    manifest: { kind, metadata: { name, namespace, annotations }, spec },
    origin: { construct: `${cluster}/${at}`, source: () => undefined },
  };
}

/** An Ingress for these hosts. */
const ingress = (cluster: string, names: readonly string[], annotations: Notes = {}, at = 'shop/web') =>
  object(cluster, 'networking.k8s.io', 'Ingress', { rules: names.map((host) => ({ host })) }, annotations, at);

const COMMON = 'shop.example';
const common = (share: string): Notes => ({
  'evenkeel.dev/common-hosts': COMMON,
  'evenkeel.dev/traffic': share,
  'evenkeel.dev/health-path': '/ready',
});
const byHand = (cluster: string, weight: number, at?: string) =>
  ingress(cluster, [`${cluster}.example`, COMMON], common(`${weight} of 100`), at);
const weighted = (prefix: string, weight: number, names = COMMON): Notes => ({
  [`${prefix}/hostname`]: names,
  [`${prefix}/aws-weight`]: String(weight),
  [`${prefix}/set-identifier`]: 'us',
});

function one(entries: readonly ApiEntry[], name = COMMON): Host {
  const found = hosts(entries).find(({ host }) => host === name);
  if (found === undefined) throw new Error(`no cluster serves ${name}`);
  return found;
}

describe('P10: who answers', () => {
  test('several clusters, each by its own host, with their shares', () => {
    const host = one([byHand('b', 30), byHand('a', 10)]);
    expect(host.answers).toEqual([
      {
        cluster: 'a',
        namespace: 'shop',
        endpoint: { name: 'a.example' },
        weight: 10,
        healthPath: '/ready',
        record: { by: 'hand' },
      },
      {
        cluster: 'b',
        namespace: 'shop',
        endpoint: { name: 'b.example' },
        weight: 30,
        healthPath: '/ready',
        record: { by: 'hand' },
      },
    ]);
    expect(host.answers.map((answer) => percentOf(host, answer))).toEqual([25, 75]);
  });

  test('a cluster without a host of its own is reached at its load balancer', () => {
    const [answer] = one([ingress('a', [COMMON], common('1 of 1'))]).answers;
    expect(answer?.endpoint).toEqual({ loadBalancerOf: 'Ingress shop/web' });
  });

  test.each(['external-dns.kubernetes.io', 'external-dns.alpha.kubernetes.io'])('%s writes what it names', (prefix) => {
    const entry = ingress('a', ['a.example', COMMON], { ...common('1 of 2'), ...weighted(prefix, 1) });
    expect(one([entry]).answers[0]?.record).toEqual({ by: 'external-dns', setIdentifier: 'us' });
    expect(one([entry], 'a.example').answers[0]?.record).toEqual({ by: 'hand' });
  });

  test('an override of the weight that is written is what holds', () => {
    const overridden = { ...common('50 of 100'), ...weighted('external-dns.kubernetes.io', 10) };
    const host = one([ingress('a', [COMMON], overridden), byHand('b', 10)]);
    expect(host.answers.map((answer) => percentOf(host, answer))).toEqual([50, 50]);
    expect(isMixed(host)).toBe(true);
  });

  test('an override that removes the share divides nothing', () => {
    const host = one([ingress('a', [COMMON], common('all of it')), byHand('b', 10)]);
    expect(isCommon(host)).toBe(false);
    expect(host.answers.map((answer) => percentOf(host, answer))).toEqual([undefined, undefined]);
  });

  test('routes have hosts too; two objects of a cluster that share one by its paths are one record', () => {
    const route = object('b', 'gateway.networking.k8s.io', 'HTTPRoute', { hostnames: [COMMON] }, {}, 'shop/route');
    const host = one([ingress('a', [COMMON]), ingress('a', [COMMON], {}, 'shop/api'), route]);
    expect(host.answers.map(({ endpoint }) => endpoint)).toEqual([
      { loadBalancerOf: 'Ingress shop/web' },
      { loadBalancerOf: 'HTTPRoute shop/route' },
    ]);
  });

  test('of two such objects, the one that weighs the host is its record', () => {
    const entries = [byHand('a', 10), ingress('a', [COMMON], {}, 'shop/api')];
    for (const order of [entries, [...entries].reverse()]) expect(one(order).all).toBe(10);
  });

  test('a record of what runs elsewhere leads there; Services that say no record have none', () => {
    const cdn = (annotations: Notes) =>
      object('a', '', 'Service', { type: 'ExternalName', externalName: 'cdn.example' }, annotations, 'shop/cdn');
    const record = (annotations: Notes) =>
      hosts([cdn(annotations)]).map(({ host, answers: [it] }) => [host, it?.endpoint, it?.record.by]);
    expect(record({ 'evenkeel.dev/dns-by-hand': 'x.example,y.example' })).toEqual([
      ['x.example', { name: 'cdn.example' }, 'hand'],
      ['y.example', { name: 'cdn.example' }, 'hand'],
    ]);
    expect(record({ 'external-dns.kubernetes.io/hostname': 'x.example' })).toEqual([
      ['x.example', { name: 'cdn.example' }, 'external-dns'],
    ]);
    expect(record({})).toEqual([]);
  });

  test('plain records of one name overwrite each other; weighted ones, and one beside records by hand, do not', () => {
    const plain = { 'external-dns.kubernetes.io/hostname': COMMON };
    const route53 = { ...common('1 of 2'), ...weighted('external-dns.kubernetes.io', 1) };
    const clusters = (a: Notes, b: Notes) => {
      const found = rivals([ingress('b', [COMMON], b), ingress('a', [COMMON], a)]);
      return [...found].map(([host, entries]) => [host, ...entries.map(({ cluster }) => cluster)]);
    };
    expect(clusters(plain, plain)).toEqual([[COMMON, 'a', 'b']]);
    expect(clusters(route53, plain)).toEqual([[COMMON, 'a', 'b']]);
    expect(clusters(plain, route53)).toEqual([[COMMON, 'a', 'b']]);
    expect(clusters(route53, route53)).toEqual([]);
    expect(clusters(plain, {})).toEqual([]);
    const twice = [ingress('a', [COMMON], plain), ingress('a', [COMMON], plain, 'shop/api')];
    expect([...rivals(twice)]).toEqual([]);
    const mixed = [ingress('a', [COMMON], plain), ...twice, ingress('b', [COMMON], route53)];
    expect([...rivals(mixed).keys()]).toEqual([COMMON]);
  });

  test('objects of a strange shape are ignored', () => {
    const odd = object('a', 'networking.k8s.io', 'Ingress', { rules: [{ host: 7 }, null, {}] }, {}, 'shop/web');
    expect(hosts([odd])).toEqual([]);
  });
});

function plan(entries: readonly ApiEntry[], request: Partial<MoveRequest> = {}) {
  return planMoves(entries, { from: 'a', to: 'b', host: undefined, ...request });
}

function moves(...args: Parameters<typeof plan>) {
  const planned = plan(...args);
  if ('errors' in planned) throw new Error(planned.errors.map(({ message }) => message).join());
  return planned.moves;
}

function problems(...args: Parameters<typeof plan>): string[] {
  const planned = plan(...args);
  return 'errors' in planned ? planned.errors.map(({ field, message }) => `${field}: ${message}`) : [];
}

describe('P7: a move', () => {
  test('others keep their shares, rounded to whole weights', () => {
    const [move] = moves([byHand('a', 3), byHand('b', 0), byHand('far-away', 1)]);
    expect(move?.steps.map(({ line }) => line)).toEqual(
      [0, 10, 50, 100].map((step) => `traffic: moveTraffic('a', 'b', ${step}, { 'far-away': 33 }),`),
    );
    expect(move?.now).toBe(0);
    expect(move?.steps[3]?.checks).toContain("then a leaves `on`, with `traffic: { 'far-away': 33, b: 100 },`");
  });

  test('a cluster that gets nothing is not named', () => {
    const [move] = moves([byHand('a', 90), byHand('b', 10), byHand('c', 0)]);
    expect(move).toMatchObject({ now: 10, steps: [{ line: "traffic: moveTraffic('a', 'b', 0)," }, {}, {}, {}] });
    expect(move?.steps[1]?.shares.map(({ cluster, percent }) => [cluster, percent])).toEqual([
      ['a', 90],
      ['b', 10],
      ['c', 0],
    ]);
  });

  test('between two steps it is at none', () => {
    expect(moves([byHand('a', 70), byHand('b', 30)])[0]).not.toHaveProperty('now');
  });

  test('where external-dns writes all, weight 0 is a weight; where anybody sets one, it is a disabled endpoint', () => {
    const aws = (cluster: string, weight: number) =>
      ingress(cluster, [COMMON], { ...common('0 of 1'), ...weighted('external-dns.kubernetes.io', weight) });
    const settings = (entries: readonly ApiEntry[]) =>
      moves(entries)[0]?.steps[0]?.shares.map(({ setting }) => setting);
    expect(settings([aws('a', 1), aws('b', 0)])).toEqual(['weight 100', 'weight 0']);
    expect(settings([aws('a', 1), byHand('b', 0)])).toEqual(['enabled, weight 100', 'disabled']);
  });

  test('a cluster without a host of its own is checked at an address that is not known yet', () => {
    const [move] = moves([byHand('a', 1), ingress('b', [COMMON], common('0 of 1'))]);
    expect(move?.steps[0]?.checks[0]).toContain(
      `--connect-to ${COMMON}:443:<address of its load balancer>:443 https://${COMMON}/ready`,
    );
  });

  describe('what moves', () => {
    const own = (cluster: string, host: string, at: string) =>
      ingress(cluster, [host], { ...common('1 of 2'), 'evenkeel.dev/common-hosts': host }, at);
    const entries = [
      ...['a', 'b'].flatMap((it) => [
        own(it, 'api.example', 'shop/api'),
        own(it, COMMON, 'shop/web'),
        own(it, 'news.example', 'news/web'),
      ]),
      own('a', 'only.example', 'only/web'),
    ];
    const moved = (host?: string) =>
      moves(entries, { host }).map((it) => [it.namespace, ...it.hosts.map((one) => one.host)]);

    test('all that both clusters answer to, by placement', () => {
      expect(moved()).toEqual([
        ['shop', 'api.example', COMMON],
        ['news', 'news.example'],
      ]);
    });

    test('with a host, its placement: they share one `traffic`', () => {
      expect(moved(COMMON)).toEqual([['shop', 'api.example', COMMON]]);
      expect(problems(entries, { host: 'only.example' })).toEqual(['--to: does not serve only.example']);
    });
  });

  test.each<[string, ApiEntry[], Partial<MoveRequest>, string[]]>([
    [
      'no weights',
      [ingress('a', [COMMON]), ingress('b', [COMMON])],
      {},
      ['host: several clusters serve it, and nothing divides its traffic'],
    ],
    [
      'two placements',
      [byHand('a', 1), byHand('b', 1, 'blog/web')],
      {},
      ['host: belongs to two placements, in shop and blog'],
    ],
    [
      'nothing to move',
      [byHand('a', 0), byHand('b', 0), byHand('c', 1)],
      {},
      [`--from: neither a nor b gets traffic of ${COMMON}`],
    ],
    [
      'weights beyond a record’s',
      [byHand('a', 10), byHand('b', 0), byHand('c', 26), byHand('d', 25)],
      {},
      [expect.stringMatching(/^traffic: c needs weight \d+ to keep its share of /)],
    ],
    ['a host of its own', [ingress('a', ['a.example']), byHand('b', 1)], {}, ['--from: nothing can move away from a']],
    [
      'no such ends',
      [byHand('a', 1)],
      { from: 'x', to: 'y', host: 'z' },
      ['--from: unknown cluster', '--to: unknown cluster', 'host: unknown host: no cluster serves it'],
    ],
  ])('refused: %s', (_, entries, request, expected) => {
    expect(problems(entries, request)).toEqual(expected);
  });
});
