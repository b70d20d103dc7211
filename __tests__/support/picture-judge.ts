// Judges a drawing by its geometry alone: what overlaps, what is clipped, and what an arrow or a label crosses.
import type { Drawing } from '../../lib/report/picture/drawing';
import { widthOf } from '../../lib/report/picture/fonts';
import type { Placed, Point } from '../../lib/report/picture/layout';
import { FONTS, type Text } from '../../lib/report/picture/sizes';

interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** Every fault of a drawing, as a sentence. */
export function faultsOf(drawing: Drawing): string[] {
  const { boxes, ways, texts, width, height } = drawing;
  const sheet: Area = { x: 0, y: 0, width, height };
  const solid = boxes.filter(({ kind }) => kind !== 'frame');
  const frames = boxes.filter(({ kind }) => kind === 'frame');
  const labels = ways.flatMap(({ label }) => label ?? []);
  const columns = frames.map(columnOf);
  // an id is unique in its scene, and two scenes may show the same service
  const isAt = (point: Point | undefined, id: string): boolean =>
    point !== undefined && solid.some((box) => box.id === id && touches(point, box));
  const loose = texts.map((text) => areaOf(text, { x: 0, y: 0 }));
  return [
    ...boxes.filter((box) => !isWithin(box, sheet)).map(({ id }) => `${id} leaves the sheet`),
    ...pairs(solid).flatMap(([a, b]) => (overlap(a, b) ? [`${a.id} overlaps ${b.id}`] : [])),
    ...pairs(frames).flatMap(([a, b]) => (overlap(a, b) ? [`frame ${a.id} overlaps frame ${b.id}`] : [])),
    ...solid.flatMap((box) =>
      frames
        .filter((frame) => overlap(box, frame) && !isWithin(box, frame))
        .map(({ id }) => `${box.id} is across the border of ${id}`),
    ),
    ...solid
      .filter(({ kind }) => kind !== 'zone')
      .flatMap((box) =>
        columns.filter((column) => overlap(box, column)).map(() => `${box.id} is on the words of a frame`),
      ),
    ...boxes.flatMap((box) =>
      box.texts.filter((text) => !isWithin(areaOf(text, box), box)).map(({ text }) => `'${text}' leaves ${box.id}`),
    ),
    ...loose.flatMap((area, index) => (isWithin(area, sheet) ? [] : [`'${texts[index]?.text}' leaves the sheet`])),
    ...pairs(loose).flatMap(([a, b]) => (overlap(a, b) ? ['two lines of text overlap'] : [])),
    ...loose.flatMap((area, index) =>
      boxes.filter((box) => overlap(area, box)).map(({ id }) => `'${texts[index]?.text}' is on ${id}`),
    ),
    ...labels.flatMap((label) => [
      ...(isWithin(label, sheet) ? [] : [`label '${label.text}' leaves the sheet`]),
      ...solid.filter((box) => overlap(label, box)).map(({ id }) => `label '${label.text}' is on ${id}`),
      ...columns
        .filter((column) => overlap(label, column))
        .map(() => `label '${label.text}' is on the words of a frame`),
      ...(widthOf(label.text, FONTS.label) <= label.width ? [] : [`label '${label.text}' is wider than its place`]),
    ]),
    ...pairs(labels).flatMap(([a, b]) => (overlap(a, b) ? [`label '${a.text}' overlaps label '${b.text}'`] : [])),
    ...ways.flatMap((way) => {
      const name = `the arrow from ${way.from} to ${way.to}`;
      const [start, end] = [way.points[0], way.points.at(-1)];
      const segments = way.points.slice(1).map((to, index) => areaBetween(way.points[index] ?? to, to));
      return [
        ...(isAt(start, way.from) ? [] : [`${name} begins elsewhere`]),
        ...(isAt(end, way.to) ? [] : [`${name} ends elsewhere`]),
        ...segments.filter(({ width: across, height: down }) => across > 0 && down > 0).map(() => `${name} is aslant`),
        ...segments.filter((segment) => !isWithin(segment, sheet)).map(() => `${name} leaves the sheet`),
        ...solid
          .filter((box) => segments.some((segment) => crosses(segment, box)))
          .map(({ id }) => `${name} crosses ${id}`),
        ...columns
          .filter((column) => segments.some((segment) => crosses(segment, column)))
          .map(() => `${name} crosses the words of a frame`),
      ];
    }),
  ];
}

/** The words at the left of a frame, without its zones. */
function columnOf(frame: Placed): Area {
  const areas = frame.texts.map((text) => areaOf(text, frame));
  const right = Math.max(...areas.map(({ x, width }) => x + width));
  const bottom = Math.max(...areas.map(({ y, height }) => y + height));
  return { x: frame.x, y: frame.y, width: right - frame.x, height: bottom - frame.y };
}

/** What a line of text takes: from its ascenders to its descenders. */
function areaOf({ text, role, x, y }: Text, from: Point): Area {
  const { size } = FONTS[role];
  return { x: from.x + x, y: from.y + y - 0.95 * size, width: widthOf(text, FONTS[role]), height: 1.2 * size };
}

const areaBetween = (a: Point, b: Point): Area => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

const SLACK = 0.01;

const isWithin = (inner: Area, outer: Area): boolean =>
  inner.x >= outer.x - SLACK &&
  inner.y >= outer.y - SLACK &&
  inner.x + inner.width <= outer.x + outer.width + SLACK &&
  inner.y + inner.height <= outer.y + outer.height + SLACK;

const overlap = (a: Area, b: Area): boolean =>
  a.x + SLACK < b.x + b.width &&
  b.x + SLACK < a.x + a.width &&
  a.y + SLACK < b.y + b.height &&
  b.y + SLACK < a.y + a.height;

/** A segment has no breadth: it crosses what it passes through, and only touches what it begins or ends at. */
const crosses = (segment: Area, box: Area): boolean => {
  const inner: Area = { x: box.x + 1, y: box.y + 1, width: box.width - 2, height: box.height - 2 };
  return (
    segment.x < inner.x + inner.width &&
    inner.x < segment.x + segment.width + SLACK &&
    segment.y < inner.y + inner.height &&
    inner.y < segment.y + segment.height + SLACK
  );
};

/** Whether a point is on the border of a box, or within the breadth of a line from it. */
const touches = (point: Point, box: Area | undefined): boolean =>
  box !== undefined &&
  isWithin(
    { ...point, width: 0, height: 0 },
    { x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4 },
  );

function pairs<Item>(items: readonly Item[]): (readonly [Item, Item])[] {
  return items.flatMap((a, index) => items.slice(index + 1).map((b) => [a, b] as const));
}
