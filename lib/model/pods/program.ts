// The program that a command starts, as far as its words say it.

/** What only starts the command behind it. */
const STARTERS = new Set(['dumb-init', 'env', 'tini']);

/** What reads its program from a file: that is the first word with one of these endings that belongs to no option. */
const INTERPRETERS = /^(?:bash|bun|dotnet|java|node|nodejs|perl|php|python[0-9.]*|ruby|sh)$/;
const PROGRAM_FILE = /\.(?:[cm]?js|dll|jar|php|pl|py|rb|sh|ts)$/;

/** Options with a file that is read before the program: the next word. Source: nodejs.org, command-line options. */
const PRELOADS = new Set(['-r', '--require', '--import', '--loader', '--experimental-loader']);

/** The first command of a script: `exec /app/server`. */
const SCRIPT = /^\s*(?:exec\s+)?(\/[\w./-]+)/;

/**
 * Paths that must be there when a container starts: its program, and the file that the program runs, which is in the working directory where it
 * has no folder. Words that may be outputs or options are none of them.
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
  const file = script < 0 ? fileOf(rest) : SCRIPT.exec(rest[script + 1] ?? '')?.[1];
  if (file === undefined) return [first];
  return [first, file.includes('/') ? file : `./${file}`];
}

const fileOf = (words: readonly string[]): string | undefined =>
  words.find(
    (word, index) => PROGRAM_FILE.test(word) && !word.startsWith('-') && !PRELOADS.has(words[index - 1] ?? ''),
  );
