// A platform of two systems, each in production on EKS and on a laptop, for tests that need more than `shop()` describes.
import type { Construct } from 'constructs';
import { ExternalService, Platform, System, WebService } from '../../lib/constructs';
import { local, type Target } from '../../lib/model';
import { PRODUCTION, TWO_ZONES, WEB } from './synthesis';

interface ShopSettings {
  readonly host: string;
  readonly databaseHost: string;
}

/** Two tiers that scale, and a database outside. */
class Shop extends System<ShopSettings> {
  constructor(scope: Construct, target: Target<ShopSettings>) {
    super(scope, 'shop', target);
    const { host, databaseHost } = this.settings;
    const database = new ExternalService(this, 'database', {
      host: databaseHost,
      port: 3306,
      credentials: { secret: 'shop-database', keys: ['username', 'password'] },
    });
    const size = { cpu: 0.65, min: 3, max: 12 };
    const api = new WebService(this, 'api', { ...WEB, image: this.image('api'), size });
    api.connectTo(database);
    const web = new WebService(this, 'web', { ...WEB, image: this.image('web'), size });
    web.connectTo(api);
    web.exposeAt(host);
  }
}

interface BlogSettings {
  readonly host: string;
  /** Posts on its first page. */
  readonly posts: number;
}

/** One service with a variable that each environment decides. */
class Blog extends System<BlogSettings> {
  constructor(scope: Construct, target: Target<BlogSettings>) {
    super(scope, 'blog', target);
    const { host, posts } = this.settings;
    const web = new WebService(this, 'web', { ...WEB, image: this.image('web'), env: { POSTS: String(posts) } });
    web.exposeAt(host);
  }
}

/** `shop` and `blog`, in `production` on `mumbai` and in `local` on `laptop`. */
export const twoSystems = new Platform({
  home: 'mumbai',
  images: { shop: { production: '1', local: '1' }, blog: { production: '1', local: '1' } },
  clusters: {
    mumbai: {
      ...TWO_ZONES,
      capabilities: ['external-dns', 'metrics-server'],
      groups: {
        developers: 'developers',
        support: 'support',
        devops: 'devops',
        'shop-pipeline': 'shop-pipeline',
        'blog-pipeline': 'blog-pipeline',
        platform: 'platform',
      },
      sysadmins: ['platform'],
      nodePools: [{ name: 'general', cpu: '1700m', memory: '6500Mi', pods: 29, nodesPerZone: { min: 2, max: 4 } }],
    },
    laptop: local({
      kubernetes: '1.35',
      groups: { developers: 'developers', laptop: 'laptop' },
      sysadmins: ['laptop'],
      nodePools: [{ name: 'laptop', cpu: '8', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 1 } }],
    }),
  },
  environments: {
    production: { ...PRODUCTION, access: { support: 'viewer', developers: 'viewer', devops: 'operator' } },
    local: { survives: { zones: 0, regions: 0 }, access: { developers: 'developer' } },
  },
})
  .place(Shop, {
    production: {
      on: 'mumbai',
      access: { 'shop-pipeline': 'deployer' },
      settings: {
        host: 'shop.example',
        databaseHost: 'shop.cluster-c0ffee.ap-south-1.rds.databases-of-production.example',
      },
    },
    local: { on: 'laptop', settings: { host: 'shop.localhost', databaseHost: 'database.internal' } },
  })
  .place(Blog, {
    production: {
      on: 'mumbai',
      access: { 'blog-pipeline': 'deployer' },
      settings: { host: 'blog.example', posts: 20 },
    },
    local: { on: 'laptop', settings: { host: 'blog.localhost', posts: 5 } },
  });
