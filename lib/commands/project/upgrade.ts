// An upgrade: what synth would write if every cluster ran another Kubernetes minor. Here: its options, and when it is refused.

import { resolve, sep } from 'node:path';
import type { IConstruct } from 'constructs';
import { findMinorProblems } from '../../constructs/platform/validate-clusters';
import type { Minor } from '../../model/cluster/cluster';
import type { Finding } from '../../model/finding/finding';
import { entriesOf, UPGRADE_MINOR, UPGRADE_VARIABLE } from '../../model/platform/entries';

/** Where synth writes by default. */
export const DEFAULT_OUTDIR = 'dist';

/** The options that ask for an upgrade, and where its files go. */
export interface UpgradeOptions {
  readonly check?: true;
  readonly kubernetes?: string;
  readonly outdir?: string;
}

const OPTION = '--kubernetes';

/** Problems of the option alone, before the project is loaded. */
export function findOptionProblems({ kubernetes }: UpgradeOptions): readonly Finding[] {
  return kubernetes === undefined ? [] : findMinorProblems(OPTION, kubernetes);
}

/** The problem of an output directory that is written as on Windows, where paths are not: it would be one oddly named folder. */
export function findOutdirProblems(outdir: string, named: boolean, separator: string = sep): readonly Finding[] {
  if (separator === '\\' || !/\\|^[A-Za-z]:/.test(outdir)) return [];
  return [
    {
      rule: 'outdir',
      severity: 'error',
      field: named ? '--outdir' : 'CDK8S_OUTDIR',
      value: outdir,
      message: 'a path of Windows would be one oddly named folder on this system',
      expected: 'a directory with slashes, such as dist, ./manifests or /mnt/c/temp/dist',
    },
  ];
}

/** Runs `load` with the variable set to `minor`. It is restored afterwards: a process may run several commands. */
export async function withMinor<Result>(minor: string | undefined, load: () => Promise<Result>): Promise<Result> {
  if (minor === undefined) return load();
  const before = process.env[UPGRADE_VARIABLE];
  process.env[UPGRADE_VARIABLE] = minor;
  try {
    return await load();
  } finally {
    if (before === undefined) delete process.env[UPGRADE_VARIABLE];
    else process.env[UPGRADE_VARIABLE] = before;
  }
}

/** Problems of an upgrade that was requested, or for which the app was already built. `outdir` is where its files would go. */
export function findUpgradeProblems(app: IConstruct, options: UpgradeOptions, outdir: string): readonly Finding[] {
  const { kubernetes, check } = options;
  const built = upgradeMinor(app);
  if (kubernetes !== undefined && kubernetes !== built) return [ignored(kubernetes)];
  if (built === undefined || check) return [];
  // CDK8S_OUTDIR may be where the manifests always go: an upgrade on the command line must name its directory there
  const named = kubernetes === undefined || options.outdir !== undefined;
  if (named && resolve(outdir) !== resolve(DEFAULT_OUTDIR)) return [];
  return [overwriting(kubernetes === undefined ? UPGRADE_VARIABLE : OPTION, built)];
}

/** The minor of an upgrade for which a platform built the app. */
function upgradeMinor({ node }: IConstruct): Minor | undefined {
  return entriesOf(node.root, UPGRADE_MINOR)[0];
}

function ignored(minor: string): Finding {
  return {
    rule: 'upgrade-ignored',
    severity: 'error',
    field: OPTION,
    value: minor,
    message: 'the app was not built for this minor: only a platform supports that',
    expected: 'an app that is built by platform.app() when its file is loaded',
  };
}

function overwriting(field: string, minor: string): Finding {
  return {
    rule: 'upgrade-overwrites',
    severity: 'error',
    field,
    value: minor,
    message: 'the manifests of an upgrade would overwrite the current ones',
    expected: `--outdir with a directory other than ${DEFAULT_OUTDIR}, or --check`,
  };
}
