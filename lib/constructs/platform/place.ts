// Calls a system's constructor on a target. An exception ends only its own chart, as a finding with the line that threw.

import type { Construct, IConstruct } from 'constructs';
import { type Finding, findingOf } from '../../model/finding/finding';
import { dnsLabel } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import { isReservedNamespace } from '../../model/manifest/namespace';
import type { Trace } from '../../model/manifest/origin';
import { ENTRY, setEntry } from '../../model/platform/entries';
import type { AccessChanges } from '../../model/platform/environment';
import type { Target } from '../../model/platform/target';
import { System } from '../system/system';
import { refuse } from '../tree/door';
import { report, unless } from '../tree/findings';
import {
  findMisspelt,
  findSettingProblems,
  misspeltSetting,
  respell,
  type SettingsSchema,
  type UnreadSettings,
  watchSettings,
} from './settings';

/** A class that `place` takes. Its settings may have a schema (valibot's, or another with the Standard Schema interface). */
export interface SystemClass<Settings> {
  new (scope: Construct, target: Target<Settings>): System<Settings>;
  /** A schema of the settings. @default none: a missing setting is noticed when it is read, and one that nothing reads at the end */
  readonly settings?: SettingsSchema;
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
  /** Name of the namespace. @default `<system>-<environment>` */
  readonly namespace?: string;
  /** Groups that have another role here than in the environment, or only here; `none` takes a role away. @default the environment's */
  readonly access?: AccessChanges;
  /** What the system needs to know of this environment: `this.settings` in the system. */
  readonly settings: Settings;
}

/** A request to place a system in one environment, and the line that made it. */
export interface PlacementRequest<Settings> {
  readonly system: SystemClass<Settings>;
  readonly environment: string;
  readonly placement: PlacementProps<string, Settings>;
  /** The environment whose tags it takes where it has none of its own. @default none */
  readonly imagesOf?: string;
  /** Whether anything of the placement was refused: what follows from that is not reported. */
  readonly isRefused: boolean;
  /** The part of the platform that it is of. @default none */
  readonly part?: string;
  readonly trace: Trace;
}

/** Calls the user's constructor. An exception becomes a finding with the line that threw; `undefined` for an incomplete system. */
export function createSystem<Settings extends object>(
  scope: Construct,
  { system, placement, trace }: PlacementRequest<Settings>,
  where: Omit<Target<Settings>, 'settings' | 'namespace'>,
  unread: UnreadSettings,
): System<Settings> | undefined {
  const others = systemsByNamespace(scope);
  const { settings: given, problems } = findSettingProblems(system, placement.settings);
  for (const problem of problems) report(scope, problem, trace);
  const read = unread.readBy(system);
  const { namespace } = placement;
  const target = { ...where, ...defined({ namespace }) };
  const first = construct(scope, system, target, given, read);
  const misspelt = problems.length > 0 ? [] : findMisspelt(given, first.absent, read);
  // what else is wrong shows when they are spelt right
  const settings = misspelt.reduce(respell, given);
  if (misspelt.length > 0 && first.chart !== undefined) scope.node.tryRemoveChild(first.chart.node.id);
  const {
    built,
    error,
    chart = scope,
    absent,
  } = misspelt.length > 0 ? construct(scope, system, target, settings, read) : first;
  const missing = [...absent].filter((path) => !path.includes('.'));
  for (const one of misspelt) report(chart, misspeltSetting(one), trace);
  for (const name of problems.length > 0 ? [] : missing) report(chart, missingSetting(name, system.name, where), trace);
  if (built !== undefined) {
    const taken = findNamespaceProblems(built, others);
    for (const problem of taken) report(built, problem, trace);
    if (taken.length === 0 && missing.length === 0 && problems.length === 0) {
      unread.add(system, built, settings, trace);
      return built;
    }
  } else if (missing.length === 0) {
    // an exception after a placeholder was read is only a consequence of it
    report(chart, thrown(error, chart), error instanceof Error ? error : trace);
  }
  refuse(chart); // its other findings would be repeats
  return undefined;
}

/** What came of a call of the user's constructor. */
interface Constructed<Settings> {
  /** Absent where it threw. */
  readonly built?: System<Settings>;
  readonly error?: unknown;
  /** The system, complete or not; absent where not even that was created. */
  readonly chart?: IConstruct;
  /** Paths of settings that were read and are not given. */
  readonly absent: ReadonlySet<string>;
}

function construct<Settings extends object>(
  scope: Construct,
  system: SystemClass<Settings>,
  target: Omit<Target<Settings>, 'settings'>,
  settings: Settings,
  read: Set<string>,
): Constructed<Settings> {
  const count = scope.node.children.length;
  const absent = new Set<string>();
  const watched = watchSettings(
    settings,
    (path) => read.add(path),
    (path) => absent.add(path),
  );
  const started = performance.now();
  try {
    const built = new system(scope, { ...target, settings: watched });
    setEntry(built, ENTRY.buildTime, performance.now() - started);
    return { built, chart: built, absent };
  } catch (error) {
    return { error, absent, ...defined({ chart: scope.node.children[count] }) };
  }
}

function thrown(error: unknown, chart: IConstruct): Finding {
  const text = error instanceof Error ? error.message : String(error);
  const [, id, scope = ''] = /^There is already a Construct with name '(.*)' in \w+(?: \[(.*)\])?$/.exec(text) ?? [];
  if (id !== undefined) return takenId(id, chart.node.findAll().find(({ node }) => node.id === scope) ?? chart);
  return {
    rule: 'exception',
    severity: 'error',
    message: `the chart's code threw ${error instanceof Error ? `${error.name}: ${text}` : text}`,
    expected: 'a constructor that does not throw',
  };
}

function takenId(id: string, scope: IConstruct): Finding {
  const taken = scope.node.children.map(({ node }) => node.id);
  return findingOf('id-taken', {
    field: 'id',
    value: id,
    message: `${scope.node.id} already has a construct ${id}`,
    expected: `another id than ${taken.sort().join(', ')}`,
    fix: `give the component name: '${id}' to keep the names of its objects`,
  });
}

function missingSetting(name: string, system: string, where: Pick<Target<object>, 'cluster' | 'environment'>): Finding {
  return {
    rule: 'missing-setting',
    severity: 'error',
    field: `settings.${name}`,
    message: `missing setting '${name}' for ${system} in ${where.environment.name} on ${where.cluster.name}`,
    expected: `settings: { ${name}: … } in the placement of ${system}`,
  };
}

/** What the API server takes, in characters. */
const LONGEST_NAMESPACE = 63;

/** Systems of a cluster by namespace, of which the first counts, and how many of its children have been read. */
interface Neighbours {
  readonly byNamespace: Map<string, System<unknown>>;
  read: number;
}

const neighbours = new WeakMap<Construct, Neighbours>();

/** The systems that a cluster has so far. Each child is read once, since each system asks. */
function systemsByNamespace(scope: Construct): ReadonlyMap<string, System<unknown>> {
  const known = neighbours.get(scope) ?? { byNamespace: new Map<string, System<unknown>>(), read: 0 };
  const { children } = scope.node;
  for (const child of children.slice(known.read).filter(System.isSystem)) {
    const { namespace = '' } = child;
    if (!known.byNamespace.has(namespace)) known.byNamespace.set(namespace, child);
  }
  known.read = children.length;
  neighbours.set(scope, known);
  return known.byNamespace;
}

/** Problems of the namespace of `system`, which shares its cluster with `others`. */
function findNamespaceProblems(system: System<unknown>, others: ReadonlyMap<string, System<unknown>>): Finding[] {
  const { namespace = '' } = system;
  const taken = others.get(namespace);
  const location = { field: 'namespace', value: namespace };
  return [
    ...unless(
      namespace.length <= LONGEST_NAMESPACE || !dnsLabel.fits(namespace.slice(0, LONGEST_NAMESPACE)),
      'namespace',
      {
        ...location,
        message: `'${namespace}' has ${namespace.length} characters, too many for a namespace`,
        expected: `at most ${LONGEST_NAMESPACE}: a shorter name of the system, the environment or the branch, or namespace in a placement`,
      },
    ),
    ...unless(dnsLabel.fits(namespace.slice(0, LONGEST_NAMESPACE)), 'namespace', {
      ...location,
      message: `'${namespace}' is not a valid namespace name`,
      expected: `namespace: ${dnsLabel.expected}`,
    }),
    ...unless(!isReservedNamespace(namespace), 'namespace', {
      ...location,
      message: `${namespace} belongs to Kubernetes: a quota and a default deny would break what runs there`,
      expected: 'a separate namespace for each system and environment',
    }),
    ...unless(taken === undefined, 'namespace-taken', {
      ...location,
      message: `${namespace} is already the namespace of ${taken?.system} in ${taken?.target.environment.name}`,
      expected: 'a separate namespace for each system and environment',
    }),
  ];
}
