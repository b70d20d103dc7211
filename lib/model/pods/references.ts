// References to variables, `$(NAME)`: the kubelet replaces them in commands, arguments and variables, where it knows the name.

/** Names in lower case may be commands of a shell, `$(date)`. Source: kubernetes.io, "Define Dependent Environment Variables". */
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/**
 * What the kubelet looks at: `$$`, which stands for `$`, and what is between `$(` and the first `)`. Source: kubernetes/kubernetes,
 * third_party/forked/golang/expansion.
 */
const USE = /\$(?:\(([^)]*)\)|[^(])/gs;

/** What ends a name that begins with a command: `basename $(FILE`. */
const NESTED = /(?<!\$)\$\(([A-Z_][A-Z0-9_]*)$/;

/** Programs that mean something else by `$(NAME)`: `$(NF)` is the last field of a line. */
const OWN_SYNTAX = /(?:^|[^\w-])(?:[gmn]?awk|g?make)(?![\w-])/;

/** Whether a script has a function of that name, which `$(NAME)` calls. */
const isFunction = (name: string, script: string): boolean =>
  new RegExp(`(?:^|[\\s;&|{(])(?:function\\s+${name}\\b|${name}\\s*\\(\\s*\\))`).test(script);

/** A reference to a variable. */
export interface Reference {
  readonly name: string;
  /** Whether it is within another `$(`, where the kubelet does not look. */
  readonly isNested: boolean;
}

/** What is between each `$(` and the first `)` behind it. */
export const namesUsed = (text: string): readonly string[] =>
  text.includes('$(') ? [...text.matchAll(USE)].flatMap(([, name]) => name ?? []) : [];

/** The variables that a text refers to, each once. */
export function variablesUsed(text: string): readonly Reference[] {
  if (OWN_SYNTAX.test(text)) return [];
  const used = new Map<string, Reference>();
  for (const name of namesUsed(text)) {
    const isNested = !NAME.test(name);
    const variable = isNested ? NESTED.exec(name)?.[1] : name;
    if (variable === undefined || isFunction(variable, text)) continue;
    used.set(`${isNested ? '(' : ''}${variable}`, { name: variable, isNested });
  }
  return [...used.values()];
}

/** The variables that each word of a command refers to. */
export function variablesOfCommand(words: readonly string[]): readonly (readonly Reference[])[] {
  const isForeign = words.some((word) => OWN_SYNTAX.test(word));
  return words.map((word) => (isForeign ? [] : variablesUsed(word)));
}

/** A reference to a variable that nothing defines. */
export const undefinedReference = (name: string) => ({
  message: `no variable ${name} is defined: $(${name}) stays as it is`,
  expected: `env: { ${name}: … }, or $$(${name}) for a literal`,
});

/** A reference within another `$(`. */
export const nestedReference = (name: string) => ({
  message: `$(${name}) stays as it is: it is within another $(`,
  expected: `"$${name}", which a shell replaces`,
});
