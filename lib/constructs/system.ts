// A system in one environment on one cluster: a chart with its namespace. The components of a system are created inside it.
import { Chart } from 'cdk8s';
import type { Construct, IConstruct } from 'constructs';
import { promiseFindings } from '../analysis/failure/promise';
import type { Place } from '../analysis/failure/table';
import { ENTRY, type Placement, type Verification } from '../model/entries';
import { imageReference, type Target } from '../model/target';
import { createObject } from './kinds';
import { systemLabels } from './labels';
import { createDefaultDeny } from './network';
import { createQuota, isReserve, type Reserve } from './quota';
import { traceConstruct } from './trace';

/**
 * Base class of every system. `Settings` is what an environment must say to it.
 *
 * @example
 * export class Shop extends System<{ host: string }> {
 *   constructor(scope: Construct, target: Target<{ host: string }>) {
 *     super(scope, 'shop', target);
 *     new WebService(this, 'web', { … }).exposeAt(target.settings.host);
 *   }
 * }
 */
export abstract class System<Settings = object> extends Chart {
  readonly target: Target<Settings>;
  /** Name of the system, the same in every environment. */
  readonly system: string;
  private readonly reserves: Reserve[] = [];

  constructor(scope: Construct, system: string, target: Target<Settings>) {
    const namespace = `${system}-${target.environment.name}`;
    super(scope, namespace, { namespace, disableResourceNameHashes: true, labels: systemLabels(system) });
    this.target = target;
    this.system = system;
    const { cluster, environment, home } = target;
    const placement: Placement = { cluster: cluster.name, home, system, environment: environment.name };
    this.node.addMetadata(ENTRY.placement, placement);
    const verification: Verification = (objects) => promiseFindings(objects, placeOf(this));
    this.node.addMetadata(ENTRY.verification, verification);
    traceConstruct(this);
    createObject(this, 'namespace', 'Namespace', { name: namespace, labels: namespaceLabels(target) }, {});
    createQuota(this, system, this.reserves);
    createDefaultDeny(this);
  }

  /** Adds room to the namespace's quota, which is otherwise just large enough for the system's own workloads at their worst. */
  reserve(room: Reserve): this {
    if (isReserve(this, room)) this.reserves.push(room);
    return this;
  }

  /** The image of a component: `<registry>/<system>/<component>:<tag>`, registry and tag as the environment says. */
  image(component: string): string {
    return imageReference(this.system, component, this.target.environment, this.target.tag);
  }

  /** Whether it is a system. Not `instanceof`: cdk8s has every chart be an instance of every class of charts. */
  static isSystem(construct: IConstruct): construct is System<unknown> {
    return Chart.isChart(construct) && 'system' in construct && 'target' in construct;
  }

  /**
   * The system that `construct` lies in.
   * @throws when it lies in none: a component needs to know its cluster
   */
  static override of(construct: IConstruct): System<unknown> {
    const found = construct.node.scopes.find(System.isSystem);
    if (found === undefined) throw new Error(`${construct.node.path} lies in no System: components need its cluster`);
    return found;
  }
}

/** Where a system runs and what is promised of it, as the table of failures knows it. */
export function placeOf({ system, target, namespace = '' }: System<unknown>): Place {
  const { cluster, environment } = target;
  return { system, environment: environment.name, survives: environment.survives, cluster, namespace };
}

/** Pod Security at its strictest, pinned to the cluster's minor so that an upgrade changes nothing by itself. */
function namespaceLabels({ cluster }: Target<unknown>): Readonly<Record<string, string>> {
  const pinned = ['enforce', 'warn', 'audit'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, `v${cluster.kubernetes}`],
  ]);
  return { ...Object.fromEntries(pinned), ...cluster.provider.namespaceLabels };
}
