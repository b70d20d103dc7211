// A system in one environment on one cluster: a chart with its namespace, in which the components are created.

import { type ApiObject, Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { findFitFindings } from '../../analysis/nodes/fit';
import { promiseFindings } from '../../analysis/survival/promise';
import type { Placement } from '../../analysis/survival/table';
import type { Cluster } from '../../model/cluster/cluster';
import { groupBy } from '../../model/manifest/group-by';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { captureTrace, type Trace } from '../../model/manifest/origin';
import { type Destination, ENTRY, setEntry, type Verification } from '../../model/platform/entries';
import { registryPath, survivesLoss } from '../../model/platform/environment';
import { imageReference, type Target, tagOf } from '../../model/platform/target';
import { createDefaultDeny } from '../network/policy';
import { allowAnyId } from '../tree/children';
import { FinalChart } from '../tree/final-chart';
import { systemLabels } from '../tree/labels';
import { traceChildren, traceConstruct } from '../tree/trace';
import { createAccess } from './access';
import { createNamespace } from './namespace';
import { createQuota, isReserve, type Reserve } from './quota';

/** An image without a tag, which the platform reports once it knows all systems. */
export interface MissingTag {
  /** The component that the image is for. */
  readonly component: string;
  /** Whether other components have tags of their own. */
  readonly isAlone: boolean;
  /** The line that asked for it. */
  readonly trace: Trace;
}

/** What a system may say of itself besides its settings. */
export interface SystemOptions {
  /**
   * Why its pods may do what Pod Security *restricted* forbids, up to taking over their node. Of the groups with access to the
   * environment only viewers then get their role in its namespace: sysadmins apply its files.
   * @default its namespace is restricted
   */
  readonly privileged?: string;
}

/**
 * Base class of every system. `Settings` is what each of its placements must give.
 *
 * @example
 * export class Shop extends System<{ host: string }> {
 *   constructor(scope: Construct, target: Target<{ host: string }>) {
 *     super(scope, 'shop', target);
 *     new WebService(this, 'web', { … }).exposeAt(this.settings.host);
 *   }
 * }
 */
export abstract class System<Settings = object> extends FinalChart {
  /** Where it runs, with its settings. */
  readonly target: Target<Settings>;
  /** What the placement says of the system in this environment. */
  readonly settings: Settings;
  /** Name of the system, the same in every environment. */
  readonly system: string;
  /** Whether Pod Security lets its pods do anything. */
  readonly isPrivileged: boolean;
  /** Its Namespace, for overrides. */
  readonly namespaceObject: ApiObject;
  private readonly reserves: Reserve[] = [];
  private readonly ownTags = new Set<string>();
  /**
   * Images that were asked for and have no tag.
   * @internal
   */
  readonly missingTags: MissingTag[] = [];

  constructor(scope: Construct, system: string, target: Target<Settings>, { privileged }: SystemOptions = {}) {
    const name = `${system}-${target.environment.name}`;
    const namespace = target.namespace ?? name;
    super(scope, freeId(scope, name), { namespace, disableResourceNameHashes: true, labels: systemLabels(system) });
    this.target = target;
    this.settings = target.settings;
    this.system = system;
    const { cluster, environment, home } = target;
    const destination: Destination = {
      cluster: cluster.name,
      home,
      system,
      environment: environment.name,
      ...defined({ registry: registryPath(environment) }),
      survivesLoss: survivesLoss(environment),
      api: cluster,
      namespace,
    };
    setEntry(this, ENTRY.destination, destination);
    const verification: Verification = (objects, isSound) =>
      isSound
        ? [
            ...findFitFindings(objects, cluster, namespace),
            ...promiseFindings(objects, placedIn(this.node.root, objects).placements, placementOf(this)),
          ]
        : [];
    setEntry(this, ENTRY.verification, verification);
    traceConstruct(this);
    allowAnyId(this);
    traceChildren(this);
    this.isPrivileged = privileged !== undefined;
    this.namespaceObject = createNamespace(this, namespace, cluster, privileged);
    createQuota(this, system, cluster, this.reserves);
    createDefaultDeny(this, cluster);
    const mayReachFurther = this.isPrivileged || target.part !== undefined;
    createAccess(this, namespace, mayReachFurther ? withoutPods(target) : target);
  }

  /** Adds a reserve to the namespace's quota, which otherwise just fits the system's own workloads at their maximum. */
  reserve(room: Reserve): this {
    if (isReserve(this, room)) this.reserves.push(room);
    return this;
  }

  /** The image of a component: `<registry>/<system>/<component>:<tag>`, with the registry and the tag of the environment. */
  image(component: string): string {
    const { environment, images } = this.target;
    const tags = images !== undefined && Object.hasOwn(images, this.system) ? images[this.system] : undefined;
    const own = tagOf(tags, component);
    if (own === undefined && images !== undefined) {
      this.missingTags.push({ component, isAlone: tags !== undefined, trace: captureTrace() });
    }
    this.ownTags.add(component);
    return imageReference(this.system, component, environment, own ?? 'unknown');
  }

  /** Components whose image was asked for. */
  get images(): ReadonlySet<string> {
    return this.ownTags;
  }

  /** Whether the construct is a system. Not by `instanceof`: in cdk8s every chart is an instance of every chart class. */
  static isSystem(construct: IConstruct): construct is System<unknown> {
    return Chart.isChart(construct) && 'system' in construct && 'target' in construct;
  }

  /** Every system at or below `root`. */
  static allIn(root: IConstruct): System<unknown>[] {
    return root.node.findAll().filter(System.isSystem);
  }

  /**
   * The system that contains `construct`.
   * @throws when there is none: a component needs its cluster
   */
  static override of(construct: IConstruct): System<unknown> {
    const system = construct.node.scopes.find(System.isSystem);
    if (system === undefined) throw new Error(`${construct.node.path} is not inside a System, which knows the cluster`);
    return system;
  }
}

/**
 * The target without roles that create pods: in a privileged namespace a pod may take over its node, and all that runs there; in that of a part
 * it may run as a program that reads every namespace.
 */
function withoutPods<Settings>({ environment, ...target }: Target<Settings>): Target<Settings> {
  const access = Object.entries(environment.access ?? {}).filter(([, role]) => role === 'viewer');
  return { ...target, environment: { ...environment, access: Object.fromEntries(access) } };
}

/** `a-b` in `c` and `a` in `b-c` have the same name: `findNamespaceProblems` reports it better than the tree's own exception. */
function freeId(scope: Construct, name: string): string {
  return scope.node.tryFindChild(name) === undefined ? name : freeId(scope, `${name}-again`);
}

/** Where all systems below `root` run and what is promised of them, as the table of failures knows it. */
export const placementsOf = (root: IConstruct): Placement[] => System.allIn(root).map(placementOf);

/** The systems of an app whose objects are final. */
export interface Placed {
  /** The clusters that run a system, in the order of the platform. */
  readonly clusters: readonly Cluster[];
  readonly byCluster: ReadonlyMap<string, readonly System<unknown>[]>;
  readonly placements: readonly Placement[];
}

const placed = new WeakMap<readonly ApiEntry[], Placed>();

/** What runs where in the app whose final objects these are. Its tree is walked once, since each system and cluster asks. */
export function placedIn(root: IConstruct, entries: readonly ApiEntry[]): Placed {
  const known = placed.get(entries);
  if (known !== undefined) return known;
  const systems = System.allIn(root);
  const made = {
    clusters: [...new Map(systems.map(({ target: { cluster } }) => [cluster.name, cluster])).values()],
    byCluster: groupBy(systems, ({ target }) => target.cluster.name),
    placements: systems.map(placementOf),
  };
  placed.set(entries, made);
  return made;
}

function placementOf({ system, target, namespace = '' }: System<unknown>): Placement {
  const { cluster, environment, part } = target;
  const { survives } = environment;
  return { system, environment: environment.name, survives, cluster, namespace, ...defined({ part }) };
}
