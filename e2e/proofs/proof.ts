// A proof: a promise with an id, shown on a cluster. It asserts invariants and prints figures.
import type { Figure } from '../measure/figure';
import type { Extra } from '../programs/build';
import type { World } from '../world/world';

export interface Proof {
  readonly id: string;
  /** The promise, in a few words. */
  readonly title: string;
  /** What it cannot do without: API servers alone, or real nodes. */
  readonly needs: 'api' | 'nodes';
  /** Whether it needs the whole machine: it measures under load, or changes the project. @default false */
  readonly alone?: true;
  /** Whether it runs with --full only, and not in the gate. @default false */
  readonly full?: true;
  /** Programs that only some proofs use, built where one of them runs. @default none */
  readonly programs?: readonly Extra[];
  /** Systems of charts/ that it works on; it is skipped where one of them is gone. @default it works on any, or has its own */
  readonly systems?: readonly string[];
  /** Why this machine lacks what it needs beside the cluster. @default it needs nothing beside */
  obstacle?(): string | undefined;
  prove(world: World, figure: Figure): Promise<void>;
}
