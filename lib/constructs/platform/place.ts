// Calls a system's constructor on a target. Whatever it throws ends only its own chart, as a finding with the line that threw.

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

/** A system in one environment, and the line that put it there. */
export interface Placed<Settings> {
  readonly system: SystemClass<Settings>;
  readonly environment: string;
  readonly placement: Pick<Target<Settings>, 'tag' | 'settings' | 'namespace'> & {
    readonly access?: AccessChanges;
    readonly on: string | readonly string[];
    readonly traffic?: Readonly<Record<string, number | undefined>>;
  };
  readonly trace: Trace;
}

/** Calls the user's constructor. What it throws becomes a finding with the line that threw; a system that is not whole is none. */
export function createSystem<Settings extends object>(
  scope: Construct,
  { system, placement, trace }: Placed<Settings>,
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
    markIncomplete(built); // whatever lies in it would only say the same again
  } catch (error) {
    // what follows from a placeholder is no news
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
    expected: 'a constructor that comes to its end',
  };
}

function missingSetting(name: string, system: string, where: Pick<Target<object>, 'cluster' | 'environment'>): Finding {
  return {
    rule: 'missing-setting',
    severity: 'error',
    field: `settings.${name}`,
    message: `${system} reads the setting ${name}, which ${where.environment.name} on ${where.cluster.name} does not give`,
    expected: `settings: { ${name}: … } in the placement of ${system}`,
  };
}

/** What is wrong with the namespace of `system`, which lies on a cluster beside `others`. */
function findNamespaceProblems(system: System<unknown>, others: readonly System<unknown>[]): Finding[] {
  const { namespace = '' } = system;
  const taken = others.find((other) => other.namespace === namespace);
  const place = { field: 'namespace', value: namespace };
  return [
    ...unless(dnsLabel.fits(namespace), 'namespace', {
      ...place,
      message: 'no namespace can have this name',
      expected: `namespace: ${dnsLabel.expected}`,
    }),
    ...unless(!isReservedNamespace(namespace), 'namespace', {
      ...place,
      message: "this namespace is Kubernetes' own: a quota and a default that denies all would end what runs there",
      expected: 'a namespace of its own for each system and environment',
    }),
    ...unless(taken === undefined, 'namespace-taken', {
      ...place,
      message: `the namespace is that of ${taken?.system} in ${taken?.target.environment.name} already: whoever deploys one of them would reach the other`,
      expected: 'a namespace of its own for each system and environment',
    }),
  ];
}
