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
  /** Regions that the system lies in, in this environment. */
  readonly regions: number;
}

/** Where a system is to run instead. Names must stay: they say whose chart it is. */
export type Move = (where: Where) => Where;

/** Builds the whole app again, each system where `move` says. */
export type Rebuild = (move: Move) => App;

const REBUILD = entryKey<Rebuild>('rebuild');

/** Leaves word on `app` of how to build it again. */
export function offerRebuild(app: App, rebuild: Rebuild): void {
  setEntry(app, REBUILD, rebuild);
}

/** How to build an app again; `undefined` where no platform built it. */
export function rebuildOf(app: IConstruct): Rebuild | undefined {
  return entriesOf(app, REBUILD)[0];
}
