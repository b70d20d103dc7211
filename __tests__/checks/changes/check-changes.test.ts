// The comparison as a whole, on objects of any shape: users may place anything, and commits may have anything.
import { pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { checkChanges } from '../../../lib/checks/changes/check-changes';
import { FIXED_FIELDS } from '../../../lib/checks/changes/fixed-fields';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { entry } from '../support';

const ODD: readonly Json[] = [null, 1, 'x', true, [], [1], [{}], {}, { a: 1 }, { spec: 1 }, { template: [] }];

test.each(ODD)('any field may be of any shape: %j', (odd) => {
  const bodies: readonly JsonObject[] = [
    { spec: odd },
    { spec: { selector: odd, template: odd, resources: odd, versions: odd, ports: odd, cidrs: odd, csi: odd } },
    { spec: { containers: odd, tolerations: odd, clusterIPs: odd, ipFamilies: odd, names: odd, scopes: odd } },
    { spec: { template: { spec: odd, metadata: odd }, resources: { requests: odd }, volumeClaimTemplates: odd } },
    { data: odd, stringData: odd, immutable: true, roleRef: odd, type: odd, parameters: odd, value: odd },
    { metadata: { name: 'a', annotations: odd, labels: odd } },
  ];
  for (const kind of FIXED_FIELDS.keys()) {
    const [group = '', name = ''] = kind.split('/');
    const made = bodies.map((body) => ({
      apiVersion: group === '' ? 'v1' : `${group}/v1`,
      kind: name,
      metadata: { name: 'a', namespace: 'b' },
      ...body,
    }));
    for (const before of made) {
      for (const after of made) {
        const { identity } = entry(after);
        const objects = [{ identity, manifest: before, cluster: 'production' }];
        expect(() =>
          checkChanges(pairObjects({ ref: 'HEAD', objects, known: new Set() }, [entry(after)])),
        ).not.toThrow();
      }
    }
  }
});
