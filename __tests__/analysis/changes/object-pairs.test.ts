// Pairs: one identity on one cluster. Files, and the version of the API, do not count.
import { objectKey, pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { deployment, service } from '../../../lib/checks/examples';
import { entry } from '../../checks/support';

const earlier = (manifest: Parameters<typeof entry>[0], cluster = 'production') => {
  const { identity } = entry(manifest);
  return { identity, manifest, cluster };
};

test('objects are paired by cluster, group, kind, namespace and name', () => {
  const web = entry(deployment({ replicas: 2 }));
  const shop = entry(service({}));
  const before = [earlier(deployment()), earlier(deployment(), 'staging')];
  const changes = pairObjects({ ref: 'HEAD', objects: before, known: new Set() }, [web, shop]);
  expect(changes.pairs).toEqual([{ before: before[0], after: web }]);
  expect(changes.removed).toEqual([before[1]]);
  expect(changes.added).toEqual([shop]);
});

test('what the commit has with the same text is neither paired nor added', () => {
  const known = new Set([objectKey('production', 'Service shop/web')]);
  expect(pairObjects({ ref: 'HEAD', objects: [], known }, [entry(service({}))])).toMatchObject({
    pairs: [],
    added: [],
  });
});

test('of an object that is there twice, the last counts', () => {
  const objects = [earlier(deployment({ replicas: 1 })), earlier(deployment({ replicas: 2 }))];
  const { pairs, removed } = pairObjects({ ref: 'HEAD', objects, known: new Set() }, [entry(deployment())]);
  expect(pairs.map(({ before }) => before)).toEqual([objects[1]]);
  expect(removed).toEqual([]);
});
