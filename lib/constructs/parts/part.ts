// A part of the platform itself, such as its metrics: systems that all others of a cluster use, placed by one line.

import type { Construct } from 'constructs';
import type { Cluster, ClusterDescription } from '../../model/cluster/cluster';
import type { Neighbours } from '../../model/cluster/neighbours';
import type { Problem } from '../../model/finding/problem';
import type { Trace } from '../../model/manifest/origin';
import type { Target } from '../../model/platform/target';
import type { System } from '../system/system';

/** A part, as `metrics({ … })` or another function makes it. */
export interface Part<Props extends object = object> {
  /** Its name: `metrics`. A cluster has each part once. */
  readonly name: string;
  /** What the user said of it. */
  readonly props: Props;
  /** What is wrong with that. */
  readonly problems: readonly Problem[];
  /** Its systems on a cluster, by name, each in a namespace of its own: `<system>-<environment>`. */
  readonly systems: (cluster: Equipped) => Readonly<Record<string, PartSystem>>;
  /** What the cluster's other systems must know of it, where `namespaceOf` is the namespace of one of its systems. */
  readonly neighbours: (cluster: Equipped, namespaceOf: (system: string) => string) => Surroundings;
  /** The line that made it. */
  readonly trace: Trace;
}

/** A cluster, as far as what a part is made of depends on it. */
export type Equipped = Pick<Cluster, 'name' | 'provider' | 'capabilities' | 'identities'>;

/** What other systems know of parts. */
export type Surroundings = Neighbours & Pick<ClusterDescription, 'backups'>;

/** The class of a system of a part. */
export type PartSystem = new (scope: Construct, target: Target<PartSettings>) => System<PartSettings>;

/** What each system of a part gets as its settings. */
export interface PartSettings {
  readonly here: PlacedPart;
}

/** A part on one cluster, with what it needs to know of the others there. A class, so that what it holds is not taken for settings of a user. */
export class PlacedPart {
  constructor(
    readonly part: Part,
    private readonly environment: string,
    /** Names of the systems of all parts of the cluster. */
    private readonly all: ReadonlySet<string>,
    /** The systems of the cluster that are not parts, complete. */
    readonly systems: readonly System<unknown>[],
    /** The cluster as it is described, also while a comparison builds the part on another provider. */
    readonly cluster: ClusterDescription,
  ) {}

  /** Whether the cluster gives a component of the part an identity of its provider. */
  hasIdentity(system: string, component: string): boolean {
    return Object.hasOwn(this.cluster.identities, `${namespaceIn(this.environment, system)}/${component}`);
  }

  /** The namespace of a system of this part, or of another part of the cluster; `undefined` where it has none. */
  namespaceOf(system: string): string | undefined {
    return this.all.has(system) ? namespaceIn(this.environment, system) : undefined;
  }
}

/** The namespace of a system of a part. */
export const namespaceIn = (environment: string, system: string): string => `${system}-${environment}`;
