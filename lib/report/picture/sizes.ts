// Boxes with a size: their text in lines that fit, and where each line is within the box.

import type { Box, BoxKind, Frame } from '../../analysis/picture/picture';
import { type Font, widthOf, wrap } from './fonts';

/** What a text is: each has its own look. */
export type TextRole = 'name' | 'heading' | 'title' | 'line' | 'label' | 'note';

export const FONTS: Readonly<Record<TextRole, Font>> = {
  title: { size: 19, isBold: true, lineHeight: 26 },
  heading: { size: 14, isBold: true, lineHeight: 20 },
  name: { size: 13, isBold: true, lineHeight: 18 },
  line: { size: 12, isBold: false, lineHeight: 16 },
  label: { size: 11, isBold: false, lineHeight: 14 },
  note: { size: 12, isBold: false, lineHeight: 17 },
};

/** One line of text: `x` and `y` are the beginning of its baseline. */
export interface Text {
  readonly role: TextRole;
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A rectangle with text in it. */
export interface Sized {
  readonly width: number;
  readonly height: number;
  /** Relative to the upper left corner. */
  readonly texts: readonly Text[];
}

const PADDING = { across: 12, down: 9 };

/** Pixels that the text of a box may be wide, by what it is. */
const WIDEST: Readonly<Record<BoxKind, number>> = {
  host: 206,
  entry: 236,
  component: 236,
  outside: 166,
  zone: 170,
  group: 262,
  placement: 262,
};

const NARROWEST = 110;

/** A box around its title and lines. */
export function sizeOf({ kind, title, lines }: Box): Sized {
  return around(
    [
      { role: kind === 'zone' ? 'line' : 'name', text: title },
      ...lines.map((text) => ({ role: 'line' as const, text })),
    ],
    WIDEST[kind],
  );
}

/** The size of what is around texts, each on lines of its own. */
function around(texts: readonly Pick<Text, 'role' | 'text'>[], widest: number): Sized {
  const placed = stack(texts, widest, PADDING.across, PADDING.down);
  const widths = placed.texts.map(({ text, role }) => widthOf(text, FONTS[role]));
  return {
    width: Math.max(NARROWEST, ...widths) + 2 * PADDING.across,
    height: placed.bottom + PADDING.down,
    texts: placed.texts,
  };
}

/** Texts below each other, in lines of at most `widest` pixels, from a corner on. */
export function stack(
  texts: readonly Pick<Text, 'role' | 'text'>[],
  widest: number,
  x: number,
  top: number,
): { readonly texts: readonly Text[]; readonly bottom: number } {
  let bottom = top;
  const placed = texts.flatMap(({ role, text }) =>
    wrap(text, FONTS[role], widest).map((line): Text => {
      const { size, lineHeight } = FONTS[role];
      const y = bottom + Math.round((lineHeight + size * 0.72) / 2);
      bottom += lineHeight;
      return { role, text: line, x, y };
    }),
  );
  return { texts: placed, bottom };
}

/** A label of an arrow. */
export function sizeOfLabel(text: string): { readonly width: number; readonly height: number } {
  return { width: widthOf(text, FONTS.label) + 4, height: FONTS.label.lineHeight };
}

/** The column at the left of a frame: what the cluster is, and its zones. */
export interface Column extends Sized {
  readonly zones: readonly { readonly box: Box; readonly sized: Sized; readonly x: number; readonly y: number }[];
}

const COLUMN = { widest: 194, padding: 16, gap: 6 };

/** Sizes the column of a frame; its zones are all as wide as the widest. */
export function columnOf({ title, lines, zones }: Frame): Column {
  const words = [{ role: 'heading' as const, text: title }, ...lines.map((text) => ({ role: 'line' as const, text }))];
  const { texts, bottom } = stack(words, COLUMN.widest, COLUMN.padding, COLUMN.padding - 4);
  const sized = zones.map((box) => ({ box, sized: sizeOf(box) }));
  const width = Math.max(0, ...sized.map((zone) => zone.sized.width));
  let y = bottom + 2 * COLUMN.gap;
  const placed = sized.map((zone) => {
    const at = { box: zone.box, sized: { ...zone.sized, width }, x: COLUMN.padding, y };
    y += zone.sized.height + COLUMN.gap;
    return at;
  });
  const widths = texts.map(({ text, role }) => widthOf(text, FONTS[role]));
  return {
    width: Math.max(width, ...widths) + 2 * COLUMN.padding,
    height: y - COLUMN.gap + COLUMN.padding,
    texts,
    zones: placed,
  };
}
