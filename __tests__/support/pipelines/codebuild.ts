// A buildspec of AWS CodeBuild as data.
import { parse } from 'yaml';
import type { Sources } from './files';

export interface Buildspec {
  readonly variables: Readonly<Record<string, string>>;
  /** Commands of all phases, in the order of the service. */
  readonly commands: readonly string[];
  /** Phases that do not stop what follows when they fail. */
  readonly lenient: readonly string[];
  /** What the next stage gets. */
  readonly artifacts: readonly string[];
}

const PHASES = ['install', 'pre_build', 'build', 'post_build'];

/** A file of pipelines/ as the service reads it. */
export function readBuildspec(sources: Sources, name: string): Buildspec {
  const { version, env, phases, artifacts } = parse(sources[name] ?? '', { strict: true });
  if (version !== 0.2) throw new Error(`${name} is of version ${version}`);
  const unknown = Object.keys(phases).filter((phase) => !PHASES.includes(phase));
  if (unknown.length > 0) throw new Error(`${name} has unknown phases: ${unknown.join(', ')}`);
  const given = PHASES.filter((phase) => phase in phases);
  return {
    variables: env.variables,
    commands: given.flatMap((phase): string[] => phases[phase].commands),
    lenient: given.filter((phase) => phases[phase]['on-failure'] !== 'ABORT' || phases[phase].finally !== undefined),
    artifacts: artifacts?.files ?? [],
  };
}
