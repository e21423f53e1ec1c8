import { seededRandom } from "@decodekit/core";
import { collectGarbage } from "./collect-garbage.ts";

/** The middle of a ratio over many pairs, and where it would lie in 95 of 100 such runs. */
export interface PairedRatio {
  readonly median: number;
  /** 95 % bootstrap interval of the median. */
  readonly interval: readonly [low: number, high: number];
  readonly pairs: number;
}

/**
 * Runs `first` and `second` in turn, swapping who begins, so that a machine that drifts slows both alike. Garbage is
 * collected before each: otherwise a collection every few runs falls on the same one of the two again and again.
 * Both give a speed; the ratio is first over second, pair by pair.
 */
export async function pairedRatio(first: () => Promise<number>, second: () => Promise<number>, pairs: number): Promise<PairedRatio> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const isSwapped = pair % 2 === 1;
    const speeds: number[] = [];
    for (const run of isSwapped ? [second, first] : [first, second]) {
      collectGarbage();
      speeds.push(await run());
    }
    ratios.push(isSwapped ? speeds[1]! / speeds[0]! : speeds[0]! / speeds[1]!);
  }
  return pairedMedians(ratios);
}

/** The median of ratios and its bootstrap interval. */
export function pairedMedians(ratios: readonly number[]): PairedRatio {
  return { median: median(ratios), interval: bootstrapInterval(ratios), pairs: ratios.length };
}

export function formatRatio({ median: middle, interval: [low, high], pairs }: PairedRatio): string {
  return `${middle.toFixed(3)} (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}, ${pairs} pairs)`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function bootstrapInterval(values: readonly number[], resamples = 2000): [low: number, high: number] {
  const random = seededRandom(0);
  const medians = Array.from({ length: resamples }, () => median(values.map(() => values[Math.floor(random.uniform() * values.length)]!)));
  medians.sort((a, b) => a - b);
  return [medians[Math.floor(0.025 * resamples)]!, medians[Math.floor(0.975 * resamples)]!];
}
