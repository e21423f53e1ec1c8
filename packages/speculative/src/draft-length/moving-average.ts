/** A mean in which newer values weigh more. */
export interface MovingAverage {
  readonly value: number;
  /** Number of values so far. */
  readonly count: number;
  add(value: number): void;
}

/**
 * Starts with one value and averages about the `memory` newest ones. The weights of the first values rise linearly, so that an unusual
 * start is soon forgotten.
 */
export function movingAverage(first: number, memory: number): MovingAverage {
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
