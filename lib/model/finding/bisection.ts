// Bisection over whole numbers: where a property begins that, once it holds, holds for all greater ones.

/** The smallest whole number from `low` on that has the property; `high`, which is not asked, where none below it has. */
export function smallestWith(low: number, high: number, holds: (number: number) => boolean): number {
  let [least, most] = [low, high];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (holds(middle)) most = middle;
    else least = middle + 1;
  }
  return least;
}
