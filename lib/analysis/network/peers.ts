// Whom the rules of policies mean: workloads by their labels, or anyone. Each rule is asked once, not for each pair of workloads.
import { type JsonObject, jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { dig, own, places, record, text } from '../objects/read-json';
import { pods } from '../objects/selectors';
import type { Workload } from '../objects/workloads';
import {
  type Certainty,
  type Direction,
  holdsNoPods,
  isAdded,
  type Rule,
  type Selects,
  type Side,
  selectsNamespace,
  selectsPods,
} from './policies';
import { ALL_PORTS, type Ports, portsOf, union } from './port-ranges';

/** Whom the rules of a side mean in one direction. */
export interface Reach {
  /** Ports that are let through to anyone, or to addresses that pods may have. */
  readonly wide: Ports;
  /** The rules that mean anyone, or such addresses. */
  readonly open: readonly Meaning[];
  /** The rules that mean a side by its labels. */
  readonly named: ReadonlyMap<Side, readonly Meaning[]>;
}

/** A rule, and with what certainty it means another side. */
export interface Meaning {
  readonly rule: Rule;
  readonly means: Selects;
}

/** What a selector selects, and with what certainty. */
type Selected<Item> = readonly (readonly [item: Item, selects: Selects])[];

/** The workloads of a cluster as peers of each other. */
export class Peers {
  private readonly spaces: readonly string[];
  private readonly byWorkload: ReadonlyMap<Workload, Side>;
  private readonly knownSpaces = new Map<string, Selected<string>>();
  private readonly knownSides = new Map<string, Selected<Side>>();

  constructor(
    private readonly entries: readonly ApiEntry[],
    private readonly cluster: string,
    all: readonly Side[],
  ) {
    this.spaces = [...new Set(all.map(({ namespace }) => namespace))];
    this.byWorkload = new Map(all.map((side) => [side.workload, side]));
  }

  /** Whom the rules of a side mean. */
  reach(owner: Side, direction: Direction): Reach {
    const { isolated, rules } = owner[direction];
    const wide: Ports[] = isolated === 'yes' ? [] : [ALL_PORTS];
    const open: Meaning[] = [];
    const named = new Map<Side, Meaning[]>();
    for (const rule of rules) {
      const { peers, ports } = rule;
      if (peers === undefined || peers.some(mayHoldPods)) {
        wide.push(anyTarget(ports, owner, direction));
        // for some plugins a block holds the pods with its addresses, for others none
        open.push({ rule, means: peers === undefined ? 'yes' : 'maybe' });
      }
      for (const [side, means] of (peers ?? []).flatMap((peer) => this.meantBy(peer, owner))) {
        const known = named.get(side);
        if (known === undefined) named.set(side, [{ rule, means }]);
        else known.push({ rule, means });
      }
    }
    return { wide: union(wide), open, named };
  }

  /** The sides of a namespace whose pods a selector selects. */
  selected(space: string, selector: JsonObject): Selected<Side> {
    return remembered(this.knownSides, jsonText([space, selector]), () => {
      const settled = withoutAdded(selector);
      const found = [space, ...(space === 'default' ? [undefined] : [])].flatMap((namespace) =>
        pods(this.entries).selected(this.cluster, namespace, settled),
      );
      const sides = found.flatMap((workload) => this.byWorkload.get(workload) ?? []);
      return selectedOf(sides, ({ workload }) => selectsPods(selector, workload));
    });
  }

  /** The sides that a peer of a rule means by their labels. */
  private meantBy(peer: JsonObject, owner: Side): Selected<Side> {
    if (dig(peer, 'ipBlock') !== undefined) return [];
    return this.spacesOf(peer, owner).flatMap(([space, isSpace]) =>
      this.selected(space, record(peer.podSelector) ?? {}).map(([side, isPods]) => {
        const isSure = isSpace === 'yes' && isPods === 'yes' && !side.hostNetwork;
        return [side, isSure ? 'yes' : 'maybe'] as const;
      }),
    );
  }

  private spacesOf(peer: JsonObject, owner: Side): Selected<string> {
    const selector = record(peer.namespaceSelector);
    if (selector === undefined) return [[owner.namespace, 'yes']];
    return remembered(this.knownSpaces, jsonText(selector), () => {
      const name = text(own(record(selector.matchLabels), NAMESPACE_NAME));
      const spaces = name === undefined ? this.spaces : [name];
      return selectedOf(spaces, (space) => selectsNamespace(selector, this.cluster, space, this.entries));
    });
  }
}

function remembered<Value>(known: Map<string, Value>, key: string, find: () => Value): Value {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}

const selectedOf = <Item>(items: readonly Item[], selects: (item: Item) => Certainty): Selected<Item> =>
  items.flatMap((item) => {
    const means = selects(item);
    return means === 'no' ? [] : [[item, means] as const];
  });

function mayHoldPods(peer: JsonObject): boolean {
  const block = dig(peer, 'ipBlock');
  return block !== undefined && !holdsNoPods(text(block.cidr) ?? '');
}

/** A rule's ports, where a name in an egress rule may mean any. */
function anyTarget(ports: readonly JsonObject[] | undefined, { workload }: Side, direction: Direction): Ports {
  const named = direction === 'Egress' && ports?.some(({ port }) => typeof port === 'string') === true;
  return named ? ALL_PORTS : portsOf(ports, workload);
}

/** A selector without the labels that controllers add: it selects the same pods, and maybe more. */
function withoutAdded(selector: JsonObject): JsonObject {
  const labels = Object.entries(record(selector.matchLabels) ?? {}).filter(([key]) => !isAdded(key));
  const expressions = places(selector, 'matchExpressions', '').map(({ value }) => value);
  return {
    matchLabels: Object.fromEntries(labels),
    matchExpressions: expressions.filter(({ key }) => !isAdded(text(key) ?? '')),
  };
}
