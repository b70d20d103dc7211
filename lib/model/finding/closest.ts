// The known word that a misspelt one was probably meant to be, by edit distance.

/** One edit in this many letters still counts as a slip; any word may have one. */
const LETTERS_PER_EDIT = 4;

/** Fewer letters begin or end too many words. */
const LETTERS_OF_PART = 4;

/** `cpu`, `min` and `max` are whole keys. */
const LETTERS_OF_SHORT = 3;

/**
 * The known word nearest to `word`, the first of equally near ones; otherwise one that it begins or ends, as `labels` does `podLabels`,
 * or one that is short for it, as `max` is for `maximum`; `undefined` if there is none. Ignores case.
 */
export function closest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / LETTERS_PER_EDIT)) + 1;
  for (const candidate of known) {
    const edits = editDistance(wanted, candidate.toLowerCase());
    // Any letter is one edit away from any other.
    if (edits >= fewest || edits >= Math.min(word.length, candidate.length)) continue;
    best = candidate;
    fewest = edits;
  }
  return (
    best ??
    known.find((candidate) => isPart(wanted, candidate.toLowerCase())) ??
    known.find((candidate) => isShortFor(candidate, word))
  );
}

/** `imagePullPolicy` begins with a word of its own: `image` is not short for it. */
function isShortFor(short: string, word: string): boolean {
  return short.length >= LETTERS_OF_SHORT && word.startsWith(short) && /^[a-z]/.test(word.slice(short.length));
}

function isPart(word: string, whole: string): boolean {
  return word.length >= LETTERS_OF_PART && (whole.startsWith(word) || whole.endsWith(word));
}

/** ` (did you mean cpu?)` to end a message with; empty if no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const better = closest(word, known);
  return better === undefined ? '' : ` (did you mean ${better}?)`;
}

/** Insertions, deletions, substitutions and swaps of neighbours from one word to the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const edited = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      row.push(swapped ? Math.min(edited, (beforeLast[j - 2] ?? 0) + 1) : edited);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
