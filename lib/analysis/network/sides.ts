// The ends of a cluster's connections: which pairs of them may be let through, found without asking about all.
import { groupBy } from '../../model/manifest/group-by';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { dig, isSet, own, places, record, text } from '../objects/read-json';
import { pods } from '../objects/selectors';
import type { Workload } from '../objects/workloads';
import { type Direction, holdsNoPods, isAdded, type Side } from './policies';
import { ALL_PORTS, describePorts, intersection, type Ports, portsOf, union } from './port-ranges';

const NONE: readonly Side[] = [];

/** All sides of a cluster. */
export class Sides {
  private readonly spaces: ReadonlyMap<string, readonly Side[]>;
  private readonly byWorkload: ReadonlyMap<Workload, Side>;
  /** On the host network, where labels do not say who may be meant. */
  private readonly hosts: readonly Side[];

  constructor(
    private readonly entries: readonly ApiEntry[],
    private readonly cluster: string,
    readonly all: readonly Side[],
  ) {
    this.spaces = groupBy(all, ({ namespace }) => namespace);
    this.byWorkload = new Map(all.map((side) => [side.workload, side]));
    this.hosts = all.filter(({ hostNetwork }) => hostNetwork);
  }

  /** Those of a namespace. */
  of(namespace: string): readonly Side[] {
    return this.spaces.get(namespace) ?? NONE;
  }

  /**
   * Every pair that policies may let through, and few others: one names the other by its labels, or both let the same port through to
   * anyone.
   */
  pairs(): (readonly [from: Side, to: Side])[] {
    const sources = new Map(this.all.map((to) => [to, this.reach(to, 'Ingress')]));
    const naming = new Map<Side, Side[]>(this.all.map((from) => [from, []]));
    for (const [to, { named }] of sources) for (const from of named) naming.get(from)?.push(to);
    const groups = groupBy(sources, ([, { wide }]) => keyOf(wide));
    const targets = new Map<string, readonly Side[]>();
    const meeting = (ports: Ports): readonly Side[] => {
      const known = targets.get(keyOf(ports));
      if (known !== undefined) return known;
      const found = [...groups.values()].filter(([first]) => first !== undefined && meet(ports, first[1].wide));
      const sides = found.flatMap((group) => group.map(([to]) => to));
      targets.set(keyOf(ports), sides);
      return sides;
    };
    return this.all.flatMap((from) => {
      const { wide, named } = this.reach(from, 'Egress');
      const all = new Set([...named, ...(naming.get(from) ?? NONE), ...meeting(wide)]);
      return [...all].map((to) => [from, to] as const);
    });
  }

  /** Whom a side's rules mean by labels, and the ports that they let through to anyone, or to addresses that pods may have. */
  private reach(owner: Side, direction: Direction): Reach {
    const { isolated, rules } = owner[direction];
    const named = new Set(this.hosts);
    if (isolated !== 'yes') return { wide: ALL_PORTS, named };
    const wide: Ports[] = [];
    for (const { peers, ports } of rules) {
      if (peers === undefined || peers.some(mayHoldPods)) wide.push(anyTarget(ports, owner, direction));
      for (const peer of peers ?? []) {
        if (isSet(peer.ipBlock)) continue;
        for (const space of this.spacesOf(peer, owner)) {
          for (const side of this.selected(space, record(peer.podSelector))) named.add(side);
        }
      }
    }
    return { wide: union(wide), named };
  }

  private spacesOf(peer: JsonObject, owner: Side): Iterable<string> {
    const selector = record(peer.namespaceSelector);
    if (selector === undefined) return [owner.namespace];
    const name = text(own(record(selector.matchLabels), NAMESPACE_NAME));
    return name === undefined ? this.spaces.keys() : [name];
  }

  private selected(space: string, selector: JsonObject | undefined): readonly Side[] {
    const settled = selector === undefined ? {} : withoutAdded(selector);
    const found = [space, ...(space === 'default' ? [undefined] : [])].flatMap((namespace) =>
      pods(this.entries).selected(this.cluster, namespace, settled),
    );
    return found.flatMap((workload) => this.byWorkload.get(workload) ?? []);
  }
}

interface Reach {
  readonly wide: Ports;
  readonly named: ReadonlySet<Side>;
}

function mayHoldPods(peer: JsonObject): boolean {
  const block = dig(peer, 'ipBlock');
  return block !== undefined && !holdsNoPods(text(block.cidr) ?? '');
}

/** A rule's ports, where a name in an egress rule may mean any. */
function anyTarget(ports: readonly JsonObject[] | undefined, { workload }: Side, direction: Direction): Ports {
  const named = direction === 'Egress' && ports?.some(({ port }) => typeof port === 'string') === true;
  return named ? ALL_PORTS : portsOf(ports, workload);
}

const keyOf = (ports: Ports): string => describePorts(ports).join();
const meet = (some: Ports, others: Ports): boolean => intersection(some, others).size > 0;

/** A selector without the labels that controllers add: it selects the same pods, and maybe more. */
function withoutAdded(selector: JsonObject): JsonObject {
  const labels = Object.entries(record(selector.matchLabels) ?? {}).filter(([key]) => !isAdded(key));
  const expressions = places(selector, 'matchExpressions', '').map(({ value }) => value);
  return {
    matchLabels: Object.fromEntries(labels),
    matchExpressions: expressions.filter(({ key }) => !isAdded(text(key) ?? '')),
  };
}
