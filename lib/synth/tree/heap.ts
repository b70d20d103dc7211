// A binary heap: gives the least item, repeatedly.

/** Holds items and returns the least one, by `less`. */
export class Heap<Item> {
  private readonly items: Item[] = [];
  private readonly less: (a: Item, b: Item) => boolean;

  constructor(less: (a: Item, b: Item) => boolean) {
    this.less = less;
  }

  push(item: Item): void {
    this.items.push(item);
    this.rise(this.items.length - 1);
  }

  /** Removes and returns the least item; undefined when it is empty. */
  pop(): Item | undefined {
    const least = this.items[0];
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) {
      this.items[0] = last;
      this.sink(0);
    }
    return least;
  }

  private rise(index: number): void {
    let at = index;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isLess(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(index: number): void {
    let at = index;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.isLess(left + 1, left) ? left + 1 : left;
      if (!this.isLess(child, at)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private isLess(a: number, b: number): boolean {
    const first = this.items[a];
    const second = this.items[b];
    return first !== undefined && second !== undefined && this.less(first, second);
  }

  private swap(a: number, b: number): void {
    const first = this.items[a];
    const second = this.items[b];
    if (first === undefined || second === undefined) return;
    this.items[a] = second;
    this.items[b] = first;
  }
}
