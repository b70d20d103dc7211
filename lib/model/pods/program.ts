// The program that a command starts, as far as its words say it.

/** What only starts the command behind it. */
const STARTERS = new Set(['dumb-init', 'env', 'tini']);

/** What reads its program from a file: that is the first word with one of these endings. */
const INTERPRETERS = /^(?:bash|bun|dotnet|java|node|nodejs|perl|php|python[0-9.]*|ruby|sh)$/;
const PROGRAM_FILE = /\.(?:[cm]?js|dll|jar|php|pl|py|rb|sh|ts)$/;

/** The first command of a script: `exec /app/server`. */
const SCRIPT = /^\s*(?:exec\s+)?(\/[\w./-]+)/;

/**
 * Paths that must be there when a container starts: its program, and the file that the program runs. Words that may be outputs or options are none
 * of them.
 */
export function programsOf([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  const name = first.slice(first.lastIndexOf('/') + 1);
  if (STARTERS.has(name)) {
    const next = rest.findIndex((word) => !word.startsWith('-') && !word.includes('='));
    return [first, ...(next < 0 ? [] : programsOf(rest.slice(next)))];
  }
  if (!INTERPRETERS.test(name)) return [first];
  const script = /^(?:ba)?sh$/.test(name) ? rest.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
  const file = script < 0 ? rest.find((word) => PROGRAM_FILE.test(word)) : SCRIPT.exec(rest[script + 1] ?? '')?.[1];
  return file === undefined ? [first] : [first, file];
}
