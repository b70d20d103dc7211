// A promise: what every object of some kinds is held to, on every cluster.
import type { Held, World } from './world';

export interface Promised {
  /** What is asserted, as the end of a sentence about the object. */
  readonly name: string;
  readonly kinds: readonly string[];
  /** Whether it is about this object of the kinds. @default all of them */
  readonly isAbout?: (one: Held, world: World) => boolean;
  /** What breaks it, as sentences; none where it is kept. */
  readonly broken: (one: Held, world: World) => readonly string[];
}

/** The objects that a promise is about. */
export const heldTo = ({ kinds, isAbout = () => true }: Promised, world: World): Held[] =>
  world.of(...kinds).filter((one) => isAbout(one, world));

/** A sentence where something does not hold. */
export const unless = (holds: boolean, sentence: string): string[] => (holds ? [] : [sentence]);
