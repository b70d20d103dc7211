// The platform: where files go, what depends on what, and that one line adds an environment or a cluster.
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import { local, type Target } from '../../lib/model';
import { type Synthesis, synthesize } from '../../lib/synth/synthesize';
import { at, find, PRODUCTION, TWO_ZONES, WEB } from '../support/synthesis';

class Blog extends System<{ readonly host: string }> {
  constructor(scope: Construct, target: Target<{ readonly host: string }>) {
    super(scope, 'blog', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt(target.settings.host);
  }
}

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
  }
}

const platform = () =>
  new Platform({
    home: 'mumbai',
    clusters: { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.35' }) },
    environments: { production: PRODUCTION, local: { survives: { zones: 0, regions: 0 } } },
  });

const blog = { on: 'mumbai', tag: '7', settings: { host: 'blog.example' } } as const;
const shop = { on: 'mumbai', tag: '9', settings: {} } as const;
const synth = (built: { app(): ReturnType<Platform<string, string>['app']> }): Synthesis =>
  synthesize(built.app(), check);

test('the home cluster fills the root, others a folder; names depend on system, environment and cluster', () => {
  const { files, findings } = synth(
    platform()
      .place(Blog, { production: blog, local: { on: 'laptop', tag: '7', settings: { host: 'blog.localhost' } } })
      .place(Shop, { production: shop }),
  );
  expect(findings).toEqual([]);
  expect([...files.keys()]).toEqual([
    '00-cluster.yaml',
    '10-blog-production.yaml',
    '10-shop-production.yaml',
    'clusters/laptop/00-cluster.yaml',
    'clusters/laptop/10-blog-local.yaml',
    'inventory.txt',
  ]);
});

test('adding a system, an environment or a cluster leaves every other file as it was', () => {
  const before = synth(platform().place(Blog, { production: blog })).files;
  const after = synth(
    platform()
      .place(Shop, { production: shop, local: { ...shop, on: ['laptop', 'mumbai'] } })
      .place(Blog, { production: blog }),
  );
  expect(after.findings).toEqual([]);
  expect(after.files.get('10-blog-production.yaml')).toBe(before.get('10-blog-production.yaml'));
});

test('one environment may lie on two clusters; the same names there are no clash', () => {
  const { files, findings } = synth(
    platform().place(Shop, { local: { on: ['mumbai', 'laptop'], tag: '9', settings: {} } }),
  );
  expect(findings).toEqual([]);
  expect([...files.keys()]).toContain('10-shop-local.yaml');
  expect([...files.keys()]).toContain('clusters/laptop/10-shop-local.yaml');
});

test('the order of systems changes no byte', () => {
  const one = synth(platform().place(Blog, { production: blog }).place(Shop, { production: shop }));
  const other = synth(platform().place(Shop, { production: shop }).place(Blog, { production: blog }));
  expect(other.files).toEqual(one.files);
  expect(one.files.size).toBe(4);
});

test('namespaces enforce Pod Security restricted at the version of the cluster', () => {
  const synthesis = synth(platform().place(Shop, { local: { on: 'laptop', tag: '9', settings: {} } }));
  expect(at(find(synthesis, 'Namespace', 'shop-local'), 'metadata', 'labels')).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'v1.35',
    'pod-security.kubernetes.io/warn': 'restricted',
    'pod-security.kubernetes.io/audit': 'restricted',
  });
});

describe('images', () => {
  const container = (synthesis: Synthesis) =>
    at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);

  test.each([
    ['a tag from a registry is asked for again', '7', 'registry.example/shop/web:7', 'Always'],
    [
      'a digest never changes',
      `sha256:${'0'.repeat(64)}`,
      `registry.example/shop/web@sha256:${'0'.repeat(64)}`,
      'IfNotPresent',
    ],
  ])('%s', (_, tag, image, imagePullPolicy) => {
    const synthesis = synth(platform().place(Shop, { production: { ...shop, tag } }));
    expect(synthesis.findings).toEqual([]);
    expect(container(synthesis)).toMatchObject({ image, imagePullPolicy });
  });

  test('without a registry they are on the nodes already', () => {
    const synthesis = synth(platform().place(Shop, { local: { on: 'laptop', tag: '7', settings: {} } }));
    expect(container(synthesis)).toMatchObject({ image: 'shop/web:7', imagePullPolicy: 'IfNotPresent' });
  });
});

test("cdk8s' own synth refuses what ours refuses", () => {
  const app = platform().place(Shop, { production: shop }).app();
  const web = app.node.findAll().find((construct) => construct instanceof WebService);
  if (!(web instanceof WebService)) throw new Error('no web service');
  web.scaleOn({ cpu: 0.5, min: 3, max: 6 });
  expect(() => app.synthYaml()).toThrow(/replicas and scaleOn are both given/);
});
