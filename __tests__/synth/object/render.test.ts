// From objects to their JSON: lists are taken apart, no name is invented, and a value that was refused is one mistake.
import { ApiObject, type ApiObjectProps, Chart, JsonPatch } from 'cdk8s';
import { override, type System } from '../../../lib/constructs';
import { errors, find, shop } from '../../support/synthesis';

const built = (props: object, more: (object: ApiObject) => void = () => {}) =>
  shop((system: System) => more(new ApiObject(system, 'own', props as ApiObjectProps)));

const identities = (synthesis: ReturnType<typeof shop>): string[] =>
  synthesis.objects
    .filter(({ entry }) => entry.origin.construct.endsWith('/own'))
    .map(
      ({ entry: { identity, manifest } }) =>
        `${String(manifest.apiVersion)} ${identity.kind} ${identity.namespace}/${identity.name}`,
    );

const HEAD = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' } };
const CUSTOM = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'own' } };
const map = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: {},
  ...more,
});

describe('lists (S26, J7)', () => {
  test('each kind that ends in List is taken apart, also within another list; rules see the items', () => {
    const listed = built({
      apiVersion: 'v1',
      kind: 'List',
      items: [map('a'), { apiVersion: 'v1', kind: 'ConfigMapList', items: [map('b'), map('Bad_Name')] }],
    });
    expect(identities(listed).slice(0, 2)).toEqual([
      'v1 ConfigMap shop-production/a',
      'v1 ConfigMap shop-production/b',
    ]);
    expect(errors(listed)).toEqual(['object-name /metadata/name']);
  });

  test('an item that does not say what it is has the version and the kind of its list, as for kubectl', () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const roles = built({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleList',
      items: [{ metadata: { name: 'r', namespace: 'elsewhere' }, rules }],
    });
    expect(identities(roles)).toEqual(['rbac.authorization.k8s.io/v1 Role elsewhere/r']);
    const widgets = built({ apiVersion: 'example.com/v1', kind: 'WidgetList', items: [{ metadata: { name: 'w' } }] });
    expect(identities(widgets)).toEqual(['example.com/v1 Widget shop-production/w']);
  });

  test('an item that is not an object, and a top-level `items` of any other kind, are findings', () => {
    const items = ['a', null, map('b'), { kind: 'List', items: [1] }];
    expect(errors(built({ apiVersion: 'v1', kind: 'List', items }))).toEqual([
      'object-list /items/0',
      'object-list /items/1',
      'object-list /items/3/items/0',
    ]);
    const menu = built({ ...CUSTOM, kind: 'Menu', items: [{ name: 'soup' }] });
    expect(menu.findings).toMatchObject([
      { rule: 'object-list', field: '/items', message: expect.stringContaining('kubectl takes Menu for a list') },
    ]);
  });

  test('a kind that ends in List without such items is one object', () => {
    const allowed = built({ ...CUSTOM, kind: 'AllowList', spec: { items: ['a'] } });
    expect(errors(allowed)).toEqual([]);
    expect(identities(allowed)).toEqual(['example.com/v1 AllowList shop-production/own']);
  });

  test('S25: nulls of an item follow its own kind', () => {
    const items = [
      map('a', { data: { a: 'b', c: null } }),
      { ...CUSTOM, spec: { values: null }, metadata: { name: 'w', labels: null } },
    ];
    const synthesis = built({ apiVersion: 'v1', kind: 'List', items });
    expect(errors(synthesis)).toEqual([]);
    expect(find(synthesis, 'ConfigMap', 'a').data).toEqual({ a: 'b' });
    expect(find(synthesis, 'Widget', 'w')).toMatchObject({ spec: { values: null } });
    expect(find(synthesis, 'Widget', 'w').metadata).not.toHaveProperty('labels');
  });
});

describe('generateName (S32, J8)', () => {
  const metadata = { generateName: 'migrate-' };

  test('is refused, and no name is invented', () => {
    const alone = built({ ...HEAD, metadata });
    expect(alone.findings).toMatchObject([
      {
        rule: 'object-shape',
        field: '/metadata/name',
        message: 'kubectl apply cannot apply an object with a generateName',
      },
    ]);
    expect(find(alone, 'ConfigMap', '').metadata).not.toHaveProperty('name');
    const listed = built({ apiVersion: 'v1', kind: 'ConfigMapList', items: [{ metadata, data: {} }] });
    expect(errors(listed)).toEqual(['object-shape /metadata/name']);
  });

  test('means nothing beside a name', () => {
    expect(errors(built({ ...HEAD, metadata: { ...metadata, name: 'own' } }))).toEqual([]);
  });

  test('an object of cdk8s without either keeps the name that cdk8s gives it', () => {
    expect(identities(built({ apiVersion: 'v1', kind: 'ConfigMap', data: {} }))).toEqual([
      expect.stringMatching(/^v1 ConfigMap shop-production\/mumbai-shop-production-own/),
    ]);
  });
});

describe('a value that is not JSON', () => {
  const pod = (container: object) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'own' },
    spec: {
      selector: { matchLabels: { app: 'own' } },
      template: {
        metadata: { labels: { app: 'own' } },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'own',
              image: 'registry.example/shop/own:1',
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              ...container,
            },
          ],
        },
      },
    },
  });

  test('is one finding: no rule misses what was refused (S22, S33)', () => {
    const at = '/spec/template/spec/containers/0';
    expect(errors(built(pod({ image: () => 'registry.example/shop/own:1' })))).toEqual([`unrenderable ${at}/image`]);
    expect(errors(built(pod({ ports: [{ containerPort: Number.NaN }] })))).toEqual([
      `unrenderable ${at}/ports/0/containerPort`,
    ]);
    const { spec, ...head } = pod({});
    expect(errors(built({ ...head, spec: { ...spec, replicas: Number.NaN } }))).toEqual([
      'unrenderable /spec/replicas',
    ]);
    const whole = built({ ...head, spec: { ...spec, replicas: 2 } });
    expect(errors(whole).filter((error) => !error.startsWith('survives-zones'))).toEqual([]);
  });

  test('F6: what is checked is what is written: nothing is inherited from a key `__proto__`', () => {
    const inherited = '{"__proto__":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}';
    const found = errors(built(pod({ securityContext: JSON.parse(inherited) })));
    expect(found).toEqual([
      'pod-security /spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation',
      'pod-security /spec/template/spec/containers/0/securityContext/capabilities/drop',
    ]);
    const data = '{"__proto__":"v","b":"c","constructor":"x"}';
    const written = built({ ...HEAD, data: JSON.parse(data) });
    expect([...written.files.values()].join('')).toContain('data:\n  __proto__: v\n  b: c\n  constructor: x\n');
    const metadata = JSON.parse('{"name":"own","labels":{"constructor":"a","toString":"b"}}');
    expect(find(built({ ...HEAD, metadata }), 'ConfigMap', 'own')).toMatchObject({ metadata: metadata });
  });

  test('F6: nor in what canonical form changes', () => {
    const spec =
      '{"clusterIP":"None","__proto__":{"ports":[{"port":80}]},"ports":[{"port":80}],"selector":{"app":"own"}}';
    const service = find(
      built({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'own' }, spec: JSON.parse(spec) }),
      'Service',
      'own',
    );
    expect(Object.keys(Object(service.spec))).toEqual(['__proto__', 'clusterIP', 'ports', 'selector']);
  });

  test('S24: a BigInt is written with all its digits', () => {
    const { files, findings } = built({
      ...CUSTOM,
      spec: { max: 9223372036854775807n, least: -(2n ** 63n), text: '\u0085' },
    });
    expect(findings.map(({ rule }) => rule)).toEqual(['unknown-kind']);
    expect([...files.values()].join('')).toContain('least: -9223372036854775808\n  max: 9223372036854775807\n');
  });

  test('S25: null is written below a custom resource', () => {
    const { files } = built({ ...CUSTOM, spec: { values: { probe: null, list: [null] } } });
    expect([...files.values()].join('')).toContain('values:\n    list:\n      - null\n    probe: null\n');
  });

  test('in an override is found at its line, and the others are applied', () => {
    const synthesis = built({ ...HEAD, data: { a: 'x' } }, (object) => {
      override(object)
        .set('data.b', (() => 1) as never)
        .set('data.c', undefined as never)
        .set('data.d', { e: [Number.NaN] } as never)
        .set('data["__proto__"]', 'q')
        .replace('data.a', 'y');
    });
    expect(errors(synthesis)).toEqual(['unrenderable data.b', 'unrenderable data.c', 'unrenderable data.d.e.0']);
    expect(Object.entries(Object(find(synthesis, 'ConfigMap', 'own').data))).toEqual([
      ['a', 'y'],
      ['__proto__', 'q'],
    ]);
  });

  test('in a JSON patch is found with its field', () => {
    const synthesis = built({ ...CUSTOM, spec: { a: 'x' } }, (object) => {
      object.addJsonPatch(
        JsonPatch.add('/spec/b', { c: () => 1 }),
        JsonPatch.replace('/spec/a', undefined),
        JsonPatch.add('/spec/d', 2n ** 60n),
        JsonPatch.add('/spec/e', null),
        JsonPatch.add('/spec/f', 5n),
        JsonPatch.copy('/spec/a', '/spec/g'),
      );
    });
    expect(errors(synthesis)).toEqual(['unrenderable /spec/a', 'unrenderable /spec/b/c', 'unrenderable /spec/d']);
    expect(find(synthesis, 'Widget', 'own').spec).toEqual({ a: 'x', e: null, f: 5, g: 'x' });
  });

  test('that only follows from a refused chart is not reported', () => {
    const synthesis = shop((system) => {
      new ApiObject(new Chart(system, 'inner'), 'own', { ...HEAD, data: { a: () => 1 } });
      throw new Error('no');
    });
    expect(errors(synthesis)).toEqual(['exception']);
  });
});

test('CDK8S_DISABLE_SORT changes no byte, and is not lost (F30)', () => {
  class Own extends ApiObject {
    override toJson(): unknown {
      return { ...super.toJson(), immutable: true };
    }
  }
  const write = () =>
    shop((system) => {
      new ApiObject(system, 'a', { ...HEAD, metadata: { name: 'a' }, data: { b: '1', a: '2' } });
      new Own(system, 'b', { ...HEAD, metadata: { name: 'b' }, data: { b: '1', a: '2' } });
      new ApiObject(system, 'c', { ...HEAD, metadata: { name: 'c' }, data: {} }).addJsonPatch(
        JsonPatch.add('/data/b', 'x'),
      );
    }).files;
  const sorted = write();
  process.env['CDK8S_DISABLE_SORT'] = '1';
  try {
    expect(write()).toEqual(sorted);
    expect(process.env['CDK8S_DISABLE_SORT']).toBe('1');
  } finally {
    delete process.env['CDK8S_DISABLE_SORT'];
  }
  expect(sorted.size).toBeGreaterThan(1);
});
