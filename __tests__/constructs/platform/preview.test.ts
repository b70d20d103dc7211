// G9: the preview of a branch: an environment as data, like one that promises nothing; what cannot be one is refused.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, type PreviewProps, System, WebService } from '../../../lib/constructs';
import type { Previews, Target } from '../../../lib/model';
import { eks } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, SUBNETS, WEB } from '../../support/synthesis';

interface Settings {
  readonly host: string;
}

class Shop extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'shop', target);
    const { host } = this.settings;
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt(host);
    new WebService(this, 'api', { ...WEB, image: this.image('api') });
  }
}

class LongName extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'a-system-with-a-long-name', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt(this.settings.host);
  }
}

const CLUSTER = eks({
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  groups: { pipeline: 'pipeline', developers: 'developers' },
  capabilities: ['metrics-server'],
  ...SUBNETS,
});
const NONE = { zones: 0, regions: 0 };
const environments = {
  production: { ...PRODUCTION, access: { pipeline: 'deployer' } },
  dev: {
    survives: NONE,
    registry: { external: 'dev.example' },
    access: { pipeline: 'deployer', developers: 'developer' },
  },
  qa: { survives: NONE, registry: { external: 'dev.example' } },
} as const;
const images = { shop: { production: '7', dev: { web: '8', api: '9' } } };

const platform = () =>
  new Platform({ home: 'mumbai', clusters: { mumbai: CLUSTER }, environments, images }).place(Shop, {
    production: { on: 'mumbai', settings: { host: 'shop.example' } },
    dev: { on: 'mumbai', settings: { host: 'dev.shop.example' } },
  });

type Props = PreviewProps<'mumbai', 'production' | 'dev' | 'qa', Settings>;
const OF_DEV: Omit<Props, 'branches'> = {
  of: 'dev',
  on: 'mumbai',
  settings: ({ host }) => ({ host: host('shop.preview.example') }),
};
const previewed = (branches: Previews, props: Partial<Props> = {}) =>
  synthesize(
    platform()
      .preview(Shop, { ...OF_DEV, branches, ...props })
      .app(),
    check,
  );

const imageOf = (found: ReturnType<typeof previewed>, namespace: string, name: string) => {
  const deployment = found.objects.find(
    ({ entry: { identity } }) =>
      identity.kind === 'Deployment' && identity.namespace === namespace && identity.name === name,
  );
  return at(deployment?.entry.manifest, 'spec', 'template', 'spec', 'containers', 0, 'image');
};

describe('G9: a branch has an environment of its own', () => {
  const without = synthesize(platform().app(), check);

  test('no branch changes nothing, a branch adds its files, and without it they are gone', () => {
    expect([...previewed({}).files]).toEqual([...without.files]);
    const found = previewed({ 'feature/pay-42': {} });
    expect(errors(found)).toEqual([]);
    const added = [...found.files.keys()].filter((path) => !without.files.has(path));
    expect(added).toEqual(['05-shop-feature-pay-42.yaml', '10-shop-feature-pay-42.yaml']);
    const shared = /^(?:inventory\.txt|00-cluster\.yaml)$/;
    for (const [path, text] of without.files) if (!shared.test(path)) expect(found.files.get(path)).toBe(text);
    expect(find(found, 'Namespace', 'shop-feature-pay-42')).toBeDefined();
  });

  test('its host is one label below the wildcard', () => {
    const ingress = previewed({ 'feature/pay-42': {} }).objects.find(
      ({ entry: { identity } }) => identity.kind === 'Ingress' && identity.namespace === 'shop-feature-pay-42',
    );
    expect(at(ingress?.entry.manifest, 'spec', 'rules', 0, 'host')).toBe('feature-pay-42-shop.preview.example');
  });

  test('its images are its own, and those of the environment that it is like for the rest', () => {
    const found = previewed({
      one: {},
      two: { images: { shop: '61' } },
      three: { images: { shop: { web: '62' } } },
    });
    expect(errors(found)).toEqual([]);
    const tags = ['one', 'two', 'three'].map((name) =>
      ['web', 'api'].map((component) => imageOf(found, `shop-${name}`, component)),
    );
    expect(tags).toEqual([
      ['dev.example/shop/web:8', 'dev.example/shop/api:9'],
      ['dev.example/shop/web:61', 'dev.example/shop/api:61'],
      ['dev.example/shop/web:62', 'dev.example/shop/api:9'],
    ]);
  });

  test('its groups are those of the environment that it is like, or narrower', () => {
    const groupsIn = (found: ReturnType<typeof previewed>) =>
      found.objects
        .filter(({ entry: { identity } }) => identity.kind === 'RoleBinding' && identity.namespace === 'shop-feature-x')
        .map(({ entry }) => JSON.stringify(at(entry.manifest, 'subjects', 0, 'name')))
        .sort();
    expect(groupsIn(previewed({ 'feature/x': {} }))).toEqual(expect.arrayContaining(['"developers"', '"pipeline"']));
    const narrower = previewed({ 'feature/x': {} }, { access: { developers: 'none' } });
    expect(groupsIn(narrower)).not.toContain('"developers"');
  });

  test('no secret is taken from elsewhere: what it refers to is in its own namespace', () => {
    const found = previewed({ 'feature/x': {} });
    const own = found.objects.filter(({ entry }) => entry.identity.namespace === 'shop-feature-x');
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter(({ entry }) => JSON.stringify(entry.manifest).includes('shop-production'))).toEqual([]);
  });
});

describe('G9: refused', () => {
  test.each<[string, Previews, Partial<Props>, string[]]>([
    ['two branches of one name', { 'feature/x': {}, 'feature-x': {} }, {}, ['input preview.branches.feature-x']],
    ['a branch that git cannot have', { 'a b': {} }, {}, ['input preview.branches.a b']],
    ['a day that is none', { x: { until: '2026-02-30' } }, {}, ['input preview.branches.x.until']],
    ['an unknown key', JSON.parse('{ "x": { "untill": "2026-02-03" } }'), {}, ['input preview.branches.x.untill']],
    ['an environment of that name', { dev: {}, x: {} }, {}, ['environment-taken preview.branches.dev']],
    ['an environment with users', {}, { of: 'production' }, ['preview-of-production preview.of']],
    ['an unknown environment', {}, JSON.parse('{ "of": "uat" }'), ['unknown-environment preview.of']],
    ['an unknown cluster', { x: {} }, JSON.parse('{ "on": "pune" }'), ['unknown-cluster preview.on']],
    ['a misspelt system of images', { x: { images: { shp: '1' } } }, {}, []],
    [
      'hosts that are the same',
      { x: {}, y: {} },
      { settings: () => ({ host: 'shop.preview.example' }) },
      ['host-clash /spec/rules/0/http/paths/0'],
    ],
    [
      'a host whose first part is too long',
      { [`feature/${'long-'.repeat(10)}branch`]: {} },
      { settings: ({ host }) => ({ host: host('shop-of-the-whole-company.preview.example') }) },
      ['input exposeAt.hosts'],
    ],
    [
      'settings that throw',
      { x: {} },
      {
        settings: () => {
          throw new Error('no');
        },
      },
      ['exception preview.settings'],
    ],
  ])('%s', (_, branches, props, expected) => {
    expect(errors(previewed(branches, props))).toEqual(expected);
  });

  test('a misspelt system of images is a warning, as in images.json', () => {
    const { findings } = previewed({ x: { images: { shp: '1' } } });
    expect(findings).toMatchObject([{ rule: 'unused-image', severity: 'warning', field: 'images.shp' }]);
  });

  test('no image, where the environment that it is like has none either', () => {
    const { findings } = previewed({ 'feature/x': {} }, { of: 'qa' });
    expect(findings).toMatchObject(
      ['web', 'api'].map((component) => ({
        rule: 'image-tag',
        message: `there is no tag for ${component} of shop in feature-x`,
        expected: 'evenkeel preview feature/x --image shop=412: a build number or a digest',
      })),
    );
  });

  test('a namespace of more than 63 characters', () => {
    const branches = { 'feature/something-that-goes-on-until-it-is-cut': {} };
    const described = platform().preview(LongName, { ...OF_DEV, branches: Object.assign(branches) });
    const found = synthesize(described.app(), check);
    const name = 'a-system-with-a-long-name-feature-something-that-goes-on-un-';
    expect(found.findings.filter(({ rule }) => rule === 'namespace')).toMatchObject([
      {
        message: expect.stringMatching(new RegExp(`^'${name}[0-9a-f]{6}' has 66 characters`)),
        expected:
          'at most 63: a shorter name of the system, the environment or the branch, or namespace in a placement',
      },
    ]);
  });

  test('the same system twice, systems that are like different environments, and the name of a copy', () => {
    const branches = { x: {} };
    const twice = platform()
      .preview(Shop, { ...OF_DEV, branches })
      .preview(Shop, { ...OF_DEV, branches });
    const taken = 'environment-taken preview.branches.x';
    expect(errors(synthesize(twice.app(), check))).toEqual([taken, taken]);
    const different = platform()
      .preview(Shop, { ...OF_DEV, branches })
      .preview(LongName, { ...OF_DEV, of: 'qa', branches });
    expect(errors(synthesize(different.app(), check))).toEqual([taken, taken]);
    const copied = platform()
      .copy(Shop, { of: 'dev', as: 'x', settings: { host: 'x.example' } })
      .preview(Shop, { ...OF_DEV, branches });
    expect(errors(synthesize(copied.app(), check))).toEqual([taken]);
  });
});
