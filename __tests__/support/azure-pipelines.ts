// The Azure pipeline as data: its templates expanded as the service does it, its stages, and the commands that each of them runs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';

/** Text of a pipeline's files by name. */
export type Sources = Readonly<Record<string, string>>;

/** What a stage runs, in its order. */
export interface Stage {
  readonly name: string;
  readonly after: string | undefined;
  readonly condition: string | undefined;
  /** Environments of its deployment jobs: the gate is set on them. */
  readonly environments: readonly string[];
  /** Service connections that its tasks log in with. */
  readonly connections: readonly string[];
  /** Scripts, whole; a task without one is its own name with its inputs. */
  readonly commands: readonly string[];
}

const MAIN = 'azure-pipelines.yml';
const RELEASE = 'azure-pipelines-release.yml';

const read = (name: string) => readFileSync(join(__dirname, '../../pipelines', name), 'utf8');

/** The files that we ship. */
export const shipped: Sources = { [MAIN]: read(MAIN), [RELEASE]: read(RELEASE) };

/** The shipped files with one text replaced wherever it is, which must be somewhere. */
export function broken(from: string, to: string): Sources {
  const changed = Object.entries(shipped).map(([name, text]) => [name, text.replaceAll(from, to)]);
  const sources: Sources = Object.fromEntries(changed);
  if (JSON.stringify(sources) === JSON.stringify(shipped)) throw new Error(`no file has ${from}`);
  return sources;
}

/** The main file as it is, templates by their names. */
export const unexpanded = (sources: Sources): unknown => parse(sources, MAIN, {}).toJS();

/** The pipeline as the service sees it: templates in place of their names, and parameters replaced by what is given or by their defaults. */
export function expand(sources: Sources): unknown {
  const main: unknown = parse(sources, MAIN, {}).toJS();
  if (typeof main !== 'object' || main === null || !('stages' in main) || !Array.isArray(main.stages)) return main;
  const stages = main.stages.flatMap((stage: unknown) => {
    const { template, parameters } = templateOf(stage);
    if (template === undefined) return [stage];
    const called: unknown = parse(sources, template, parameters).toJS();
    return typeof called === 'object' && called !== null && 'stages' in called && Array.isArray(called.stages)
      ? called.stages
      : [called];
  });
  return { ...main, stages };
}

function templateOf(stage: unknown): { template?: string; parameters: Readonly<Record<string, string>> } {
  if (typeof stage !== 'object' || stage === null || !('template' in stage)) return { parameters: {} };
  const given = 'parameters' in stage && typeof stage.parameters === 'object' ? (stage.parameters ?? {}) : {};
  const parameters = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  return { template: String(stage.template), parameters };
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
  visit(document, {
    Scalar: (_, node) => {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      node.value = node.value.replace(/\$\{\{ *parameters\.(\w+) *\}\}/g, (_text, parameter: string) => {
        const value = given[parameter] ?? declared.get(parameter);
        if (value === undefined) throw new Error(`${name} is not given its parameter ${parameter}`);
        return value;
      });
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
export function stagesOf(pipeline: unknown): Stage[] {
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
