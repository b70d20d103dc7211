// The platform: which systems run in which environments on which clusters. It builds the app from that table.

import { App } from 'cdk8s';
import { Construct } from 'constructs';
import { type ClusterDescription, isMinor, type Minor, validPools } from '../../model/cluster/cluster';
import type { Finding } from '../../model/finding/finding';
import type { Trace } from '../../model/manifest/origin';
import { PREVIEW_MINOR, PREVIEW_VARIABLE, setEntry } from '../../model/platform/entries';
import { type AccessChanges, accessWith, type EnvironmentProps } from '../../model/platform/environment';
import { ROLES } from '../../model/platform/roles';
import type { Tags } from '../../model/platform/target';
import { trafficShare } from '../../model/platform/traffic';
import { ClusterObjects } from '../cluster/cluster-objects';
import { ClusterHeadroom } from '../cluster/headroom';
import { reportIdentities } from '../component/identity';
import type { System } from '../system/system';
import { report } from '../tree/findings';
import { captureTrace } from '../tree/trace';
import { checkCapabilitiesLater } from './capabilities';
import { type Copy, type CopyProps, findCopyProblems, withCopies } from './copy';
import { isComplete } from './description';
import { clusterWithFallbacks, environmentWithFallbacks, tagsWithFallbacks } from './fallbacks';
import { reportNodes } from './nodes';
import { createSystem, type PlacementRequest, type SystemClass } from './place';
import { type Move, offerRebuild } from './rebuild';
import { checkRegistriesLater } from './registries';
import { checkRecordsLater, reportTrafficShares } from './traffic';
import { findMinorProblems, findPlatformProblems, findRoleProblems, isName } from './validate-clusters';
import { findPlacementProblems, findTrafficProblems } from './validate-placement';

export type { SystemClass };

/** Clusters and environments by name. */
export interface PlatformProps<ClusterName extends string, EnvironmentName extends string> {
  /** The cluster whose files go to the root of the output directory; the others' go to `clusters/<name>/`. */
  readonly home: NoInfer<ClusterName>;
  /** Clusters by name, each by a provider's function such as `eks({ … })`. */
  readonly clusters: Readonly<Record<ClusterName, ClusterDescription>>;
  /** Environments by name. */
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentProps>>;
}

/** Where and how a system runs in one environment. */
export interface PlacementProps<ClusterName extends string, Settings> {
  /** Cluster, or clusters, on which the system runs in this environment. */
  readonly on: ClusterName | readonly ClusterName[];
  /**
   * Weight of each cluster for hosts that all of them serve (`exposeAt(…, { common })`), 0 to 255: its share is its weight ÷ the
   * sum. Clusters that are left out get no traffic. `moveTraffic` gives the steps of a move.
   * @default the same for all
   */
  readonly traffic?: Readonly<Partial<Record<ClusterName, number>>>;
  /** Build number of the system's images, or for each component its own build number or digest (`sha256:…`). */
  readonly tag: Tags;
  /** Name of the namespace. @default `<system>-<environment>` */
  readonly namespace?: string;
  /** Groups that have another role here than in the environment, or only here; `none` takes a role away. @default the environment's */
  readonly access?: AccessChanges;
  /** Values of the system's own settings. */
  readonly settings: Settings;
}

type Build = (app: App, move: Move) => void;

/** A system in an environment, and how to build it there or in a copy of that environment. */
interface Placement {
  readonly system: unknown;
  readonly environment: string;
  readonly build: Build;
  readonly copy: (copy: Copy) => Build;
}

/**
 * Systems × environments × clusters as typed data.
 *
 * @example
 * export const platform = new Platform({
 *   home: 'mumbai',
 *   clusters: { mumbai: eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' }) },
 *   environments: { production: { survives: { zones: 1, regions: 0 } } },
 * }).place(Shop, { production: { on: 'mumbai', tag: '412', settings: { host: 'shop.example' } } });
 */
export class Platform<ClusterName extends string, EnvironmentName extends string> {
  private readonly props: PlatformProps<ClusterName, EnvironmentName>;
  private readonly placements: Placement[] = [];
  private readonly copies: Copy[] = [];
  private readonly trace = captureTrace();

  constructor(props: PlatformProps<ClusterName, EnvironmentName>) {
    this.props = props;
  }

  /** Places a system in environments. An environment or a cluster that does not exist is refused by the compiler and by synth. */
  place<Settings extends object>(
    system: SystemClass<Settings>,
    environments: { readonly [Name in EnvironmentName]?: PlacementProps<ClusterName, Settings> },
  ): this {
    const trace = captureTrace();
    for (const [environment, placement] of Object.entries<PlacementProps<string, Settings> | undefined>(environments)) {
      if (placement === undefined) continue;
      const build =
        (request: PlacementRequest<Settings>): Build =>
        (app, move) =>
          this.build(app, move, request);
      this.placements.push({
        system,
        environment,
        build: build({ system, environment, placement, trace }),
        copy: ({ as, changes, trace: line }) => {
          const settings = { ...placement.settings, ...changes.settings };
          const access = { ...placement.access, ...changes.access };
          const copied = { ...placement, ...changes, settings, access };
          return build({ system, environment: as, placement: withoutNamespace(copied), trace: line });
        },
      });
    }
    return this;
  }

  /**
   * Places a system once more, in a new environment that is like another one in everything but its name and what is given: a test
   * environment as production is. `evenkeel compare environments` checks that.
   *
   * @example platform.copy(Shop, { of: 'production', as: 'load', settings: { host: 'load.shop.example' } })
   */
  copy<Settings extends object>(
    system: SystemClass<Settings>,
    { of, as, ...changes }: CopyProps<EnvironmentName, Settings>,
  ): this {
    this.copies.push({ system, of, as, changes, trace: captureTrace() });
    return this;
  }

  /**
   * Builds the construct tree: every system in every environment on every cluster. An exception ends only its own chart.
   *
   * Where the environment variable `EVENKEEL_KUBERNETES` holds a minor, every cluster is treated as running it: a preview of an
   * upgrade, requested by `evenkeel synth --kubernetes` and never written to dist/.
   */
  app(): App {
    const app = this.construct((where) => where);
    reportNodes(app, this.props.clusters, this.trace);
    offerRebuild(app, (move) => this.construct(move));
    return app;
  }

  /** Builds the tree with each system moved by `move`; placements and their lines stay. */
  private construct(move: Move): App {
    const app = new App();
    const preview = previewMinor(app);
    const { environments } = this;
    const described = { ...this.props, environments };
    for (const problem of findPlatformProblems(described, this.placements.length)) report(app, problem, this.trace);
    for (const name of Object.keys(this.props.clusters)) if (name !== '') new Construct(app, name);
    const previewed: Move = ({ cluster, ...where }) =>
      move({ cluster: { ...cluster, kubernetes: preview ?? cluster.kubernetes }, ...where });
    for (const { build } of this.placements) build(app, previewed);
    for (const copy of this.copies) this.buildCopy(app, previewed, copy);
    checkRegistriesLater(app, environments);
    checkCapabilitiesLater(app);
    reportIdentities(app, this.props.clusters, this.trace);
    checkRecordsLater(app);
    return app;
  }

  private get environments(): Readonly<Record<string, EnvironmentProps>> {
    return withCopies(this.props.environments, this.copies);
  }

  private buildCopy(app: App, move: Move, copy: Copy): void {
    const placed = this.placements.find(({ system, environment }) => system === copy.system && environment === copy.of);
    const problems = findCopyProblems(copy, this.copies, this.props.environments, placed !== undefined);
    for (const problem of problems) report(app, problem, copy.trace);
    if (problems.length === 0) placed?.copy(copy)(app, move);
  }

  private build<Settings extends object>(app: App, move: Move, request: PlacementRequest<Settings>): void {
    const { placement, trace } = request;
    const { clusters, home } = this.props;
    const { environments } = this;
    const described = lookUp<EnvironmentProps>(environments, request.environment);
    const environment =
      described === undefined ? undefined : { ...described, access: accessWith(described.access, placement.access) };
    if (environment === undefined) {
      reportUnknown(app, 'environment', request.environment, request.system.name, Object.keys(environments), trace);
    }
    const names = typeof placement.on === 'string' ? [placement.on] : placement.on;
    const known = names.flatMap((name) => {
      const cluster = lookUp<ClusterDescription>(clusters, name);
      return cluster === undefined ? [] : { ...cluster, name };
    });
    const placementName = `${request.system.name} in ${request.environment}`;
    const weights = findTrafficProblems(names, placement.traffic);
    const problems = [
      ...findPlacementProblems(placement.tag, names.length, environment, known),
      ...weights,
      ...findRoleProblems('access', placement.access ?? {}, [...ROLES, 'none']),
    ];
    for (const { message, ...problem } of problems)
      report(app, { ...problem, message: `${placementName}: ${message}` }, trace);
    const regions = new Set(known.map(({ region }) => region)).size;
    const traffic = weights.length === 0 ? placement.traffic : undefined;
    const requestWithTags = { ...request, placement: { ...placement, tag: tagsWithFallbacks(placement.tag) } };
    const built: System<unknown>[] = [];
    for (const name of names) {
      const cluster = lookUp<ClusterDescription>(clusters, name);
      if (cluster === undefined) reportUnknown(app, 'cluster', name, placementName, Object.keys(clusters), trace);
      const scope = app.node.tryFindChild(name);
      const isNamed = isName(name) && isName(request.environment);
      if (environment === undefined || cluster === undefined || !(scope instanceof Construct) || !isNamed) continue;
      if (!isComplete(cluster, environment)) continue;
      const named = { ...cluster, nodePools: validPools(cluster), name };
      const moved = move({
        cluster: clusterWithFallbacks(named),
        environment: environmentWithFallbacks({ ...environment, name: request.environment }, regions, named),
        regions,
      });
      ClusterObjects.ensure(scope, moved.cluster, moved.environment, name === home);
      ClusterHeadroom.ensure(scope, moved.cluster, name === home, this.trace);
      const share = trafficShare(name, names, traffic);
      const system = createSystem(scope, requestWithTags, { ...moved, share, home: name === home });
      if (system !== undefined) built.push(system);
    }
    if (environment === undefined || built.length < names.length || built.length === 1) return;
    reportTrafficShares(built, { weighted: traffic !== undefined, regions, lost: environment.survives.regions }, trace);
  }
}

/** The minor to preview, if there is one. The app keeps it, so that synth can distinguish a preview from the content of dist/. */
function previewMinor(app: App): Minor | undefined {
  const minor = process.env[PREVIEW_VARIABLE];
  if (minor === undefined || minor === '') return undefined;
  // without a line: the mistake is not in the user's code
  for (const problem of findMinorProblems(PREVIEW_VARIABLE, minor)) report(app, problem, {});
  if (!isMinor(minor)) return undefined;
  setEntry(app, PREVIEW_MINOR, minor);
  return minor;
}

function reportUnknown(
  app: App,
  what: string,
  name: string,
  placed: string,
  known: readonly string[],
  trace: Trace,
): void {
  const problem: Finding = {
    rule: `unknown-${what}`,
    severity: 'error',
    field: what === 'cluster' ? 'on' : what,
    value: name,
    message: `unknown ${what} '${name}': ${placed} was not checked there`,
    expected: `one of ${known.join(', ')}`,
  };
  report(app, problem, trace);
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** A copy gets its own namespace. */
function withoutNamespace<Settings>({
  namespace: _,
  ...placement
}: PlacementProps<string, Settings>): PlacementProps<string, Settings> {
  return placement;
}
