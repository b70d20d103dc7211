// A Helm chart, rendered for the namespace of its system: the machine's own kube context must not decide.

import { spawnSync } from 'node:child_process';
import type { Problem } from '../../model/finding/problem';
import type { ReadDocument } from './go-yaml';

/** What cdk8s' Helm was going to run. */
export interface HelmCall {
  readonly program: string;
  readonly args: readonly string[];
}

const LARGEST = 100 * 1024 * 1024;

const NAMESPACE = /^(?:--namespace|-n)(?:=|$)/;

/** Where a chart is rendered. */
export interface HelmTarget {
  readonly namespace: string | undefined;
  /** The minor of the cluster, as `1.36`. @default helm's own */
  readonly kubernetes?: string | undefined;
}

/** What helm prints for the chart, with its CRDs, or why it prints nothing. */
export function renderChart({ program, args }: HelmCall, { namespace, kubernetes }: HelmTarget): string | Problem {
  const flags = args.slice(1, -2);
  const rest = args.slice(-2);
  const chart = chartOf({ program, args });
  const hasNamespace = flags.some((flag) => NAMESPACE.test(flag));
  if (!hasNamespace && namespace === undefined) {
    const message = `the namespace of the Helm chart ${chart} is unknown, and would be that of the machine's kube context`;
    return {
      field: 'namespace',
      message,
      expected: "namespace: '…' in the props of Helm, or of the cdk8s chart that contains it",
    };
  }
  const added = [
    ...(hasNamespace ? [] : ['--namespace', String(namespace)]),
    ...(kubernetes === undefined || hasFlag(flags, '--kube-version') ? [] : ['--kube-version', `${kubernetes}.0`]),
    ...(hasFlag(flags, '--skip-crds') || hasFlag(flags, '--include-crds') ? [] : ['--include-crds']),
  ];
  const { status, stdout, stderr, error } = spawnSync(program, ['template', ...flags, ...added, ...rest], {
    maxBuffer: LARGEST,
  });
  if (error !== undefined) {
    const isMissing = 'code' in error && error.code === 'ENOENT';
    const message = isMissing
      ? `helm is not installed: there is no program ${program}`
      : `helm cannot run: ${error.message}`;
    return {
      field: 'helmExecutable',
      message,
      expected: 'helm on the PATH, or helmExecutable with its path',
      value: program,
    };
  }
  if (status === 0) return stdout.toString();
  const reason = stderr
    .toString()
    .trim()
    .replace(/^Error: /, '');
  return {
    field: 'chart',
    value: chart,
    message: `helm cannot render ${chart}: ${reason}`,
    expected: 'a chart that helm template renders with these values',
  };
}

/** The chart as the user names it. */
export function chartOf({ args }: HelmCall): string {
  return args.at(-1) ?? '';
}

/** Whether the user decided about the chart's CRDs. */
export function decidesOnCrds({ args }: HelmCall): boolean {
  return hasFlag(args, '--include-crds') || hasFlag(args, '--skip-crds');
}

function hasFlag(flags: readonly string[], name: string): boolean {
  return flags.some((flag) => flag === name || flag.startsWith(`${name}=`));
}

/** The template of a document, as helm notes it above. */
export function templateOf({ comments }: ReadDocument): string | undefined {
  return /^# Source: (.+)$/m.exec(comments)?.[1]?.trim();
}

/** Whether a template is a CRD that helm installs by itself, and `helm template` leaves out. */
export function isCrdFile(template: string | undefined): boolean {
  return template !== undefined && /^[^/]+(?:\/charts\/[^/]+)*\/crds\//.test(template);
}
