// Policies that are not ours: each answer of the field notes (F4), and its siblings.
import { ApiObject } from 'cdk8s';
import { connections, notEvaluated } from '../../../lib/analysis/network/connections';
import { WebService } from '../../../lib/constructs';
import type { Json, JsonObject } from '../../../lib/model';
import { entries } from '../../checks/support';
import { cli } from '../../support/cli';
import { shopApp, WEB } from '../../support/synthesis';

type Fields = { readonly [key: string]: Json };

const pods = (name: string, pod: Fields = {}, namespace = 'shop', kind = 'Deployment'): JsonObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace },
  spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [], ...pod } } },
});
const declared = (...ports: Fields[]): Fields => ({ containers: [{ name: 'main', ports }] });

const policy = (app: string | undefined, spec: Fields, namespace = 'shop'): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `of-${app ?? 'all'}`, namespace },
  spec: { podSelector: app === undefined ? {} : { matchLabels: { app } }, ...spec },
});
const ends = (app: string): Fields => ({ podSelector: { matchLabels: { app } } });
const space = (name: string, labels: Fields = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** All connections of these objects. */
const all = (...objects: JsonObject[]): string[] =>
  connections(entries([space('shop'), ...objects])).map(({ from, to, port }) => `${from} → ${to} ${port}`);
/** Those from `shop/e` to `shop/d`. */
const pair = (...objects: JsonObject[]): string[] =>
  all(...objects).flatMap((line) => (line.startsWith('shop/e → shop/d ') ? line.slice('shop/e → shop/d '.length) : []));
/** Those from e to outside of the app. */
const exits = (...objects: JsonObject[]): string[] =>
  all(...objects).flatMap((line) => (/^shop\/e → (?!shop\/)/.test(line) ? line.slice('shop/e → '.length) : []));

const [E, D] = [pods('e'), pods('d')];
const egress = (rule: Fields): JsonObject => policy('e', { policyTypes: ['Egress'], egress: [rule] });
const ingress = (rule: Fields): JsonObject => policy('d', { policyTypes: ['Ingress'], ingress: [rule] });

describe('F4: ports', () => {
  test.each<[string, Json, string]>([
    ['a range', [{ port: 1, endPort: 65535 }], '1-65535/TCP'],
    ['a range of another protocol', [{ port: 8000, endPort: 8090, protocol: 'SCTP' }], '8000-8090/SCTP'],
    ['all of a protocol', [{ protocol: 'UDP' }], 'any port/UDP'],
    ['an empty list', [], 'any port'],
    ['an empty item', [{}], 'any port/TCP'],
    ['a name', [{ port: 'http' }], 'http/TCP'],
  ])('to addresses: %s', (_, ports, text) => {
    expect(exits(E, egress({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports }))).toEqual([`0.0.0.0/0 ${text}`]);
  });

  test.each<[string, Json, string[]]>([
    ['a port that no container declares', [{ port: 9999 }], ['9999/TCP']],
    ['a range', [{ port: 1, endPort: 65534 }], ['1-65534/TCP']],
    [
      'ranges that overlap or touch',
      [{ port: 10, endPort: 20 }, { port: 15, endPort: 30 }, { port: 31 }],
      ['10-31/TCP'],
    ],
    ['a name of the target', [{ port: 'admin' }], ['9000/TCP']],
    ['a name with another protocol', [{ port: 'admin', protocol: 'UDP' }], []],
    ['a name that the target has not', [{ port: 'metrics' }], []],
    ['SCTP', [{ port: 3868, protocol: 'SCTP' }], ['3868/SCTP']],
    ['all of a protocol', [{ protocol: 'UDP' }], ['any port/UDP']],
    ['no list', [], ['any port']],
  ])('between pods: %s', (_, ports, expected) => {
    const target = pods('d', declared({ name: 'admin', containerPort: 9000 }));
    expect(pair(E, target, egress({ to: [ends('d')], ports }))).toEqual(expected);
    expect(pair(E, target, ingress({ from: [ends('e')], ports }))).toEqual(expected);
  });

  test('both sides: what one allows and the other does not is none', () => {
    const both = (out: Json, into: Json) =>
      pair(E, D, egress({ to: [ends('d')], ports: out }), ingress({ from: [ends('e')], ports: into }));
    expect(both([{ port: 9999 }], [{ port: 9999 }])).toEqual(['9999/TCP']);
    expect(both([{ port: 9999 }], [{ port: 9998 }])).toEqual([]);
    expect(both([{ port: 1, endPort: 100 }], [{ port: 90, endPort: 200 }])).toEqual(['90-100/TCP']);
    expect(both([{ port: 1 }], [{ port: 1, protocol: 'UDP' }])).toEqual([]);
    expect(both([], [{ port: 53, protocol: 'UDP' }])).toEqual(['53/UDP']);
  });

  test('a name in an ingress rule means the pod’s own port, from outside too', () => {
    const target = pods('d', declared({ name: 'http', containerPort: 8080 }));
    const rule = ingress({ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 'http' }, { port: 'gone' }] });
    expect(all(target, rule).filter((line) => line.includes('10.0.0.0/8'))).toEqual(['10.0.0.0/8 → shop/d 8080/TCP']);
  });
});

describe('F4: which pods are isolated', () => {
  test('pods without policies talk on any port, declared or not', () => {
    expect(pair(E, D)).toEqual(['any port']);
    expect(pair(E, D, policy(undefined, { ingress: [{}], egress: [{}] }))).toEqual(['any port']);
  });

  test.each<[string, Fields, string[]]>([
    ['an empty egress list without types leaves egress open', { egress: [] }, ['anywhere any port']],
    ['egress rules without types isolate', { egress: [{ ports: [{ port: 53 }] }] }, ['anywhere 53/TCP']],
    ['no types and no egress leave egress open', { ingress: [] }, ['anywhere any port']],
    ['an empty list of types is the default', { policyTypes: [], egress: [] }, ['anywhere any port']],
    ['the type alone isolates', { policyTypes: ['Egress'] }, []],
    [
      'types without Egress ignore egress rules',
      { policyTypes: ['Ingress'], egress: [{ ports: [{ port: 1 }] }] },
      ['anywhere any port'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(exits(E, policy('e', spec))).toEqual(expected);
  });

  test('without types ingress is isolated in any case', () => {
    expect(pair(E, D, policy('d', { egress: [{}] }))).toEqual([]);
    expect(pair(E, D, policy('d', {}))).toEqual([]);
  });

  test('selectors by expression select', () => {
    const isolated = (operator: string, values: string[]) =>
      pair(E, D, {
        ...policy(undefined, { policyTypes: ['Ingress'] }),
        spec: { podSelector: { matchExpressions: [{ key: 'app', operator, values }] }, policyTypes: ['Ingress'] },
      });
    expect(isolated('In', ['d'])).toEqual([]);
    expect(isolated('NotIn', ['d'])).toEqual(['any port']);
    expect(isolated('Exists', [])).toEqual([]);
    expect(isolated('DoesNotExist', [])).toEqual(['any port']);
  });

  test('labels that controllers add select some pods: the rest stays open', () => {
    const first = { podSelector: { matchLabels: { 'statefulset.kubernetes.io/pod-name': 'd-0' } } };
    const set = pods('d', {}, 'shop', 'StatefulSet');
    const deny = { ...policy(undefined, {}), spec: { ...first, policyTypes: ['Ingress'] } };
    expect(pair(E, set, deny)).toEqual(['any port ?']);
    expect(pair(E, set, egress({ to: [first], ports: [{ port: 80 }] }))).toEqual(['80/TCP ?']);
  });

  test('a policy of another namespace or cluster selects none; one without a namespace is applied to default', () => {
    expect(pair(E, D, policy('d', { policyTypes: ['Ingress'] }, 'blog'))).toEqual(['any port']);
    const bare = (object: JsonObject): JsonObject => ({ ...object, metadata: { name: 'x' } });
    expect(all(bare(pods('e')), bare(policy('e', { policyTypes: ['Ingress', 'Egress'] })))).toEqual([]);
  });
});

describe('F4: peers', () => {
  const blog = (labels: Fields = {}) => [space('blog', labels), pods('d', {}, 'blog')];
  const toBlog = (peer: Fields, ...objects: JsonObject[]) =>
    all(E, ...objects, egress({ to: [peer], ports: [{ port: 80 }] })).filter((line) =>
      line.startsWith('shop/e → blog/d'),
    );

  test('namespaces by label, expression and name; those that the app does not write, by name alone', () => {
    const by = (selector: Fields, ...objects: JsonObject[]) => toBlog({ namespaceSelector: selector }, ...objects);
    const sure = ['shop/e → blog/d 80/TCP'];
    const team = (operator: string, values: string[] = []) => ({
      matchExpressions: [{ key: 'team', operator, ...(values.length === 0 ? {} : { values }) }],
    });
    expect(by({}, ...blog())).toEqual(sure);
    expect(by({ matchLabels: { team: 'a' } }, ...blog({ team: 'a' }))).toEqual(sure);
    expect(by({ matchLabels: { team: 'a' } }, ...blog())).toEqual([]);
    expect(by(team('In', ['a', 'b']), ...blog({ team: 'a' }))).toEqual(sure);
    expect(by(team('NotIn', ['a']), ...blog({ team: 'a' }))).toEqual([]);
    expect(by(team('DoesNotExist'), ...blog())).toEqual(sure);
    const named = { matchLabels: { 'kubernetes.io/metadata.name': 'blog' } };
    const foreign = pods('d', {}, 'blog');
    expect(by(named, foreign)).toEqual(sure);
    expect(by({ matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, foreign)).toEqual([]);
    expect(by({ matchLabels: { team: 'a' } }, foreign)).toEqual(['shop/e → blog/d 80/TCP ?']);
    expect(by({ ...named, ...team('NotIn', ['a']) }, foreign)).toEqual(['shop/e → blog/d 80/TCP ?']);
  });

  test('both selectors of one peer must match; two peers are alternatives', () => {
    const other = { podSelector: { matchLabels: { app: 'x' } } };
    expect(toBlog({ namespaceSelector: {}, ...other }, ...blog())).toEqual([]);
    expect(toBlog({ namespaceSelector: {}, ...ends('d') }, ...blog())).toEqual(['shop/e → blog/d 80/TCP']);
    expect(toBlog(ends('d'), ...blog())).toEqual([]);
  });

  test('an empty list of peers means all', () => {
    expect(exits(E, egress({ to: [], ports: [{ port: 80 }] }))).toEqual(['anywhere 80/TCP']);
    expect(pair(E, D, ingress({ from: [], ports: [{ port: 80 }] }))).toEqual(['80/TCP']);
  });

  test.each<[Fields, string]>([
    [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }, '0.0.0.0/0 except 10.0.0.0/8'],
    [{ ipBlock: { cidr: '::/0', except: ['fd00::/8', 'fe80::/10'] } }, '::/0 except fd00::/8, fe80::/10'],
    [
      { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }] } },
      'namespaces team in (a,b)',
    ],
    [
      { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] } },
      'namespaces team notin (a)',
    ],
    [
      { namespaceSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'team', operator: 'Exists' }] } },
      'namespaces a=b,team',
    ],
    [
      { namespaceSelector: {}, podSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } },
      'namespaces (all), pods !app',
    ],
    [
      { podSelector: { matchLabels: { app: 'prometheus' } } },
      'namespaces kubernetes.io/metadata.name=shop, pods app=prometheus',
    ],
  ])('printed whole: %j', (peer, text) => {
    expect(exits(E, egress({ to: [peer], ports: [{ port: 80 }] }))).toEqual([`${text} 80/TCP`]);
  });

  test('own pods that the app may not write all of are named by their selector', () => {
    const rule = egress({ to: [ends('d')], ports: [{ port: 80 }] });
    const own = connections(entries([E, D, rule])).map(({ to }) => to);
    expect(own).toContain('namespaces kubernetes.io/metadata.name=shop, pods app=d');
    expect(exits(E, D, rule)).toEqual([]);
  });

  test('a block may hold pods, for some plugins; one of the link holds none', () => {
    const to = (cidr: string) => pair(E, D, egress({ to: [{ ipBlock: { cidr } }], ports: [{ port: 80 }] }));
    expect(to('10.0.0.0/8')).toEqual(['80/TCP ?']);
    expect(to('0.0.0.0/0')).toEqual(['80/TCP ?']);
    expect(to('169.254.0.0/16')).toEqual([]);
  });
});

describe('F4: the host network', () => {
  const agent = pods('e', { hostNetwork: true });
  const closed = policy(undefined, { policyTypes: ['Ingress', 'Egress'] });

  test('policies may not hold: what they refuse may be let through', () => {
    expect(exits(agent)).toEqual(['anywhere any port']);
    expect(exits(agent, closed)).toEqual(['anywhere any port ?']);
    expect(all(agent, D, closed)).toEqual([
      'anywhere → shop/e any port ?',
      'shop/d → shop/e any port ?',
      'shop/e → anywhere any port ?',
      'shop/e → shop/d any port ?',
      'shop/e → shop/e any port ?',
    ]);
  });

  test('as a peer, it is not surely meant by its labels', () => {
    expect(pair(agent, D, ingress({ from: [ends('e')], ports: [{ port: 80 }] }))).toEqual(['any port ?']);
    expect(pair(agent, D, ingress({ ports: [{ port: 80 }] }))).toEqual(
      ['80/TCP', 'any port/SCTP ?', '1-79/TCP ?', '81-65535/TCP ?', 'any port/UDP ?'].sort(),
    );
    expect(pair(E, pods('d', { hostNetwork: true }), egress({ to: [ends('d')], ports: [{ port: 80 }] }))).toEqual([
      'any port ?',
    ]);
  });
});

describe('F4: what the command prints', () => {
  const print = (objects: readonly JsonObject[], ...options: string[]) =>
    cli(['connections', ...options], () => ({
      app: shopApp((system) => {
        new WebService(system, 'web', WEB);
        for (const [index, { apiVersion, kind, spec = {} }] of objects.entries()) {
          new ApiObject(system, `x${index}`, { apiVersion: String(apiVersion), kind: String(kind), spec });
        }
      }),
    }));

  test('a doubt is explained below the table, and only there', async () => {
    const out = {
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }], ports: [{ port: 80 }] }],
    };
    const policies = [policy(undefined, out), policy(undefined, { policyTypes: ['Ingress'], ingress: [{}] })];
    const doubtful = await print(policies);
    expect(doubtful.out).toMatch(/^mumbai +shop-production\/web +shop-production\/web +80\/TCP \?$/m);
    expect(doubtful.out).toMatch(/^\?: may be let through\./m);
    expect(Math.max(...doubtful.out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    const sure = await print([]);
    expect({ code: sure.code, doubt: sure.out.includes('?'), err: sure.err }).toEqual({
      code: 0,
      doubt: false,
      err: '',
    });
  });

  test('policies of other kinds, and pods of kinds that are not read, are named as not evaluated', async () => {
    const cilium = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' };
    const { code, out, err } = await print([cilium], '--json');
    expect(err).toMatch(/^not evaluated: cilium\.io\/CiliumNetworkPolicy shop-production\/\S+ on mumbai$/m);
    expect({ code, listed: Array.isArray(JSON.parse(out)) }).toEqual({ code: 0, listed: true });
    const kinds = (...objects: JsonObject[]) => notEvaluated(entries(objects)).map(({ identity }) => identity.kind);
    const admin = {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: 'x' },
    };
    const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'x', namespace: 'shop' } };
    const istio = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: 'x' } };
    expect(kinds(admin, rollout, istio, E, policy('e', {}))).toEqual([
      'AdminNetworkPolicy',
      'Rollout',
      'AuthorizationPolicy',
    ]);
  });
});
