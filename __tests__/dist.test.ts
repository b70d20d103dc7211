// Invariants of the whole committed dist, for every object of every chart.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../lib/model/manifest/json';
import { isClusterScoped, isPlatformOwned, kindRank } from '../lib/model/manifest/kind-lookup';
import { at } from './support/synthesis';

const ROOT = join(__dirname, '..');
const DIST = join(ROOT, 'dist');

const paths = readdirSync(DIST, { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(DIST, join(entry.parentPath, entry.name)))
  .sort();
const yamlPaths = paths.filter((path) => path.endsWith('.yaml'));

interface Entry {
  readonly path: string;
  readonly object: JsonObject;
}

const objects: Entry[] = yamlPaths.flatMap((path) =>
  parseAllDocuments(readFileSync(join(DIST, path), 'utf8'), { version: '1.1' }).map((document) => {
    const object: unknown = document.toJS();
    if (!isJsonObject(object)) throw new Error(`${path} has a document that is not an object`);
    return { path, object };
  }),
);

const named = ({ path, object }: Entry): [string, Entry] => [
  `${path} ${String(object.kind)} ${String(at(object, 'metadata', 'name'))}`,
  { path, object },
];

test('there are amounts and ports to check', () => {
  let [amounts, ports] = [0, 0];
  for (const { object } of objects) {
    walk(object, (value, keys) => {
      if (isAmount(keys) && !isJsonObject(value)) amounts++;
      if (keys.at(-2) === 'ports' && isJsonObject(value)) ports++;
    });
  }
  expect(amounts).toBeGreaterThan(0);
  expect(ports).toBeGreaterThan(0);
});

test('there are files and objects to check', () => {
  expect(yamlPaths.length).toBeGreaterThan(1);
  expect(objects.length).toBeGreaterThan(yamlPaths.length);
});

test('the inventory lists the files, and there are no others', () => {
  const inventory = readFileSync(join(DIST, 'inventory.txt'), 'utf8');
  expect(inventory.split('\n').filter((line) => /^\S+\.yaml$/.test(line))).toEqual(yamlPaths);
  expect(paths).toEqual([...yamlPaths, 'inventory.txt'].sort());
});

test('no kustomization.yaml, which would break kubectl apply -f', () => {
  expect(paths.filter((path) => /kustomization/i.test(path))).toEqual([]);
});

/** Objects that are the platform team's, although deployers write other objects of the same kinds. */
const isThePlatforms = (object: JsonObject): boolean =>
  at(object, 'metadata', 'name') === 'default-deny' || at(object, 'metadata', 'namespace') === 'headroom';

describe.each(objects.map(named))('%s', (_, { path, object }) => {
  const kind = String(object.kind);
  const group = String(object.apiVersion).includes('/') ? (String(object.apiVersion).split('/')[0] ?? '') : '';

  test('is in the file of its phase', () => {
    const phase = isClusterScoped(group, kind, new Set())
      ? /(^|\/)00-cluster\.yaml$/
      : isPlatformOwned(group, kind) || isThePlatforms(object)
        ? /(^|\/)05-[a-z0-9-]+\.yaml$/
        : /(^|\/)10-[a-z0-9-]+\.yaml$/;
    expect(path).toMatch(phase);
  });

  test('has a namespace exactly when its kind has', () => {
    expect(at(object, 'metadata', 'namespace') === undefined).toBe(isClusterScoped(group, kind, new Set()));
  });

  test('has a name that a person would choose', () => {
    expect(at(object, 'metadata', 'name')).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
  });

  test('has canonical bytes: no null, no empty map or list, quantities and protocols as the API server stores them', () => {
    walk(object, (value, keys) => {
      expect([keys.join('/'), value]).not.toEqual([keys.join('/'), null]);
      // where empty means every pod, namespace or object
      const selectsAll =
        /^spec\/(?:podSelector|match(?:Constraints|Resources)\/(?:namespace|object)Selector|(?:in|e)gress\/\d+\/(?:from|to)\/\d+\/namespaceSelector)$/.test(
          keys.join('/'),
        );
      const isMap = typeof value === 'object' && value !== null && !selectsAll;
      if (isMap) expect([keys, Object.keys(value).length]).not.toEqual([keys, 0]);
      if (isAmount(keys) && !isJsonObject(value)) expect(value).toMatch(/^(?:0|[1-9]\d*(?:m|Mi|Gi)?)$/);
      if (keys.at(-2) === 'ports' && isJsonObject(value)) expect(value).toHaveProperty('protocol');
    });
  });

  test('names its manager and its system', () => {
    expect(at(object, 'metadata', 'labels', 'app.kubernetes.io/managed-by')).toBe('evenkeel');
    expect(at(object, 'metadata', 'labels', 'app.kubernetes.io/part-of')).toBeTruthy();
  });
});

describe('order within a file', () => {
  test.each(yamlPaths)('%s', (path) => {
    const ranks = objects.filter((entry) => entry.path === path).map(({ object }) => kindRank(String(object.kind)));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });
});

test('no two objects of a cluster are the same', () => {
  const identities = objects.map(({ path, object }) =>
    JSON.stringify([
      path.replace(/[^/]*$/, ''),
      String(object.apiVersion).split('/').slice(0, -1),
      object.kind,
      at(object, 'metadata', 'namespace'),
      at(object, 'metadata', 'name'),
    ]),
  );
  expect(new Set(identities).size).toBe(identities.length);
});

describe('G11: access', () => {
  const ofKind = (...kinds: readonly string[]) => objects.filter(({ object }) => kinds.includes(String(object.kind)));
  const folder = (path: string) => path.replace(/[^/]*$/, '');
  const roles = ofKind('Role', 'ClusterRole');
  const bindings = ofKind('RoleBinding', 'ClusterRoleBinding');

  /** Kinds of the subjects that have a ClusterRole, on any cluster. */
  const subjectKindsOf = (role: JsonObject): unknown[] => {
    const own = bindings.filter(({ object }) => at(object, 'roleRef', 'name') === at(role, 'metadata', 'name'));
    const subjects = own.flatMap(({ object }) => (Array.isArray(object.subjects) ? object.subjects : []));
    return [...new Set(subjects.map((subject) => at(subject, 'kind')))];
  };

  testEach(roles, 'has no wildcard, no right to Secrets or RBAC, and no way to escalate', ({ object }) => {
    const words = JSON.stringify(object.rules).match(/"[^"]*"/g) ?? [];
    const refused = /[*]|^"(secrets|escalate|bind|impersonate|nodes\/(?!metrics").*|serviceaccounts\/token|rbac.*)"$/;
    expect(words.filter((word) => refused.test(word))).toEqual([]);
    // nodes are read by programs that show them, and changed by none
    const rules = Array.isArray(object.rules) ? object.rules : [];
    const aboutNodes = rules.filter((rule) => JSON.stringify(at(rule, 'resources') ?? []).includes('"nodes'));
    for (const rule of aboutNodes) {
      expect(['get', 'list', 'watch']).toEqual(expect.arrayContaining(Object.values(at(rule, 'verbs') ?? [])));
    }
    if (aboutNodes.length > 0) expect(subjectKindsOf(object)).toEqual(['ServiceAccount']);
  });

  testEach(bindings, 'names an existing role and at least one subject', ({ path, object }) => {
    const name = at(object, 'roleRef', 'name');
    const namespace = at(object, 'roleRef', 'kind') === 'Role' ? at(object, 'metadata', 'namespace') : undefined;
    const isIt = (role: Entry) =>
      folder(role.path) === folder(path) &&
      at(role.object, 'metadata', 'name') === name &&
      at(role.object, 'metadata', 'namespace') === namespace;
    // over the whole cluster: sysadmins, and programs with rights of their own
    const isSysadmins = object.kind === 'ClusterRoleBinding' && name === 'cluster-admin';
    if (!isSysadmins) expect(roles.filter(isIt)).toHaveLength(1);
    if (object.kind === 'ClusterRoleBinding' && !isSysadmins) {
      const own = Array.isArray(object.subjects) ? object.subjects.map((subject) => at(subject, 'kind')) : [];
      expect(own).toEqual(['ServiceAccount']);
    }
    const subjects = at(object, 'subjects');
    const names = Array.isArray(subjects) ? subjects.map((subject) => String(at(subject, 'name'))) : [];
    expect(names.length).toBeGreaterThan(0);
    for (const subject of names) expect(subject).not.toMatch(/^(system:|$)/);
  });

  const deployers = ofKind('Role').filter(({ object }) => at(object, 'metadata', 'name') === 'deployer');
  testEach(deployers, 'as many kinds as are in the file of the deployer', ({ path, object }) => {
    const file = path.replace('05-', '10-');
    const written = new Set(objects.filter((entry) => entry.path === file).map((entry) => String(entry.object.kind)));
    const rules = at(object, 'rules');
    const kinds = (Array.isArray(rules) ? rules : []).flatMap((rule) => at(rule, 'resources') ?? []);
    expect(new Set(kinds).size).toBe(written.size);
    expect(written.size).toBeGreaterThan(0);
  });
});

test('no secrets', () => {
  expect(objects.filter(({ object }) => object.kind === 'Secret')).toEqual([]);
  const text = yamlPaths.map((path) => readFileSync(join(DIST, path), 'utf8')).join('');
  expect(text).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^/\s:]+:[^/\s@]+@/);
});

/** A test for each object; a dist without such objects has none. */
function testEach(entries: readonly Entry[], title: string, judge: (entry: Entry) => void): void {
  for (const [name, entry] of entries.map(named)) test(`${name}: ${title}`, () => judge(entry));
}

const isAmount = (keys: readonly string[]): boolean =>
  ['requests', 'limits', 'hard', 'default', 'defaultRequest'].includes(String(keys.at(-2)));

function walk(value: Json, visit: (value: Json, keys: readonly string[]) => void, keys: readonly string[] = []): void {
  visit(value, keys);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) walk(child, visit, [...keys, key]);
}
