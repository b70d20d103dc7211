// The identity of an object: apiVersion, kind and name, which no other object shares.

import { placeOf } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import type { Json } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { configMap, object } from '../examples';
import type { Rule } from '../rule';

const isFilled = (value: Json | undefined): boolean => typeof value === 'string' && value !== '';

const objectShape: Rule = {
  id: 'object-shape',
  what: 'Every object has an apiVersion, a kind and a name, and the name is not left to the API server.',
  why: 'Without them the API server does not know what to store; with generateName every apply makes one more object.',
  severity: 'error',
  judge: 'API server: decoding and ValidateObjectMeta; kubectl apply refuses generateName',
  check: (entries, report) => {
    for (const entry of entries) {
      const { manifest } = entry;
      // A List is only a wrapping; what is in it is looked at object by object.
      if (manifest.kind === 'List') continue;
      for (const key of ['apiVersion', 'kind']) {
        if (isFilled(manifest[key])) continue;
        report(entry, `/${key}`, {
          message: `${key} is missing`,
          expected: 'a non-empty text',
          value: manifest[key] ?? null,
        });
      }
      const metadata = dig(manifest, 'metadata');
      if (isFilled(metadata?.name)) continue;
      const generated = isSet(metadata?.generateName);
      report(entry, '/metadata/name', {
        message: generated ? 'generateName makes one more object at every apply' : 'the name is missing',
        expected: 'a non-empty text',
        value: metadata?.name ?? null,
        ...(generated ? { fix: 'set metadata.name and remove metadata.generateName' } : {}),
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
  what: 'No two objects of one cluster have the same group, kind, namespace and name.',
  why: 'They are one object to the API server: the one applied last silently replaces the other.',
  severity: 'error',
  judge: 'API server: the storage key of an object',
  check: (entries, report) => {
    const first = new Map<string, ApiEntry>();
    for (const entry of entries) {
      // Nameless objects are another rule's concern, and not duplicates of each other.
      if (entry.identity.name === '') continue;
      const key = keyOf(entry);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, entry);
        continue;
      }
      const message = `${describeIdentity(entry.identity)} is made twice: here (${describeOrigin(entry.origin)}) and by ${describeOrigin(other.origin)}`;
      report(entry, '/metadata/name', { message, expected: 'a name of its own for each', value: entry.identity.name });
    }
  },
  examples: {
    pass: [configMap({}, 'a'), configMap({}, 'b'), object('v1', 'Service', 'a', {})],
    fail: [configMap({}, 'a'), configMap({ other: 'x' }, 'a')],
  },
};

export const identityRules: readonly Rule[] = [objectShape, duplicateIdentity];
