// Work that grows in a way that is known: what the counting itself is tested on.

const step = (): number => 1;

/** As many steps as there are items. */
export function linear(items: readonly unknown[]): number {
  return items.reduce<number>((sum) => sum + step(), 0);
}

/** A step for each pair of items. */
export function quadratic(items: readonly unknown[]): number {
  return items.reduce<number>((sum) => sum + linear(items), 0);
}
