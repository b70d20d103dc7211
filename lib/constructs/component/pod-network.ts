// The policy of pods that no component describes: one for each set of labels in a system.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { jsonText } from '../../model/manifest/json';
import { APP } from '../../model/manifest/well-known';
import type { Connection, Peer, Pods } from '../network/connection';
import { Incoming } from '../network/incoming';
import { createNetworkPolicy, nameExit } from '../network/policy';
import type { System } from '../system/system';
import { traceConstruct } from '../tree/trace';

/** Pods that a policy selects. */
export interface PodsOfNetwork extends Pods {
  /** Name of their workload or Service. */
  readonly name: string;
  /** Kind of it. @default they are only known by their labels */
  readonly kind?: string;
}

/** The network of pods of one set of labels: they may resolve names, and what is added. */
export class PodNetwork extends Construct {
  readonly incoming = new Incoming();
  private readonly peers: Peer[] = [];
  private readonly policy: ApiObject;
  private callsApiServer = false;

  private constructor(
    system: System<unknown>,
    id: string,
    readonly policyName: string,
    podLabels: Pods['podLabels'],
  ) {
    super(system, id);
    traceConstruct(this);
    this.policy = createNetworkPolicy(this, { name: policyName, podLabels }, system.target.cluster, () => ({
      admitted: this.incoming.all,
      peers: this.peers,
      callsApiServer: this.callsApiServer,
    }));
  }

  /** The one of these labels, made where there is none. */
  static of(system: System<unknown>, { name, kind, podLabels }: PodsOfNetwork): PodNetwork {
    // a slash separates the ids of a path
    const id = `network ${jsonText(Object.fromEntries(Object.entries(podLabels).sort()))}`.replaceAll('/', '|');
    const known = system.node.tryFindChild(id);
    return known instanceof PodNetwork ? known : new PodNetwork(system, id, freeName(system, name, kind), podLabels);
  }

  /** Lets the pods reach a service. */
  reach({ name, peer }: Pick<Connection, 'name' | 'peer'>): void {
    this.peers.push(peer);
    nameExit(this.policy, name, peer);
  }

  /** Lets the pods call the API server. */
  reachApiServer(): void {
    this.callsApiServer = true;
  }
}

/** A Deployment and a Service of one name may select by different labels. */
function freeName(system: System<unknown>, name: string, kind = 'pods'): string {
  const taken = new Set(system.node.children.flatMap((child) => (child instanceof PodNetwork ? child.policyName : [])));
  const [free = `${name}-network`] = [`${name}-network`, `${name}-${kind.toLowerCase()}-network`].filter(
    (one) => !taken.has(one),
  );
  return free;
}

/** A name for pods that are only known by their labels. */
export function nameOfPods(podLabels: Pods['podLabels']): string {
  const value = podLabels[APP.name] ?? podLabels.app ?? Object.values(podLabels)[0] ?? '';
  const name = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? 'pods' : name;
}
