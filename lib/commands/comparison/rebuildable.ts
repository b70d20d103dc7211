// A project whose systems can be built again on other clusters: what `evenkeel compare` and `evenkeel prove` start from.

import type { IConstruct } from 'constructs';
import { check } from '../../checks';
import { type Rebuild, rebuildOf } from '../../constructs/platform/rebuild';
import { System } from '../../constructs/system/system';
import type { Finding } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import type { Target } from '../../model/platform/target';
import { synthesize } from '../../synth/synthesize';
import { type Load, loadApp } from '../project/project';

/** A project without errors. */
export interface Project {
  /** Where each system runs. */
  readonly targets: readonly SystemTarget[];
  /** The objects as they are. */
  readonly objects: readonly ApiEntry[];
  readonly rebuild: Rebuild;
}

/** A system with its target, and the names that users give to both. */
export interface SystemTarget {
  readonly system: string;
  readonly environment: string;
  readonly namespace: string;
  readonly target: Target<unknown>;
}

/** The objects of an app, or its errors. */
export type Objects = { readonly objects: readonly ApiEntry[] } | { readonly errors: readonly Finding[] };

/** Loads the project and synthesizes it as it is. With errors there is nothing to compare. */
export async function loadProject(load: Load): Promise<Project | { readonly errors: readonly Finding[] }> {
  const app = await loadApp(load);
  if ('errors' in app) return app;
  const built = objectsOf(app);
  if ('errors' in built) return built;
  return projectOf(app, built.objects) ?? { errors: [NO_PLATFORM] };
}

/** An app with its synthesized objects; `undefined` where it cannot be built again. */
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

/** Synthesizes an app. `prefix` goes before the message of each error. */
export function objectsOf(app: IConstruct, prefix = ''): Objects {
  const { entries, findings } = synthesize(app, check, { verifies: false });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    return { errors: errors.map((error) => ({ ...error, message: `${prefix}${error.message}` })) };
  }
  return { objects: entries };
}

const NO_PLATFORM: Finding = {
  rule: 'no-platform',
  severity: 'error',
  message: 'the app cannot be rebuilt on other clusters: no platform built it',
  expected: 'an app that is built by platform.app()',
};
