// The objects of the project, for verbs that ask questions about them: none where it has errors, which are told.
import type { IConstruct } from 'constructs';
import { check } from '../../checks';
import type { ApiEntry } from '../../model/manifest/object';
import { type Output, printFindings } from '../../report/output';
import { synthesize } from '../../synth/synthesize';
import { type Load, loadApp } from './project';

/** An app without errors, and its objects. */
export interface Loaded {
  readonly app: IConstruct;
  readonly objects: readonly ApiEntry[];
}

/** Loads and synthesizes the project. `undefined` where it has errors: they are printed, and the verb is to exit with 1. */
export async function loadObjects(load: Load, output: Output): Promise<Loaded | undefined> {
  const app = await loadApp(load);
  if ('rule' in app) {
    printFindings(output, [app]);
    return undefined;
  }
  const { entries, findings } = synthesize(app, check);
  const errors = findings.filter(({ severity }) => severity === 'error');
  printFindings(output, errors);
  return errors.length > 0 ? undefined : { app, objects: entries };
}
