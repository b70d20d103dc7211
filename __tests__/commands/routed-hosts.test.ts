// What commands answer where a shared Gateway serves the hosts: order of delivery, traffic, pictures, connections, access, providers.

import type { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { argoFiles } from '../../lib/analysis/gitops/argo';
import { fluxFiles } from '../../lib/analysis/gitops/flux';
import { deliveriesOf } from '../../lib/analysis/gitops/stages';
import { check } from '../../lib/checks';
import { Migration, Platform, System, WebService } from '../../lib/constructs';
import { aks, type ClusterDescription, eks, type GatewayApi, gke, local, onPrem, type Target } from '../../lib/model';
import { gitOpsOf } from '../../lib/model/platform/gitops';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { at, PRODUCTION, SUBNETS, WEB } from '../support/synthesis';

/** Routed by paths at one host, with a migration. */
class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    const api = new WebService(this, 'api', { ...WEB, image: this.image('api') });
    api.exposeAt('shop.example', { paths: ['/api'] });
    const web = new WebService(this, 'web', { ...WEB, image: this.image('web') });
    web.connectTo(api).exposeAt('shop.example');
    new Migration(this, 'migrate', { image: this.image('migrate'), resources: WEB.resources, deadlineSeconds: 600 });
  }
}

/** Routed at a host of its own. */
class Blog extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'blog', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt('blog.example');
  }
}

const api: GatewayApi = { bundle: '1.5' };
const MUMBAI = eks({
  ...SUBNETS,
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  capabilities: ['metrics-server', 'external-dns'],
  groups: { pipeline: 'shop-pipeline' },
  gatewayApi: api,
});

const app = (controller?: 'argo' | 'flux', mumbai: ClusterDescription = MUMBAI): App =>
  new Platform({
    home: 'mumbai',
    images: { shop: { production: '1' }, blog: { production: '1', local: '1' } },
    clusters: { mumbai, laptop: local({ kubernetes: '1.36', gatewayApi: api }) },
    environments: {
      production: { ...PRODUCTION, registry: { external: 'registry.example' } },
      local: { survives: { zones: 0, regions: 0 } },
    },
    ...(controller && { gitops: { controller, repository: 'https://git.example/platform.git' } }),
  })
    .place(Shop, { production: { on: 'mumbai', access: { pipeline: 'deployer' }, settings: {} } })
    .place(Blog, { production: { on: 'mumbai', settings: {} }, local: { on: 'laptop', settings: {} } })
    .app();

const run = async (...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await cli(args, () => ({ app: app() }));
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};

describe('order of delivery', () => {
  const synthesis = (controller: 'argo' | 'flux') => synthesize(app(controller), check);
  const settings = (controller: 'argo' | 'flux') =>
    gitOpsOf({ controller, repository: 'https://git.example/platform.git' });

  test('Flux: a Gateway comes before the platform’s part of each system with routes on it', () => {
    const { deliveries } = deliveriesOf(synthesis('flux').objects, settings('flux'));
    const after = Object.fromEntries(
      deliveries
        .filter(({ cluster }) => cluster === 'mumbai')
        .flatMap(({ stages }) => stages.map((stage) => [stage.name, stage.after])),
    );
    expect(after).toMatchObject({
      '05-gateway': '00-cluster',
      '05-shop-production': '05-gateway',
      '07-shop-production': '05-shop-production',
      '10-shop-production': '07-shop-production',
      '05-blog-production': '05-gateway',
      '10-blog-production': '05-blog-production',
    });
    const mumbai = deliveries.find(({ cluster }) => cluster === 'mumbai');
    if (mumbai === undefined) throw new Error('nothing is delivered');
    const files = new Map(fluxFiles(mumbai, settings('flux'), { dist: 'dist', gitops: 'gitops' }, () => false));
    expect(JSON.stringify(files.get('mumbai/05-shop-production.yaml'))).toContain(
      '"dependsOn":[{"name":"05-gateway"}]',
    );
  });

  test('Argo CD: by waves, and without a wait for the health of the Gateway', () => {
    const { objects } = synthesis('argo');
    const { deliveries } = deliveriesOf(objects, settings('argo'));
    const mumbai = deliveries.find(({ cluster }) => cluster === 'mumbai');
    if (mumbai === undefined) throw new Error('nothing is delivered');
    const files = [...argoFiles(mumbai, settings('argo'), { dist: 'dist', gitops: 'gitops' })];
    const wave = (name: string) => {
      const [, objects] = files.find(([path]) => path === `mumbai/${name}.yaml`) ?? [];
      const application = objects?.find(({ kind }) => kind === 'Application');
      return Number(at(application, 'metadata', 'annotations', 'argocd.argoproj.io/sync-wave'));
    };
    expect(wave('00-cluster')).toBeLessThan(wave('05-gateway'));
    expect(wave('05-gateway')).toBeLessThan(wave('10-shop-production'));
    const gateway = objects.find(({ entry }) => entry.identity.kind === 'Gateway')?.entry.manifest;
    expect(JSON.stringify(gateway?.metadata)).toContain('"argocd.argoproj.io/ignore-healthcheck":"true"');
  });
});

test('traffic: the load balancer is that of the Gateway', async () => {
  const out = await run('traffic');
  expect(out).toMatch(/^shop\.example +mumbai +load balancer of Gateway gateway\/shared +/m);
  expect(out).toMatch(/^blog\.example +laptop +load balancer of Gateway gateway\/shared +/m);
});

test('picture: routes with their Gateway and certificate, each leading to its workload; what redirects is not drawn', async () => {
  const laptop = await run('picture', 'laptop', '--format', 'mermaid');
  expect(laptop).toContain('of Gateway shared<br/>TLS by Secrets<br/>sends from pods app.kubernetes.io/name=traefik');
  expect(laptop).not.toContain('to-https');
  const shop = await run('picture', 'shop', '--format', 'mermaid');
  expect(shop).toContain('HTTPRoute api<br/>of Gateway shared<br/>TLS, certificate not in a Secret');
});

test('connections: what the Gateway sends from reaches the exposed ports', async () => {
  const out = await run('connections');
  const rows = out.split('\n').filter((row) => /10\.20\.0\.0\/24/.test(row));
  expect(rows.filter((row) => row.includes('shop-production/web'))).not.toEqual([]);
  expect(rows.filter((row) => row.includes('shop-production/api'))).not.toEqual([]);
});

test('access: a deployer writes routes and what the provider reads beside them, and no Gateway', async () => {
  const { objects } = synthesize(app(), check);
  const role = objects.find(({ entry }) => entry.identity.kind === 'Role' && entry.identity.name === 'deployer');
  const rules = JSON.stringify(role?.entry.manifest.rules);
  for (const plural of ['httproutes', 'targetgroupconfigurations']) expect(rules).toContain(`"${plural}"`);
  for (const plural of ['gateways', 'referencegrants', 'loadbalancerconfigurations'])
    expect(rules).not.toContain(`"${plural}"`);
});

describe('compare providers', () => {
  const AZURE = { region: 'westeurope', gatewaySubnets: ['10.20.0.0/24'] };
  const any = { zones: ['a', 'b'], kubernetes: '1.36', capabilities: ['metrics-server'] } as const;
  const groups = { groups: { pipeline: '8d0b1c5e-0000-4000-8000-000000000000' }, gatewayApi: api };
  test.each([
    ['eks', MUMBAI],
    [
      'aks',
      aks({
        ...AZURE,
        ...groups,
        kubernetes: '1.36',
        zones: ['westeurope-1', 'westeurope-2'],
        capabilities: ['metrics-server'],
        gateway: { albName: 'alb', albNamespace: 'alb' },
      }),
    ],
    [
      'gke',
      gke({
        region: 'europe-west1',
        kubernetes: '1.36',
        zones: ['europe-west1-b', 'europe-west1-c'],
        capabilities: ['metrics-server'],
        groups: { pipeline: 'a@shop.example' },
        gatewayApi: api,
      }),
    ],
    ['onPrem', onPrem({ ...any, distribution: 'k3s', groupsPrefix: '', ...groups })],
  ])('routes of a system on %s are those of the standard, but for allowed differences', async (_, cluster) => {
    const { code, out, err } = await cli(['compare', 'providers'], () => ({ app: app(undefined, cluster) }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('REFUSED');
    expect(out).toMatch(/^\S+ +HTTPRoute +\/spec\/rules\/0\/timeouts\/request /m);
  });
});
