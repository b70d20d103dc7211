// The ends of a cluster's connections: which pairs of them may be let through, found without asking about all, and at which ports.
import { groupBy } from '../../model/manifest/group-by';
import type { Workload } from '../objects/workloads';
import type { Peers, Reach } from './peers';
import type { Direction, Side } from './policies';
import { ALL_PORTS, describePorts, intersection, NO_PORTS, type Ports, portsOf, union } from './port-ranges';

/** Ports that are let through in any case, and those that may be: the first are among the second. */
export interface Allowed {
  readonly sure: Ports;
  readonly possible: Ports;
}

const EVERYTHING: Allowed = { sure: ALL_PORTS, possible: ALL_PORTS };
const NOTHING: Allowed = { sure: NO_PORTS, possible: NO_PORTS };

const NONE: readonly Side[] = [];

/** All sides of a cluster. */
export class Sides {
  /** On the host network, where labels do not say who may be meant. */
  private readonly hosts: readonly Side[];
  private readonly reaches: Readonly<Record<Direction, ReadonlyMap<Side, Reach>>>;

  constructor(
    private readonly all: readonly Side[],
    peers: Peers,
  ) {
    const reaches = (direction: Direction) => new Map(all.map((side) => [side, peers.reach(side, direction)]));
    this.hosts = all.filter(({ hostNetwork }) => hostNetwork);
    this.reaches = { Ingress: reaches('Ingress'), Egress: reaches('Egress') };
  }

  /**
   * Every pair that policies may let through, and few others: one names the other by its labels, or both let the same port through to
   * anyone.
   */
  pairs(): (readonly [from: Side, to: Side])[] {
    const naming = new Map<Side, Side[]>(this.all.map((from) => [from, []]));
    for (const [to, { named }] of this.reaches.Ingress) for (const from of named.keys()) naming.get(from)?.push(to);
    const groups = groupBy(this.reaches.Ingress, ([, { wide }]) => keyOf(wide));
    const targets = new Map<string, readonly Side[]>();
    const meeting = (ports: Ports): readonly Side[] => {
      const known = targets.get(keyOf(ports));
      if (known !== undefined) return known;
      const found = [...groups.values()].filter(([first]) => first !== undefined && meet(ports, first[1].wide));
      const sides = found.flatMap((group) => group.map(([to]) => to));
      targets.set(keyOf(ports), sides);
      return sides;
    };
    return [...this.reaches.Egress].flatMap(([from, { wide, named }]) => {
      const hosts = from.hostNetwork ? this.all : this.hosts;
      const all = new Set([...hosts, ...named.keys(), ...(naming.get(from) ?? NONE), ...meeting(wide)]);
      return [...all].map((to) => [from, to] as const);
    });
  }

  /** What the policies of both let through from one to the other. */
  allowed(from: Side, to: Side): Allowed {
    const leaving = this.allowedBy(from, 'Egress', to, to.workload);
    if (leaving.possible.size === 0) return NOTHING;
    const entering = this.allowedBy(to, 'Ingress', from, to.workload);
    return {
      sure: intersection(leaving.sure, entering.sure),
      possible: intersection(leaving.possible, entering.possible),
    };
  }

  /** What the owner's policies let through from or to another workload, at the ports of `target`, which is one of them. */
  private allowedBy(owner: Side, direction: Direction, other: Side, target: Workload): Allowed {
    const { isolated } = owner[direction];
    const reach = this.reaches[direction].get(owner);
    if (isolated === 'no' || reach === undefined) return EVERYTHING;
    const { open, named } = reach;
    const [sure, possible]: [Ports[], Ports[]] = [[], []];
    for (const { rule, means } of [...open, ...(named.get(other) ?? [])]) {
      const allowed = portsOf(rule.ports, target);
      possible.push(allowed);
      if (means === 'yes' && rule.selects === 'yes') sure.push(allowed);
    }
    // whether a policy holds on the host network, and for traffic from there, is up to the plugin
    const isOpen = isolated === 'maybe' || other.hostNetwork;
    if (possible.length === 0 && !isOpen) return NOTHING;
    return { sure: union(sure), possible: isOpen ? ALL_PORTS : union(possible) };
  }
}

const keyOf = (ports: Ports): string => describePorts(ports).join();
const meet = (some: Ports, others: Ports): boolean => intersection(some, others).size > 0;
