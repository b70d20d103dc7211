// Problems of a placement hide no problems of its systems, and name the placement.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, System, WebService } from '../../../lib/constructs';
import {
  aks,
  type ClusterDescription,
  type EnvironmentProps,
  eks,
  gke,
  type Images,
  onPrem,
  type Provider,
  type Target,
} from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { errors, PRODUCTION, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

class Orders extends System<{ readonly port: number }> {
  constructor(scope: Construct, target: Target<{ readonly port: number }>) {
    super(scope, 'orders', target);
    const { port } = this.settings;
    new WebService(this, 'web', { ...WEB, image: this.image('web'), port }).exposeAt('orders.example');
  }
}

interface Wrong {
  readonly cluster?: ClusterDescription;
  readonly environment?: Partial<EnvironmentProps>;
  readonly placement?: object;
  readonly images?: unknown;
}

const IMAGES = { orders: { production: '1' } };

function findings({ cluster = TWO_ZONES, environment = {}, placement = {}, images = IMAGES }: Wrong, port: number) {
  const app = new Platform<string, string>({
    home: 'mumbai',
    images: images as Images,
    clusters: { mumbai: cluster },
    environments: { production: { ...PRODUCTION, ...environment } },
  })
    .place(Orders, { production: { on: 'mumbai', settings: { port }, ...placement } })
    .app();
  return synthesize(app, check);
}

const AZURE = { region: 'westeurope', zones: ['westeurope-1', 'westeurope-2'], kubernetes: '1.36' } as const;
const REGISTRY = { registry: 'ghcr.io/acme' };
const { registry: _, ...WITHOUT } = PRODUCTION;

describe('all problems are reported at once', () => {
  test.each<[string, Wrong, string]>([
    ['one region too many', { environment: { survives: { zones: 1, regions: 1 } } }, 'survives-regions'],
    ['a foreign registry', { environment: REGISTRY }, 'registry-host'],
    ['an empty tag', { images: { orders: { production: '' } } }, 'input'],
    ['no tag at all', { images: {} }, 'image-tag'],
    ['a misspelt environment of images', { images: { orders: { prodution: '1' } } }, 'image-tag'],
    ['a weight of nothing', { placement: { traffic: { mumbai: -1 } } }, 'traffic'],
    [
      'a role that is none',
      {
        cluster: { ...TWO_ZONES, groups: { developers: 'developers' } },
        placement: { access: { developers: 'king' } },
      },
      'input',
    ],
    ['an incomplete gateway', { cluster: aks(unchecked<Parameters<typeof aks>[0]>(AZURE)) }, 'input'],
  ])('%s', (_, wrong, rule) => {
    const alone = errors(findings(wrong, 8080));
    expect(alone.length).toBeGreaterThan(0);
    // and nothing that only follows from it
    expect([...new Set(alone.map((one) => one.split(' ')[0]))]).toEqual([rule]);
    const both = findings(wrong, 0);
    expect(errors(both)).toEqual(expect.arrayContaining([...alone, ...errors(findings({}, 0))]));
    expect(both.files.size).toBe(0);
  });

  test('no registry', () => {
    const app = (port: number) =>
      synthesize(
        new Platform({
          home: 'mumbai',
          clusters: { mumbai: TWO_ZONES },
          environments: { production: WITHOUT },
          images: IMAGES,
        })
          .place(Orders, { production: { on: 'mumbai', settings: { port } } })
          .app(),
        check,
      );
    expect(errors(app(8080))).toEqual(['registry registry']);
    expect(errors(app(0))).toEqual(expect.arrayContaining(['registry registry', ...errors(findings({}, 0))]));
  });

  test('where nothing can be built, the finding says what was not checked', () => {
    const message = (wrong: Wrong) => findings(wrong, 0).findings.map((one) => one.message);
    const unknown = 'Orders in production was not checked there';
    expect(message({ placement: { on: 'delhi' } })).toEqual([expect.stringContaining(unknown)]);
    const survived = { survives: { zones: 1, regions: 1 } };
    const one = message({ placement: { on: ['mumbai', 'delhi'] }, environment: survived });
    expect(one).toContainEqual(expect.stringContaining(unknown));
    expect(one.filter((text) => text.includes('must survive losing'))).toEqual([]);
  });

  test('a refused option of a controller', () => {
    const props = unchecked<Parameters<typeof onPrem>[0]>({ distribution: 'kubeadm', kubernetes: '1.36' });
    const wrong = { cluster: onPrem(props), environment: { survives: { zones: 0, regions: 0 } } };
    expect(errors(findings(wrong, 8080))).toEqual(['input clusters.mumbai.ingressClass']);
    expect(errors(findings(wrong, 0)).length).toBeGreaterThan(1);
  });
});

test('survives-regions: the system, the environment, both numbers and a fix', () => {
  const [found] = findings({ environment: { survives: { zones: 1, regions: 1 } } }, 8080).findings;
  expect(found).toMatchObject({
    rule: 'survives-regions',
    field: 'survives.regions',
    value: 1,
    message: 'Orders in production: must survive losing 1 region, but runs in only 1',
    expected: 'on: clusters in 2 regions or more, or survives.regions: 0 in the environment',
  });
  expect(found?.source).toBeDefined();
});

describe('registry-host: a path that is too short', () => {
  const GKE = gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' });
  const findingsFor = (registry: string, cluster = GKE) =>
    findings({ cluster, environment: { registry } }, 8080).findings;

  test.each(['europe-west1-docker.pkg.dev', 'europe-west1-docker.pkg.dev/acme'])('%s', (registry) => {
    expect(findingsFor(registry)).toMatchObject([
      {
        rule: 'registry-host',
        value: registry,
        message: 'Orders in production: incomplete registry of gke: the end of its path is missing',
        expected: 'all parts: <location>-docker.pkg.dev/<project>/<repository>',
      },
    ]);
  });

  test('complete ones are accepted, those of other providers refused', () => {
    expect(findingsFor('europe-west1-docker.pkg.dev/acme/orders')).toEqual([]);
    expect(findingsFor('acme.azurecr.io/orders')[0]?.message).toContain('not a registry of gke');
    const AWS = eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' });
    expect(findingsFor('docker.io/acme', AWS)[0]?.expected).toContain('<account>.dkr.ecr.<region>.amazonaws.com');
  });

  test('the form of each provider is one of its own', () => {
    const forms: [Provider, string][] = [
      [GKE.provider, 'europe-west1-docker.pkg.dev/acme/orders'],
      [TWO_ZONES.provider, '123456789012.dkr.ecr.ap-south-1.amazonaws.com'],
      [aks(unchecked<Parameters<typeof aks>[0]>(AZURE)).provider, 'acme.azurecr.io'],
    ];
    for (const [{ registries, registryForm = '' }, path] of forms) {
      expect(registries?.some((pattern) => pattern.test(path))).toBe(true);
      const form = new RegExp(`^${registryForm.replaceAll('.', '\\.').replaceAll(/<\w+>/g, '[^/.]+')}$`);
      expect(path).toMatch(form);
    }
  });
});
