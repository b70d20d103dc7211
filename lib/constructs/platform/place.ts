// Calls a system's constructor on a target. An exception ends only its own chart, as a finding with the line that threw.

import { Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import type { Finding } from '../../model/finding/finding';
import { dnsLabel } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import { isReservedNamespace } from '../../model/manifest/namespace';
import type { Trace } from '../../model/manifest/origin';
import { ENTRY, setEntry } from '../../model/platform/entries';
import type { AccessChanges } from '../../model/platform/environment';
import type { Target } from '../../model/platform/target';
import { System } from '../system/system';
import { report, unless } from '../tree/findings';
import { watchSettings } from './settings';

/** A class that `place` takes. */
export type SystemClass<Settings> = new (scope: Construct, target: Target<Settings>) => System<Settings>;

/** A request to place a system in one environment, and the line that made it. */
export interface PlacementRequest<Settings> {
  readonly system: SystemClass<Settings>;
  readonly environment: string;
  readonly placement: Pick<Target<Settings>, 'tag' | 'settings' | 'namespace'> & {
    readonly access?: AccessChanges;
    readonly on: string | readonly string[];
    readonly traffic?: Readonly<Record<string, number | undefined>>;
  };
  readonly trace: Trace;
}

/** Calls the user's constructor. An exception becomes a finding with the line that threw; `undefined` for an incomplete system. */
export function createSystem<Settings extends object>(
  scope: Construct,
  { system, placement, trace }: PlacementRequest<Settings>,
  where: Pick<Target<Settings>, 'cluster' | 'environment' | 'regions' | 'share' | 'home'>,
): System<Settings> | undefined {
  const before = new Set(scope.node.children);
  const others = [...before].filter(System.isSystem);
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
    const { tag, namespace } = placement;
    const built = new system(scope, { ...where, tag, settings, ...defined({ namespace }) });
    setEntry(built, ENTRY.buildTime, performance.now() - started);
    const problems = findNamespaceProblems(built, others);
    for (const problem of problems) report(built, problem, trace);
    if (problems.length === 0 && missing.size === 0) return built;
    markIncomplete(built); // its other findings would be repeats
  } catch (error) {
    // an exception after a placeholder was read is only a consequence of it
    if (missing.size === 0) report(chart(), thrown(error), error instanceof Error ? error : trace);
    markIncomplete(chart());
  }
  if (missing.size > 0) markIncomplete(chart());
  return undefined;
}

function markIncomplete(chart: IConstruct): void {
  if (chart instanceof Chart) setEntry(chart, ENTRY.incomplete, true);
}

function thrown(error: unknown): Finding {
  return {
    rule: 'exception',
    severity: 'error',
    message: `the chart's code threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
    expected: 'a constructor that does not throw',
  };
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

/** Problems of the namespace of `system`, which shares its cluster with `others`. */
function findNamespaceProblems(system: System<unknown>, others: readonly System<unknown>[]): Finding[] {
  const { namespace = '' } = system;
  const taken = others.find((other) => other.namespace === namespace);
  const location = { field: 'namespace', value: namespace };
  return [
    ...unless(dnsLabel.fits(namespace), 'namespace', {
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
