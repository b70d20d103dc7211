// The platform: which systems run in which environments on which clusters. It builds the app from that table.
import { App, Chart } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { type ClusterDescription, isMinor, type Minor, PREVIEW } from '../model/cluster';
import { ENTRY, type Trace } from '../model/entries';
import type { EnvironmentProps } from '../model/environment';
import type { Target } from '../model/target';
import { type Problem, report } from './findings';
import { inspectMinor, inspectPlacement, inspectPlatform, isName } from './placement';
import { watchSettings } from './settings';
import type { System } from './system';
import { captureTrace } from './trace';

/** Clusters and environments by name. */
export interface PlatformProps<ClusterName extends string, EnvironmentName extends string> {
  /** The cluster whose files lie in the root of the output directory; the others' lie in `clusters/<name>/`. */
  readonly home: NoInfer<ClusterName>;
  readonly clusters: Readonly<Record<ClusterName, ClusterDescription>>;
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentProps>>;
}

/** Where and how a system runs in one environment. */
export interface PlacementProps<ClusterName extends string, Settings> {
  /** Cluster, or clusters, that the environment of this system lies on. */
  readonly on: ClusterName | readonly ClusterName[];
  /** Build number, or a digest (`sha256:…`), of the system's images. */
  readonly tag: string;
  readonly settings: Settings;
}

/** A class that `place` takes. */
export type SystemClass<Settings> = new (scope: Construct, target: Target<Settings>) => System<Settings>;

interface Placed<Settings> {
  readonly system: SystemClass<Settings>;
  readonly environment: string;
  readonly placement: PlacementProps<string, Settings>;
  readonly trace: Trace;
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
  private readonly builders: ((app: App, preview: Minor | undefined) => void)[] = [];
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
      this.builders.push((app, preview) => this.build(app, preview, { system, environment, placement, trace }));
    }
    return this;
  }

  /**
   * Builds the construct tree: every system in every environment on every cluster. An exception ends only its own chart.
   *
   * Where the environment variable `EVENKEEL_KUBERNETES` holds a minor, each cluster is taken to run that one: a preview of an
   * upgrade, which `evenkeel synth --kubernetes` asks for, and which it never writes to dist/.
   */
  app(): App {
    const app = new App();
    const preview = takePreview(app);
    for (const problem of inspectPlatform(this.props, this.builders.length)) report(app, problem, this.trace);
    for (const name of Object.keys(this.props.clusters)) if (name !== '') new Construct(app, name);
    for (const build of this.builders) build(app, preview);
    return app;
  }

  private build<Settings extends object>(app: App, preview: Minor | undefined, placed: Placed<Settings>): void {
    const { placement, trace } = placed;
    const { clusters, environments, home } = this.props;
    const environment = lookUp<EnvironmentProps>(environments, placed.environment);
    if (environment === undefined) {
      reportUnknown(app, 'environment', placed.environment, Object.keys(environments), trace);
    }
    const names = typeof placement.on === 'string' ? [placement.on] : placement.on;
    const described = names.flatMap((name) => lookUp<ClusterDescription>(clusters, name) ?? []);
    const problems = inspectPlacement(placement.tag, names.length, environment, described);
    for (const problem of problems) report(app, problem, trace);
    for (const name of names) {
      const cluster = lookUp<ClusterDescription>(clusters, name);
      if (cluster === undefined) reportUnknown(app, 'cluster', name, Object.keys(clusters), trace);
      const scope = app.node.tryFindChild(name);
      const isRight = problems.length === 0 && isName(name) && isName(placed.environment);
      if (environment === undefined || cluster === undefined || !(scope instanceof Construct) || !isRight) continue;
      createSystem(scope, placed, {
        cluster: { ...cluster, name, kubernetes: preview ?? cluster.kubernetes },
        environment: { ...environment, name: placed.environment },
        home: name === home,
      });
    }
  }
}

/** The minor to preview, if there is one. The app remembers it, so that synth knows a preview from what dist/ is to hold. */
function takePreview(app: App): Minor | undefined {
  const minor = process.env[PREVIEW.variable];
  if (minor === undefined || minor === '') return undefined;
  // without a line: nothing in the user's code is wrong
  for (const problem of inspectMinor(PREVIEW.variable, minor)) report(app, problem, {});
  if (!isMinor(minor)) return undefined;
  app.node.addMetadata(PREVIEW.entry, minor);
  return minor;
}

/** Calls the user's constructor. What it throws becomes a finding with the line that threw. */
function createSystem<Settings extends object>(
  scope: Construct,
  { system, placement, trace }: Placed<Settings>,
  where: Pick<Target<Settings>, 'cluster' | 'environment' | 'home'>,
): void {
  const before = new Set(scope.node.children);
  const chart = () => scope.node.children.find((child) => !before.has(child)) ?? scope;
  const missing = new Set<string>();
  const onMissing = (name: string) => {
    if (missing.has(name)) return;
    missing.add(name);
    report(chart(), missingSetting(name, system.name, where), trace);
  };
  const started = performance.now();
  try {
    const settings = watchSettings(placement.settings, onMissing);
    const built = new system(scope, { ...where, tag: placement.tag, settings });
    built.node.addMetadata(ENTRY.buildTime, performance.now() - started);
  } catch (error) {
    // what follows from a placeholder is no news
    if (missing.size === 0) report(chart(), thrown(error), error instanceof Error ? error : trace);
    markIncomplete(chart());
  }
  if (missing.size > 0) markIncomplete(chart());
}

function markIncomplete(chart: IConstruct): void {
  if (chart instanceof Chart) chart.node.addMetadata(ENTRY.incomplete, true);
}

function thrown(error: unknown): Problem {
  return {
    rule: 'exception',
    severity: 'error',
    message: `the chart's code threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    expected: 'a constructor that comes to its end',
  };
}

function missingSetting(name: string, system: string, where: Pick<Target<object>, 'cluster' | 'environment'>): Problem {
  return {
    rule: 'missing-setting',
    severity: 'error',
    field: `settings.${name}`,
    message: `${system} reads the setting ${name}, which ${where.environment.name} on ${where.cluster.name} does not give`,
    expected: `settings: { ${name}: … } in the placement of ${system}`,
  };
}

function reportUnknown(app: App, what: string, name: string, known: readonly string[], trace: Trace): void {
  const problem: Problem = {
    rule: `unknown-${what}`,
    severity: 'error',
    field: what === 'cluster' ? 'on' : what,
    value: name,
    message: `there is no ${what} of that name`,
    expected: `one of ${known.join(', ')}`,
  };
  report(app, problem, trace);
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
