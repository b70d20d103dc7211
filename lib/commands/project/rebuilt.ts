// A project that can be built again with its systems elsewhere: what neutrality and parity start from.

import type { IConstruct } from 'constructs';
import { check } from '../../checks';
import { type Rebuild, rebuildOf } from '../../constructs/platform/rebuild';
import { System } from '../../constructs/system/system';
import type { Finding } from '../../model/finding/finding';

import type { ApiEntry } from '../../model/manifest/object';
import type { Target } from '../../model/platform/target';
import { synthesize } from '../../synth/synthesize';
import { type Load, loadApp } from './project';

/** A project without errors. */
export interface Project {
  /** Where each system runs. */
  readonly targets: readonly Placed[];
  /** The objects as they are. */
  readonly objects: readonly ApiEntry[];
  readonly rebuild: Rebuild;
}

/** A system with its target, under the names that people know them by. */
export interface Placed {
  readonly system: string;
  readonly environment: string;
  readonly namespace: string;
  readonly target: Target<unknown>;
}

/** The objects of an app, or the errors that it has. */
export type Objects = { readonly objects: readonly ApiEntry[] } | { readonly errors: readonly Finding[] };

/** Loads the project and synthesizes it as it is; nobody need ask how a project with errors would be elsewhere. */
export async function loadProject(load: Load): Promise<Project | { readonly errors: readonly Finding[] }> {
  const app = await loadApp(load);
  if ('rule' in app) return { errors: [app] };
  const built = objectsOf(app);
  if ('errors' in built) return built;
  return projectOf(app, built.objects) ?? { errors: [NO_PLATFORM] };
}

/** An app with the objects that it is synthesized to; `undefined` where it cannot be built again. */
export function projectOf(app: IConstruct, objects: readonly ApiEntry[]): Project | undefined {
  const rebuild = rebuildOf(app);
  if (rebuild === undefined) return undefined;
  const systems = System.allIn(app);
  const targets = systems.map(({ system, target, namespace = '' }) => ({
    system,
    environment: target.environment.name,
    namespace,
    target,
  }));
  return { targets, objects, rebuild };
}

/** Synthesizes an app, whose errors are told with the words `where`. */
export function objectsOf(app: IConstruct, where = ''): Objects {
  const { entries, findings } = synthesize(app, check, { verifies: false });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) return { errors: errors.map((one) => ({ ...one, message: `${where}${one.message}` })) };
  return { objects: entries };
}

const NO_PLATFORM: Finding = {
  rule: 'no-platform',
  severity: 'error',
  message: 'the app cannot be built again with its systems elsewhere: a platform can do that, anything else cannot',
  expected: 'an app that is built by platform.app()',
};
