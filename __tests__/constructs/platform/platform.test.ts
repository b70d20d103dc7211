// The platform: where files go, what depends on what, and that one line adds an environment or a cluster.
import type { Construct } from 'constructs';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { check } from '../../../lib/checks';
import { Platform, System, WebService } from '../../../lib/constructs';
import { eksAuto, gke, type Images, local, type Target } from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, SUBNETS, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

class Blog extends System<{ readonly host: string }> {
  constructor(scope: Construct, target: Target<{ readonly host: string }>) {
    super(scope, 'blog', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt(this.settings.host);
  }
}

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
  }
}

/** What has no tag here names its images itself. */
const IMAGES: Images = { shop: { production: '9', staging: '9', local: '7' }, blog: { production: '7', local: '7' } };

const platform = (images = IMAGES) =>
  new Platform({
    home: 'mumbai',
    images,
    clusters: { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.35' }) },
    environments: {
      production: PRODUCTION,
      staging: { ...PRODUCTION, survives: { zones: 0, regions: 0 } },
      local: { survives: { zones: 0, regions: 0 } },
    },
  });

const blog = { on: 'mumbai', settings: { host: 'blog.example' } } as const;
const shop = { on: 'mumbai', settings: {} } as const;
/** The synthesis, but for tags that the test's placements leave unused. */
const synth = (built: { app(): ReturnType<Platform<string, string>['app']> }): Synthesis => {
  const synthesis = synthesize(built.app(), check);
  return { ...synthesis, findings: synthesis.findings.filter(({ rule }) => rule !== 'unused-image') };
};

test('the home cluster fills the root, others a folder; names depend on system, environment and cluster', () => {
  const { files, findings } = synth(
    platform()
      .place(Blog, { production: blog, local: { on: 'laptop', settings: { host: 'blog.localhost' } } })
      .place(Shop, { production: shop }),
  );
  expect(findings).toEqual([]);
  expect([...files.keys()]).toEqual([
    '00-cluster.yaml',
    '05-blog-production.yaml',
    '05-shop-production.yaml',
    '10-blog-production.yaml',
    '10-shop-production.yaml',
    'clusters/laptop/00-cluster.yaml',
    'clusters/laptop/05-blog-local.yaml',
    'clusters/laptop/10-blog-local.yaml',
    'inventory.txt',
  ]);
});

test('adding a system, an environment or a cluster leaves every other file as it was', () => {
  const before = synth(platform().place(Blog, { production: blog })).files;
  const after = synth(
    platform()
      .place(Shop, { production: shop, staging: { ...shop, on: ['laptop', 'mumbai'] } })
      .place(Blog, { production: blog }),
  );
  expect(after.findings).toEqual([]);
  expect(after.files.get('10-blog-production.yaml')).toBe(before.get('10-blog-production.yaml'));
});

test('one environment may be on two clusters; equal names there do not clash', () => {
  const { files, findings } = synth(platform().place(Shop, { staging: { on: ['mumbai', 'laptop'], settings: {} } }));
  expect(findings).toEqual([]);
  expect([...files.keys()]).toContain('10-shop-staging.yaml');
  expect([...files.keys()]).toContain('clusters/laptop/10-shop-staging.yaml');
});

test('the order of systems changes no byte', () => {
  const one = synth(platform().place(Blog, { production: blog }).place(Shop, { production: shop }));
  const other = synth(platform().place(Shop, { production: shop }).place(Blog, { production: blog }));
  expect(other.files).toEqual(one.files);
  expect(one.files.size).toBe(6);
});

test('namespaces enforce Pod Security restricted at the version of the cluster', () => {
  const synthesis = synth(platform().place(Shop, { local: { on: 'laptop', settings: {} } }));
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
    ['a tag from a registry is pulled again', '7', 'registry.example/shop/web:7', 'Always'],
    [
      'a digest never changes',
      `sha256:${'0'.repeat(64)}`,
      `registry.example/shop/web@sha256:${'0'.repeat(64)}`,
      'IfNotPresent',
    ],
  ])('%s', (_, tag, image, imagePullPolicy) => {
    const synthesis = synth(platform({ shop: { production: tag } }).place(Shop, { production: shop }));
    expect(synthesis.findings).toEqual([]);
    expect(container(synthesis)).toMatchObject({ image, imagePullPolicy });
  });

  test('images of an external registry are pulled with its Secret, which is then listed', () => {
    const environments = { production: { ...PRODUCTION, registry: { external: 'ghcr.io/acme', pullSecret: 'ghcr' } } };
    const built = new Platform({
      home: 'mumbai',
      clusters: { mumbai: TWO_ZONES },
      environments,
      images: { shop: { production: '7' } },
    });
    const synthesis = synth(built.place(Shop, { production: shop }));
    expect(synthesis.findings).toEqual([]);
    expect(container(synthesis)).toMatchObject({ image: 'ghcr.io/acme/shop/web:7', imagePullPolicy: 'Always' });
    const pod = at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec');
    expect(pod).toMatchObject({ imagePullSecrets: [{ name: 'ghcr' }] });
    const [secret] = listSecrets(synthesis.entries);
    expect(secret).toMatchObject({ name: 'ghcr', type: 'kubernetes.io/dockerconfigjson' });
  });

  test('without a registry they are already on the nodes', () => {
    const synthesis = synth(platform().place(Shop, { local: { on: 'laptop', settings: {} } }));
    expect(container(synthesis)).toMatchObject({ image: 'shop/web:7', imagePullPolicy: 'Never' });
  });

  test.each([
    ['quay.io/prometheus/prometheus:v3', 'Always'],
    ['localhost/web:1', 'Always'],
    ['mirror:5000/web:1', 'Always'],
    ['prometheus/prometheus:v3', 'Never'],
  ])('without a registry %s, which names one or none of its own, is pulled: %s', (image, imagePullPolicy) => {
    class Watch extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'watch', target);
        new WebService(this, 'web', { ...WEB, image });
      }
    }
    const synthesis = synth(platform().place(Watch, { local: { on: 'laptop', settings: {} } }));
    expect(container(synthesis)).toMatchObject({ image, imagePullPolicy });
  });
});

describe("objects of the provider's own kinds", () => {
  const region = { region: 'ap-south-1', kubernetes: '1.36', zones: ['ap-south-1a', 'ap-south-1b'] } as const;

  test('the class of EKS Auto Mode is written once per cluster, with the cluster-scoped objects', () => {
    const clusters = { mumbai: TWO_ZONES, auto: eksAuto({ ...region, ...SUBNETS }), empty: eksAuto(region) };
    const built = new Platform({ home: 'mumbai', clusters, environments: { production: PRODUCTION }, images: IMAGES })
      .place(Blog, { production: { ...blog, on: ['mumbai', 'auto'] } })
      .place(Shop, { production: { ...shop, on: ['auto'] } });
    const { files, findings } = synth(built);
    expect(findings).toEqual([]);
    expect([...files.keys()]).toEqual([
      '00-cluster.yaml',
      '05-blog-production.yaml',
      '10-blog-production.yaml',
      'clusters/auto/00-cluster.yaml',
      'clusters/auto/05-blog-production.yaml',
      'clusters/auto/05-shop-production.yaml',
      'clusters/auto/10-blog-production.yaml',
      'clusters/auto/10-shop-production.yaml',
      'inventory.txt',
    ]);
    const kinds = files.get('clusters/auto/00-cluster.yaml')?.match(/^kind: .*$/gm);
    expect(kinds?.filter((kind) => !kind.includes('Admission'))).toEqual([
      'kind: Namespace',
      'kind: Namespace',
      'kind: IngressClass',
      'kind: IngressClassParams',
    ]);
    expect(files.get('00-cluster.yaml')).not.toContain('IngressClass');
  });

  test('GKE gets health and draining beside the Ingress, and the Service refers to them', () => {
    const built = new Platform({
      home: 'belgium',
      clusters: {
        belgium: gke({ region: 'europe-west1', kubernetes: '1.36', zones: ['europe-west1-b', 'europe-west1-c'] }),
      },
      environments: { production: PRODUCTION },
      images: IMAGES,
    }).place(Blog, { production: { ...blog, on: 'belgium' } });
    const synthesis = synth(built);
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'BackendConfig', 'web'), 'spec', 'connectionDraining', 'drainingTimeoutSec')).toBe(30);
    expect(at(find(synthesis, 'FrontendConfig', 'web'), 'metadata', 'namespace')).toBe('blog-production');
    expect(at(find(synthesis, 'Service', 'web'), 'metadata', 'annotations')).toMatchObject({
      'cloud.google.com/backend-config': '{"default":"web"}',
    });
    const ingress = find(synthesis, 'Ingress', 'web');
    expect(at(ingress, 'spec', 'ingressClassName')).toBeUndefined();
    expect(at(ingress, 'metadata', 'annotations', 'kubernetes.io/ingress.class')).toBe('gce');
  });
});

describe('refused at run time, without the compiler', () => {
  const LAPTOP = local({ kubernetes: '1.36' });
  const survives = { zones: 0, regions: 0 };
  // what JavaScript, or a type-stripping runner, lets through
  const described = (
    change: { readonly clusters?: object; readonly [key: string]: unknown },
    placement: object = {},
  ) => {
    const props = {
      home: 'laptop',
      clusters: {},
      environments: { production: { survives } },
      images: { shop: { production: '1' } },
      ...unchecked<object>(change),
    };
    const full = { ...props, clusters: { laptop: LAPTOP, ...change.clusters } };
    const built = new Platform<string, string>(full).place(Shop, {
      production: { on: 'laptop', settings: {}, ...placement },
    });
    return errors(synth(built));
  };

  test('a valid platform has no findings', () => expect(described({})).toEqual([]));

  test.each<[string, string[], string]>([
    ['a home that is not a cluster', described({ home: 'laptpo' }), 'home home'],
    ['a cluster name that is not a file name', described({ clusters: { '../evil': LAPTOP } }), 'name clusters'],
    [
      'an environment name that is not a DNS label',
      described({ environments: { production: { survives }, Dev_1: { survives } } }),
      'name environments',
    ],
    [
      'a negative loss',
      described({ environments: { production: { survives: { zones: -1, regions: 0 } } } }),
      'input environments.production.survives.zones',
    ],
    [
      'no word on what it survives',
      described({ environments: { production: {} } }),
      'input environments.production.survives',
    ],
    [
      'a region lost that is the only one',
      described({ environments: { production: { survives: { zones: 0, regions: 1 } } } }),
      'survives-regions survives.regions',
    ],
    ['no tag', described({ images: {} }), 'image-tag images.shop.production'],
    ['an empty tag', described({ images: { shop: { production: '' } } }), 'input images.shop.production'],
    [
      'nodes that fetch images, and no registry',
      described({ clusters: { cloud: TWO_ZONES } }, { on: ['laptop', 'cloud'] }),
      'registry registry',
    ],
  ])('%s', (_, found, error) => expect(found).toContain(error));

  test('an invalid name is reported once, not by everything that has it', () => {
    const environments = { Production: { survives } };
    const built = new Platform<string, string>({
      home: 'laptop',
      clusters: { laptop: LAPTOP },
      environments,
      images: { shop: { Production: '1' } },
    });
    expect(errors(synth(built.place(Shop, { Production: { on: 'laptop', settings: {} } })))).toEqual([
      'name environments',
    ]);
  });

  test('a platform without placements', () => {
    expect(errors(synth(platform()))).toEqual(['no-placement place']);
    expect(errors(synth(platform().place(Shop, { production: { ...shop, on: [] } })))).toEqual(['no-placement on']);
  });
});

test("cdk8s' own synth refuses what ours refuses", () => {
  class Wrong extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'wrong', target);
      new WebService(this, 'web', { ...WEB, size: { replicas: 0 } });
    }
  }
  const app = platform().place(Wrong, { production: shop }).app();
  expect(() => app.synthYaml()).toThrow(/size.replicas cannot be 0/);
});
