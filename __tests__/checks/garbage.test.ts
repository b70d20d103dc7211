import { check, rules } from '../../lib/checks';
import { isJsonObject, type Json, type JsonObject } from '../../lib/model/manifest/json';
import { seeded } from '../support/random';
import { cases } from '../support/requirements';
import { entry } from './support';

const CASES = cases(500, 5_000);
const VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  '80',
  '${',
  '%',
  '1e9999',
  '-----BEGIN PRIVATE KEY',
  'a://b:c@d',
  [],
  [null],
  [[]],
  ['x'],
  [1],
  {},
  { name: null },
  { name: 1 },
  { toString: 1 },
  { __proto__: null },
  [{}],
  [{ name: {} }],
];
const ODD_KEYS = ['constructor', '__proto__', 'hasOwnProperty', '', '/', '~'];

const samples: readonly JsonObject[] = rules.flatMap(({ examples }) => [...examples.pass, ...examples.fail]);

/** Replaces one node of a manifest, or adds a strange key next to it. */
function mutate(node: Json, random: () => number, depth = 0): Json {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  if (depth > 0 && random() < 0.15) return pick(VALUES) ?? null;
  if (Array.isArray(node)) {
    const at = Math.floor(random() * node.length);
    return node.map((item, i) => (i === at ? mutate(item, random, depth + 1) : item));
  }
  if (!isJsonObject(node)) return pick(VALUES) ?? null;
  const keys = Object.keys(node);
  const chosen = random() < 0.05 ? pick(ODD_KEYS) : pick(keys);
  if (chosen === undefined) return node;
  const changed = Object.entries(node).map(
    ([key, value]) => [key, key === chosen ? mutate(value, random, depth + 1) : value] as const,
  );
  return Object.fromEntries(keys.includes(chosen) ? changed : [...changed, [chosen, pick(VALUES) ?? null] as const]);
}

test(`${CASES} mutations of manifests never make a rule throw`, () => {
  const random = seeded(20_261);
  const sane = samples.map((manifest) => entry(manifest));
  for (let i = 0; i < CASES; i++) {
    const sample = samples[Math.floor(random() * samples.length)] ?? {};
    let broken: Json = sample;
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) broken = mutate(broken, random);
    if (!isJsonObject(broken)) continue;
    // The identity stays, as the framework read it before the manifest was patched by hand.
    const objects = [
      { ...entry(sample), manifest: broken },
      entry(broken),
      ...sane.slice(i % sane.length, (i % sane.length) + 8),
    ];
    expect(() => check(objects)).not.toThrow();
  }
});

test.each<JsonObject>([
  {},
  { kind: 7 },
  { apiVersion: 'v1', kind: 'Pod', metadata: 'x', spec: [] },
  { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: 'web', volumes: {} } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: { 0: 80 }, selector: [] } },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a', labels: [] },
    spec: { selector: 'a', template: 1 },
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'a', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ resources: [{ toString: 1 }], verbs: [{ toString: 1 }] }],
  },
])('%j makes no rule throw', (manifest) => {
  expect(() => check([entry(manifest)])).not.toThrow();
});
