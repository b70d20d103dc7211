// The identity of an object: apiVersion, kind and name are present, and unique.

import { placeOf } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import type { Json } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { configMap, object } from '../examples';
import type { Rule } from '../rule';

const isFilled = (value: Json | undefined): boolean => typeof value === 'string' && value !== '';

const GENERATED =
  'set metadata.name in place of metadata.generateName; to run a Job again for each release, put the tag of the image in it: migrate-412';

const objectShape: Rule = {
  id: 'object-shape',
  what: 'Every object has an apiVersion, a kind and a name, which the API server does not generate.',
  why: 'Without them the API server cannot store the object; with generateName every apply creates another one.',
  severity: 'error',
  judge: 'API server: decoding and ValidateObjectMeta; kubectl apply refuses generateName',
  check: (entries, report) => {
    for (const entry of entries) {
      const { manifest } = entry;
      // A List is only a wrapper; its items are checked one by one.
      if (manifest.kind === 'List') continue;
      for (const key of ['apiVersion', 'kind']) {
        if (isFilled(manifest[key])) continue;
        report(entry, `/${key}`, {
          message: `${key} is missing`,
          expected: 'a non-empty string',
          value: manifest[key] ?? null,
        });
      }
      const metadata = dig(manifest, 'metadata');
      if (isFilled(metadata?.name)) continue;
      const generated = isSet(metadata?.generateName);
      report(entry, '/metadata/name', {
        message: generated ? 'kubectl apply cannot apply an object with a generateName' : 'the name is missing',
        expected: 'a non-empty string',
        value: metadata?.name ?? null,
        ...(generated ? { fix: GENERATED } : {}),
      });
    }
  },
  examples: {
    pass: [configMap({})],
    fail: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'web-' } }],
  },
};

const keyOf = ({ cluster, identity }: ApiEntry): string =>
  `${placeOf(cluster, identity.namespace)}\n${identity.group}/${identity.kind}\n${identity.name}`;

const duplicateIdentity: Rule = {
  id: 'duplicate-identity',
  what: 'No two objects on a cluster have the same group, kind, namespace and name.',
  why: 'To the API server they are the same object: the one applied last silently replaces the other.',
  severity: 'error',
  judge: 'API server: the storage key of an object',
  check: (entries, report) => {
    const first = new Map<string, ApiEntry>();
    for (const entry of entries) {
      // The rule object-shape reports objects without a name; they are not duplicates.
      if (entry.identity.name === '') continue;
      const key = keyOf(entry);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, entry);
        continue;
      }
      const message = `${describeIdentity(entry.identity)} is defined twice: here (${describeOrigin(entry.origin)}) and by ${describeOrigin(other.origin)}`;
      report(entry, '/metadata/name', { message, expected: 'a unique name', value: entry.identity.name });
    }
  },
  examples: {
    pass: [configMap({}, 'a'), configMap({}, 'b'), object('v1', 'Service', 'a', {})],
    fail: [configMap({}, 'a'), configMap({ other: 'x' }, 'a')],
  },
};

export const identityRules: readonly Rule[] = [objectShape, duplicateIdentity];
