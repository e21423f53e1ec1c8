/** A mean in which newer values count more. */
export interface RecentMean {
  readonly value: number;
  /** How many values are behind it. */
  readonly count: number;
  add(value: number): void;
}

/**
 * Begins with one value; `memory` is about how many of the newest count. The weights of the first ones rise by the same amount from
 * one to the next, so that what was odd at the start is soon forgotten.
 */
export function recentMean(first: number, memory: number): RecentMean {
  let value = first;
  let count = 1;
  return {
    get value() {
      return value;
    },
    get count() {
      return count;
    },
    add(next) {
      count++;
      value += (next - value) * Math.max(1 / memory, 2 / (count + 1));
    },
  };
}
