// A picture as a Mermaid flowchart, which many code hosts draw in Markdown. Source: mermaid.js.org, "Flowcharts".

import type { Box, Cards, Picture, Scene } from '../../analysis/picture/picture';

/** By which a file is known as a picture that the command wrote. */
export const MARK = '%% Written by evenkeel picture';

/** The text of the chart. */
export function mermaidOf({ name, scenes, notes }: Picture): string {
  const several = scenes.length > 1;
  return `${[
    MARK,
    `%% ${oneLine(name)}`,
    ...notes.map((note) => `%% ${oneLine(note)}`),
    'flowchart TB',
    ...scenes.flatMap((scene, index) => {
      const lines = new Chart(scene, `s${index}`).lines();
      return several ? subgraph(`s${index}`, `${scene.title}: ${scene.subtitle}`, lines) : lines;
    }),
  ].join('\n')}\n`;
}

/** One scene. Nodes have numbers for names, since ids may not hold every character. */
class Chart {
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly scene: Scene,
    private readonly prefix: string,
  ) {}

  lines(): string[] {
    const { frames, boxes, arrows, cards } = this.scene;
    const inside = (frame: string | undefined) =>
      boxes.filter((box) => box.frame === frame).map((box) => this.node(box));
    return [
      ...inside(undefined),
      ...frames.flatMap(({ id, title, lines, zones }) =>
        subgraph(this.idOf(`frame ${id}`), [title, ...lines].join(', '), [
          ...inside(id),
          ...zones.map((zone) => this.node(zone)),
        ]),
      ),
      ...arrows.map(({ from, to, label, isUnsure }) => {
        const arrow = isUnsure ? '-.->' : '-->';
        return `  ${this.idOf(from)} ${arrow}${label === undefined ? '' : `|${quoted(label)}|`} ${this.idOf(to)}`;
      }),
      ...cards.flatMap((row) => this.row(row)),
    ];
  }

  private row({ title, boxes }: Cards): string[] {
    return subgraph(
      this.idOf(`cards ${title}`),
      title,
      boxes.map((box) => this.node(box)),
    );
  }

  private node({ id, kind, title, lines }: Box): string {
    const [open, close] = kind === 'host' ? ['([', '])'] : kind === 'outside' ? ['[/', '/]'] : ['[', ']'];
    return `  ${this.idOf(id)}${open}${quoted([title, ...lines].join('\n'))}${close}`;
  }

  private idOf(id: string): string {
    const known = this.ids.get(id) ?? `${this.prefix}n${this.ids.size}`;
    this.ids.set(id, known);
    return known;
  }
}

const subgraph = (id: string, title: string, lines: readonly string[]): string[] => [
  `  subgraph ${id}[${quoted(title)}]`,
  ...lines.map((line) => `  ${line}`),
  '  end',
];

/** Text in quotes, where only these characters have a meaning. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll('#', '#35;')
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;')
    .replaceAll(/\p{Cc}/gu, (character) => (character === '\n' ? '<br/>' : '?'))}"`;

const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ');
