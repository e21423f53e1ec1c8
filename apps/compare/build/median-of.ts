/** Returns the item with the median value, the lower one of the middle two. `items` must not be empty. */
export function medianOf<Item>(items: readonly Item[], valueOf: (item: Item) => number): Item {
  const sorted = items.toSorted((a, b) => valueOf(a) - valueOf(b));
  return sorted[(sorted.length - 1) >> 1]!;
}
