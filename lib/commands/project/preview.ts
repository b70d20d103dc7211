// A preview: what synth would write if every cluster ran another Kubernetes minor. Here: how it is asked for, when it is refused.

import { resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import { findMinorProblems } from '../../constructs/platform/validate-clusters';
import type { Minor } from '../../model/cluster/cluster';
import type { Finding } from '../../model/finding/finding';

import { entriesOf, PREVIEW_MINOR, PREVIEW_VARIABLE } from '../../model/platform/entries';

/** Where synth writes when nobody says where. */
export const DEFAULT_OUTDIR = 'dist';

/** What decides whether there is a preview, and where it goes. */
export interface PreviewOptions {
  readonly check?: true;
  readonly kubernetes?: string;
  readonly outdir?: string;
}

const OPTION = '--kubernetes';

/** Problems of the option by itself, before the project is loaded. */
export function findOptionProblems({ kubernetes }: PreviewOptions): readonly Finding[] {
  return kubernetes === undefined ? [] : findMinorProblems(OPTION, kubernetes);
}

/** Runs `load` with the variable set to `minor`. It is put back afterwards: a process may run more than one command. */
export async function withMinor<Result>(minor: string | undefined, load: () => Promise<Result>): Promise<Result> {
  if (minor === undefined) return load();
  const before = process.env[PREVIEW_VARIABLE];
  process.env[PREVIEW_VARIABLE] = minor;
  try {
    return await load();
  } finally {
    if (before === undefined) delete process.env[PREVIEW_VARIABLE];
    else process.env[PREVIEW_VARIABLE] = before;
  }
}

/** Problems of the preview that the app is, or was asked to be. `outdir` is where it would go. */
export function findPreviewProblems(app: IConstruct, options: PreviewOptions, outdir: string): readonly Finding[] {
  const { kubernetes, check } = options;
  const taken = takenMinor(app);
  if (kubernetes !== undefined && kubernetes !== taken) return [ignored(kubernetes)];
  if (taken === undefined || check) return [];
  // CDK8S_OUTDIR may well be where the manifests always go: who asks for a preview on the command line says there where to
  const named = kubernetes === undefined || options.outdir !== undefined;
  if (named && resolve(outdir) !== resolve(DEFAULT_OUTDIR)) return [];
  return [overwriting(kubernetes === undefined ? PREVIEW_VARIABLE : OPTION, taken)];
}

/** The minor that a platform took when it built the app. */
function takenMinor({ node }: IConstruct): Minor | undefined {
  return entriesOf(node.root, PREVIEW_MINOR)[0];
}

function ignored(minor: string): Finding {
  return {
    rule: 'preview-ignored',
    severity: 'error',
    field: OPTION,
    value: minor,
    message: 'the app was not built for this minor: a platform takes it, anything else ignores it',
    expected: 'an app that is built by platform.app() when its file is loaded',
  };
}

function overwriting(field: string, minor: string): Finding {
  return {
    rule: 'preview-overwrites',
    severity: 'error',
    field,
    value: minor,
    message: 'a preview would overwrite the manifests of the clusters as they are',
    expected: `--outdir with a directory other than ${DEFAULT_OUTDIR}, or --check`,
  };
}
