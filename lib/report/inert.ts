// Text that a terminal or the log of a pipeline shows as it is, and takes for no command.

/** Control characters, marks that reverse the direction of text, and separators of lines; not tab and line feed. */
const CONTROL = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u{2028}\u{2029}]/gu;
/** The same, but colours that we set ourselves. */
const CONTROL_BESIDE_COLOURS = new RegExp(`(${'\x1b'}\\[[\\d;]*m)|${CONTROL.source}`, 'gu');
const LINE_BREAK = /[\t\n]/g;
/** Azure Pipelines, TeamCity and the old form of GitHub: `##vso[…]`, anywhere in a line. */
const BRACKETED = /##(?=[\w.-]*\[)/g;
/** GitHub Actions: `::error file=…::`, at the beginning of a line; blanks and colours do not count. */
const COLONS = new RegExp(`^((?:\\s|${'\x1b'}\\[[\\d;]*m)*):(?=:[\\w-]+[^:\\n]*::)`, 'gm');

/** A name or value of a user as one line: control characters and line breaks are escaped, as in JSON. */
export function oneLine(text: string): string {
  return text.replaceAll(LINE_BREAK, escaped).replaceAll(CONTROL, escaped);
}

/** Text of several lines, control characters escaped. */
export function severalLines(text: string): string {
  return text.replaceAll(CONTROL, escaped);
}

/**
 * What is printed, such that no runner of a pipeline takes a line for a command. The escapes are those of JSON, so that JSON keeps its
 * meaning.
 */
export function inert(text: string): string {
  return text
    .replaceAll(CONTROL_BESIDE_COLOURS, (character, colour: string | undefined) => colour ?? escaped(character))
    .replaceAll(BRACKETED, `#${escaped('#')}`)
    .replaceAll(COLONS, (_, lead: string) => `${lead}${escaped(':')}`);
}

/** The beginning of text that is longer than `longest`, and its length: a finding names a value, it does not repeat a file. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (${text.length} characters)`;
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
