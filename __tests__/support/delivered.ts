// A platform whose `dist/` a controller applies: `shop` with a migration, a claim and a deployer, `blog` with neither, and a laptop.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'cdk8s';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { argoFiles } from '../../lib/analysis/gitops/argo';
import { fluxFiles } from '../../lib/analysis/gitops/flux';
import { namespacesWithState } from '../../lib/analysis/gitops/kept';
import type { Paths } from '../../lib/analysis/gitops/place';
import { deliveriesOf } from '../../lib/analysis/gitops/stages';
import { check } from '../../lib/checks';
import { Migration, Platform, System, Volume, WebService, Worker } from '../../lib/constructs';
import { type GitOpsProps, type GroupId, type JsonObject, local, type Target } from '../../lib/model';
import { type GitOps, gitOpsOf } from '../../lib/model/platform/gitops';
import { synthesize } from '../../lib/synth/synthesize';
import { PRODUCTION, TWO_ZONES, WEB } from './synthesis';

export const REPOSITORY = 'https://git.example/platform.git';
export const FLUX: GitOpsProps = { controller: 'flux', repository: REPOSITORY };
export const ARGO: GitOpsProps = { controller: 'argo', repository: REPOSITORY };

/** A deployer that Flux may act as: it is where Flux is. */
export const DEPLOYER: GroupId = { namespace: 'flux-system', serviceAccount: 'shop-deployer' };

interface ShopSettings {
  readonly stateless?: boolean;
  readonly deadlineSeconds?: number;
}

class Shop extends System<ShopSettings> {
  constructor(scope: Construct, target: Target<ShopSettings>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
    const { stateless, deadlineSeconds = 600 } = this.settings;
    new Migration(this, 'migrate', { image: this.image('migrate'), resources: WEB.resources, deadlineSeconds });
    if (stateless) return;
    const data = new Volume(this, 'data', { size: '1Gi', oneZone: 'a cache' });
    const survives = { zones: 0, because: 'a test' } as const;
    new Worker(this, 'mailer', { ...WEB, size: { replicas: 1 }, survives, volumes: { '/data': data } });
  }
}

class Blog extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'blog', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
  }
}

/** What a test changes. */
export interface Changes {
  /** The deployers of `shop`, by name. @default one, where Flux is */
  readonly deployers?: Readonly<Record<string, GroupId>>;
  /** The sysadmin. @default a group */
  readonly sysadmin?: GroupId;
  /** Settings of `shop`: whether it has no claim, and how long its migration may take. @default it has one; 600 */
  readonly shop?: ShopSettings;
  /** Adds to the app. */
  readonly add?: (app: App) => void;
}

/** The app. Its settings are not typed, since a test may break them. */
export function deliveredApp(gitops: object | undefined, changes: Changes = {}): App {
  const { deployers = { deployer: DEPLOYER }, sysadmin = 'platform', shop = {}, add = () => {} } = changes;
  const app = new Platform({
    home: 'mumbai',
    images: { shop: { production: '7' }, blog: { production: '3', local: '3' } },
    clusters: {
      mumbai: { ...TWO_ZONES, groups: { ...deployers, platform: sysadmin }, sysadmins: ['platform'] },
      laptop: local({ kubernetes: '1.36' }),
      idle: local({ kubernetes: '1.36' }),
    },
    environments: { production: PRODUCTION, local: { survives: { zones: 0, regions: 0 } } },
    ...(gitops === undefined ? {} : { gitops: gitops as GitOpsProps<'mumbai'> }),
  })
    .place(Shop, {
      production: {
        on: 'mumbai',
        access: Object.fromEntries(Object.keys(deployers).map((name) => [name, 'deployer'] as const)),
        settings: { stateless: false, deadlineSeconds: 600, ...shop },
      },
    })
    .place(Blog, { production: { on: 'mumbai', settings: {} }, local: { on: 'laptop', settings: {} } })
    .app();
  add(app);
  return app;
}

/** Adds an object to the system `shop`. */
export const withObject =
  (kind: string, name: string, metadata: object = {}) =>
  (app: App): void => {
    const shop = app.node.findAll().find((one) => System.isSystem(one) && one.system === 'shop');
    if (shop !== undefined) new ApiObject(shop, name, { apiVersion: 'v1', kind, metadata: { name, ...metadata } });
  };

/** Adds a pod that mounts a Secret which no manifest makes. */
export const withSecretOf =
  (system: string) =>
  (app: App): void => {
    const found = app.node.findAll().find((one) => System.isSystem(one) && one.system === system);
    if (found !== undefined)
      new Worker(found, 'reader', { ...WEB, size: { replicas: 3 }, volumes: { '/keys': { secret: 'by-hand' } } });
  };

const PATHS: Paths = { dist: 'dist', gitops: 'gitops' };

/** The controller's files by path, as objects. */
export function delivered(
  props: GitOpsProps,
  changes: Changes = {},
  paths = PATHS,
): ReadonlyMap<string, readonly JsonObject[]> {
  const settings: GitOps = gitOpsOf(props);
  const { objects, entries, findings } = synthesize(deliveredApp(props, changes), check);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const { deliveries } = deliveriesOf(objects, settings);
  const hasState = namespacesWithState(entries);
  return new Map(
    deliveries.flatMap((delivery) => [
      ...(settings.controller === 'flux'
        ? fluxFiles(delivery, settings, paths, hasState)
        : argoFiles(delivery, settings, paths)),
    ]),
  );
}

/** Documents of a YAML text. */
export const documentsOf = (text: string): JsonObject[] =>
  parseAllDocuments(text).map((document): JsonObject => document.toJS());

/** An empty folder. */
export const scratch = (): string => mkdtempSync(join(tmpdir(), 'evenkeel-gitops-'));
