// Bisection over whole numbers, for a property that holds for every number above the first one that has it.

/** The smallest whole number from `low` up that has the property; `high`, which is not tested, if none below it does. */
export function smallestWith(low: number, high: number, holds: (number: number) => boolean): number {
  let [least, most] = [low, high];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (holds(middle)) most = middle;
    else least = middle + 1;
  }
  return least;
}
