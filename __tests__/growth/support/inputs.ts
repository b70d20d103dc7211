// Inputs of any size: a platform of which one thing grows while all else stays.
import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { manifests, OBJECTS_PER_APPLICATION, parameters } from '../../../bench/apps/content';
import { ExternalService, override, type Part, Platform, System, WebService } from '../../../lib/constructs';
import { type ClusterDescription, type EnvironmentProps, eks, type Target } from '../../../lib/model';
import { metrics, traces } from '../../../lib/parts';
import { PRODUCTION, SUBNETS, WEB } from '../../support/synthesis';

/** The first cluster, and the second. */
export const [A, B] = ['cluster-0', 'cluster-1'] as const;

interface Sizes {
  readonly components?: number;
  /** What a component calls: the one before, or all of them the first. */
  readonly calls?: 'before' | 'first';
  readonly systems?: number;
  readonly environments?: number;
  readonly clusters?: number;
}

const numbers = (size: number): number[] => Array.from({ length: size }, (_, index) => index);

const named = <T>(name: string, size: number, each: (index: number) => T): Record<string, T> =>
  Object.fromEntries(numbers(size).map((index) => [`${name}-${index}`, each(index)]));

/** Two zones, and nodes with room for all pods of a row. */
const cluster = (index: number): ClusterDescription =>
  eks({
    region: `eu-west-${index + 1}`,
    zones: [`eu-west-${index + 1}a`, `eu-west-${index + 1}b`],
    kubernetes: '1.36',
    capabilities: ['external-dns', 'metrics-server'],
    groups: { developers: 'developers', pipeline: 'pipeline' },
    nodePools: [{ name: 'general', cpu: '60', memory: '240Gi', pods: 230, nodesPerZone: { min: 2, max: 4 } }],
    ...SUBNETS,
  });

const environment = (): EnvironmentProps => ({
  ...PRODUCTION,
  access: { developers: 'developer', pipeline: 'deployer' },
});

interface Settings {
  readonly host: string;
}

/** A system of components that know one database, scale, answer to hosts, and call one of the others. */
function systemOf(name: string, components: number, calls: 'before' | 'first') {
  return class extends System<Settings> {
    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, name, target);
      const database = new ExternalService(this, 'database', {
        host: 'database.example',
        port: 5432,
        credentials: { secret: 'database', keys: ['password'] },
      });
      let called: WebService | undefined;
      for (const index of numbers(components)) {
        const host = `web-${index}.${this.settings.host}`;
        const web = new WebService(this, `web-${index}`, {
          ...WEB,
          image: this.image(`web-${index}`),
          size: { cpu: 0.65, min: 3, max: 6 },
          env: { LEVEL: 'info' },
          ...(target.cluster.prometheus === undefined ? {} : { metrics: { port: 9102 } }),
        });
        if (target.cluster.traces !== undefined) web.connectTo('traces');
        web.connectTo(database);
        web.exposeAt(`${target.cluster.name}.${host}`, { common: [host] });
        if (called !== undefined) web.connectTo(called);
        if (called === undefined || calls === 'before') called = web;
      }
    }
  };
}

/** A platform with these counts of each. */
export function platform(
  { components = 1, calls = 'before', systems = 1, environments = 1, clusters = 1 }: Sizes,
  parts: readonly Part[] = [],
): App {
  const on = Object.keys(named('cluster', clusters, () => 0));
  const platform = new Platform<string, string>({
    home: A,
    clusters: named('cluster', clusters, cluster),
    gitops: { controller: 'flux', repository: 'https://git.example/platform.git' },
    environments: named('environment', environments, environment),
    images: Object.fromEntries(
      numbers(systems).map((index) => [`system-${index}`, named('environment', environments, () => '1')]),
    ),
  });
  for (const index of numbers(systems)) {
    const placement = (at: number) => ({ on, settings: { host: `${at}.system-${index}.example` } });
    platform.place(systemOf(`system-${index}`, components, calls), named('environment', environments, placement));
  }
  if (parts.length > 0) platform.equip('environment-0', { on, parts });
  return platform.app();
}

/** Systems whose components show metrics and send traces, beside the parts that take them. */
export const equipped = (systems: number): App =>
  platform({ systems }, [
    metrics({ retention: '1d', volume: '1Ti', receivers: RECEIVERS }),
    traces({ retention: '1d', store: { volume: '10Gi' } }),
  ]);

const RECEIVERS = { hook: { webhook: { url: { secret: 'alerts', key: 'url' } } } };

/** Plain objects of a chart that no system owns, four for each application; each after the one before where they are `dependent`. */
export function plain(applications: number, { dependent = false } = {}): App {
  const app = new App();
  const chart = new Chart(app, 'plain', { namespace: 'plain', disableResourceNameHashes: true });
  let before: Construct | undefined;
  for (const application of parameters(applications * OBJECTS_PER_APPLICATION)) {
    for (const manifest of manifests(application)) {
      const object = new ApiObject(chart, `${application.name}-${manifest.kind}`, manifest);
      if (dependent && before !== undefined) object.node.addDependency(before);
      before = object;
    }
  }
  return app;
}

/** One system with a number of overrides of one object. */
export function overridden(overrides: number): App {
  const app = platform({});
  const deployment = app.node
    .findAll()
    .filter(ApiObject.isApiObject)
    .find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) throw new Error('the platform has no Deployment');
  for (const index of numbers(overrides)) {
    override(deployment).set(`metadata.annotations["example.com/note-${index}"]`, 'x');
  }
  return app;
}

/** Tags of a number of systems, as `charts/images.json` holds them. */
export function tags(systems: number): string {
  return JSON.stringify(named('system', systems, () => ({ production: '1', test: '1' })));
}
