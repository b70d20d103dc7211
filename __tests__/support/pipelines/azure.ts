// The Azure pipelines as data: their templates expanded as the service does it, their stages, and the steps that each of them runs.
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { type Sources, shipped, withSteps } from './files';

/** What an agent does in a stage, in its order. */
export interface Step {
  /** The script; `undefined` for what the agent itself does. */
  readonly script: string | undefined;
  /** The step as it is in the file. */
  readonly given: Node;
  /** Variables that it adds to those of its job. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that it runs in. */
  readonly folder: string | undefined;
}

/** A job: itself, its variables, and its steps. */
export interface Job {
  readonly given: Node;
  readonly variables: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

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
  readonly jobs: readonly Job[];
  /** Scripts, whole, those of pipelines/steps in place of their calls; a task without one is its own name with its inputs. */
  readonly commands: readonly string[];
}

/** Flaschenpost's, which the package brings. */
export const FLASCHENPOST = 'azure-pipelines.yml';

/** Panther Clinic's. */
export const PANTHER = 'azure-pipelines-panther.yml';

const among = (key: RegExp): string[] =>
  Object.keys(shipped).filter((name) => name.startsWith('azure-') && key.test(shipped[name] ?? ''));

/** The pipelines among the files, without the templates, that a commit starts. */
export const PIPELINES = among(/^trigger:$/m);

/** Those that the clock starts. */
export const SCHEDULED = among(/^schedules:$/m);

type Values = Readonly<Record<string, string>>;

/** A pipeline's own file as it is, templates by their names. */
export const unexpanded = (sources: Sources, main: string): unknown => parse(sources, main, {}).toJS();

/**
 * A pipeline as the service sees it: templates in place of their names, and parameters replaced by what is given or by their
 * defaults.
 */
export function expand(sources: Sources, main: string, given: Values = {}): unknown {
  return inlined(sources, parse(sources, main, given).toJS());
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

function parse(sources: Sources, name: string, given: Values) {
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
  /** The value of `parameters.<name>`, or of a text in quotes. */
  const evaluate = (expression: string): string =>
    expression.startsWith("'") ? expression.slice(1, -1) : valueFor(expression.slice('parameters.'.length));
  visit(document, {
    Scalar: (_, node) => {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      node.value = node.value
        .replace(/\$\{\{ (parameters\.\w+) \}\}/g, (_text, parameter: string) => evaluate(parameter))
        .replace(
          /\$\{\{ coalesce\((parameters\.\w+), (parameters\.\w+|'\w+')\) \}\}/g,
          (_text, first: string, second: string) => evaluate(first) || evaluate(second),
        )
        .replace(/(?<=^\$\{\{ if ne\()parameters\.\w+/, (parameter) => `'${evaluate(parameter)}'`);
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
const texts = (value: unknown): Values =>
  Object.fromEntries(Object.entries(isNode(value) ? value : {}).map(([name, one]) => [name, String(one)]));

/** The stages of an expanded pipeline. */
function stagesOf(sources: Sources, pipeline: unknown): Stage[] {
  return children(pipeline, 'stages').map((stage) => {
    const given = children(stage, 'jobs');
    const jobs = given.map((job) => ({ given: job, variables: texts(job.variables), steps: stepsOf(job) }));
    const steps = jobs.flatMap((job) => job.steps);
    return {
      name: String(stage.stage),
      after: text(stage.dependsOn),
      condition: text(stage.condition),
      environments: given.flatMap(({ environment }) => (environment === undefined ? [] : String(environment))),
      connections: steps.flatMap(({ given: { inputs } }) =>
        isNode(inputs) && inputs.azureSubscription !== undefined ? String(inputs.azureSubscription) : [],
      ),
      jobs,
      commands: steps.map(({ script, given: step }) =>
        script === undefined ? JSON.stringify(step) : withSteps(sources, script),
      ),
    };
  });
}

function stepsOf(job: Node): Step[] {
  const strategy = isNode(job.strategy) && isNode(job.strategy.runOnce) ? job.strategy.runOnce : {};
  return [...children(job, 'steps'), ...children(strategy.deploy, 'steps')].map((given) => {
    const inputs = isNode(given.inputs) ? given.inputs : {};
    return {
      script: text(given.bash) ?? text(inputs.inlineScript),
      given,
      env: texts(given.env),
      folder: text(given.workingDirectory) ?? text(inputs.workingDirectory),
    };
  });
}

/** The stages of a pipeline by name, in their order. */
export const stagesBy = (sources: Sources, main: string, given: Values = {}): ReadonlyMap<string, Stage> =>
  new Map(stagesOf(sources, expand(sources, main, given)).map((stage) => [stage.name, stage]));

/** Scripts of a stage, by newlines; empty without the stage. */
export const commandsOf = (sources: Sources, main: string, stage: string): string =>
  stagesBy(sources, main).get(stage)?.commands.join('\n') ?? '';

/** Variables of a pipeline, those of its templates included. */
export function variablesOf(sources: Sources, main: string, given: Values = {}): Values {
  const list = children(expand(sources, main, given), 'variables');
  return Object.fromEntries(
    list.flatMap(({ name, value }) => (name === undefined ? [] : [[String(name), String(value)]])),
  );
}
