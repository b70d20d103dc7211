// Include and Yaml.load of cdk8s: what a user writes, what is reported, and where.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiObject, App, Chart, Include, Testing, Yaml } from 'cdk8s';
import { check } from '../../../lib/checks';
import { findingsAsText } from '../../../lib/report/output';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { errors, find, shop } from '../../support/synthesis';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-include-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function fileOf(text: string | Buffer, name = 'in.yaml'): string {
  const file = join(scratch, name);
  writeFileSync(file, text);
  return file;
}

/** What a plain cdk8s app makes of an included file, or address. */
function included(url: string): Synthesis {
  const app = new App();
  new Include(new Chart(app, 'chart'), 'in', { url });
  return synthesize(app, check);
}

const map = (name: string, rest = '') => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n${rest}`;

/** `line message` of each finding. */
const reported = ({ findings }: Synthesis) =>
  findings.map(({ document, message }) => `${document?.line ?? '-'} ${message.replaceAll(`${scratch}/`, '')}`);

test('S03: nothing is written where a document cannot be read, and all documents are looked at', () => {
  const synthesis = included(fileOf(`${map('a', 'data: { n: 1 }\n')}---\na: [\n---\n${map('Bad_Name')}---\nb: "\n`));
  expect(synthesis.files.size).toBe(0);
  expect(synthesis.findings.map(({ document, rule }) => [document?.document, document?.line, rule])).toEqual([
    [2, 7, 'foreign-manifest'],
    [4, 13, 'foreign-manifest'],
    [3, 10, 'object-name'],
    [1, 4, 'config-key'],
  ]);
});

test('S23: times, dates and octals are what kubectl reads', () => {
  const text = 'spec: { window: 12:30, from: 22:15:00, since: 2024-01-01, mode: 0o644, old: 0644, answer: yes }\n';
  const synthesis = included(fileOf(`apiVersion: example.com/v1\nkind: Job\nmetadata: { name: a }\n${text}`));
  expect(find(synthesis, 'Job', 'a').spec).toEqual({
    window: '12:30',
    from: '22:15:00',
    since: '2024-01-01',
    mode: 420,
    old: 420,
    answer: true,
  });
});

test('S24: an integer beyond 2^53 is written as it is, or refused', () => {
  const synthesis = included(
    fileOf('apiVersion: example.com/v1\nkind: Job\nmetadata: { name: a }\nspec: { max: 9223372036854775807 }\n'),
  );
  const isRefused = errors(synthesis).length === 1 && synthesis.files.size === 0;
  expect(isRefused || [...synthesis.files.values()].join('').includes('max: 9223372036854775807\n')).toBe(true);
});

test.each([
  ['values', 'replicaCount: 3\n', '1 the document has no apiVersion'],
  ['a list', '- 1\n', '1 the document is a list, and has no apiVersion'],
  ['text', '\nhello\n', '2 the document is the text "hello", and has no apiVersion'],
  ['a number', '12\n', '1 the document is the value "12", and has no apiVersion'],
  ['a kustomization', 'kind: Kustomization\nresources: [a.yaml]\n', '1 the document has no apiVersion'],
  [
    'a kustomization with its version',
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
    '2 Kustomization of kustomize.config.k8s.io/v1beta1 is a file for a program, not an object of the API server',
  ],
  [
    'a kubeconfig',
    'apiVersion: v1\nkind: Config\nclusters: []\n',
    '2 Config of v1 is a file for a program, not an object of the API server',
  ],
  ['a chart', 'apiVersion: v2\nname: tiny\nversion: 1.0.0\n', '1 the document has no kind'],
  ['a number as apiVersion', 'apiVersion: 1\nkind: ConfigMap\n', '1 the document has an apiVersion that is not text'],
  [
    'a long apiVersion',
    'apiVersion: a/b/c\nkind: A\nmetadata: { name: a }\n',
    '1 the apiVersion a/b/c has more than a group and a version',
  ],
  ['no kind', 'apiVersion: v1\nmetadata: { name: a }\n', '1 the document has no kind'],
  [
    'a list as kind',
    'apiVersion: v1\nkind: [a]\nmetadata: { name: a }\n',
    '2 the document has a kind that is not text',
  ],
  ['no name', 'apiVersion: v1\nkind: ConfigMap\ndata: { a: b }\n', '1 the ConfigMap has no metadata.name'],
  [
    'a number as name',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: 12 }\n',
    '3 the ConfigMap has a metadata.name that is not text',
  ],
  ['a list as metadata', 'apiVersion: v1\nkind: ConfigMap\nmetadata: [a]\n', '3 metadata is not a map'],
  [
    'a date as namespace',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: 12 }\n',
    '3 metadata.namespace is not text',
  ],
  [
    'text as labels',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: x }\n',
    '3 metadata.labels is not a map',
  ],
  ['the same twice', `${map('a')}---\n${map('a')}`, '5 ConfigMap a is there twice: in document 1, line 1, too'],
  ['HTML', '<!DOCTYPE html>\n<html><body>Not found</body></html>\n', '- in.yaml is a page in HTML'],
  ['nothing', '', '- in.yaml has no objects'],
  ['comments', '# later\n---\n# later\n', '- in.yaml has no objects'],
  ['null', 'null\n---\n{}\n', '- in.yaml has no objects'],
  ['an empty list', 'apiVersion: v1\nkind: List\nitems: []\n', '- in.yaml has no objects'],
  [
    'a list of text',
    'apiVersion: v1\nkind: List\nitems:\n- a\n',
    '4 the document is the text "a", and has no apiVersion',
  ],
])('S30: %s is not a manifest', (_, text, expected) => {
  expect(reported(included(fileOf(text)))).toEqual([expected]);
});

test('S30: text in another encoding', () => {
  expect(reported(included(fileOf(Buffer.from([0x61, 0xff, 0x0a]))))).toEqual(['- in.yaml is not text in UTF-8']);
});

test('S30: a document that is not a manifest does not keep the others from being read', () => {
  const synthesis = included(fileOf(`replicas: 3\n---\n${map('a')}`));
  expect(reported(synthesis)).toEqual(['1 the document has no apiVersion']);
  expect(find(synthesis, 'ConfigMap', 'a')).toBeDefined();
});

test('S31: what does not exist, is a folder, or has an unknown protocol', () => {
  mkdirSync(join(scratch, 'folder'));
  expect(reported(included('nope.yaml'))).toEqual([`- nope.yaml does not exist in ${process.cwd()}`]);
  expect(reported(included(join(scratch, 'no.yaml')))).toEqual(['- no.yaml does not exist']);
  expect(reported(included(join(scratch, 'folder')))).toEqual(['- folder is a folder']);
  expect(reported(included('ftp://example.com/a.yaml'))).toEqual([
    '- ftp://example.com/a.yaml has an unknown protocol',
  ]);
  expect(reported(included(''))).toEqual(['- the manifest has no path']);
});

test('S31: a file beside the chart, not in the current folder, is named', () => {
  const beside = 'include.test.ts';
  expect(included(beside).findings).toMatchObject([
    { field: 'url', value: beside, fix: `write '__tests__/constructs/foreign/${beside}'` },
  ]);
});

test('a file:// address is a file', () => {
  expect(find(included(pathToFileURL(fileOf(map('a'))).href), 'ConfigMap', 'a')).toBeDefined();
});

test('J10: a finding on an included object has the file, the document, the line of the field and the line of the chart', () => {
  const file = fileOf(`${map('a')}---\n# b\n${map('b', 'data:\n  x: ok\n  n: true\n')}`);
  const { findings } = included(file);
  expect(findings).toMatchObject([
    {
      rule: 'config-key',
      construct: 'chart/in/b-configmap',
      document: { file, document: 2, line: 11 },
      source: { file: '__tests__/constructs/foreign/include.test.ts' },
    },
  ]);
  expect(findingsAsText(findings)).toContain(`read     ${file}:11, document 2`);
});

test('J10: an item of a list has its own line, and a repeated object names both places', () => {
  const items = ['a', 'b'].map((name) => `- metadata: { name: ${name} }\n  data:\n    n: 1\n`).join('');
  const { findings } = included(fileOf(`apiVersion: v1\nkind: ConfigMapList\nitems:\n${items}`));
  expect(findings.map(({ document, object }) => [object, document?.line])).toEqual([
    ['ConfigMap a', 6],
    ['ConfigMap b', 9],
  ]);
  const [first, second] = [fileOf(map('a'), '1.yaml'), fileOf(map('a'), '2.yaml')];
  const twice = shop((system) => {
    new Include(system, 'one', { url: first });
    new Include(system, 'two', { url: second });
  });
  expect(findingsAsText(twice.findings)).toMatch(/defined twice.*1\.yaml:1, document 1/);
});

test('J10: an object made from Yaml.load has its line too', () => {
  const app = new App();
  const chart = new Chart(app, 'chart');
  for (const props of Yaml.load(fileOf(map('a', 'data: { n: 1 }\n')))) new ApiObject(chart, props.metadata.name, props);
  expect(synthesize(app, check).findings).toMatchObject([{ document: { line: 4, document: 1 } }]);
});

test('Yaml.load reads any YAML, and throws with the place where it cannot', () => {
  expect(Yaml.load(fileOf('replicaCount: 3\nat: 12:30\n---\n{}\n---\n- 1\n'))).toEqual([
    { replicaCount: 3, at: '12:30' },
    [1],
  ]);
  expect(() => Yaml.load(fileOf('a: [\n'))).toThrow(/the YAML cannot be read.*in\.yaml:2, document 1\)/);
  expect(() => Yaml.load('nope.yaml')).toThrow(/nope\.yaml does not exist/);
});

test('an included file in a System has the namespace of the system; other findings of the system stay', () => {
  const file = fileOf(map('a'));
  const synthesis = shop((system) => {
    new Include(system, 'in', { url: file });
    new Include(system, 'missing', { url: 'nope.yaml' });
    new ApiObject(system, 'b', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Bad_Name' } });
  });
  expect(errors(synthesis).sort()).toEqual(['foreign-manifest url', 'object-name /metadata/name']);
  expect(find(synthesis, 'ConfigMap', 'a').metadata).toMatchObject({ namespace: 'shop-production' });
});

test('app.synth() of cdk8s refuses what we refuse', () => {
  const app = Testing.app();
  new Include(new Chart(app, 'chart'), 'in', { url: 'nope.yaml' });
  new Include(new Chart(app, 'other'), 'in', { url: fileOf('replicas: 3\n') });
  expect(() => app.synth()).toThrow(/nope\.yaml does not exist[\s\S]*has no apiVersion \(.*in\.yaml:1, document 1\)/);
});

test('the command reports it with exit code 1', async () => {
  const file = fileOf(map('a', 'x: [\n'));
  const app = () => {
    const made = new App();
    new Include(new Chart(made, 'chart'), 'in', { url: file });
    return { app: made };
  };
  const { code, err } = await cli(['secrets'], app);
  expect(code).toBe(1);
  expect(err).toContain(`${file}:5, document 1`);
});

test('J6: workloads that no NetworkPolicy opens are pointed out in a system', () => {
  const pod = 'spec: { containers: [{ name: a, image: registry.example/a:1 }] }';
  const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  selector: { matchLabels: { app: a } }\n  template:\n    metadata: { labels: { app: a } }\n    ${pod}\n`;
  const policy =
    '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: a }\nspec: { podSelector: { matchLabels: { app: a } }, egress: [{}] }\n';
  const isolated = (yaml: string) => {
    const file = fileOf(yaml);
    const { findings } = shop((system) => new Include(system, 'in', { url: file }));
    return findings.filter(({ rule }) => rule === 'isolated-pods');
  };
  expect(isolated(text)).toMatchObject([
    { severity: 'warning', object: 'apps/Deployment shop-production/a', document: { line: 8 } },
  ]);
  expect(isolated(text + policy)).toEqual([]);
});
