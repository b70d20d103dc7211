// 41, 47, 48: what API servers refuse of a change is an error, and what they make is not. E24 asks API servers about the same list.
import { answerOf, isServed, type ObjectChange } from '../../../e2e/manifests/change';
import { OBJECT_CHANGES } from '../../../e2e/manifests/object-changes';
import { pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { checkChanges } from '../../../lib/checks/changes/check-changes';
import { FIXED_FIELDS } from '../../../lib/checks/changes/fixed-fields';
import { isJsonObject, type JsonObject } from '../../../lib/model/manifest/json';
import type { ApiEntry, ClusterApi } from '../../../lib/model/manifest/object';
import { entry } from '../support';

const MINORS = [27, 30, 33, 36, 37];

const api = (minor: number): ClusterApi => ({
  kubernetes: `1.${minor}`,
  capabilities: [],
  provider: { name: 'conformant', metricsApi: false },
  nodePools: [],
  scopes: {},
  plurals: {},
});

const objectOf = (value: unknown): JsonObject => {
  const json: unknown = JSON.parse(JSON.stringify(value));
  if (!isJsonObject(json)) throw new Error('not an object');
  return json;
};

/** Findings about one change, on a cluster of a minor; none where no platform says it. */
function changed(before: unknown, after: unknown, minor: number | undefined = 36, more: readonly unknown[] = []) {
  const made = (manifest: unknown): ApiEntry => ({
    ...entry(objectOf(manifest)),
    ...(minor === 0 ? {} : { api: api(minor) }),
  });
  const others = more.map(made);
  const { identity, manifest, cluster } = made(before);
  const earlier = { ref: 'HEAD', objects: [{ identity, manifest, cluster }], known: new Set<string>() };
  return checkChanges(pairObjects(earlier, [made(after), ...others]));
}

describe.each(MINORS)('1.%i', (minor) => {
  const cases = OBJECT_CHANGES.filter((change) => isServed(change, minor));
  const named = (change: ObjectChange) => [change.kind, change.what, answerOf(change, minor), change] as const;
  test.each(cases.map(named))('%s, %s: %s', (_kind, _what, answer, { before, after }) => {
    const found = changed(before, after, minor);
    expect(found.map(({ rule }) => rule)).toEqual(answer === 'made' ? [] : ['fixed-field']);
    for (const { message, expected, fix } of found) {
      expect(message).toMatch(answer === 'kept' ? /keeps/ : /refuses/);
      expect(expected).toContain('evenkeel.dev/fixed-field-reason');
      expect(fix).toMatch(/./);
    }
  });
  test.each(cases.map(named))('%s, %s: nothing where nothing changes', (_kind, _what, _answer, { before, after }) => {
    expect([...changed(before, before, minor), ...changed(after, after, minor)]).toEqual([]);
  });
});

test('every kind of the table has a change that is refused, and one that is made', () => {
  const kinds = (answer: ObjectChange['answer']) =>
    new Set(OBJECT_CHANGES.filter((change) => change.answer === answer).map(({ kind }) => kind));
  expect([...kinds('refused')].sort()).toEqual([...FIXED_FIELDS.keys()].sort());
  // all that these have is fixed
  const whole = ['resource.k8s.io/ResourceClaim', 'resource.k8s.io/ResourceClaimTemplate'];
  const without = [...FIXED_FIELDS.keys()].filter((kind) => !kinds('made').has(kind)).sort();
  expect(without).toEqual([...whole, 'storage.k8s.io/VolumeAttributesClass']);
});

const caseOf = (kind: string, what: string): ObjectChange => {
  const found = OBJECT_CHANGES.find((change) => change.kind === kind && change.what === what);
  if (found === undefined) throw new Error(`no ${kind}, ${what}`);
  return found;
};

const annotated = (value: unknown, annotations: JsonObject): JsonObject => {
  const json = objectOf(value);
  return { ...json, metadata: { ...(isJsonObject(json.metadata) ? json.metadata : {}), annotations } };
};

test('where no platform says the minor, only what all minors refuse is reported', () => {
  const { before, after } = caseOf('apps/StatefulSet', 'a shorter history');
  expect(changed(before, after, 0)).toEqual([]);
  const selector = caseOf('apps/StatefulSet', 'another selector');
  expect(changed(selector.before, selector.after, 0)).toHaveLength(1);
});

test('41: the message names the field, the old value, and the way round', () => {
  const { before, after } = caseOf('apps/StatefulSet', 'another Service');
  expect(changed(before, after)).toEqual([
    expect.objectContaining({
      rule: 'fixed-field',
      severity: 'error',
      object: 'apps/StatefulSet changes/one',
      construct: 'app/one',
      field: '/spec/serviceName',
      value: 'other',
      message: 'the API server refuses another spec.serviceName for apps/StatefulSet changes/one',
      expected: 'one, as before, or a reason in the annotation evenkeel.dev/fixed-field-reason',
      fix: expect.stringContaining('kubectl -n changes delete statefulset one --cascade=orphan'),
    }),
  ]);
});

test('values of a Secret are not shown', () => {
  const { before, after } = caseOf('/Secret', 'content that is immutable');
  const [found] = changed(before, after);
  expect(found).not.toHaveProperty('value');
  expect(JSON.stringify(found)).not.toMatch(/Yg==|Yw==/);
});

test('40: of a suspended Job nothing is lost: the refusal is a warning with the command', () => {
  const { before, after } = caseOf('batch/Job', 'another image while suspended');
  const [found] = changed(before, after);
  expect(found).toMatchObject({
    severity: 'warning',
    fix: expect.stringContaining('kubectl -n changes delete job one'),
  });
  const running = caseOf('batch/Job', 'another image');
  expect(changed(running.before, running.after)).toMatchObject([{ severity: 'error' }]);
});

describe('a class that decides', () => {
  const sized = (size: string) => caseOf('/PersistentVolumeClaim', size === '1Gi' ? 'larger' : 'smaller').before;
  const grows = (allowVolumeExpansion?: boolean) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'grows' },
    provisioner: 'a.example',
    ...(allowVolumeExpansion === undefined ? {} : { allowVolumeExpansion }),
  });
  it('refuses growth where it does not allow it', () => {
    expect(changed(sized('1Gi'), sized('2Gi'), 36, [grows()])).toMatchObject([
      { field: '/spec/resources/requests/storage' },
    ]);
    expect(changed(sized('1Gi'), sized('2Gi'), 36, [grows(false)])).toHaveLength(1);
    expect(changed(sized('1Gi'), sized('2Gi'), 36, [grows(true)])).toEqual([]);
    expect(changed(sized('1Gi'), sized('2Gi'))).toEqual([]);
  });
  it('is the default one of the cluster where the claim names none: a warning', () => {
    const { before } = caseOf('/PersistentVolumeClaim', 'other access');
    const { spec } = objectOf(before);
    const after = { ...before, spec: { ...(isJsonObject(spec) ? spec : {}), storageClassName: 'x' } };
    expect(changed(before, after)).toMatchObject([{ severity: 'warning', field: '/spec/storageClassName' }]);
  });
});

test('an attributes class is not taken away, from 1.34 on', () => {
  const { before, after } = caseOf('/PersistentVolumeClaim', 'an attributes class');
  expect(changed(after, before, 36)).toMatchObject([{ field: '/spec/volumeAttributesClassName' }]);
  expect(changed(after, before, 33)).toEqual([]);
});

test('a stated address may be the one that the Service has: a warning', () => {
  const { before, after } = caseOf('/Service', 'no address stated');
  expect(changed(after, before)).toMatchObject([{ severity: 'warning', field: '/spec/clusterIP' }]);
});

describe('a delivery that deletes and creates', () => {
  const { before, after } = caseOf('batch/Job', 'another image');
  test.each([
    { 'argocd.argoproj.io/sync-options': 'PruneLast=true, Force=true,Replace=true' },
    { 'argocd.argoproj.io/hook': 'PreSync' },
    { 'kustomize.toolkit.fluxcd.io/force': 'enabled' },
  ])('%j', (annotations) => {
    expect(changed(before, annotated(after, annotations))).toEqual([]);
  });
  test.each([
    { 'argocd.argoproj.io/sync-options': 'Replace=true' },
    { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded' },
    { 'kustomize.toolkit.fluxcd.io/force': 'disabled' },
  ])('not %j', (annotations) => {
    expect(changed(before, annotated(after, annotations))).toHaveLength(1);
  });
  it('does not help a claim', () => {
    const smaller = caseOf('/PersistentVolumeClaim', 'smaller');
    const forced = annotated(smaller.after, { 'kustomize.toolkit.fluxcd.io/force': 'enabled' });
    expect(changed(smaller.before, forced)).toHaveLength(1);
  });
});

describe('the reason', () => {
  const reason = { 'evenkeel.dev/fixed-field-reason': 'deleted by hand on 2026-11-29' };
  const { before, after } = caseOf('apps/Deployment', 'another selector');
  it('excuses the change', () => {
    expect(changed(before, annotated(after, reason))).toEqual([]);
    expect(changed(before, annotated(after, { 'evenkeel.dev/fixed-field-reason': ' ' }))).toHaveLength(1);
  });
  it('is a warning once the commit has the change', () => {
    expect(changed(annotated(after, reason), annotated(after, reason))).toMatchObject([
      { rule: 'unused-reason', severity: 'warning', expected: 'no reason any more, once the clusters have the change' },
    ]);
  });
  it('is a warning where nothing changes', () => {
    expect(changed(before, annotated(before, reason))).toMatchObject([
      { rule: 'unused-reason', expected: 'a reason only for a change that the API server refuses' },
    ]);
  });
});
