import { seededRandom } from "@decodekit/core";

/** A figure with its confidence interval. */
export interface Estimate {
  readonly value: number;
  /** 95 % bootstrap interval. */
  readonly interval: readonly [low: number, high: number];
  /** Number of measurements, or of pairs of them. */
  readonly count: number;
}

const RESAMPLES = 2000;

/** @throws RangeError if `values` is empty. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("The median of no values is not defined.");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

export function medianOf(values: readonly number[]): Estimate {
  return { value: median(values), interval: bootstrapInterval(values, median), count: values.length };
}

/** The median of all values, whose interval is over groups: the values of one group are not taken to be independent. */
export function medianOfGroups(groups: readonly (readonly number[])[]): Estimate {
  return { value: median(groups.flat()), interval: bootstrapInterval(groups, (some) => median(some.flat())), count: groups.length };
}

/** The median of `first` over `second`, pair by pair, so that drift of the machine affects both alike. */
export function medianRatio(first: readonly number[], second: readonly number[]): Estimate {
  return medianOf(first.map((value, index) => value / second[index]!));
}

/** The sum of `first` over the sum of `second`, so that each pair counts with its weight. */
export function ratioOfSums(first: readonly number[], second: readonly number[]): Estimate {
  const pairs = first.map((value, index) => [value, second[index]!] as const);
  const ratioOf = (some: typeof pairs): number => sum(some.map(([value]) => value)) / sum(some.map(([, value]) => value));
  return { value: ratioOf(pairs), interval: bootstrapInterval(pairs, ratioOf), count: pairs.length };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Returns the 95 % percentile interval of `statistic` over resamples of `values`, drawn with replacement. The same for the same values. */
function bootstrapInterval<Value>(values: readonly Value[], statistic: (some: Value[]) => number): [low: number, high: number] {
  const random = seededRandom(0);
  const drawn = Array.from({ length: RESAMPLES }, () => statistic(values.map(() => values[Math.floor(random.uniform() * values.length)]!)));
  drawn.sort((a, b) => a - b);
  return [drawn[Math.floor(0.025 * RESAMPLES)]!, drawn[Math.floor(0.975 * RESAMPLES)]!];
}
