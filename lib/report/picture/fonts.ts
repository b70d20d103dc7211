// The room that text takes, whichever sans-serif font a reader has: the widest of the usual ones, so that no text leaves its box.

/** A way to write text. */
export interface Font {
  /** Pixels of the em. */
  readonly size: number;
  readonly isBold: boolean;
  /** Pixels from line to line. */
  readonly lineHeight: number;
}

/** Widths in ems of DejaVu Sans, the widest that browsers commonly choose, rounded up by class of characters. */
const CLASSES: readonly (readonly [ems: number, characters: string])[] = [
  [0.32, "ijl'"],
  [0.42, ' .,:;!|/\\fItr-()[]'],
  [0.84, 'wACDGHKNOQRUVXZ+<>=~^#&'],
  [1, 'mWM@%'],
];

const WIDTHS = new Map(CLASSES.flatMap(([ems, characters]) => [...characters].map((one) => [one, ems] as const)));
const OTHER_ASCII = 0.69;
const BEYOND_ASCII = 1.05;
/** Emoji, and characters of scripts outside of the basic plane. */
const BEYOND_BASIC_PLANE = 1.5;
/** Bold letters of the same font are up to this much wider. */
const BOLD = 1.18;

/** Pixels that a text takes at most. */
export function widthOf(text: string, { size, isBold }: Pick<Font, 'size' | 'isBold'>): number {
  const ems = [...text].reduce((sum, character) => sum + emsOf(character), 0);
  return Math.ceil(ems * size * (isBold ? BOLD : 1));
}

function emsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return BEYOND_BASIC_PLANE;
  return WIDTHS.get(character) ?? (code < 0x80 ? OTHER_ASCII : BEYOND_ASCII);
}

/** The lines of a text that may be `most` pixels wide: broken after blanks and signs, or anywhere in a word that is longer. */
export function wrap(text: string, font: Font, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts(text, font, most)) {
    if (line !== '' && widthOf((line + part).trimEnd(), font) > most) {
      lines.push(line.trimEnd());
      line = part.trimStart();
    } else line += part;
  }
  return [...lines, line.trimEnd()].filter((one) => one !== '');
}

/** Parts after which a line may break, none of them wider than a line. */
function parts(text: string, font: Font, most: number): string[] {
  const words = text.split(/(?<=[\s\-_,@=])|(?<=[./:])(?=\D)/);
  return words.flatMap((word) => (widthOf(word.trimEnd(), font) <= most ? [word] : cut(word, font, most)));
}

function cut(word: string, font: Font, most: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && widthOf(piece + character, font) > most) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
