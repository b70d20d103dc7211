// A picture as data: what is drawn of a system or a cluster, in words, before anything has a place on paper.

/** What a box stands for: each has its own look. */
export type BoxKind =
  /** A host name, or several with the same records. */
  | 'host'
  /** Where traffic enters the cluster: an Ingress, a route, a Service with a load balancer. */
  | 'entry'
  /** A workload; in the picture of a cluster, what runs in a namespace. */
  | 'component'
  /** What is not part of the system: a service outside, an address block, other pods. */
  | 'outside'
  /** A zone with its nodes. */
  | 'zone'
  /** A group with its rights. */
  | 'group'
  /** A placement with the same shape as one that is drawn. */
  | 'placement';

/** Something with a name, and what is known of it, a line each. */
export interface Box {
  /** Unique in its scene. */
  readonly id: string;
  readonly kind: BoxKind;
  readonly title: string;
  readonly lines: readonly string[];
  /** Id of the frame that it is in. Absent outside of every cluster. */
  readonly frame?: string;
}

/** A cluster around its boxes. */
export interface Frame {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly zones: readonly Box[];
}

/** Traffic from one box to another. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Ports that are not simply those of the target, or a share of the traffic. */
  readonly label?: string;
  /** Whether it depends on what the manifests do not say. */
  readonly isUnsure?: true;
}

/** Boxes without arrows, under a title. */
export interface Cards {
  readonly title: string;
  readonly boxes: readonly Box[];
}

/** One environment of a system, or one cluster. */
export interface Scene {
  readonly title: string;
  readonly subtitle: string;
  /** Where most arrows point. */
  readonly direction: 'down' | 'right';
  readonly frames: readonly Frame[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly cards: readonly Cards[];
}

/** A whole picture. */
export interface Picture {
  /** The system or cluster. */
  readonly name: string;
  readonly scenes: readonly Scene[];
  /** What signs mean, and what is left out, as sentences. */
  readonly notes: readonly string[];
}

/** The picture in words, for readers who do not see it. */
export function describePicture({ scenes }: Picture): string {
  return scenes.flatMap(describeScene).join(' ');
}

function describeScene({ title, subtitle, frames, boxes, arrows, cards }: Scene): string[] {
  const named = new Map(boxes.map((box) => [box.id, nameIn(frames, box)]));
  const described = boxes.filter(({ kind }) => kind === 'component');
  return [
    `${title}: ${subtitle}.`,
    ...frames.map((frame) => `${frame.title}: ${[...frame.lines, ...frame.zones.map(inWords)].join('; ')}.`),
    ...described.map((box) => `${named.get(box.id)}: ${box.lines.join('; ')}.`),
    ...arrows.map(({ from, to, label }) => {
      const by = label === undefined ? '' : ` (${label})`;
      return `${named.get(from)} to ${named.get(to)}${by}.`;
    }),
    ...cards.map((row) => `${row.title}: ${row.boxes.map(inWords).join('; ')}.`),
  ];
}

const inWords = ({ title, lines }: Box): string => [title, ...lines].join(', ');

/** With its cluster, where there are several. */
function nameIn(frames: readonly Frame[], { title, frame }: Box): string {
  const cluster = frames.length > 1 ? frames.find(({ id }) => id === frame)?.title : undefined;
  return cluster === undefined ? title : `${title} on ${cluster}`;
}
