// A kustomization of the same applications: one file each, with a name prefix and a common label as its work.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fresh } from '../places.mjs';

/** Writes the kustomization and returns its folder. */
export function writeKustomization({ manifests, parameters }, objects) {
  const folder = fresh(`kustomize-${objects}`);
  mkdirSync(folder, { recursive: true });
  const resources = parameters(objects).map((application) => {
    const documents = manifests(application).map((document) => stringify(document, { aliasDuplicateObjects: false }));
    writeFileSync(join(folder, `${application.name}.yaml`), documents.join('---\n'));
    return `${application.name}.yaml`;
  });
  const labels = [{ pairs: { 'example.com/team': 'bench' }, includeSelectors: true }];
  writeFileSync(join(folder, 'kustomization.yaml'), stringify({ namePrefix: 'x-', labels, resources }));
  return folder;
}
