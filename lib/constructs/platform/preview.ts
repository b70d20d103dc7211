// Previews: a system once more in the environment of each branch that the committed data names.

import type { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { PlacedPreview } from '../../analysis/nodes/previews';
import { type Finding, findingOf } from '../../model/finding/finding';
import { fields, like, optional, text } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import type { Trace } from '../../model/manifest/origin';
import { entriesOf, entryKey, setEntry } from '../../model/platform/entries';
import { ACCESS_CHANGES, type AccessChanges, type EnvironmentProps } from '../../model/platform/environment';
import { PREVIEWS, type Preview, type Previews, previewName, previewOf } from '../../model/platform/preview';
import { System } from '../system/system';
import { report, unless } from '../tree/findings';
import type { PlacementRequest, SystemClass } from './place';
import type { PlatformProps } from './platform-props';

/** What the previews of a system have in common, and how one differs from another. */
export interface PreviewProps<ClusterName extends string, EnvironmentName extends string, Settings> {
  /**
   * Environment that each of them is like: its registry, its groups, and its images unless the branch has others. One that survives
   * the loss of zones or regions has users: it is refused.
   */
  readonly of: EnvironmentName;
  /** The branches: usually `previews.json`, which `evenkeel preview` edits. */
  readonly branches: Previews;
  /** Cluster on which they run. */
  readonly on: ClusterName;
  /** Groups that have another role here than in `of`, or only here; `none` takes a role away. @default those of `of` */
  readonly access?: AccessChanges;
  /** All settings of a preview: nothing is taken from another placement, so no address of one either. */
  readonly settings: (preview: Preview) => Settings;
}

/** What `preview` takes. */
export const PREVIEW = fields<PreviewProps<string, string, object>>({
  of: text('the name of an environment'),
  branches: PREVIEWS,
  on: text('the name of a cluster'),
  access: optional(ACCESS_CHANGES),
  settings: like('a function: (preview) => ({ … })', (value) => typeof value === 'function'),
});

/** Previews of one system, and the line that requested them. */
export interface PreviewRequest<Building> {
  readonly system: unknown;
  readonly of: string;
  readonly on: string;
  readonly branches: readonly string[];
  /** Places the preview of a branch. */
  readonly build: (building: Building, branch: string) => void;
  readonly trace: Trace;
}

/** What one build of the app shares. */
interface Built {
  readonly app: App;
}

/** The previews that `props` describe; `place` places one of them. */
export function previewsOf<Settings extends object, Building extends Built>(
  system: SystemClass<Settings>,
  props: PreviewProps<string, string, Settings>,
  trace: Trace,
  place: (building: Building, request: PlacementRequest<Settings>) => void,
): PreviewRequest<Building> {
  const { of, on, branches, access } = props;
  const build = (building: Building, branch: string) => {
    const preview = previewOf(branch);
    const settings = settingsOf(props, preview);
    if ('error' in settings) {
      report(building.app, thrown(settings.error, branch), settings.error instanceof Error ? settings.error : trace);
      return;
    }
    const placement = { on, settings: settings.value, ...defined({ access }) };
    place(building, { system, environment: preview.name, placement, imagesOf: of, isRefused: false, trace });
  };
  return { system, of, on, branches: Object.keys(branches), build, trace };
}

function settingsOf<Settings>(
  { settings }: PreviewProps<string, string, Settings>,
  preview: Preview,
): { readonly value: Settings } | { readonly error: unknown } {
  try {
    return { value: settings(preview) };
  } catch (error) {
    return { error };
  }
}

function thrown(error: unknown, branch: string): Finding {
  return findingOf('exception', {
    field: 'preview.settings',
    value: branch,
    message: `the settings of the preview threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    expected: 'a function that does not throw',
  });
}

/** Places all previews. Those of a system with a problem are left out, and the problem is reported. */
export function buildPreviews<Building extends Built>(
  building: Building,
  requests: readonly PreviewRequest<Building>[],
  { clusters, environments }: Pick<PlatformProps<string, string>, 'clusters' | 'environments'>,
  copies: readonly { readonly as: string }[],
): void {
  const known = { clusters: Object.keys(clusters), environments, copies: copies.map(({ as }) => as) };
  for (const request of requests) {
    const problems = findPreviewProblems(request, requests, known);
    for (const problem of problems) report(building.app, problem, request.trace);
    for (const branch of problems.length > 0 ? [] : request.branches) request.build(building, branch);
  }
}

/** Stands for the branch of a preview that does not exist: what it would need is known from it. */
const ONE_MORE = 'one-more-preview';

/** The environments that previews add, each with the one that it is like. */
export function environmentsOf(
  requests: readonly Pick<PreviewRequest<unknown>, 'of' | 'branches'>[],
): { readonly of: string; readonly as: string }[] {
  return requests.flatMap(({ of, branches }) => branches.map((branch) => ({ of, as: previewName(branch) })));
}

/** Previews without the way to build them. */
type Described = Omit<PreviewRequest<unknown>, 'build'>;

/** The branches of previews, by the name of their environment. */
export function branchesOf(requests: readonly Described[]): ReadonlyMap<string, string> {
  return new Map(requests.flatMap(({ branches }) => branches.map((branch) => [previewName(branch), branch])));
}

/** What there is besides the previews. */
interface Known {
  readonly clusters: readonly string[];
  readonly environments: Readonly<Record<string, EnvironmentProps>>;
  /** Names of environments that copies add. */
  readonly copies: readonly string[];
}

/** Why the previews of a system cannot be made, or those of some of its branches. */
function findPreviewProblems(
  request: Described,
  requests: readonly Described[],
  { clusters, environments, copies }: Known,
): Finding[] {
  const { of, on, branches, system } = request;
  const names = Object.keys(environments);
  const original = Object.hasOwn(environments, of) ? environments[of] : undefined;
  const others = requests.filter((other) => other !== request && (other.of !== of || other.system === system));
  const taken = new Set([...names, ...copies, ...environmentsOf(others).map(({ as }) => as)]);
  return [
    ...unless(original !== undefined, 'unknown-environment', {
      field: 'preview.of',
      value: of,
      message: 'the environment that previews are like does not exist',
      expected: `one of ${names.join(', ')}`,
    }),
    ...unless(clusters.includes(on), 'unknown-cluster', {
      field: 'preview.on',
      value: on,
      message: 'the cluster of the previews does not exist',
      expected: `one of ${clusters.join(', ')}`,
    }),
    ...unless(!hasPromises(original), 'preview-of-production', {
      field: 'preview.of',
      value: of,
      message: `${of} promises to survive losses, so it has users: previews would have its registry and its groups`,
      expected: 'an environment with survives: { zones: 0, regions: 0 }, such as one for previews only',
    }),
    ...branches.flatMap((branch) =>
      unless(!taken.has(previewName(branch)), 'environment-taken', {
        field: `preview.branches.${branch}`,
        value: branch,
        message: `its environment ${previewName(branch)} already exists`,
        expected: 'another name for the branch, or no preview of it',
      }),
    ),
  ];
}

function hasPromises(environment: EnvironmentProps | undefined): boolean {
  const { zones = 0, regions = 0 } = environment?.survives ?? {};
  return zones > 0 || regions > 0;
}

/** The previews of an app. */
interface OfferedPreviews {
  /** Names of their environments, in the order of the data. */
  readonly environments: readonly string[];
  /** Builds the app with one more preview of each system that has previews. */
  readonly oneMore: () => App;
}

const PREVIEWS_OF_APP = entryKey<OfferedPreviews>('previews');

/** Keeps on `app` which previews it has, and how to build it with one more branch. */
export function offerPreviews(
  app: App,
  requests: readonly Described[],
  build: (further: readonly string[]) => App,
): void {
  if (requests.length === 0) return;
  const environments = environmentsOf(requests).map(({ as }) => as);
  setEntry(app, PREVIEWS_OF_APP, { environments, oneMore: () => build([ONE_MORE]) });
}

/** Names of the environments of previews. */
export function previewEnvironments(app: IConstruct): ReadonlySet<string> {
  return new Set(entriesOf(app, PREVIEWS_OF_APP)[0]?.environments);
}

/** The previews that an app has on a cluster, in the order of the data; with one more branch, only those of that branch. */
export function previewsOn(app: IConstruct, cluster: string, onlyMore = false): PlacedPreview[] {
  const environments = onlyMore ? [ONE_MORE] : (entriesOf(app, PREVIEWS_OF_APP)[0]?.environments ?? []);
  const systems = System.allIn(app).filter(({ target }) => target.cluster.name === cluster);
  return environments.flatMap((environment) =>
    systems.flatMap(({ system, target, namespace = '' }) =>
      target.environment.name === environment ? [{ system, environment, namespace }] : [],
    ),
  );
}

/** The app with one more preview of each system that has previews; `undefined` where none has. */
export function withOneMore(app: IConstruct): App | undefined {
  return entriesOf(app, PREVIEWS_OF_APP)[0]?.oneMore();
}
