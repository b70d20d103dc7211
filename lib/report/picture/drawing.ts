// A drawing: every rectangle, arrow and line of text of a picture, with its place on one sheet.

import { type Box, type BoxKind, describePicture, type Picture, type Scene } from '../../analysis/picture/picture';
import { widthOf } from './fonts';
import { type Layout, type Placed, type Point, placeScene, type Way } from './layout';
import { FONTS, sizeOf, stack, type Text } from './sizes';

/** The whole sheet, in pixels. */
export interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Placed[];
  readonly ways: readonly Way[];
  /** Text outside of boxes. */
  readonly texts: readonly Text[];
  /** Samples of the kinds of boxes, before what each means. */
  readonly keys: readonly (Point & { readonly kind: BoxKind })[];
}

const MARGIN = 24;
const NARROWEST = 760;
const GAP = 12;
/** A sample in the key. */
export const KEY = { width: 18, height: 12 };

const MEANINGS: readonly (readonly [kind: BoxKind, means: string])[] = [
  ['host', 'host name'],
  ['entry', 'where traffic enters'],
  ['component', 'what runs'],
  ['outside', 'outside of the system'],
  ['zone', 'zone with its nodes'],
];

/** Draws a picture. */
export async function draw(picture: Picture, layout: Layout): Promise<Drawing> {
  const scenes: { readonly scene: Scene; readonly placed: Awaited<ReturnType<typeof placeScene>> }[] = [];
  for (const scene of picture.scenes) scenes.push({ scene, placed: await placeScene(scene, layout) });
  const width = Math.max(NARROWEST, ...scenes.map(({ placed }) => placed.width + 2 * MARGIN));
  const sheet = new Sheet(Math.ceil(width));
  sheet.write('title', picture.name);
  for (const { scene, placed } of scenes) {
    sheet.write('heading', scene.title === picture.name ? scene.subtitle : `${scene.title}: ${scene.subtitle}`);
    sheet.place(placed);
    for (const { title, boxes } of scene.cards) {
      sheet.write('heading', title);
      sheet.flow(boxes);
    }
    sheet.skip(GAP);
  }
  const kinds = new Set(picture.scenes.flatMap(({ boxes }) => boxes.map(({ kind }) => kind)).concat('zone'));
  sheet.explain(MEANINGS.filter(([kind]) => kinds.has(kind)));
  for (const note of picture.notes) sheet.write('note', note);
  return sheet.finish(picture);
}

/** A sheet that fills from above. */
class Sheet {
  private y = MARGIN - 6;
  private readonly boxes: Placed[] = [];
  private readonly ways: Way[] = [];
  private readonly texts: Text[] = [];
  private readonly keys: (Point & { readonly kind: BoxKind })[] = [];

  constructor(private readonly width: number) {}

  skip(pixels: number): void {
    this.y += pixels;
  }

  write(role: Text['role'], text: string): void {
    const { texts, bottom } = stack([{ role, text }], this.width - 2 * MARGIN, MARGIN, this.y);
    this.texts.push(...texts);
    this.y = bottom + 2;
  }

  /** In the middle, below what is there. */
  place({ width, height, boxes, ways }: Awaited<ReturnType<typeof placeScene>>): void {
    const left = Math.round((this.width - width) / 2);
    const top = this.y + 4;
    const move = <Place extends Point>(place: Place): Place => ({ ...place, x: place.x + left, y: place.y + top });
    this.boxes.push(...boxes.map(move));
    for (const way of ways) {
      const { label } = way;
      this.ways.push({
        ...way,
        points: way.points.map(move),
        ...(label === undefined ? {} : { label: move(label) }),
      });
    }
    this.y = Math.ceil(top + height + GAP);
  }

  /** In rows, from left to right; boxes of a row are equally high. */
  flow(boxes: readonly Box[]): void {
    let row: Placed[] = [];
    let x = MARGIN;
    const finishRow = () => {
      const height = Math.max(0, ...row.map((one) => one.height));
      this.boxes.push(...row.map((one) => ({ ...one, height })));
      this.y += row.length === 0 ? 0 : height + GAP;
      row = [];
      x = MARGIN;
    };
    for (const { id, kind, ...rest } of boxes) {
      const sized = sizeOf({ id, kind, ...rest });
      if (row.length > 0 && x + sized.width > this.width - MARGIN) finishRow();
      row.push({ ...sized, id, kind, x, y: this.y });
      x += sized.width + GAP;
    }
    finishRow();
  }

  /** The key: what each kind of box means. */
  explain(meanings: readonly (readonly [kind: BoxKind, means: string])[]): void {
    let x = MARGIN;
    const { lineHeight } = FONTS.note;
    for (const [kind, means] of meanings) {
      const width = KEY.width + 6 + widthOf(means, FONTS.note);
      if (x > MARGIN && x + width > this.width - MARGIN) {
        x = MARGIN;
        this.y += lineHeight;
      }
      this.keys.push({ kind, x, y: this.y + (lineHeight - KEY.height) / 2 });
      const { texts } = stack([{ role: 'note', text: means }], width, x + KEY.width + 6, this.y);
      this.texts.push(...texts);
      x += width + 2 * GAP;
    }
    this.y += lineHeight + 4;
  }

  finish(picture: Picture): Drawing {
    const { width, boxes, ways, texts, keys } = this;
    const description = describePicture(picture);
    return { title: picture.name, description, width, height: this.y + MARGIN - 8, boxes, ways, texts, keys };
  }
}
