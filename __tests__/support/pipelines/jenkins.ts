// A declarative Jenkinsfile as data, by its structure alone: blocks, and the lines in them. No Groovy runs.

/** A line, with the block that it opens. */
export interface Block {
  readonly head: string;
  readonly body: readonly Block[];
}

/** A stage, with what the stages around it give it. */
export interface JenkinsStage {
  /** Names of the stages around it and its own. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of `when`, its own and those around it. */
  readonly when: readonly string[];
  /** Lines of `input`, its own and those around it: the gate. */
  readonly input: readonly string[];
  /** Lines of its steps; those of a block in them come after its head. */
  readonly steps: readonly string[];
}

/**
 * The blocks of a Jenkinsfile.
 * @throws where braces or quotes are not in pairs
 */
export function readBlocks(text: string): readonly Block[] {
  const root: Block[] = [];
  const open: Block[][] = [root];
  for (const [at, line] of text.split('\n').entries()) {
    const code = withoutComment(line).trim();
    const around = open.at(-1);
    if (around === undefined) throw new Error(`line ${at + 1}: a brace closes nothing`);
    if (code === '') continue;
    const whole = /^(\w+) \{ (.*) \}$/.exec(code);
    if (whole !== null) {
      around.push({ head: whole[1] ?? '', body: [{ head: whole[2] ?? '', body: [] }] });
    } else if (code === '}') {
      open.pop();
    } else if (code.endsWith('{')) {
      const body: Block[] = [];
      around.push({ head: code.slice(0, -1).trim(), body });
      open.push(body);
    } else {
      around.push({ head: code, body: [] });
    }
  }
  if (open.length !== 1) throw new Error(`${open.length - 1} braces are open at the end`);
  return root;
}

/** A line up to `//` outside of quotes. */
function withoutComment(line: string): string {
  const [code = ''] = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?!\/\/)[^'"])*/.exec(line) ?? [];
  if (code !== line && !line.slice(code.length).startsWith('//')) throw new Error(`a quote is open: ${line}`);
  return code;
}

const blocksNamed = (blocks: readonly Block[], head: string) => blocks.filter((block) => block.head === head);
const linesOf = (blocks: readonly Block[]): string[] => blocks.flatMap(({ head, body }) => [head, ...linesOf(body)]);

/** Stages without stages in them, in their order. */
export function readStages(text: string): readonly JenkinsStage[] {
  const [pipeline, ...more] = readBlocks(text);
  if (pipeline?.head !== 'pipeline' || more.length > 0) throw new Error('a Jenkinsfile is one pipeline block');
  return stagesIn(pipeline.body, {
    path: [],
    environment: environmentOf(pipeline.body),
    when: [],
    input: [],
    steps: [],
  });
}

function stagesIn(blocks: readonly Block[], around: JenkinsStage): JenkinsStage[] {
  return blocksNamed(blocks, 'stages')
    .flatMap(({ body }) => body)
    .flatMap(({ head, body }) => {
      const [, name] = /^stage\('(.+)'\)$/.exec(head) ?? [];
      if (name === undefined) throw new Error(`no stage: ${head}`);
      const stage = {
        path: [...around.path, name],
        environment: { ...around.environment, ...environmentOf(body) },
        when: [...around.when, ...blocksNamed(body, 'when').flatMap(({ body: lines }) => linesOf(lines))],
        input: [...around.input, ...blocksNamed(body, 'input').flatMap(({ body: lines }) => linesOf(lines))],
        steps: blocksNamed(body, 'steps').flatMap(({ body: lines }) => linesOf(lines)),
      };
      return blocksNamed(body, 'stages').length > 0 ? stagesIn(body, stage) : [stage];
    });
}

function environmentOf(blocks: readonly Block[]): Readonly<Record<string, string>> {
  const lines = blocksNamed(blocks, 'environment').flatMap(({ body }) => linesOf(body));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(\w+) = (?:'(?<quoted>[^']*)'|"[^"]*")$/.exec(line) ?? [];
      if (name === '') throw new Error(`no variable: ${line}`);
      return [name, value || line.slice(line.indexOf('"') + 1, -1)];
    }),
  );
}

/** Commands that a step's lines run by `sh`. */
export const shellOf = (steps: readonly string[]): string[] =>
  steps.flatMap((line) => /^sh '(.*)'$/.exec(line)?.[1] ?? /\bsh\(script: '([^']*)'/.exec(line)?.[1] ?? []);
