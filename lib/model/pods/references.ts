// References to variables, `$(NAME)`: the kubelet replaces them in commands, arguments and variables, where it knows the name.

/** `$$` stands for `$`. Names in lower case may be commands of a shell, `$(date)`. Source: kubernetes.io, "Define Dependent Environment Variables". */
const USE = /\$\$|\$\(([A-Z_][A-Z0-9_]*)\)/g;

/** Programs that mean something else by `$(NAME)`: `$(NF)` is the last field of a line. */
const OWN_SYNTAX = /(?:^|[^\w-])(?:[gmn]?awk|g?make)(?![\w-])/;

/** Whether a script has a function of that name, which `$(NAME)` calls. */
const isFunction = (name: string, script: string): boolean =>
  new RegExp(`(?:^|[\\s;&|{(])(?:function\\s+${name}\\b|${name}\\s*\\(\\s*\\))`).test(script);

/** The variables that a text refers to, each once. */
export function variablesUsed(text: string): readonly string[] {
  if (!text.includes('$(')) return [];
  const used = [...text.matchAll(USE)].flatMap(([, name]) => name ?? []);
  return [...new Set(used)].filter((name) => !isFunction(name, text));
}

/** The variables that each word of a command refers to. */
export function variablesOfCommand(words: readonly string[]): readonly (readonly string[])[] {
  const isForeign = words.some((word) => OWN_SYNTAX.test(word));
  return words.map((word) => (isForeign ? [] : variablesUsed(word)));
}

/** A reference to a variable that nothing defines. */
export const undefinedReference = (name: string) => ({
  message: `no variable ${name} is defined: $(${name}) stays as it is`,
  expected: `env: { ${name}: … }, or $$(${name}) for a literal`,
});
