// What goes with an object that is gone, and what stays of one that is renamed.
import { pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { checkChanges } from '../../../lib/checks/changes/check-changes';
import { configMap, deployment, namespace, object, service } from '../../../lib/checks/examples';
import { isJsonObject, type JsonObject } from '../../../lib/model/manifest/json';
import { entries } from '../support';

function found(before: readonly JsonObject[], after: readonly JsonObject[]) {
  const objects = entries(before).map(({ identity, manifest, cluster }) => ({ identity, manifest, cluster }));
  return checkChanges(pairObjects({ ref: 'HEAD', objects, known: new Set() }, entries(after)));
}

const claim = object('v1', 'PersistentVolumeClaim', 'data', { spec: {} });
const kept = (annotations: JsonObject): JsonObject => ({
  ...claim,
  metadata: { ...(isJsonObject(claim.metadata) ? claim.metadata : {}), annotations },
});
const stateful = (name: string, more: JsonObject = {}): JsonObject =>
  object('apps/v1', 'StatefulSet', name, {
    spec: { selector: { matchLabels: { app: name } }, volumeClaimTemplates: [{ metadata: { name: 'data' } }], ...more },
  });

describe('data that is gone', () => {
  it('is a warning for a claim, with the way to keep it', () => {
    expect(found([claim], [])).toMatchObject([
      {
        rule: 'data-removed',
        severity: 'warning',
        object: 'PersistentVolumeClaim shop/data',
        fix: expect.stringMatching(/Prune=false.*prune: disabled/),
      },
    ]);
  });
  it('is one warning for a namespace, which is about all in it', () => {
    expect(found([namespace, claim], [])).toMatchObject([
      {
        rule: 'data-removed',
        object: 'Namespace shop',
        fix: expect.stringMatching(/^where it does not prune, kubectl delete namespace shop; /),
      },
    ]);
  });
  it('is a warning for a StatefulSet whose claims go with it', () => {
    const policy = { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } };
    expect(found([stateful('web', policy)], [])).toMatchObject([{ rule: 'data-removed' }]);
    expect(found([stateful('web')], [])).toEqual([]);
  });
  test.each([
    { 'argocd.argoproj.io/sync-options': 'PruneLast=true,Prune=false' },
    { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
  ])('is not where the delivery keeps it: %j', (annotations) => expect(found([kept(annotations)], [])).toEqual([]));
  it('does not mean what is made again', () => {
    expect(
      found([configMap({ a: 'b' }, 'web-1'), deployment()], [configMap({ a: 'c' }, 'web-2'), deployment()]),
    ).toEqual([]);
    expect(found([deployment(), service({ selector: { app: 'web' } })], [])).toEqual([]);
  });
});

describe('another name or kind', () => {
  it('is a warning for a kind under one name', () => {
    expect(found([deployment()], [stateful('web')])).toMatchObject([
      { rule: 'renamed', severity: 'warning', fix: 'kubectl -n shop delete deployment web once the new one serves' },
    ]);
  });
  it('is a warning for a StatefulSet: its volumes stay behind', () => {
    expect(found([stateful('web')], [stateful('shop')])).toMatchObject([
      { rule: 'renamed', message: expect.stringContaining('data-web-…') },
    ]);
  });
  it('is a warning for a Service with the same pods', () => {
    const pods = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    expect(found([service(pods)], [service(pods, 'shop')])).toMatchObject([{ rule: 'renamed' }]);
    expect(found([service(pods)], [service({ ...pods, selector: { app: 'x' } }, 'shop')])).toEqual([]);
    expect(found([service(pods)], [service(pods), service(pods, 'shop')])).toEqual([]);
  });
  it('is a warning for a Deployment with the same selector', () => {
    const selector = { selector: { matchLabels: { app: 'web' } } };
    expect(found([deployment()], [deployment(selector, {}, 'shop')])).toMatchObject([{ rule: 'renamed' }]);
    expect(found([deployment()], [deployment({}, {}, 'shop')])).toEqual([]);
  });
  it('is not for what the commit has already, in a file that is as it was', () => {
    const objects = entries([deployment()]).map(({ identity, manifest, cluster }) => ({ identity, manifest, cluster }));
    const known = new Set(['production\napps/StatefulSet shop/web']);
    expect(checkChanges(pairObjects({ ref: 'HEAD', objects, known }, entries([stateful('web')])))).toEqual([]);
  });
});
