// J14: enumerated fields, each seen at its place, with a value that the API server refuses and one that it takes.
import { CONTAINER, type Field, OBJECTS, POD } from '../../../lib/checks/objects/known-value-fields';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { isJsonObject } from '../../../lib/model/manifest/json';
import { findings } from '../support';

/** An object whose only field is at the path, and the pointer to it. */
function holder(path: string, value: Json): { readonly body: JsonObject; readonly pointer: string } {
  const keys = path.split('.');
  const pointer = keys.map((key) => (key.endsWith('[]') ? `/${key.slice(0, -2)}/0` : `/${key}`)).join('');
  const body = keys.reduceRight<Json>((inner, key) => {
    const name = key.replace('[]', '');
    return { [name]: key.endsWith('[]') ? [inner] : inner };
  }, value);
  return { body: isJsonObject(body) ? body : {}, pointer };
}

const object = (kind: string, body: JsonObject): JsonObject => ({
  apiVersion: `${kind.slice(0, kind.indexOf('/'))}/v1`.replace(/^\//, ''),
  kind: kind.slice(kind.indexOf('/') + 1),
  metadata: { name: 'x', namespace: 'shop' },
  ...body,
});
const pod = (spec: JsonObject): JsonObject => object('/Pod', { spec });

const CASES: readonly (readonly [string, Field, (value: Json) => JsonObject, string])[] = [
  ...OBJECTS.flatMap(([kind, fields]) =>
    fields.map(
      (field) =>
        [
          kind,
          field,
          (value: Json) => object(kind, holder(field[0], value).body),
          holder(field[0], '').pointer,
        ] as const,
    ),
  ),
  ...POD.map(
    (field) =>
      [
        'a pod',
        field,
        (value: Json) => pod(holder(field[0], value).body),
        `/spec${holder(field[0], '').pointer}`,
      ] as const,
  ),
  ...CONTAINER.map(
    (field) =>
      [
        'a container',
        field,
        (value: Json) => pod({ containers: [{ name: 'web', ...holder(field[0], value).body }] }),
        `/spec/containers/0${holder(field[0], '').pointer}`,
      ] as const,
  ),
];

/** What is reported of one field: the fields beside it are missing in the small objects of this test. */
const at = (pointer: string, manifest: JsonObject) =>
  findings('known-value', manifest).filter(({ field }) => field === pointer);

test.each(CASES.map(([where, field, make, pointer]) => [`${where} ${field[0]}`, field, make, pointer] as const))(
  '%s',
  (_, [, values, required], make, pointer) => {
    const [first = ''] = values;
    const other = first === first.toLowerCase() ? first.toUpperCase() : first.toLowerCase();
    for (const wrong of first === '*' ? ['all', 7] : [other, 7]) {
      expect(at(pointer, make(wrong))).toEqual([
        expect.objectContaining({ value: wrong, expected: expect.stringContaining(first) }),
      ]);
    }
    for (const right of values) expect(at(pointer, make(right))).toEqual([]);
    expect(at(pointer, make(''))).toHaveLength(required === undefined ? 0 : 1);
  },
);

test('every field is in the table once', () => {
  for (const fields of [POD, CONTAINER, ...OBJECTS.map(([, all]) => all)]) {
    expect(new Set(fields.map(([path]) => path)).size).toBe(fields.length);
  }
  expect(CASES.length).toBeGreaterThan(90);
});

test('a misspelt value in the template of every kind of workload', () => {
  const toleration = { tolerations: [{ operator: 'Equals', effect: 'NoExcute' }], containers: [] };
  const found = findings(
    'known-value',
    object('apps/Deployment', { spec: { template: { spec: toleration } } }),
    object('batch/CronJob', {
      spec: { jobTemplate: { spec: { template: { spec: { ...toleration, restartPolicy: 'Never' } } } } },
    }),
  ).map(({ field }) => field);
  expect(found).toEqual([
    '/spec/jobTemplate/spec/template/spec/tolerations/0/effect',
    '/spec/jobTemplate/spec/template/spec/tolerations/0/operator',
    '/spec/template/spec/tolerations/0/effect',
    '/spec/template/spec/tolerations/0/operator',
  ]);
});
