// Generated classes: what they drop is a finding that names the lost field, and what would be right.
import { ApiObject, JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { HttpRoute } from '../../../imports/gateway.networking.k8s.io';
import { ScaledObject } from '../../../imports/keda.sh';
import type { System } from '../../../lib/constructs';
import { find, shop } from '../../support/synthesis';

/** The fields that were dropped, each with what is said of it. */
function dropped(build: (system: System) => void): (readonly [string | undefined, string, string])[] {
  return shop(build)
    .findings.filter(({ rule }) => rule === 'dropped-field')
    .map(({ field, message, expected }) => [field, message, expected]);
}

const SELECTOR = { matchLabels: { app: 'a' } };
const deployment =
  (spec: object, pod: object = {}) =>
  (system: System) => {
    const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [], ...pod } };
    new k8s.KubeDeployment(system, 'own', {
      metadata: { name: 'own' },
      spec: { selector: SELECTOR, template, ...spec },
    });
  };

test('a misspelt key, passed through `as any` or from JSON', () => {
  expect(dropped(deployment({ replcas: 3 }))).toEqual([
    [
      '/spec/replcas',
      "the generated class of Deployment drops 'replcas', which it does not know (did you mean replicas?)",
      'one of minReadySeconds, paused, progressDeadlineSeconds, replicas, revisionHistoryLimit, selector, strategy, template',
    ],
  ]);
});

test('each lost field once, at the top of what is lost, however deep', () => {
  const containers = [
    {
      name: 'a',
      image: 'a:1',
      env: [{ name: 'A', valeu: 'b' }],
      lifecycle: { preStop: { sleep: { seconds: 5, more: [1] } } },
    },
  ];
  expect(
    dropped(deployment({ stratgy: { a: 1, b: { c: 2 } } }, { containers, hostIPC: false })).map(([field]) => field),
  ).toEqual([
    '/spec/stratgy',
    '/spec/template/spec/containers/0/env/0/valeu',
    '/spec/template/spec/containers/0/lifecycle/preStop/sleep',
    '/spec/template/spec/hostIPC',
  ]);
});

test('a top-level field, and one of the metadata', () => {
  expect(
    dropped((system) => {
      const metadata = { name: 'own', anotations: { a: 'b' } };
      new k8s.KubeConfigMap(system, 'own', { metadata, dta: { a: 'b' } } as k8s.KubeConfigMapProps);
    }).map(([field]) => field),
  ).toEqual(['/dta', '/metadata/anotations']);
});

test('a value in another form than the class reads: a number where it wants a wrapper, a text where it wants a list', () => {
  const containers = [{ name: 'a', image: 'a:1', args: 'serve', livenessProbe: { httpGet: { port: 80 } } }];
  expect(dropped(deployment({}, { containers }))).toEqual([
    [
      '/spec/template/spec/containers/0/args',
      'the generated class of Deployment cannot read this value',
      'the form that its type has',
    ],
    [
      '/spec/template/spec/containers/0/livenessProbe/httpGet/port',
      'the generated class of Deployment cannot read this value',
      'a wrapper, such as IntOrString.fromNumber(…) or Quantity.fromString(…)',
    ],
  ]);
});

test('a field that a JSON patch adds before the class maps it', () => {
  expect(
    dropped((system) => {
      const map = new k8s.KubeConfigMap(system, 'own', { metadata: { name: 'own' } });
      map.addJsonPatch(JsonPatch.add('/dta', { a: 'b' }));
    }).map(([field]) => field),
  ).toEqual(['/dta']);
});

test('a class of `cdk8s import`, and one that the user derives, with a toJson() of its own or without', () => {
  class Plain extends HttpRoute {}
  class Own extends HttpRoute {
    override toJson(): unknown {
      return { ...super.toJson(), status: {} };
    }
  }
  for (const type of [HttpRoute, Plain, Own]) {
    const props = { metadata: { name: 'own' }, spec: { hostname: ['a.example'] } };
    const build = (system: System) => void new type(system, 'own', props as ConstructorParameters<typeof HttpRoute>[2]);
    expect(dropped(build)).toMatchObject([
      ['/spec/hostname', expect.stringContaining('did you mean hostnames?'), expect.anything()],
    ]);
  }
});

test('S25: a null that the class of a custom resource cannot keep; one that it can is kept', () => {
  const build = (spec: object) => (system: System) =>
    void new ScaledObject(system, 'own', {
      metadata: { name: 'own' },
      spec: { scaleTargetRef: { name: 'a' }, triggers: [], ...spec },
    } as ConstructorParameters<typeof ScaledObject>[2]);
  expect(dropped(build({ advanced: null }))).toEqual([
    ['/spec/advanced', 'the generated class of ScaledObject drops this null', 'an ApiObject, which keeps it'],
  ]);
  expect(dropped(build({ minReplicaCount: null }))).toEqual([]);
  expect(find(shop(build({ minReplicaCount: null })), 'ScaledObject', 'own')).toHaveProperty(
    'spec.minReplicaCount',
    null,
  );
});

test('what the class knows, renames and unwraps is not lost, and a class of a list has no metadata to lose', () => {
  const ports = [{ port: 80, targetPort: k8s.IntOrString.fromString('http') }];
  expect(
    dropped((system) => {
      new k8s.KubeService(system, 'own', {
        metadata: { name: 'own' },
        spec: { clusterIp: 'None', ports, selector: {} },
      });
      new k8s.KubeConfigMapList(system, 'list', { items: [{ metadata: { name: 'listed' }, data: { a: 'b' } }] });
    }),
  ).toEqual([]);
});

test('an ApiObject keeps every field', () => {
  const own = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'own' }, spec: { replcas: 3 } };
  expect(dropped((system) => void new ApiObject(system, 'own', own))).toEqual([]);
});
