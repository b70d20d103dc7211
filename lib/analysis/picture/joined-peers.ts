// Workloads of other namespaces that are connected alike, as one box: a part of the platform meets those of every system.

import { groupBy } from '../../model/manifest/group-by';
import { compareText } from '../../model/manifest/text';
import type { Arrow, Box } from './picture';

/**
 * Boxes and arrows in which those of `peers`, ids of boxes titled `<namespace>/<workload>`, are joined where their arrows are the same. Ports
 * of theirs that arrows lead to are then in the box.
 */
export function joinPeers(
  boxes: readonly Box[],
  arrows: readonly Arrow[],
  peers: ReadonlySet<string>,
): { readonly boxes: readonly Box[]; readonly arrows: readonly Arrow[] } {
  const touching = new Map<string, Arrow[]>();
  for (const arrow of arrows) {
    for (const id of [arrow.from, arrow.to].filter((end) => peers.has(end))) {
      touching.set(id, [...(touching.get(id) ?? []), arrow]);
    }
  }
  const shapeOf = ({ id, frame }: Box): string => {
    const ways = (touching.get(id) ?? []).map(({ from, to, label = '', isUnsure = false }) =>
      [from === id ? 'from' : from, ...(to === id ? ['to'] : [to, label]), isUnsure].join('\n'),
    );
    return JSON.stringify([frame, ways.sort(compareText)]);
  };
  const joined = new Map<string, Box>();
  for (const alike of groupBy(
    boxes.filter(({ id }) => peers.has(id)),
    shapeOf,
  ).values()) {
    if (alike.length < 2) continue;
    const box = boxOf(alike, (id) => portsTo(id, touching.get(id) ?? []));
    for (const { id } of alike) joined.set(id, box);
  }
  const idOf = (id: string): string => joined.get(id)?.id ?? id;
  const found = arrows.map(({ label, ...arrow }): Arrow => {
    const shown = label === undefined || joined.has(arrow.to) ? {} : { label };
    return { ...arrow, ...shown, from: idOf(arrow.from), to: idOf(arrow.to) };
  });
  return {
    boxes: [...new Map(boxes.map((box) => joined.get(box.id) ?? box).map((box) => [box.id, box])).values()],
    arrows: [...new Map(found.map((arrow) => [JSON.stringify(arrow), arrow])).values()],
  };
}

/** Ports at which arrows lead to a box: `8080/TCP, 9090/TCP`. */
const portsTo = (id: string, arrows: readonly Arrow[]): string =>
  [...new Set(arrows.filter(({ to }) => to === id).map(({ label = '' }) => label.replaceAll(' ?', '')))].join(', ');

/** A line for each workload, with its ports. */
function boxOf(alike: readonly Box[], portsOf: (id: string) => string): Box {
  const inOrder = [...alike].sort((a, b) => compareText(a.title, b.title));
  const [first] = inOrder;
  return {
    id: `joined/${inOrder.map(({ id }) => id).join(' ')}`,
    kind: 'outside',
    title: `${alike.length} workloads`,
    lines: inOrder.map(({ id, title }) => `${title} ${portsOf(id)}`.trim()),
    ...(first?.frame === undefined ? {} : { frame: first.frame }),
  };
}
