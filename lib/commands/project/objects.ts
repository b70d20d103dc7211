// The objects of the project, for commands that analyse them. A project with errors has none: its errors are printed.
import type { IConstruct } from 'constructs';
import { check } from '../../checks';
import type { ApiEntry } from '../../model/manifest/object';
import { type Output, printFindings } from '../../report/output';
import { type Synthesis, synthesize } from '../../synth/synthesize';
import { type Load, loadApp } from './project';

/** An app without errors, and its objects. */
export interface LoadedObjects {
  readonly app: IConstruct;
  readonly objects: readonly ApiEntry[];
  readonly synthesis: Synthesis;
}

/** Loads and synthesizes the project. Prints its errors and returns `undefined` if it has any: the command then exits with 1. */
export async function loadObjects(load: Load, output: Output): Promise<LoadedObjects | undefined> {
  const app = await loadApp(load);
  if ('errors' in app) {
    printFindings(output, app.errors);
    return undefined;
  }
  const synthesis = synthesize(app, check);
  const { entries, findings } = synthesis;
  const errors = findings.filter(({ severity }) => severity === 'error');
  printFindings(output, errors);
  return errors.length > 0 ? undefined : { app, objects: entries, synthesis };
}
