// The objects of a YAML file: what a document must be for a cluster to take it, and lists taken apart.

import type { Problem } from '../../model/finding/problem';
import { type DocumentLine, rememberDocument } from '../../model/manifest/document';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { type ReadDocument, readDocuments } from './go-yaml';

/** What is wrong with a document, and where. */
export interface Misread {
  readonly problem: Problem;
  readonly line: DocumentLine;
}

/** What a text has. */
export interface Manifests {
  /** The values of its documents, without empty ones. */
  readonly values: readonly unknown[];
  readonly misread: readonly Misread[];
}

/** A value with its document. */
interface Located {
  readonly value: unknown;
  /** Place of the value at a JSON pointer below it. */
  readonly lineOf: (field?: string) => DocumentLine;
}

/** Where the text comes from: its name, and the template of a document. */
export interface TextSource {
  readonly file: string;
  readonly templateOf?: (document: ReadDocument) => string | undefined;
}

/** The values of any YAML. */
export function readValues(text: string, source: TextSource): Manifests {
  const { located, misread } = locate(text, source);
  return { values: located.map(remember), misread };
}

/** The objects of a text that has nothing but objects for a cluster. */
export function readObjects(text: string, source: TextSource): Manifests {
  const { located, misread } = locate(text, source);
  const values: unknown[] = [];
  const refused: Misread[] = [...misread];
  const ids = new Map<string, DocumentLine>();
  for (const item of located.flatMap(unlist)) {
    const problem = objectProblem(item.value) ?? repetition(item, ids);
    if (problem === undefined) values.push(remember(item));
    else refused.push({ problem, line: item.lineOf(problem.field) });
  }
  return { values, misread: refused };
}

function remember({ value, lineOf }: Located): unknown {
  if (typeof value === 'object' && value !== null) rememberDocument(value, lineOf);
  return value;
}

function locate(text: string, source: TextSource): { readonly located: Located[]; readonly misread: Misread[] } {
  const located: Located[] = [];
  const misread: Misread[] = [];
  let parsed: readonly ReadDocument[] | undefined;
  for (const document of readDocuments(text)) {
    const { number, line, value } = document;
    const template = source.templateOf?.(document);
    const at = (place: number): DocumentLine => ({
      file: source.file,
      document: number,
      line: place,
      ...(template === undefined ? {} : { template }),
    });
    misread.push(...document.mistakes.map(({ line: place, ...problem }) => ({ problem, line: at(place) })));
    if (document.mistakes.length > 0 || isEmpty(value)) continue;
    const lineOf = (field = '') => {
      parsed ??= readDocuments(text); // for a finding only: the tree of the parser is far larger than the text
      return at(field.startsWith('/') ? (parsed[number - 1]?.lineAt(field) ?? line) : line);
    };
    located.push({ value, lineOf });
  }
  return { located, misread };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** The items of a list such as `List` or `RoleList`, as kubectl completes them. */
function unlist(located: Located): Located[] {
  const { value, lineOf } = located;
  if (!isJsonObject(value)) return [located];
  const { apiVersion, kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [located];
  const defaults = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.flatMap((item: unknown, index) =>
    unlist({
      value: isJsonObject(item) ? { ...defaults, ...item } : item,
      lineOf: (field = '') => lineOf(`/items/${index}${field.startsWith('/') ? field : ''}`),
    }),
  );
}

/** Groups of files that a program reads, and no API server. */
const NO_API = new Set([
  'apiserver.config.k8s.io',
  'audit.k8s.io',
  'client.authentication.k8s.io',
  'eksctl.io',
  'k3d.io',
  'kind.x-k8s.io',
  'kubeadm.k8s.io',
  'kubecontrollermanager.config.k8s.io',
  'kubelet.config.k8s.io',
  'kubeproxy.config.k8s.io',
  'kubescheduler.config.k8s.io',
  'kustomize.config.k8s.io',
  'skaffold',
]);

function objectProblem(value: unknown): Problem | undefined {
  const expected = 'a Kubernetes object: a map with apiVersion, kind and metadata.name';
  if (!isJsonObject(value)) {
    const what = Array.isArray(value)
      ? 'a list'
      : `${typeof value === 'string' ? 'the text' : 'the value'} ${JSON.stringify(String(value)).slice(0, 60)}`;
    return { message: `the document is ${what}, and has no apiVersion`, expected };
  }
  for (const field of ['apiVersion', 'kind']) {
    const found = value[field];
    if (typeof found === 'string' && found !== '') continue;
    const has =
      found === undefined ? `has no ${field}` : `has an ${field} that is not text`.replace('an kind', 'a kind');
    return { field: `/${field}`, message: `the document ${has}`, expected, fix: fileOf(value) };
  }
  return foreignFile(value) ?? metadataProblem(value);
}

function foreignFile({ apiVersion, kind }: JsonObject): Problem | undefined {
  const [group = '', version] = String(apiVersion).split('/');
  const isConfig = apiVersion === 'v1' && kind === 'Config';
  if (String(apiVersion).split('/').length > 2 || version === '') {
    const message = `the apiVersion ${String(apiVersion)} has more than a group and a version`;
    return { field: '/apiVersion', message, expected: 'apps/v1, or v1 for the core group' };
  }
  if (!isConfig && !(version !== undefined && NO_API.has(group))) return undefined;
  const expected = 'objects for the API server';
  const message = `${String(kind)} of ${String(apiVersion)} is a file for a program, not an object of the API server`;
  return group === 'kustomize.config.k8s.io'
    ? { field: '/kind', message, expected: 'what kustomize build prints, or the files that it names' }
    : { field: '/kind', message, expected };
}

function metadataProblem({ metadata, kind }: JsonObject): Problem | undefined {
  const field = '/metadata';
  if (metadata !== undefined && !isJsonObject(metadata)) {
    return { field, message: 'metadata is not a map', expected: 'metadata: { name: … }' };
  }
  const { name, generateName, namespace, labels } = metadata ?? {};
  if (generateName !== undefined && name === undefined) return undefined; // reported for every object
  if (typeof name !== 'string' || name === '') {
    const what = name === undefined ? 'has no metadata.name' : 'has a metadata.name that is not text';
    return { field: `${field}/name`, message: `the ${kind} ${what}`, expected: 'a name, in quotes if it is a number' };
  }
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string') {
    const expected = 'a name, in quotes if it is a number';
    return { field: `${field}/namespace`, message: 'metadata.namespace is not text', expected };
  }
  if (labels === undefined || labels === null || isJsonObject(labels)) return undefined;
  return { field: `${field}/labels`, message: 'metadata.labels is not a map', expected: 'labels: { key: value }' };
}

/** In one Include, cdk8s knows an object by its name, kind and namespace. */
function repetition({ value, lineOf }: Located, ids: Map<string, DocumentLine>): Problem | undefined {
  if (!isJsonObject(value) || !isJsonObject(value.metadata)) return undefined;
  const { name, namespace } = value.metadata;
  const id = [name, String(value.kind).toLowerCase(), namespace].filter((part) => part).join('-');
  const first = ids.get(id);
  if (name === undefined) return undefined;
  ids.set(id, first ?? lineOf());
  if (first === undefined) return undefined;
  const message = `${value.kind} ${name} is there twice: in document ${first.document}, line ${first.line}, too`;
  return { message, expected: 'each object once; kinds of one name, in two groups, in two files' };
}

/** A word on files that are often taken for manifests. */
function fileOf(value: JsonObject): string {
  if ('resources' in value || 'patches' in value || 'configMapGenerator' in value) {
    return 'a kustomization.yaml is not applied: include what kustomize build prints';
  }
  if ('apiVersion' in value && 'version' in value) return 'a Chart.yaml is not applied: new Helm(…) renders the chart';
  return "a file of values is not applied: readFileSync and the package yaml read it, or Helm's values";
}
