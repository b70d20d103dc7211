// Places for the boxes and arrows of a scene: the question to the layout library, and its answer.

import type { Box, Scene } from '../../analysis/picture/picture';
import { groupBy } from '../../model/manifest/group-by';
import { type Column, columnOf, type Sized, sizeOf, sizeOfLabel } from './sizes';

/** A point, in pixels from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A label, or what else has a place. */
interface Shape {
  readonly id?: string;
  readonly text?: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
}

/** A part of an edge's way. */
interface Section {
  readonly id: string;
  readonly startPoint: Point;
  readonly endPoint: Point;
  readonly bendPoints?: Point[];
}

/** An edge, as the library knows it. */
interface Edge {
  readonly id: string;
  readonly sources: string[];
  readonly targets: string[];
  readonly labels?: Shape[];
  readonly sections?: Section[];
}

/** A node, with those in it. */
export interface Node extends Shape {
  readonly id: string;
  readonly layoutOptions?: Record<string, string>;
  readonly children?: Node[];
  readonly edges?: Edge[];
}

/** Gives every node and edge a place: the layout library. */
export type Layout = (graph: Node) => Promise<Node>;

/** A rectangle with a place. */
export interface Placed extends Sized, Point {
  readonly kind: Box['kind'] | 'frame';
  readonly id: string;
}

/** An arrow with its way. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  readonly label?: Point & { readonly text: string; readonly width: number; readonly height: number };
  readonly isUnsure: boolean;
}

/** A scene with places. */
export interface PlacedScene {
  readonly width: number;
  readonly height: number;
  /** Frames first. */
  readonly boxes: readonly Placed[];
  readonly ways: readonly Way[];
}

const ROOT = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': '[top=2,left=2,bottom=2,right=2]',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
};

const DIRECTIONS = {
  down: { 'elk.direction': 'DOWN' },
  // a list of systems in their order, even where arrows then cross
  right: { 'elk.direction': 'RIGHT', 'elk.layered.crossingMinimization.strategy': 'NONE' },
} as const;

const SPACING = {
  'elk.spacing.nodeNode': '22',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '5',
  'elk.spacing.labelNode': '10',
  'elk.layered.spacing.nodeNodeBetweenLayers': '44',
  'elk.layered.spacing.edgeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
};

/** Boxes that no arrow meets are packed: in layers, they would all be in one. */
const PACKED = {
  'elk.algorithm': 'rectpacking',
  'elk.hierarchyHandling': 'SEPARATE_CHILDREN',
  'elk.aspectRatio': '2.4',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.spacing.nodeNode': '20',
};

const FRAME_PADDING = 22;

/** Asks the library for the places of a scene. */
export async function placeScene(scene: Scene, layout: Layout): Promise<PlacedScene> {
  const columns = new Map(scene.frames.map((frame) => [frame.id, columnOf(frame)]));
  const sizes = new Map(scene.boxes.map((box) => [box.id, sizeOf(box)]));
  const first = await layout(graphOf(scene, columns, sizes, new Map()));
  const short = shortFrames(first, columns);
  const laid = short.size === 0 ? first : await layout(graphOf(scene, columns, sizes, short));
  return readScene(scene, laid, columns, sizes);
}

/** By how many pixels frames are lower than their columns. */
function shortFrames(laid: Node, columns: ReadonlyMap<string, Column>): ReadonlyMap<string, number> {
  const nodes = nodesOf(laid);
  const missing = [...columns].map(([id, column]) => {
    const { height = 0 } = nodes.get(frameId(id)) ?? {};
    return [id, Math.ceil(column.height - height)] as const;
  });
  return new Map(missing.filter(([, pixels]) => pixels > 0));
}

function graphOf(
  { direction, frames, boxes, arrows }: Scene,
  columns: ReadonlyMap<string, Column>,
  sizes: ReadonlyMap<string, Sized>,
  short: ReadonlyMap<string, number>,
): Node {
  const met = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const node = ({ id }: Box): Node => ({ id, width: sizes.get(id)?.width ?? 0, height: sizes.get(id)?.height ?? 0 });
  const byFrame = groupBy(boxes, ({ frame }) => frame);
  const inside = (frame: string | undefined, prefix: string): Node[] => {
    const own = byFrame.get(frame) ?? [];
    const alone = own.filter(({ id }) => !met.has(id)).map(node);
    return [
      ...own.filter(({ id }) => met.has(id)).map(node),
      ...(alone.length === 0 ? [] : [{ id: `${prefix}/alone`, layoutOptions: PACKED, children: alone }]),
    ];
  };
  return {
    id: 'scene',
    layoutOptions: { ...ROOT, ...SPACING, ...DIRECTIONS[direction] },
    children: [
      ...frames.map(({ id }): Node => {
        const left = (columns.get(id)?.width ?? 0) + 8;
        const bottom = FRAME_PADDING + (short.get(id) ?? 0);
        return {
          id: frameId(id),
          layoutOptions: {
            ...SPACING,
            ...DIRECTIONS[direction],
            'elk.padding': `[top=${FRAME_PADDING},left=${left},bottom=${bottom},right=${FRAME_PADDING}]`,
          },
          children: inside(id, id),
        };
      }),
      ...inside(undefined, ''),
    ],
    edges: arrows.map(
      ({ from, to, label }, index): Edge => ({
        id: `arrow/${index}`,
        sources: [from],
        targets: [to],
        ...(label === undefined ? {} : { labels: [{ id: `label/${index}`, text: label, ...sizeOfLabel(label) }] }),
      }),
    ),
  };
}

const frameId = (id: string): string => `frame/${id}`;

function readScene(
  scene: Scene,
  laid: Node,
  columns: ReadonlyMap<string, Column>,
  sizes: ReadonlyMap<string, Sized>,
): PlacedScene {
  const nodes = nodesOf(laid);
  const edges = new Map((laid.edges ?? []).map((edge) => [edge.id, edge]));
  const frames = scene.frames.flatMap(({ id }): Placed[] => {
    const [node, column] = [nodes.get(frameId(id)), columns.get(id)];
    if (node === undefined || column === undefined) return [];
    const { x = 0, y = 0, width = 0, height = 0 } = node;
    const zones = column.zones.map(
      (zone): Placed => ({ ...zone.sized, kind: 'zone', id: zone.box.id, x: x + zone.x, y: y + zone.y }),
    );
    return [{ id, kind: 'frame', x, y, width, height, texts: column.texts }, ...zones];
  });
  const boxes = scene.boxes.flatMap(({ id, kind }): Placed[] => {
    const [node, sized] = [nodes.get(id), sizes.get(id)];
    return node === undefined || sized === undefined ? [] : [{ ...sized, id, kind, x: node.x ?? 0, y: node.y ?? 0 }];
  });
  const ways = scene.arrows.flatMap((arrow, index): Way[] => {
    const edge = edges.get(`arrow/${index}`);
    const [section] = edge?.sections ?? [];
    if (section === undefined) return [];
    const { from, to, isUnsure = false } = arrow;
    const points = straightened([section.startPoint, ...(section.bendPoints ?? []), section.endPoint]);
    const [label] = edge?.labels ?? [];
    if (label === undefined || arrow.label === undefined) return [{ from, to, points, isUnsure }];
    const { x = 0, y = 0, width = 0, height = 0 } = label;
    return [{ from, to, points, isUnsure, label: { text: arrow.label, x, y, width, height } }];
  });
  return { width: laid.width ?? 0, height: laid.height ?? 0, boxes: [...frames, ...boxes], ways };
}

/** Pixels by which the library may miss the column or row of the point before. */
const SLIP = 2;

/** Points whose segments are upright or level. Where the library misses by more than a slip, at the border of a frame, a step is put in. */
function straightened(points: readonly Point[]): Point[] {
  const straight: Point[] = [];
  for (const point of points) {
    const before = straight.at(-1) ?? point;
    const x = Math.abs(point.x - before.x) <= SLIP ? before.x : point.x;
    const y = Math.abs(point.y - before.y) <= SLIP ? before.y : point.y;
    if (x !== before.x && y !== before.y) {
      const isUpright = Math.abs(y - before.y) >= Math.abs(x - before.x);
      const middle = { x: (x + before.x) / 2, y: (y + before.y) / 2 };
      straight.push(
        isUpright ? { x: before.x, y: middle.y } : { x: middle.x, y: before.y },
        isUpright ? { x, y: middle.y } : { x: middle.x, y },
      );
    }
    straight.push({ x, y });
  }
  return straight;
}

const nodesOf = (laid: Node): ReadonlyMap<string, Node> => new Map(flatten(laid).map((node) => [node.id, node]));

const flatten = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(flatten)];
