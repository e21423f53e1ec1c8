import { seededRandom } from "@decodekit/core";
import { collectGarbage } from "./collect-garbage.ts";

/** A ratio over many pairs, with its confidence interval. */
export interface PairedRatio {
  readonly ratio: number;
  /** 95 % bootstrap interval of the ratio. */
  readonly interval: readonly [low: number, high: number];
  readonly pairs: number;
}

/**
 * Runs `first` and `second` in pairs, so that drift of the machine affects both alike. The order is random; otherwise a periodic garbage
 * collection could always fall on the same one. Both return a speed. The ratio is the median of first over second.
 */
export async function pairedRatio(first: () => Promise<number>, second: () => Promise<number>, pairs: number): Promise<PairedRatio> {
  const ratios: number[] = [];
  const random = seededRandom(1);
  for (let pair = 0; pair < pairs; pair++) {
    const isSwapped = random.bernoulli(0.5);
    const speeds: number[] = [];
    for (const run of isSwapped ? [second, first] : [first, second]) {
      collectGarbage();
      speeds.push(await run());
    }
    ratios.push(isSwapped ? speeds[1]! / speeds[0]! : speeds[0]! / speeds[1]!);
  }
  return { ratio: median(ratios), interval: bootstrapInterval(ratios, median), pairs: ratios.length };
}

/** Returns the sum of `first` over the sum of `second`, so that each pair counts with its weight. */
export function ratioOfSums(first: readonly number[], second: readonly number[]): PairedRatio {
  const pairs = first.map((value, index) => [value, second[index]!] as const);
  const ratioOf = (some: typeof pairs): number => sum(some.map(([value]) => value)) / sum(some.map(([, value]) => value));
  return { ratio: ratioOf(pairs), interval: bootstrapInterval(pairs, ratioOf), pairs: pairs.length };
}

export function formatRatio({ ratio, interval: [low, high], pairs }: PairedRatio): string {
  return `${ratio.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}, ${pairs} pairs)`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Returns the 95 % percentile interval of `statistic` over resamples of `values`, drawn with replacement. */
function bootstrapInterval<Value>(
  values: readonly Value[],
  statistic: (some: Value[]) => number,
  resamples = 2000,
): [low: number, high: number] {
  const random = seededRandom(0);
  const drawn = Array.from({ length: resamples }, () => statistic(values.map(() => values[Math.floor(random.uniform() * values.length)]!)));
  drawn.sort((a, b) => a - b);
  return [drawn[Math.floor(0.025 * resamples)]!, drawn[Math.floor(0.975 * resamples)]!];
}
