// Helm charts: what helm is asked for, and what is reported of what it prints. A program that prints its arguments stands for helm.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Helm, type HelmProps } from 'cdk8s';
import { check } from '../../../lib/checks';
import { findingsAsText } from '../../../lib/report/output';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { testWith } from '../../support/requirements';
import { at, find, shop } from '../../support/synthesis';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-charts-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const CRD = `# Source: tiny/crds/widgets.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  names: { kind: Widget, plural: widgets }
  scope: Namespaced
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
`;

/** A program that prints `yaml`, and its arguments in a ConfigMap; a CRD only where it is asked for it. */
function program(yaml = '', status = 0): string {
  const file = join(scratch, 'helm');
  const script = `#!${process.execPath}
const args = process.argv.slice(2);
const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'arguments' }, data: { all: args.join(' ') } };
const crd = args.includes('--include-crds') ? '---\\n' + ${JSON.stringify(CRD)} : '';
process.stdout.write(crd + '---\\n# Source: tiny/templates/arguments.yaml\\n' + JSON.stringify(map) + '\\n' + ${JSON.stringify(yaml)});
process.stderr.write(${status} ? 'Error: values do not fit\\n' : '');
process.exitCode = ${status};
`;
  writeFileSync(file, script, { mode: 0o755 });
  return file;
}

const chart = (props: Partial<HelmProps> = {}): HelmProps => ({
  chart: './tiny',
  ...props,
  helmExecutable: props.helmExecutable ?? program(),
});

/** What a system makes of a chart. */
const inSystem = (props: HelmProps) => shop((system) => new Helm(system, 'helm', props));

/** What a plain cdk8s app makes of a chart. */
function inChart(props: HelmProps, namespace?: string): Synthesis {
  const app = new App();
  new Helm(new Chart(app, 'chart', namespace === undefined ? {} : { namespace }), 'helm', props);
  return synthesize(app, check);
}

const askedFor = (synthesis: Synthesis) => at(find(synthesis, 'ConfigMap', 'arguments'), 'data', 'all');
const ours = ({ findings }: Synthesis) => findings.filter(({ rule }) => rule === 'foreign-manifest');

test('S27: the namespace is that of the system, and the version that of its cluster', () => {
  const synthesis = inSystem(chart({ values: { a: 1 }, helmFlags: ['--skip-crds'] }));
  expect(askedFor(synthesis)).toMatch(
    /^template -f \S+ --skip-crds --namespace shop-production --kube-version 1\.36\.0 \S+ \.\/tiny$/,
  );
  expect(synthesis.findings).toEqual([]);
});

test.each([
  [{ namespace: 'other' }, /--namespace other /],
  [{ helmFlags: ['--namespace=other'] }, /--namespace=other /],
  [{ helmFlags: ['-n', 'other'] }, /-n other /],
])('S27: a namespace that the user gives stays: %j', (props, expected) => {
  const asked = askedFor(inSystem(chart(props)));
  expect(asked).toMatch(expected);
  expect(asked).not.toMatch(/shop-production /);
});

test('S27: a version that the user gives stays', () => {
  const asked = askedFor(inSystem(chart({ helmFlags: ['--kube-version', '1.30.0'] })));
  expect(asked).toMatch(/--kube-version 1\.30\.0 /);
  expect(asked).not.toMatch(/1\.36/);
});

test('S27: a chart without a namespace would have that of the machine, and is refused', () => {
  const synthesis = inChart(chart());
  expect(synthesis.findings).toMatchObject([{ rule: 'foreign-manifest', severity: 'error', field: 'namespace' }]);
  expect(synthesis.files.size).toBe(0);
  expect(askedFor(inChart(chart(), 'tools'))).toMatch(/--namespace tools /);
});

test('S28: CRDs that helm template leaves out are named; the user decides about them', () => {
  const synthesis = inSystem(chart());
  expect(ours(synthesis)).toMatchObject([
    { severity: 'warning', message: 'the chart ./tiny has CRDs that are left out: widgets.example.com' },
  ]);
  expect(synthesis.objects.some(({ entry }) => entry.identity.kind === 'CustomResourceDefinition')).toBe(false);
  const asked = inSystem(chart({ helmFlags: ['--include-crds'] }));
  expect(ours(asked)).toEqual([]);
  expect(find(asked, 'CustomResourceDefinition', 'widgets.example.com')).toBeDefined();
  expect(ours(inSystem(chart({ helmFlags: ['--skip-crds'] })))).toEqual([]);
});

test('S28: a test of the chart is refused, and the order of other hooks is pointed out', () => {
  const hooked = (name: string, hook: string) =>
    `---\n# Source: tiny/templates/${name}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, annotations: { helm.sh/hook: "${hook}" } }\n`;
  const helmExecutable = program(
    hooked('a', 'test') + hooked('b', 'pre-install,post-upgrade') + hooked('c', 'test-success'),
  );
  const { findings } = inSystem(chart({ helmExecutable, helmFlags: ['--skip-crds'] }));
  expect(findings.map(({ rule, severity, document }) => [rule, severity, document?.template])).toEqual([
    ['helm-test', 'error', 'tiny/templates/a.yaml'],
    ['helm-test', 'error', 'tiny/templates/c.yaml'],
    ['helm-hook', 'note', 'tiny/templates/b.yaml'],
  ]);
});

test('J10: a finding names the template of the chart', () => {
  const yaml =
    '---\n# Source: tiny/templates/b.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata: { n: 1, m: "x }\n';
  const { findings } = inSystem(chart({ helmExecutable: program(yaml), helmFlags: ['--skip-crds'] }));
  expect(findingsAsText(findings)).toMatch(
    /read {5}template tiny\/templates\/b\.yaml of chart \.\/tiny, document 2, line \d+ of what helm template prints/,
  );
});

test('helm is missing, refuses the chart, or prints nothing', () => {
  expect(ours(inSystem(chart({ helmExecutable: join(scratch, 'no-helm') })))).toMatchObject([
    { field: 'helmExecutable', message: expect.stringContaining('helm is not installed: there is no program') },
  ]);
  expect(ours(inSystem(chart({ helmExecutable: program('', 1) })))).toMatchObject([
    { field: 'chart', message: 'helm cannot render ./tiny: values do not fit' },
  ]);
  const silent = join(scratch, 'silent');
  writeFileSync(silent, `#!${process.execPath}\n`, { mode: 0o755 });
  expect(ours(inSystem(chart({ helmExecutable: silent })))).toMatchObject([
    { severity: 'warning', message: 'the chart ./tiny renders no object' },
  ]);
});

test('no folder of a rendered chart stays behind', () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('cdk8s-helm-')).length;
  const before = folders();
  inSystem(chart({ values: { a: 1 } }));
  expect(folders()).toBe(before);
});

const withHelm = testWith('helm', spawnSync('helm', ['version']).status === 0);

withHelm('S27, S28: the real helm', () => {
  const tiny = join(scratch, 'tiny');
  for (const folder of ['templates', 'crds']) mkdirSync(join(tiny, folder), { recursive: true });
  writeFileSync(join(tiny, 'Chart.yaml'), 'apiVersion: v2\nname: tiny\nversion: 1.0.0\nkubeVersion: ">=1.36.0"\n');
  writeFileSync(join(tiny, 'crds', 'widgets.yaml'), CRD);
  const map =
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: {{ .Release.Namespace }}\ndata: { at: 12:30 }\n';
  writeFileSync(join(tiny, 'templates', 'a.yaml'), map);
  const hooked = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: b, annotations: { helm.sh/hook: test } }\n';
  writeFileSync(join(tiny, 'templates', 'b.yaml'), hooked);
  const synthesis = inSystem({ chart: tiny });
  expect(find(synthesis, 'ConfigMap', 'a')).toMatchObject({
    metadata: { namespace: 'shop-production' },
    data: { at: '12:30' },
  });
  expect(synthesis.findings.map(({ rule }) => rule).sort()).toEqual(['foreign-manifest', 'helm-test']);
  const skipped = inSystem({ chart: tiny, helmFlags: ['--skip-tests', '--skip-crds'] });
  expect(skipped.findings).toEqual([]);
  expect(existsSync(tiny)).toBe(true);
});
