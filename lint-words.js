// Refuses the idioms that the table of docs/style.md lists, in all text of ours: `node lint-words.js`.
// CommonJS, because jest loads no .mjs.
const { execFileSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const STYLE = 'docs/style.md';
const ROOMS = [
  '.ci',
  '__tests__',
  'bench',
  'bin',
  'charts',
  'docs',
  'e2e',
  'examples',
  'lib',
  'pipelines',
  'templates',
  '*.md',
];
const NOT_OURS = [STYLE, 'dist/', 'imports/', '__tests__/fixtures/', 'lint-words.js', '__tests__/lint-words.test.ts'];

/** Sentences that keep a refused word: `fragment` is the text around it, in `file`. */
const KEPT = [
  // The name of a user in the images of Prometheus and others.
  { file: 'e2e/images/parts.ts', fragment: "{ name: 'nobody', row: 'nobody:x:65534:65534:nobody:/:/bin/false\\n' }" },
];

/** Between two words of a phrase: blanks, or the end of a line and the start of the next one in a comment. */
const GAP = String.raw`(?:[ \t]+|[ \t]*\r?\n[ \t]*(?:(?://|\*|#|>|-)[ \t]+)?)`;
const WORD = String.raw`[^\s|"'\x60(){};,:.]+`;
const ANYTHING = `${WORD}(?:${GAP}${WORD}){0,2}?`;
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Source of a regular expression for one cell of the table: whole words only, never a part of an identifier. */
function sourceOf(cell) {
  const phrases = cell.split(' / ').map((phrase) =>
    phrase
      .trim()
      .split(/\s+/)
      .map((word) => (word === '…' ? ANYTHING : `(?:${word.split('/').map(escaped).join('|')})`))
      .join(GAP),
  );
  return `(?<![\\w$./-])(?:${phrases.join('|')})(?![\\w$-])`;
}

/**
 * The rows of the table: what is refused, what to write, and what may stay though it matches.
 * @throws when the page has no such table, so that no run passes by looking for nothing
 */
function readIdioms(page) {
  const rows = [...page.matchAll(/^\| `([^`|]+)` \| ([^|]+) \|(?: (?:`([^`|]+)`)? ?\|)?$/gm)];
  if (rows.length === 0) throw new Error(`${STYLE} has no table of words`);
  return rows.map(([, not, but, fine]) => ({
    not: new RegExp(sourceOf(not), 'gi'),
    but: but.trim(),
    fine: fine === undefined ? undefined : new RegExp(sourceOf(fine), 'gi'),
  }));
}

const spansOf = (text, pattern) => [...text.matchAll(pattern)].map(({ 0: hit, index }) => [index, index + hit.length]);

/** Idioms in a text, in its order; `kept` are fragments in which they may stay. */
function findIdioms(text, idioms, kept = []) {
  const keptSpans = kept.flatMap((fragment) => spansOf(text, new RegExp(escaped(fragment), 'g')));
  return idioms
    .flatMap(({ not, but, fine }) => {
      const allowed = [...keptSpans, ...(fine === undefined ? [] : spansOf(text, fine))];
      return [...text.matchAll(not)]
        .filter(({ index }) => !allowed.some(([start, end]) => start <= index && index < end))
        .map(({ 0: hit, index }) => ({ index, idiom: hit.replace(/\s+(?:(?:\/\/|\*|#)\s+)?/g, ' '), but }));
    })
    .sort((a, b) => a.index - b.index)
    .map(({ index, ...rest }) => ({ line: text.slice(0, index).split('\n').length, ...rest }));
}

/**
 * Lines to print: idioms in files, given as path and text, and entries of `kept` whose sentence has gone.
 */
function lintFiles(files, idioms, kept = KEPT) {
  const stale = new Set(kept);
  const lines = files.flatMap(([file, text]) => {
    const here = kept.filter((entry) => entry.file === file && text.includes(entry.fragment));
    for (const entry of here) stale.delete(entry);
    const fragments = here.map(({ fragment }) => fragment);
    return findIdioms(text, idioms, fragments).map(({ line, idiom, but }) => `${file}:${line}: '${idiom}' → ${but}`);
  });
  return [
    ...lines,
    ...[...stale].map(({ file, fragment }) => `${file}: has no '${fragment}', which KEPT of lint-words.js lists`),
  ];
}

/** Text files of ours that git tracks, as path and text. */
function trackedFiles() {
  const tracked = execFileSync('git', ['ls-files', '-z', '--', ...ROOMS], { cwd: __dirname, encoding: 'utf8' });
  return tracked
    .split('\0')
    .filter((path) => path !== '' && !NOT_OURS.some((prefix) => path.startsWith(prefix)))
    .filter((path) => existsSync(join(__dirname, path))) // a file may be deleted and not committed yet
    .map((path) => [path, readFileSync(join(__dirname, path), 'utf8')])
    .filter(([, text]) => !text.includes('\0'));
}

module.exports = { findIdioms, lintFiles, readIdioms };

if (require.main === module) {
  const lines = lintFiles(trackedFiles(), readIdioms(readFileSync(join(__dirname, STYLE), 'utf8')));
  if (lines.length > 0) {
    process.stderr.write(`${lines.join('\n')}\n${lines.length} idioms; what to write instead: ${STYLE}\n`);
    process.exitCode = 1;
  }
}
