// A platform can build its app again with the same systems on other clusters: what `evenkeel compare` compares.

import type { App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import { entriesOf, entryKey, setEntry } from '../../model/platform/entries';
import type { Environment } from '../../model/platform/environment';

/** Where a system runs. */
export interface Where {
  readonly cluster: Cluster;
  readonly environment: Environment;
  /** Regions in which the system runs in this environment. */
  readonly regions: number;
  /** The part of the platform that the system is of. Absent for any other system. */
  readonly part?: string;
}

/** Where a system runs instead. Names must stay: they identify its chart. */
export type Move = (where: Where) => Where;

/** Builds the whole app again, each system moved by `move`. */
export type Rebuild = (move: Move) => App;

const REBUILD = entryKey<Rebuild>('rebuild');

/** Keeps on `app` how to build it again. */
export function offerRebuild(app: App, rebuild: Rebuild): void {
  setEntry(app, REBUILD, rebuild);
}

/** How to build an app again; `undefined` where no platform built it. */
export function rebuildOf(app: IConstruct): Rebuild | undefined {
  return entriesOf(app, REBUILD)[0];
}
