// The platform: which systems run in which environments on which clusters. It builds the app from that table.

import { App } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { type ClusterDescription, isMinor, type Minor, recheck } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import { accept } from '../../model/finding/input';
import type { Problem } from '../../model/finding/problem';
import { findSchemaProblems } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import { captureTrace, type Trace, tracedTo } from '../../model/manifest/origin';
import { setEntry, UPGRADE_MINOR, UPGRADE_VARIABLE } from '../../model/platform/entries';
import { accessWith, ENVIRONMENT, type EnvironmentProps } from '../../model/platform/environment';
import { clusterWithFallbacks, environmentWithFallbacks } from '../../model/platform/fallbacks';
import { GITOPS, gitOpsOf } from '../../model/platform/gitops';
import { imagesWith } from '../../model/platform/preview';
import { type Images, imagesIn } from '../../model/platform/target';
import { trafficShares } from '../../model/platform/traffic';
import { ClusterObjects } from '../cluster/cluster-objects';
import { ClusterHeadroom } from '../cluster/headroom';
import { reportIdentities } from '../component/identity';
import { guardIncludes } from '../foreign/include';
import {
  EQUIP,
  type Equipment,
  type EquipProps,
  findEquipmentProblems,
  neighboursOn,
  partsOn,
} from '../parts/equipment';
import { type PartSettings, PlacedPart } from '../parts/part';
import { System } from '../system/system';
import { allowAnyId } from '../tree/children';
import { refuse } from '../tree/door';
import { report } from '../tree/findings';
import { checkCapabilitiesLater } from './capabilities';
import { COPY, type Copy, type CopyProps, findCopyProblems, withCopies, withoutNamespace } from './copy';
import { reportImages } from './images';
import { checkNodes } from './nodes';
import { createSystem, type PlacementProps, type PlacementRequest, type SystemClass } from './place';
import { NOTHING, PLACE, PLATFORM, type PlatformProps } from './platform-props';
import {
  branchesOf,
  buildPreviews,
  environmentsOf,
  offerPreviews,
  PREVIEW,
  type PreviewProps,
  type PreviewRequest,
  previewsOf,
} from './preview';
import { type Move, offerRebuild } from './rebuild';
import { checkRegistriesLater } from './registries';
import { UnreadSettings } from './settings';
import { checkRecordsLater, reportGatewayHosts, reportTrafficShares } from './traffic';
import { findMinorProblems, findPlatformProblems, isName } from './validate-clusters';
import { findPlacementProblems, findTrafficProblems, PLACEMENT } from './validate-placement';

export type { PlacementProps, PlatformProps, SystemClass };

guardIncludes(); // before a program that imports us makes its first chart

/** What one build of the app shares. */
interface Building {
  readonly app: App;
  readonly move: Move;
  readonly environments: Environments;
  readonly unread: UnreadSettings;
}

/** Environments with stand-ins for what was refused, and the problems of each. */
type Environments = Readonly<
  Record<string, { readonly props: EnvironmentProps; readonly problems: readonly Problem[] }>
>;

type Build = (building: Building) => void;

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
 *   images: { shop: { production: '412' } },
 * }).place(Shop, { production: { on: 'mumbai', settings: { host: 'shop.example' } } });
 */
export class Platform<ClusterName extends string, EnvironmentName extends string> {
  private readonly props: PlatformProps<string, string>;
  /** Whether it has clusters and environments: otherwise nothing that is placed can be judged. */
  private readonly isComplete: boolean;
  /** None where they are refused. */
  private images: Images | undefined;
  /** Tags by environment, as placements ask for them: a platform may have many. */
  private readonly tags = new Map<string, ReturnType<typeof imagesIn>>();
  /** Problems of the platform, and of calls of its methods, each with its line. */
  private readonly problems: { readonly problem: Problem; readonly trace: Trace }[] = [];
  private readonly placements: Placement[] = [];
  private readonly copies: Copy[] = [];
  private readonly equipment: Equipment[] = [];
  private readonly previews: PreviewRequest<Building>[] = [];
  private readonly trace = captureTrace();

  constructor(props: PlatformProps<ClusterName, EnvironmentName>) {
    const { input, problems } = accept<PlatformProps<string, string>>('', PLATFORM, props, NOTHING);
    this.isComplete = input.clusters !== NOTHING.clusters && input.environments !== NOTHING.environments;
    const clusters = Object.entries(input.clusters).map(([name, cluster]) => [name, recheck(cluster)]);
    this.props = { ...input, clusters: Object.fromEntries(clusters) };
    this.images = problems.some(({ field }) => field?.startsWith('images')) ? undefined : (input.images ?? {});
    this.note(problems, this.trace);
  }

  /** Places a system in environments. An environment or a cluster that does not exist is refused by the compiler and by synth. */
  place<Settings extends object>(
    system: SystemClass<Settings>,
    environments: { readonly [Name in EnvironmentName]?: PlacementProps<ClusterName, Settings> },
  ): this {
    const trace = captureTrace();
    const problems = findSchemaProblems(PLACE, { system, environments }, '');
    this.note(problems, trace);
    if (problems.length > 0) return this;
    for (const [environment, given] of Object.entries<PlacementProps<string, Settings> | undefined>(environments)) {
      if (given === undefined) continue;
      const standIns = { on: [], settings: {} as Settings };
      const accepted = accept<PlacementProps<string, Settings>>(environment, PLACEMENT, given, standIns);
      this.note(accepted.problems, trace);
      const placement = accepted.input;
      const isRefused = accepted.problems.length > 0;
      const hasSettings = placement.settings !== standIns.settings;
      const build =
        (request: Omit<PlacementRequest<Settings>, 'system' | 'isRefused'>): Build =>
        (building) => {
          if (hasSettings) this.build(building, { ...request, system, isRefused });
        };
      this.placements.push({
        system,
        environment,
        build: build({ environment, placement, trace }),
        copy: ({ of, as, changes, trace: line }) => {
          const settings = { ...placement.settings, ...changes.settings };
          const access = { ...placement.access, ...changes.access };
          const copied = withoutNamespace({ ...placement, settings, access });
          return build({ environment: as, placement: copied, imagesOf: of, trace: line });
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
  copy<Settings extends object>(system: SystemClass<Settings>, props: CopyProps<EnvironmentName, Settings>): this {
    const trace = captureTrace();
    const problems = findSchemaProblems(COPY, props, 'copy');
    this.note(problems, trace);
    if (problems.length > 0) return this;
    const { of, as, ...changes } = props;
    this.copies.push({ system, of, as, changes, trace });
    return this;
  }

  /**
   * Gives clusters parts of the platform itself, such as its metrics, in namespaces of their own. Other systems of the cluster then need no
   * more than `metrics: { port }` to be scraped.
   *
   * @example platform.equip('operations', { on: 'mumbai', parts: [metrics({ retention: '15d', volume: '50Gi' })] })
   */
  equip(environment: EnvironmentName, props: EquipProps<ClusterName>): this {
    const trace = captureTrace();
    const problems = findSchemaProblems(EQUIP, props, 'equip');
    this.note(problems, trace);
    if (problems.length > 0) return this;
    const { on, parts, access } = props;
    const clusters = typeof on === 'string' ? [on] : on;
    this.equipment.push({ environment, clusters, parts, ...defined({ access }), trace });
    return this;
  }

  /**
   * Places a system once more in an environment of each branch that the data names: a preview, which starts as a line of that data and
   * goes with it. `evenkeel preview` edits the data.
   *
   * @example
   * platform.preview(Shop, {
   *   of: 'dev',
   *   on: 'mumbai',
   *   branches: previews,
   *   settings: ({ host }) => ({ host: host('shop.preview.example') }),
   * })
   */
  preview<Settings extends object>(
    system: SystemClass<Settings>,
    props: PreviewProps<ClusterName, EnvironmentName, Settings>,
  ): this {
    const trace = captureTrace();
    const problems = findSchemaProblems(PREVIEW, props, 'preview');
    this.note(problems, trace);
    if (problems.length > 0) return this;
    this.images = this.images && imagesWith(this.images, props.branches, props.of);
    this.previews.push(previewsOf(system, props, trace, (building, request) => this.build(building, request)));
    return this;
  }

  /**
   * Builds the construct tree: every system in every environment on every cluster. An exception ends only its own chart.
   *
   * Where the environment variable `EVENKEEL_KUBERNETES` holds a minor, every cluster is treated as running it: what an
   * upgrade changes, requested by `evenkeel synth --kubernetes` and never written to dist/.
   */
  app(): App {
    const app = this.construct((where) => where);
    checkNodes(app, this.props.clusters, this.trace);
    offerRebuild(app, (move) => this.construct(move));
    offerPreviews(app, this.previews, (further) => this.construct((where) => where, further));
    return app;
  }

  /** Builds the tree with each system moved by `move`, and with previews of further branches; placements and their lines stay. */
  private construct(move: Move, further: readonly string[] = []): App {
    const previews = this.previews.map((one) => ({ ...one, branches: [...one.branches, ...further] }));
    const app = new App();
    allowAnyId(app);
    const upgrade = upgradeMinor(app);
    if (this.props.gitops !== undefined) setEntry(app, GITOPS, gitOpsOf(this.props.gitops));
    for (const { problem, trace } of this.problems) report(app, findingOf('input', problem), trace);
    const { clusters } = this.props;
    const environments = this.acceptEnvironments(previews);
    for (const { problems } of Object.values(environments)) {
      for (const problem of problems) report(app, findingOf('input', problem), this.trace);
    }
    const described = Object.fromEntries(Object.entries(environments).map(([name, { props }]) => [name, props]));
    const platform = { ...this.props, environments: described };
    const placed = this.placements.length + this.problems.length;
    for (const problem of this.isComplete ? findPlatformProblems(platform, placed) : [])
      report(app, problem, this.trace);
    for (const [name, { problems, trace }] of Object.entries(clusters)) {
      for (const problem of problems) {
        report(app, findingOf('input', { ...problem, field: `clusters.${name}.${problem.field}` }), trace);
      }
      if (name === '') continue;
      const scope = new Construct(app, name);
      allowAnyId(scope);
      if (problems.length > 0) refuse(scope);
    }
    const upgraded: Move = ({ cluster, ...where }) =>
      move({ cluster: { ...cluster, kubernetes: upgrade ?? cluster.kubernetes }, ...where });
    const building = { app, move: upgraded, environments, unread: new UnreadSettings() };
    for (const { build } of this.isComplete ? this.placements : []) build(building);
    for (const copy of this.isComplete ? this.copies : []) this.buildCopy(building, copy);
    if (this.isComplete) buildPreviews(building, previews, this.props, this.copies);
    if (this.isComplete) this.buildParts(building);
    building.unread.report();
    checkRegistriesLater(app, described);
    checkCapabilitiesLater(app);
    reportIdentities(app, clusters, this.trace);
    reportImages(app, this.images ?? {}, branchesOf(previews), this.trace);
    reportGatewayHosts(app);
    checkRecordsLater(app);
    return app;
  }

  private note(problems: readonly Problem[], trace: Trace): void {
    this.problems.push(...problems.map((problem) => ({ problem, trace })));
  }

  private acceptEnvironments(previews: readonly PreviewRequest<Building>[]): Environments {
    const standIns = { survives: { zones: 0, regions: 0 } };
    const described = Object.entries(this.props.environments).map(([name, given]) => {
      const { input: props, problems } = accept(`environments.${name}`, ENVIRONMENT, given, standIns);
      return [name, { props, problems }] as const;
    });
    return withCopies(Object.fromEntries(described), [...this.copies, ...environmentsOf(previews)]);
  }

  private buildCopy(building: Building, copy: Copy): void {
    const placed = this.placements.find(({ system, environment }) => system === copy.system && environment === copy.of);
    const problems = findCopyProblems(copy, this.copies, Object.keys(this.props.environments), placed !== undefined);
    for (const problem of problems) report(building.app, problem, copy.trace);
    if (problems.length === 0) placed?.copy(copy)(building);
  }

  /** Builds the parts of every cluster, after all that they may ask about. */
  private buildParts(building: Building): void {
    const { app } = building;
    const found = findEquipmentProblems(this.equipment, this.props.clusters);
    for (const { problem, trace } of found) report(app, problem, trace);
    if (found.length > 0) return;
    const named = new Set(this.equipment.flatMap(({ clusters }) => clusters));
    const others = new Map([...named].map((name) => [name, systemsBelow(app.node.tryFindChild(name))]));
    for (const name of named) {
      const cluster = lookUp<ClusterDescription>(this.props.clusters, name);
      if (cluster === undefined) {
        const line = this.equipment.find(({ clusters }) => clusters.includes(name))?.trace ?? this.trace;
        reportUnknown(app, 'cluster', name, 'equip', Object.keys(this.props.clusters), line);
        continue;
      }
      const parts = partsOn(this.equipment, name).map(([part, equipment]) => ({
        part,
        systems: part.systems({ ...cluster, name }),
        ...equipment,
      }));
      const all = new Set(parts.flatMap(({ systems }) => Object.keys(systems)));
      for (const { part, systems, environment, access, trace } of parts) {
        const here = new PlacedPart(part, environment, all, others.get(name) ?? [], cluster);
        const placement = { on: name, settings: { here }, ...defined({ access }) };
        for (const system of Object.values(systems)) {
          const request = { system, environment, placement, trace, isRefused: false, part: part.name };
          tracedTo(part.trace, () => this.build<PartSettings>(building, request));
        }
      }
    }
  }

  private build<Settings extends object>(building: Building, request: PlacementRequest<Settings>): void {
    const { app, move, unread, environments } = building;
    const { placement, trace } = request;
    const { clusters, home } = this.props;
    const described = lookUp(environments, request.environment);
    const environment = described && {
      ...described.props,
      access: accessWith(described.props.access, placement.access),
    };
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
    const doubtful =
      request.isRefused || known.some(({ problems }) => problems.length > 0) || (described?.problems.length ?? 0) > 0;
    // a part names its images with their registries
    const demanded = findPlacementProblems(names.length, environment, known).filter(
      ({ rule }) => !(request.part !== undefined && rule === 'registry'),
    );
    const problems = doubtful ? [] : [...demanded, ...weights];
    for (const { message, ...problem } of problems)
      report(app, { ...problem, message: `${placementName}: ${message}` }, trace);
    const regions = new Set(known.map(({ region }) => region)).size;
    const traffic = weights.length === 0 ? placement.traffic : undefined;
    const shareOf = trafficShares(names, traffic);
    const built: System<unknown>[] = [];
    for (const name of names) {
      const description = lookUp<ClusterDescription>(clusters, name);
      if (description === undefined) reportUnknown(app, 'cluster', name, placementName, Object.keys(clusters), trace);
      const scope = app.node.tryFindChild(name);
      const isNamed = isName(name) && isName(request.environment);
      if (environment === undefined || description === undefined || !(scope instanceof Construct) || !isNamed) continue;
      const named = { ...description, name };
      const neighbours = neighboursOn(this.equipment, named);
      const moved = move({
        cluster: clusterWithFallbacks({ ...named, ...neighbours }),
        environment: environmentWithFallbacks({ ...environment, name: request.environment }, regions, named),
        regions,
        ...defined({ part: request.part }),
      });
      ClusterObjects.ensure(scope, moved.cluster, moved.environment, name === home);
      ClusterHeadroom.ensure(scope, moved.cluster, name === home, this.trace);
      const where = {
        ...moved,
        share: shareOf(name),
        home: name === home,
        images: this.tagsIn(request.environment, request.imagesOf),
        ...defined({ part: request.part }),
      };
      const system = createSystem(scope, request, where, unread);
      if (system === undefined) continue;
      if (doubtful) refuse(system);
      built.push(system);
    }
    if (environment === undefined || built.length < names.length || built.length === 1 || doubtful) return;
    reportTrafficShares(built, { weighted: traffic !== undefined, regions, lost: environment.survives.regions }, trace);
  }

  private tagsIn(environment: string, otherwise: string | undefined): ReturnType<typeof imagesIn> | undefined {
    if (this.images === undefined) return undefined;
    const key = JSON.stringify([environment, otherwise]);
    const tags = this.tags.get(key) ?? imagesIn(this.images, environment, otherwise);
    this.tags.set(key, tags);
    return tags;
  }
}

/** The minor of an upgrade, if one is requested. The app keeps it, so that synth can distinguish it from the content of dist/. */
function upgradeMinor(app: App): Minor | undefined {
  const minor = process.env[UPGRADE_VARIABLE];
  if (minor === undefined || minor === '') return undefined;
  // without a line: the mistake is not in the user's code
  for (const problem of findMinorProblems(UPGRADE_VARIABLE, minor)) report(app, problem, {});
  if (!isMinor(minor)) return undefined;
  setEntry(app, UPGRADE_MINOR, minor);
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

const systemsBelow = (scope: IConstruct | undefined): System<unknown>[] =>
  scope?.node.children.filter(System.isSystem) ?? [];

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
