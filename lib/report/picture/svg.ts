// A drawing as SVG. Its colours follow the reader's light or dark scheme.

import { type Drawing, KEY } from './drawing';
import type { Placed, Point, Way } from './layout';
import { FONTS, type Text } from './sizes';

/** By which a file is known as a picture that the command wrote. */
export const MARK = '<!-- Written by evenkeel picture -->';

/** The file. */
export function svgOf(drawing: Drawing): string {
  const { title, description, width, height, boxes, ways, texts, keys } = drawing;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  ${MARK}`,
    `  <title id="title">${escaped(title)}</title>`,
    `  <desc id="desc">${escaped(description)}</desc>`,
    `  <style>${STYLE}`,
    '  </style>',
    `  <rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="12"/>`,
    ...boxes.filter(({ kind }) => kind === 'frame').flatMap(boxInSvg),
    ...ways.flatMap(wayInSvg),
    ...boxes.filter(({ kind }) => kind !== 'frame').flatMap(boxInSvg),
    ...keys.map(
      ({ kind, x, y }) =>
        `  <rect class="${kind}" x="${number(x)}" y="${number(y)}" width="${KEY.width}" height="${KEY.height}" rx="3"/>`,
    ),
    ...texts.map((text) => textInSvg(text, { x: 0, y: 0 }, '  ')),
    '</svg>',
  ].join('\n')}\n`;
}

const fontRules = Object.entries(FONTS).map(
  ([role, { size, isBold }]) => `    .${role} { font-size: ${size}px${isBold ? '; font-weight: 600' : ''} }`,
);

const STYLE = `
    text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
${fontRules.join('\n')}
    .line, .label, .note { fill: #59636e }
    .page { fill: #ffffff; stroke: #d1d9e0 }
    .frame { fill: #f6f8fa; stroke: #d1d9e0 }
    .host { fill: #ddf4ff; stroke: #54aeff }
    .entry { fill: #dafbe1; stroke: #4ac26b }
    .component { fill: #ffffff; stroke: #0969da; stroke-width: 1.5 }
    .outside { fill: #fff8c5; stroke: #d4a72c }
    .zone { fill: #eaeef2; stroke: #d1d9e0 }
    .group, .placement { fill: #f6f8fa; stroke: #d1d9e0 }
    .way { fill: none; stroke: #59636e; stroke-width: 1.5 }
    .unsure { stroke-dasharray: 5 4 }
    .head { fill: #59636e }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .line, .label, .note { fill: #9198a1 }
      .page { fill: #0d1117; stroke: #3d444d }
      .frame { fill: #151b23; stroke: #3d444d }
      .host { fill: #0c2d4d; stroke: #316dca }
      .entry { fill: #0f3020; stroke: #347d39 }
      .component { fill: #0d1117; stroke: #4493f8 }
      .outside { fill: #33270a; stroke: #966600 }
      .zone { fill: #212830; stroke: #3d444d }
      .group, .placement { fill: #151b23; stroke: #3d444d }
      .way { stroke: #9198a1 }
      .head { fill: #9198a1 }
    }`;

function boxInSvg({ kind, x, y, width, height, texts }: Placed): string[] {
  const corner = kind === 'frame' ? 10 : 7;
  return [
    '  <g>',
    `    <rect class="${kind}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="${corner}"/>`,
    ...texts.map((text) => textInSvg(text, { x, y }, '    ')),
    '  </g>',
  ];
}

function wayInSvg({ points, label, isUnsure }: Way): string[] {
  const [first, ...rest] = points;
  const [end, before] = [points.at(-1), points.at(-2)];
  if (first === undefined || end === undefined || before === undefined) return [];
  const d = [`M${pair(first)}`, ...rest.map((point) => `L${pair(point)}`)].join(' ');
  return [
    `  <path class="way${isUnsure ? ' unsure' : ''}" d="${d}"/>`,
    `  <path class="head" d="${headOf(before, end)}"/>`,
    ...(label === undefined
      ? []
      : [textInSvg({ role: 'label', text: label.text, x: 2, y: label.height - 3 }, label, '  ')]),
  ];
}

/** A triangle with its tip at `end`. */
function headOf(before: Point, end: Point): string {
  const [dx, dy] = [end.x - before.x, end.y - before.y];
  const length = Math.hypot(dx, dy) || 1;
  const [x, y] = [dx / length, dy / length];
  const at = (back: number, side: number): Point => ({
    x: end.x - back * x - side * y,
    y: end.y - back * y + side * x,
  });
  return `M${pair(end)} L${pair(at(8, 4))} L${pair(at(8, -4))} Z`;
}

const pair = ({ x, y }: Point): string => `${number(x)} ${number(y)}`;

const textInSvg = ({ role, text, x, y }: Text, from: Point, indent: string): string =>
  `${indent}<text class="${role}" x="${number(from.x + x)}" y="${number(from.y + y)}">${escaped(text)}</text>`;

/** With at most two digits after the point, the same on every machine. */
const number = (value: number): string => String(Math.round(value * 100) / 100);

/** What XML 1.0 does not allow, becomes a question mark. */
const REFUSED = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const escaped = (text: string): string =>
  text.replaceAll(REFUSED, '?').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
