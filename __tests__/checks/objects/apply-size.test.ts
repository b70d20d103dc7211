// Sizes for client-side apply (F17): a warning from the first byte over what the annotation can hold, for every kind.
import { ApiObject, App, Chart } from 'cdk8s';
import { check } from '../../../lib/checks';
import type { JsonObject } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';

/** Findings about the size of one object. */
function sizes(manifest: JsonObject & { readonly apiVersion: string; readonly kind: string }) {
  const app = new App();
  new ApiObject(new Chart(app, 'a', { disableResourceNameHashes: true }), 'x', manifest);
  return synthesize(app, check).findings.filter(({ rule }) => rule === 'apply-size');
}

const configMap = (data: string, annotations?: Record<string, string>) =>
  sizes({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', ...(annotations && { annotations }) },
    data: { a: data },
  });

/** What is in the annotation besides the data, with its key and the line break at its end. */
const AROUND =
  'kubectl.kubernetes.io/last-applied-configuration'.length +
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{},"name":"a"},"data":{"a":""}}\n'.length;

test('262,144 bytes with all that kubectl adds fit, one more does not; a warning that names the way out', () => {
  expect(configMap('x'.repeat(262_144 - AROUND))).toEqual([]);
  const [finding, ...more] = configMap('x'.repeat(262_145 - AROUND));
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    severity: 'warning',
    message: 'client-side apply would make annotations of 262145 bytes',
  });
  expect(finding?.expected).toContain('--server-side');
});

test.each([
  ['<', 6],
  ['&', 6],
  ['\u2028', 6],
  ['ä', 2],
  ['"', 2],
])('%j counts as the %i bytes that Go writes', (char, bytes) => {
  const fits = Math.floor((262_144 - AROUND) / bytes);
  expect(configMap(char.repeat(fits))).toEqual([]);
  expect(configMap(char.repeat(fits + 1))).toHaveLength(1);
});

test('other annotations count twice: in the object, and in its copy', () => {
  expect(configMap('x', { note: 'y'.repeat(130_000) })).toEqual([]);
  expect(configMap('x', { note: 'y'.repeat(132_000) })).toHaveLength(1);
});

test('a custom resource definition, whatever field is large', () => {
  const crd = (description: string) =>
    sizes({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', description } } },
        ],
      },
    });
  expect(crd('small')).toEqual([]);
  expect(crd('x'.repeat(262_144))).toHaveLength(1);
});
