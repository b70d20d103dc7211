// 41: the manifests that are shipped, compared with themselves and with an earlier release of them: synth has nothing to say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type EarlierObject, type ObjectChanges, pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { checkChanges } from '../../../lib/checks/changes/check-changes';
import { isJsonObject, type Json } from '../../../lib/model/manifest/json';
import { groupOf } from '../../../lib/model/manifest/object';
import { shipped } from '../../support/shipped';

const DIST = join(__dirname, '../../../dist');

/** The home cluster, whose files are at the root. */
const [HOME = ''] = shipped.objects
  .filter(({ file }) => !file.startsWith('clusters/'))
  .map(({ entry: { cluster } }) => cluster);

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Every object in dist/, as read from its files; `edit` changes their text. */
function committed(edit: (yaml: string) => string = (yaml) => yaml): EarlierObject[] {
  const paths = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  return paths.flatMap((path) => {
    const cluster = /^clusters\/([^/]+)/.exec(path)?.[1] ?? HOME;
    return parseAllDocuments(edit(readFileSync(join(DIST, path), 'utf8'))).flatMap((document) => {
      const manifest: unknown = document.toJS();
      if (!isJsonObject(manifest) || !isJsonObject(manifest.metadata)) return [];
      const { namespace, name } = manifest.metadata;
      const identity = { group: groupOf(manifest.apiVersion), kind: text(manifest.kind), name: text(name) };
      return [
        {
          identity: namespace === undefined ? identity : { ...identity, namespace: text(namespace) },
          manifest,
          cluster,
        },
      ];
    });
  });
}

const changesSince = (objects: readonly EarlierObject[]): ObjectChanges =>
  pairObjects({ ref: 'HEAD', objects, known: new Set() }, shipped.entries);

test('dist/ against itself has no finding, and every object a pair', () => {
  const changes = changesSince(committed());
  expect(changes.pairs.length).toBe(shipped.entries.length);
  expect({ ...changes, pairs: [], entries: [] }).toMatchObject({ removed: [], added: [] });
  expect(checkChanges(changes)).toEqual([]);
});

test('a release has none: other tags, other variables in ConfigMaps of other names', () => {
  const released = committed((yaml) =>
    yaml
      .replaceAll(/^( +image: \S+:)\S+$/gm, '$1earlier')
      .replaceAll(/(-config-)[0-9a-f]{10}\b/g, '$10123456789')
      .replaceAll(/^( +cpu: )\d+m$/gm, '$11m'),
  );
  const found = checkChanges(changesSince(released));
  // Jobs of the load test are suspended, and run one image
  expect([
    ...new Set(found.map(({ rule, severity, object }) => `${severity} ${rule} ${object?.split(' ')[0]}`)),
  ]).toEqual(shipped.entries.some(({ identity }) => identity.kind === 'Job') ? ['warning fixed-field batch/Job'] : []);
});
