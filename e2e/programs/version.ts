// The version that a program prints, where no source of its module holds it and its own build sets it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../process/paths';

interface Stamp {
  /** Path of the module whose version it is. */
  readonly module: string;
  /** What of the program holds it. */
  readonly variables: readonly string[];
  /** What the program's own build makes of the module's version. @default that version */
  form?(version: string): string;
}

const COMMON = 'github.com/prometheus/common/version.Version';

const KUBERNETES: Stamp = {
  module: 'k8s.io/kubernetes',
  variables: ['k8s.io/component-base/version.gitVersion', 'k8s.io/client-go/pkg/version.gitVersion'],
};

const STAMPS: Readonly<Record<string, Stamp>> = {
  'programs/kubernetes-1.27': KUBERNETES,
  'programs/kubernetes-1.30': KUBERNETES,
  'programs/kubernetes-1.36': KUBERNETES,
  'programs/kubernetes-1.37': KUBERNETES,
  'programs/prometheus': { module: 'github.com/prometheus/prometheus', variables: [COMMON], form: releaseOf },
  'programs/alertmanager': { module: 'github.com/prometheus/alertmanager', variables: [COMMON], form: withoutV },
  'programs/kube-state-metrics': { module: 'k8s.io/kube-state-metrics/v2', variables: [COMMON] },
  'programs/node-exporter': { module: 'github.com/prometheus/node_exporter', variables: [COMMON], form: withoutV },
  'programs/loki': {
    module: 'github.com/grafana/loki/v3',
    variables: ['github.com/grafana/loki/v3/pkg/util/build.Version'],
    form: withoutV,
  },
};

/**
 * Flags of the linker that set it; none where the sources hold it.
 * @param program folder of the program's go.mod, below e2e
 */
export function versionFlags(program: string): string[] {
  const { variables = [] } = STAMPS[program] ?? {};
  return variables.map((variable) => `-X ${variable}=${versionOf(program)}`);
}

/** Version of a program whose own build sets it, as it prints it. */
export function versionOf(program: string): string {
  const stamp = STAMPS[program];
  if (stamp === undefined) throw new Error(`${program}: its version is not set by its build`);
  const version = requiredVersion(program, stamp.module);
  return stamp.form?.(version) ?? version;
}

function requiredVersion(program: string, module: string): string {
  const lines = readFileSync(join(FOLDER, program, 'go.mod'), 'utf8').split('\n');
  for (const line of lines) {
    const [path, version] = line
      .replace(/^require /, '')
      .trim()
      .split(' ');
    if (path === module && version?.startsWith('v')) return version;
  }
  throw new Error(`${program}/go.mod requires no ${module}`);
}

function withoutV(version: string): string {
  return version.slice(1);
}

/** Prometheus 3.15.0 is v0.315.0 of its module, 3.2.1 was v0.302.1. */
function releaseOf(version: string): string {
  return version.replace(/^v0\.(\d)(\d\d)\./, (_, major, minor) => `${major}.${Number(minor)}.`);
}
