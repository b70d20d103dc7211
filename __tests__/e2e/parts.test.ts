// The platform's parts in the proofs: when their programs are built, and which version they print.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../../e2e/process/paths';
import { type Extra, neededModules } from '../../e2e/programs/build';
import { versionFlags, versionOf } from '../../e2e/programs/version';

const PARTS = [
  'programs/prometheus',
  'programs/alertmanager',
  'programs/kube-state-metrics',
  'programs/node-exporter',
  'programs/loki',
  'programs/kustomize-controller',
  'programs/source-controller',
  'programs/restic',
  'programs/etcd-tools',
  'programs/consul',
  'programs/consul-template',
] as const;

describe('programs', () => {
  const built = (extras: readonly Extra[], nodes: boolean) => neededModules({ nodes, extras: new Set(extras) });

  test('no part is built unless a proof names it, with nodes or without', () => {
    const usual = built([], true);
    expect(usual).toContain('programs/containerd');
    expect(usual.filter((module) => PARTS.some((part) => part === module))).toEqual([]);
    for (const part of PARTS) {
      expect(built([part], true)).toEqual([...usual, part].sort(byOrder));
      expect(built([part], false)).toContain(part);
    }
  });

  /** In the order of their build. */
  const all = built([...PARTS, 'programs/kubernetes-1.30', 'programs/keda', 'calls'], true);
  const byOrder = (a: (typeof all)[number], b: (typeof all)[number]) => all.indexOf(a) - all.indexOf(b);

  test('every module of others pins its checksums', () => {
    expect(all.filter((module) => !existsSync(join(FOLDER, module, 'go.sum')))).toEqual(['load']);
  });

  test('the page of the proofs has a row for every part, with the version that its go.mod pins', () => {
    const page = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const rows = [...page.matchAll(/^\| (`programs\/.*?) \|.*?\| (.*?) \|/gm)].flatMap(
      ([, modules = '', versions = '']) =>
        modules.split(', ').map((module, index) => [module.replaceAll('`', ''), versions.split(', ')[index]]),
    );
    expect(rows).toEqual(PARTS.map((part) => [part, releaseIn(part)]));
  });

  /** Version of the module that the first program of the part is of; Prometheus has two ways to write its own. */
  function releaseIn(part: string): string | undefined {
    const text = readFileSync(join(FOLDER, part, 'go.mod'), 'utf8');
    const program = /^tool (?:\(\n\t)?(\S+)/m.exec(text)?.[1] ?? '';
    const required = [...text.matchAll(/^\t(\S+) v(\S+) \/\/ indirect/gm)];
    const version = required.find(([, module]) => `${program}/`.startsWith(`${module}/`))?.[2];
    return version?.replace(/^0\.3(\d\d)\./, '3.$1.');
  }

  test('a program prints its release, as its own build has it', () => {
    expect(versionOf('programs/prometheus')).toMatch(/^3\.\d+\.\d+$/);
    expect(versionOf('programs/alertmanager')).toMatch(/^0\.\d+\.\d+$/);
    expect(versionOf('programs/kube-state-metrics')).toMatch(/^v2\.\d+\.\d+$/);
    expect(versionFlags('programs/kubernetes-1.27')).toEqual([
      '-X k8s.io/component-base/version.gitVersion=v1.27.8',
      '-X k8s.io/client-go/pkg/version.gitVersion=v1.27.8',
    ]);
    expect(versionFlags('programs/restic')).toEqual([]);
    expect(() => versionOf('programs/restic')).toThrow('programs/restic: its version is not set by its build');
  });
});
