// The picture of a system: each environment with its clusters, or its card where another has the same shape.

import { plural } from '../../model/finding/derivation';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import type { Placement } from '../survival/table';
import { type DrawnNamespace, drawNamespace, partsOn } from './drawn-connections';
import { drawHosts } from './drawn-entries';
import { groupsIn } from './drawn-groups';
import { mostPods, workloadsByName } from './drawn-workloads';
import { frameOf } from './drawn-zones';
import type { Arrow, Box, Cards, Picture, Scene } from './picture';

/** One environment of the system. */
interface Environment {
  readonly name: string;
  readonly placements: readonly Placement[];
  readonly drawn: readonly DrawnNamespace[];
  /** Equal where components, ports and arrows are. */
  readonly shape: string;
}

/** The picture; `undefined` where no environment of the system has a workload. `placements` are all of the platform. */
export function pictureOfSystem(
  entries: readonly ApiEntry[],
  placements: readonly Placement[],
  system: string,
): Picture | undefined {
  const own = placements.filter((one) => one.system === system && hasWorkload(entries, one));
  const environments = [...groupBy(own, titleOf)].map(([name, all]) => environmentOf(entries, placements, name, all));
  if (environments.length === 0) return undefined;
  const shapes = [...groupBy(environments, ({ shape }) => shape).values()];
  const scenes = shapes.flatMap((alike) => {
    const [first, ...others] = alike.toReversed().sort((a, b) => weigh(entries, b) - weigh(entries, a));
    if (first === undefined) return [];
    const rest = alike.filter((one) => others.includes(one));
    return [sceneOf(entries, first, rest)];
  });
  const notes = environments.flatMap(({ drawn }) => drawn.flatMap((one) => one.notes));
  return { name: system, scenes, notes: [...new Set([...notes, ...notesOn(scenes)])] };
}

/** The environment. A part of the platform serves its own cluster only, so that each is drawn by itself. */
const titleOf = ({ environment, cluster, part }: Placement): string =>
  part === undefined ? environment : `${environment} on ${cluster.name}`;

const hasWorkload = (entries: readonly ApiEntry[], { cluster, namespace }: Placement): boolean =>
  workloadsByName(entries, cluster.name, namespace).size > 0;

function environmentOf(
  entries: readonly ApiEntry[],
  all: readonly Placement[],
  name: string,
  placements: readonly Placement[],
): Environment {
  const drawn = placements.map(({ cluster, namespace }) =>
    drawNamespace(entries, cluster, namespace, partsOn(all, cluster.name)),
  );
  const shapes = new Set(drawn.map(shapeOf));
  return { name, placements, drawn, shape: [...shapes].sort(compareText).join('\n') };
}

/** Components with their kinds and ports, and arrows by the titles of their ends. Sizes, spread, hosts and addresses are left out. */
function shapeOf({ boxes, arrows }: DrawnNamespace): string {
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  const components = boxes
    .filter(({ kind }) => kind === 'component')
    .map(({ title, lines }) => [title, ...lines.filter((line) => !line.startsWith('spread ')).map(withoutSize)]);
  const ways = arrows.map(({ from, to, label = '', isUnsure = false }) => [
    titles.get(from),
    titles.get(to),
    label,
    isUnsure,
  ]);
  return JSON.stringify([components, ways.map((way) => way.join('\n')).sort(compareText)]);
}

/** `Deployment, 3 to 12 pods` is of the shape `Deployment`. */
const withoutSize = (line: string): string => line.replace(/, .*pods?$/, '');

/** Which of several alike is drawn: on the most clusters, then what survives the most, then with the most pods, then the last. */
function weigh(entries: readonly ApiEntry[], { placements }: Environment): number {
  const survived = Math.max(...placements.map(({ survives }) => survives.zones + survives.regions));
  const pods = placements.flatMap(({ cluster, namespace }) =>
    [...workloadsByName(entries, cluster.name, namespace).values()].flat().map((one) => mostPods(entries, one)),
  );
  const count = pods.reduce((sum, most) => sum + most, 0);
  return (placements.length * 100 + survived) * 1e6 + Math.min(count, 999_999);
}

function sceneOf(entries: readonly ApiEntry[], environment: Environment, alike: readonly Environment[]): Scene {
  const { name, placements, drawn } = environment;
  const isMeant = answersOf(placements);
  const hosts = drawHosts(
    entries,
    isMeant,
    drawn.flatMap((one) => one.entries),
  );
  const boxes = merged([...hosts.boxes, ...drawn.flatMap((one) => one.boxes)]);
  const cards: Cards[] = [
    { title: 'Who may do what', boxes: groupsIn(entries, placements) },
    {
      title: 'Environments with the same components, ports and arrows',
      boxes: alike.flatMap((one) =>
        one.placements.map((placement, index) => cardOf(entries, placement, one.drawn[index])),
      ),
    },
  ];
  return {
    title: name,
    subtitle: promiseOf(placements),
    direction: 'down',
    frames: placements.map(({ cluster, namespace }) => frameOf(cluster, [`namespace ${namespace}`])),
    boxes,
    arrows: [...inOrder(hosts.arrows, boxes, placements), ...drawn.flatMap((one) => one.arrows)],
    cards: cards.filter((row) => row.boxes.length > 0),
  };
}

/** Whether an answer for a host is one of these placements. */
const answersOf =
  (placements: readonly Placement[]) =>
  (answer: { readonly cluster: string; readonly namespace: string }): boolean =>
    placements.some(({ cluster, namespace }) => cluster.name === answer.cluster && namespace === answer.namespace);

/** Arrows in the order of the clusters that they lead to, so that these are placed in it. */
function inOrder(arrows: readonly Arrow[], boxes: readonly Box[], placements: readonly Placement[]): Arrow[] {
  const frames = new Map(
    boxes.map(({ id, frame }) => [id, placements.findIndex(({ cluster }) => cluster.name === frame)]),
  );
  const next = new Map(arrows.map(({ from, to }) => [from, to]));
  const rank = ({ to }: Arrow) => frames.get(next.get(to) ?? to) ?? 0;
  return [...arrows].sort((a, b) => rank(a) - rank(b));
}

/** A box that several clusters lead to is drawn once, with the lines of all. */
function merged(boxes: readonly Box[]): Box[] {
  const found = new Map<string, Box>();
  for (const box of boxes) {
    const lines = [...new Set([...(found.get(box.id)?.lines ?? []), ...box.lines])];
    found.set(box.id, { ...box, lines });
  }
  return [...found.values()];
}

function promiseOf(placements: readonly Placement[]): string {
  const zones = Math.max(...placements.map(({ survives }) => survives.zones));
  const regions = Math.max(...placements.map(({ survives }) => survives.regions));
  const lost = [...(zones === 0 ? [] : [plural(zones, 'zone')]), ...(regions === 0 ? [] : [plural(regions, 'region')])];
  return lost.length === 0
    ? 'promises to survive the loss of no zone'
    : `promises to survive the loss of ${lost.join(', and of ')}`;
}

/** An environment that is not drawn: its hosts, the size of each component, and its groups. */
function cardOf(entries: readonly ApiEntry[], placement: Placement, drawn: DrawnNamespace | undefined): Box {
  const { environment, cluster } = placement;
  const hosts = drawHosts(entries, answersOf([placement]), drawn?.entries ?? []);
  const components = (drawn?.boxes ?? []).filter(({ kind }) => kind === 'component');
  return {
    id: `placement/${environment}/${cluster.name}`,
    kind: 'placement',
    title: `${environment} on ${cluster.name}`,
    lines: [
      ...hosts.boxes.filter(({ kind }) => kind === 'host').map(({ title }) => title),
      ...components.map(({ title, lines: [size = ''] }) => `${title}: ${size.replace(/^\w+, /, '')}`),
      promiseOf([placement]),
    ],
  };
}

function notesOn(scenes: readonly Scene[]): string[] {
  const arrows = scenes.flatMap((scene) => scene.arrows);
  return [
    'An arrow without a port leads to the ports of its target.',
    ...(arrows.some(({ isUnsure }) => isUnsure) ? ['Dashed, and ?: it depends on what the manifests do not say.'] : []),
  ];
}
