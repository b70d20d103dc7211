// The Azure pipelines as data: their templates expanded as the service does it, their stages, and the commands that each of them runs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';

/** Text of a pipeline's files by name. */
export type Sources = Readonly<Record<string, string>>;

/** What a stage runs, in its order. */
export interface Stage {
  readonly name: string;
  /** The stages before it, by comma. */
  readonly after: string | undefined;
  readonly condition: string | undefined;
  /** Environments of its deployment jobs: the gate is set on them. */
  readonly environments: readonly string[];
  /** Service connections that its tasks log in with. */
  readonly connections: readonly string[];
  /** Scripts, whole; a task without one is its own name with its inputs. */
  readonly commands: readonly string[];
}

/** Flaschenpost's, which the package brings. */
export const FLASCHENPOST = 'azure-pipelines.yml';

const FOLDER = join(__dirname, '../../pipelines');

/** The files that we ship. */
export const shipped: Sources = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((name) => name.startsWith('azure-pipelines'))
    .map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')]),
);

/** The pipelines among them, without the templates: what the service starts. */
export const PIPELINES = Object.keys(shipped).filter((name) => /^trigger:/m.test(shipped[name] ?? ''));

/** The shipped files with one text replaced wherever it is, which must be somewhere. */
export function broken(from: string, to: string): Sources {
  const changed = Object.entries(shipped).map(([name, text]) => [name, text.replaceAll(from, to)]);
  const sources: Sources = Object.fromEntries(changed);
  if (JSON.stringify(sources) === JSON.stringify(shipped)) throw new Error(`no file has ${from}`);
  return sources;
}

/** A pipeline's own file as it is, templates by their names. */
export const unexpanded = (sources: Sources, main: string): unknown => parse(sources, main, {}).toJS();

/** A pipeline as the service sees it: templates in place of their names, and parameters replaced by what is given or by their defaults. */
export function expand(sources: Sources, main: string): unknown {
  return inlined(sources, unexpanded(sources, main));
}

function inlined(sources: Sources, node: unknown): unknown {
  if (Array.isArray(node)) return node.flatMap((item: unknown) => inserted(sources, item));
  if (!isNode(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inlined(sources, value)]));
}

/** What an item of a list stands for: a template's stages, steps or variables, what a condition lets in, or itself. */
function inserted(sources: Sources, item: unknown): unknown[] {
  if (!isNode(item)) return [item];
  if (item.template !== undefined) {
    const given = Object.entries(isNode(item.parameters) ? item.parameters : {});
    const parameters = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
    const called = parse(sources, String(item.template), parameters).toJS();
    return ['stages', 'steps', 'variables']
      .flatMap((key) => children(called, key))
      .flatMap((one) => inserted(sources, one));
  }
  const [key = ''] = Object.keys(item);
  const condition = /^\$\{\{ if ne\('(.*)', ''\) \}\}$/.exec(key);
  if (condition === null) return [inlined(sources, item)];
  return condition[1] === '' ? [] : children(item, key).flatMap((one) => inserted(sources, one));
}

function parse(sources: Sources, name: string, given: Readonly<Record<string, string>>) {
  // the service reads every scalar as text
  const document = parseDocument(sources[name] ?? '', { schema: 'failsafe' });
  const declared = new Map<string, string | undefined>();
  const list = document.get('parameters');
  for (const item of isSeq(list) ? list.items : []) {
    if (!isMap(item)) continue;
    const fallback = item.get('default');
    declared.set(String(item.get('name')), typeof fallback === 'string' ? fallback : undefined);
  }
  const unknown = Object.keys(given).filter((parameter) => !declared.has(parameter));
  if (unknown.length > 0) throw new Error(`${name} has no parameter ${unknown.join(', ')}`);
  const valueFor = (parameter: string): string => {
    const value = given[parameter] ?? declared.get(parameter);
    if (value === undefined) throw new Error(`${name} is not given its parameter ${parameter}`);
    return value;
  };
  visit(document, {
    Scalar: (_, node) => {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      node.value = node.value
        .replace(/\$\{\{ parameters\.(\w+) \}\}/g, (_text, parameter: string) => valueFor(parameter))
        .replace(
          /\$\{\{ coalesce\(parameters\.(\w+), parameters\.(\w+)\) \}\}/g,
          (_text, first: string, second: string) => valueFor(first) || valueFor(second),
        )
        .replace(/(?<=^\$\{\{ if ne\()parameters\.(\w+)/, (_text, parameter: string) => `'${valueFor(parameter)}'`);
    },
  });
  return document;
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const children = (node: unknown, key: string): Node[] => {
  const value = isNode(node) ? node[key] : undefined;
  return Array.isArray(value) ? value.filter(isNode) : [];
};
const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

/** The stages of an expanded pipeline. */
function stagesOf(pipeline: unknown): Stage[] {
  return children(pipeline, 'stages').map((stage) => {
    const jobs = children(stage, 'jobs');
    const steps = jobs.flatMap(stepsOf);
    const inputs = steps.map(({ inputs: given }) => (isNode(given) ? given : {}));
    return {
      name: String(stage.stage),
      after: text(stage.dependsOn),
      condition: text(stage.condition),
      environments: jobs.flatMap(({ environment }) => (environment === undefined ? [] : String(environment))),
      connections: inputs.flatMap(({ azureSubscription }) =>
        azureSubscription === undefined ? [] : String(azureSubscription),
      ),
      commands: steps.map(
        (step) =>
          text(step.bash) ?? (isNode(step.inputs) ? text(step.inputs.inlineScript) : undefined) ?? JSON.stringify(step),
      ),
    };
  });
}

function stepsOf(job: Node): Node[] {
  const strategy = isNode(job.strategy) && isNode(job.strategy.runOnce) ? job.strategy.runOnce : {};
  return [...children(job, 'steps'), ...children(strategy.deploy, 'steps')];
}

/** The stages of a pipeline by name. */
export const stagesBy = (sources: Sources, main: string): ReadonlyMap<string, Stage> =>
  new Map(stagesOf(expand(sources, main)).map((stage) => [stage.name, stage]));

/** One promise: whether the files keep it, and changes after which they do not. */
export interface Promised {
  readonly promise: string;
  readonly holds: (sources: Sources) => boolean;
  readonly breaks: readonly (readonly [from: string, to: string])[];
}
