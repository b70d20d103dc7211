// Step 2, order: dependencies come first; independent objects are ordered by kind and name, not by creation.

import type { IConstruct } from 'constructs';
import { type Finding, findingAt } from '../../model/finding/finding';
import { kindRank } from '../../model/manifest/kind-lookup';
import { describeOrigin, type Origin } from '../../model/manifest/origin';
import { compareText } from '../../model/manifest/text';
import type { Collected, Collection, Dependency } from './collect';
import { Heap } from './heap';

/** The objects in the order of application, or the cycle that prevents one. */
export interface Ordered {
  readonly objects: readonly Collected[];
  readonly findings: readonly Finding[];
}

/** Orders the objects of a collection below `root`, in O(n log n). */
export function order(root: IConstruct, { objects, dependencies }: Collection): Ordered {
  const keyed = objects.map((object) => ({ key: sortKey(object), object }));
  const inside = dependencies.filter(({ source, target }) => source !== target && target.node.root === root.node.root);
  if (inside.length === 0) {
    keyed.sort((a, b) => compareText(a.key, b.key));
    return { objects: keyed.map(({ object }) => object), findings: [] };
  }
  return new Graph(root, keyed, inside).sort();
}

/** Kind, namespace and name; the path only decides between objects that are refused as duplicates anyway. */
function sortKey({ construct }: Collected): string {
  const { kind, apiGroup, metadata, name } = construct;
  const rank = String(kindRank(kind)).padStart(3, '0');
  return [rank, apiGroup, kind, metadata.namespace ?? '', name, construct.node.path].join('\0');
}

/** The three moments of a construct: before anything in it, its own object, after everything in it. */
const START = 0;
const OWN = 1;
const END = 2;

interface Keyed {
  readonly key: string;
  readonly object: Collected;
}

/** One vertex for each moment of each construct, so that a dependency between two subtrees is a single edge. */
class Graph {
  private readonly constructs: IConstruct[];
  private readonly index = new Map<IConstruct, number>();
  private readonly next: number[][];
  private readonly waiting: number[];
  private readonly keyed = new Map<number, Keyed>();
  /** The dependency behind an edge; edges of the tree have none. */
  private readonly causes = new Map<string, Dependency>();

  constructor(root: IConstruct, keyed: readonly Keyed[], dependencies: readonly Dependency[]) {
    this.constructs = root.node.findAll();
    this.next = Array.from({ length: this.constructs.length * 3 }, () => []);
    this.waiting = new Array<number>(this.next.length).fill(0);
    for (const [index, construct] of this.constructs.entries()) this.index.set(construct, index);
    for (const construct of this.constructs) this.connectTree(construct);
    for (const entry of keyed) this.keyed.set(this.vertex(entry.object.construct, OWN), entry);
    for (const dependency of dependencies) this.connectDependency(dependency);
  }

  /** Kahn's algorithm; among the free objects, the one with the least key comes next. */
  sort(): Ordered {
    const objects: Collected[] = [];
    const free = new Heap<Keyed & { vertex: number }>((a, b) => a.key < b.key);
    const ready = this.waiting.flatMap((count, vertex) => (count === 0 ? [vertex] : []));
    const leave = (vertex: number): void => {
      for (const next of this.next[vertex] ?? []) {
        const left = (this.waiting[next] ?? 0) - 1;
        this.waiting[next] = left;
        if (left === 0) ready.push(next);
      }
    };
    for (;;) {
      const vertex = ready.pop();
      if (vertex === undefined) {
        const entry = free.pop();
        if (entry === undefined) break;
        objects.push(entry.object);
        leave(entry.vertex);
        continue;
      }
      const entry = this.keyed.get(vertex);
      if (entry === undefined) leave(vertex);
      else free.push({ ...entry, vertex });
    }
    const stuck = this.waiting.findIndex((count) => count > 0);
    return { objects, findings: stuck === -1 ? [] : [this.describeCycle(stuck)] };
  }

  private connectTree(construct: IConstruct): void {
    this.connect(this.vertex(construct, START), this.vertex(construct, OWN));
    this.connect(this.vertex(construct, OWN), this.vertex(construct, END));
    const { scope } = construct.node;
    if (scope === undefined || !this.index.has(scope)) return;
    this.connect(this.vertex(scope, START), this.vertex(construct, START));
    this.connect(this.vertex(construct, END), this.vertex(scope, END));
  }

  /** All of `source` after all of `target`; where one contains the other, the inner one is left out of the outer. */
  private connectDependency(dependency: Dependency): void {
    const { source, target } = dependency;
    if (target.node.scopes.includes(source)) {
      for (const vertex of this.around(source, target, START))
        this.depend(dependency, this.vertex(target, END), vertex);
    } else if (source.node.scopes.includes(target)) {
      for (const vertex of this.around(target, source, END))
        this.depend(dependency, vertex, this.vertex(source, START));
    } else {
      this.depend(dependency, this.vertex(target, END), this.vertex(source, START));
    }
  }

  /** The parts of `outer` outside `inner`: own objects on the path, and `moment` of every sibling branch. */
  private around(outer: IConstruct, inner: IConstruct, moment: number): number[] {
    const { scopes } = inner.node;
    return scopes.slice(scopes.indexOf(outer), -1).flatMap((step) => {
      const siblings = step.node.children.filter((child) => !scopes.includes(child));
      return [this.vertex(step, OWN), ...siblings.map((child) => this.vertex(child, moment))];
    });
  }

  private depend(dependency: Dependency, from: number, to: number): void {
    this.causes.set(`${from} ${to}`, dependency);
    this.connect(from, to);
  }

  private connect(from: number, to: number): void {
    this.next[from]?.push(to);
    this.waiting[to] = (this.waiting[to] ?? 0) + 1;
  }

  private vertex(construct: IConstruct, moment: number): number {
    return (this.index.get(construct) ?? 0) * 3 + moment;
  }

  /** Walks back from a vertex that never became free until one repeats; the dependencies on that path are the cycle. */
  private describeCycle(stuck: number): Finding {
    const previous = new Map<number, number>();
    for (const [from, targets] of this.next.entries()) {
      if ((this.waiting[from] ?? 0) === 0) continue;
      for (const to of targets) if ((this.waiting[to] ?? 0) > 0) previous.set(to, from);
    }
    const seen = new Set<number>();
    let at = stuck;
    while (!seen.has(at)) {
      seen.add(at);
      at = previous.get(at) ?? stuck;
    }
    const path = [...seen];
    const loop = path.slice(path.indexOf(at));
    const causes = loop.flatMap((vertex, step) => this.causes.get(`${loop[step + 1] ?? loop[0]} ${vertex}`) ?? []);
    return cycleFinding(causes.map(({ origin }) => origin));
  }
}

/** Starts with the alphabetically first path, so that every run reports the same. */
function cycleFinding(circle: readonly Origin[]): Finding {
  const paths = circle.map(({ construct }) => construct);
  const first = paths.indexOf([...paths].sort()[0] ?? '');
  const turned = [...circle.slice(first), ...circle.slice(0, first + 1)];
  const steps = turned.map(describeOrigin);
  const cycle: Finding = {
    rule: 'dependency-cycle',
    severity: 'error',
    message: `these constructs depend on each other in a circle: ${steps.join(' → ')}`,
    expected: 'dependencies without a circle',
  };
  const [start] = turned;
  return start === undefined ? cycle : findingAt(start, cycle);
}
