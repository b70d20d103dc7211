// Labels, labels in selectors, and annotations: their keys, values and size.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { at, dig, isSet, list, places, record } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { labelKey, labelValue } from '../../model/manifest/formats';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { APP } from '../../model/manifest/well-known';
import { configMap, deployment, object, service } from '../examples';
import type { Rule } from '../rule';
import { selectors } from './selectors';

type Entries = readonly ApiEntry[];
type Visit = (entry: ApiEntry, pointer: string, labels: JsonObject) => void;

interface Labels {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly labels: JsonObject;
}

/** Every map of labels: set on an object, or required by a selector. */
const labelMaps = memoizePerObjects((entries): readonly Labels[] => {
  const found: Labels[] = [];
  const look = (entry: ApiEntry, pointer: string, value: Json | undefined): void => {
    const labels = record(value);
    if (labels !== undefined) found.push({ entry, pointer, labels });
  };
  for (const entry of entries) look(entry, '/metadata/labels', dig(entry.manifest, 'metadata')?.labels);
  for (const { entry, template, labels, pod } of workloads(entries)) {
    if (template !== '') look(entry, `${template}/metadata/labels`, labels);
    look(entry, `${pod.pointer}/nodeSelector`, pod.value.nodeSelector);
  }
  for (const entry of objectIndex(entries).of('/Service', '/ReplicationController')) {
    look(entry, '/spec/selector', dig(entry.manifest, 'spec')?.selector);
  }
  for (const { entry, pointer, selector } of selectors(entries))
    look(entry, `${pointer}/matchLabels`, selector.matchLabels);
  return found;
});

const labelKeys: Rule = {
  id: 'label-key',
  what: 'A label key is a name with an optional DNS name as prefix.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: ValidateLabelName',
  check: (entries, report) => {
    const reportKey = (entry: ApiEntry, pointer: string, value: Json | undefined): void => {
      if (typeof value === 'string' && labelKey.fits(value)) return;
      report(entry, pointer, {
        message: `${JSON.stringify(value ?? null)} is not a valid label key`,
        expected: labelKey.expected,
        value: value ?? null,
      });
    };
    for (const { entry, pointer, labels } of labelMaps(entries)) {
      for (const key of Object.keys(labels)) if (!labelKey.fits(key)) reportKey(entry, at(pointer, key), key);
    }
    for (const { entry, pointer, selector } of selectors(entries)) {
      for (const expression of places(selector, 'matchExpressions', pointer)) {
        reportKey(entry, `${expression.pointer}/key`, expression.value.key);
      }
    }
  },
  examples: {
    pass: [object('v1', 'ConfigMap', 'web', { metadata: { name: 'web', labels: { [APP.name]: 'web' } } })],
    fail: [service({ selector: { 'app name': 'web' } })],
  },
};

const labelValues: Rule = {
  id: 'label-value',
  what: 'Label values are short strings, in selectors too.',
  why: 'The API server refuses the object. An unquoted true, no or 1.2 in YAML is not a string.',
  severity: 'error',
  judge: 'API server: ValidateLabels; kube-score label-values',
  check: (entries, report) => {
    const reportValue = (entry: ApiEntry, pointer: string, value: Json | undefined): void => {
      if (typeof value === 'string' ? labelValue.fits(value) : value === null) return;
      const message =
        typeof value === 'string' ? `"${value}" is not a valid label value` : 'a label value must be a string';
      report(entry, pointer, { message, expected: labelValue.expected, value: value ?? null });
    };
    for (const { entry, pointer, labels } of labelMaps(entries)) {
      for (const key of Object.keys(labels)) {
        const value = labels[key];
        if (typeof value !== 'string' || !labelValue.fits(value)) reportValue(entry, at(pointer, key), value);
      }
    }
    for (const { entry, pointer, selector } of selectors(entries)) {
      for (const expression of places(selector, 'matchExpressions', pointer)) {
        const values = list(expression.value.values);
        for (const [i, value] of values.entries()) reportValue(entry, `${expression.pointer}/values/${i}`, value);
      }
    }
  },
  examples: {
    pass: [deployment({ template: { metadata: { labels: { app: 'web', empty: '' } }, spec: {} } })],
    fail: [service({ selector: { app: 'my web' } }), deployment({ selector: { matchLabels: { app: 1 } } })],
  },
};

/** Calls `visit` with the annotations of every object and every pod template. */
function eachAnnotations(entries: Entries, visit: Visit): void {
  for (const entry of entries) {
    const annotations = dig(entry.manifest, 'metadata', 'annotations');
    if (annotations !== undefined) visit(entry, '/metadata/annotations', annotations);
  }
  for (const { entry, template } of workloads(entries)) {
    if (template === '') continue;
    const annotations = dig(entry.manifest, ...template.slice(1).split('/'), 'metadata', 'annotations');
    if (annotations !== undefined) visit(entry, `${template}/metadata/annotations`, annotations);
  }
}

const annotationKeys: Rule = {
  id: 'annotation-key',
  what: 'Annotation keys have the format of label keys, and annotation values are strings.',
  why: 'The API server refuses the object. An unquoted true or 1 in YAML is not a string.',
  severity: 'error',
  judge: 'API server: ValidateAnnotations',
  check: (entries, report) =>
    eachAnnotations(entries, (entry, pointer, annotations) => {
      for (const key of Object.keys(annotations)) {
        if (!labelKey.fits(key) && !labelKey.fits(key.toLowerCase())) {
          report(entry, at(pointer, key), {
            message: `"${key}" is not a valid annotation key`,
            expected: labelKey.expected,
            value: key,
          });
        }
        const value = annotations[key];
        if (isSet(value) && typeof value !== 'string') {
          report(entry, at(pointer, key), {
            message: 'an annotation must be a string',
            expected: `"${JSON.stringify(value)}"`,
            value,
          });
        }
      }
    }),
  examples: {
    pass: [
      object('v1', 'ConfigMap', 'web', { metadata: { name: 'web', annotations: { 'Example.com/Key': 'any text' } } }),
    ],
    fail: [object('v1', 'ConfigMap', 'web', { metadata: { name: 'web', annotations: { 'a/b/c': 'x' } } })],
  },
};

const MOST_ANNOTATION_BYTES = 262_144;

function annotationBytes(annotations: JsonObject): number {
  let bytes = 0;
  for (const key of Object.keys(annotations)) {
    const value = annotations[key];
    bytes += Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  }
  return bytes;
}

const annotationSize: Rule = {
  id: 'annotation-size',
  what: 'The annotations of an object take at most 262,144 bytes in total.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: ValidateAnnotationsSize',
  check: (entries, report) =>
    eachAnnotations(entries, (entry, pointer, annotations) => {
      const bytes = annotationBytes(annotations);
      if (bytes <= MOST_ANNOTATION_BYTES) return;
      report(entry, pointer, { message: `the annotations take ${bytes} bytes`, expected: 'at most 262144 bytes' });
    }),
  examples: {
    pass: [configMap({})],
    fail: [
      object('v1', 'ConfigMap', 'web', {
        metadata: { name: 'web', annotations: { a: 'x'.repeat(MOST_ANNOTATION_BYTES) } },
      }),
    ],
  },
};

export const labelRules: readonly Rule[] = [labelKeys, labelValues, annotationKeys, annotationSize];
