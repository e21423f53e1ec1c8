import type { MeasuredRound } from "./policy.ts";
import { movingAverage, type MovingAverage } from "./moving-average.ts";

/** The times of rounds on this device, by draft length. */
export interface CostCurve {
  /** Milliseconds of a plain pass after other plain passes. */
  readonly plainTime: number;
  /** Mean milliseconds of a round in which `requested` tokens are requested, at least 1. The drafter may return fewer or none. */
  roundTime(requested: number): number;
  /** Whether a round with this length was measured recently. */
  hasMeasured(requested: number): boolean;
  addPlain(milliseconds: number): void;
  add(round: Pick<MeasuredRound, "requested" | "drafted" | "milliseconds">): void;
}

/** An unused length is dropped after this many rounds, so that it is tried again once the device has warmed up. */
const MEMORY = 512;
/** Prior cost of one more drafted token, as a share of a plain pass. It is low, so that longer drafts are tried. */
const PRIOR_SLOPE = 0.05;
/** Weight of that prior: that of a slope between two times 11 tokens apart, so that one slow round does not rule out longer drafts. */
const PRIOR_WEIGHT = 64;

/** A round counts as at most this multiple of the mean time for its number of drafted tokens: a longer one was probably interrupted. */
const MAX_OUTLIER = 1.5;

/** Memory of the moving averages: of one draft length, of plain passes, and of the drafts that outliers are compared with. */
const LENGTH_MEMORY = 96;
const PLAIN_MEMORY = 48;
const DRAFT_MEMORY = 48;
/** Weight of the fitted line relative to the times of a length, as a number of times. */
const LINE_WEIGHT = 2;
/** Maximum weight of a length in the fit, as a number of times. */
const MAX_WEIGHT = 48;

/**
 * Measures the times of whole rounds by the number of requested tokens, because both the drafter and the model contribute to the cost.
 * Plain passes are measured only after other plain passes: on a CPU, the first passes after a draft take up to half as long again, until
 * the processor's caches are warm. The curve is interpolated linearly between measured lengths. Beyond the longest one it continues with
 * a line that is fitted to all of them and to the prior slope. The curve never falls as drafts get longer, and is never below a plain
 * pass.
 */
export function measuredCosts(): CostCurve {
  const lengths = new Map<number, Length>();
  // By the number of drafted tokens: rounds with the same request rightly take longer when the draft is longer.
  const drafts = new Map<number, MovingAverage>();
  let plain: MovingAverage | undefined;
  let rounds = 0;
  let curve: Curve | undefined;
  // The curve is rebuilt only when it is needed: most rounds only add a time.
  let isStale = false;
  const currentCurve = (): Curve | undefined => {
    if (!isStale) return curve;
    isStale = false;
    const points: Point[] = [];
    for (const [length, { time, lastRound }] of lengths) {
      if (rounds - lastRound > MEMORY) lengths.delete(length);
      else points.push({ length, time: time.value, weight: Math.min(time.count, MAX_WEIGHT) });
    }
    return (curve = points.length > 0 ? curveThrough(points.toSorted((a, b) => a.length - b.length)) : undefined);
  };
  const plainCost = (): number => plain?.value ?? currentCurve()?.at(0) ?? 1;
  const roundTime = (requested: number): number =>
    Math.max(currentCurve()?.at(requested) ?? plainCost() * (1 + PRIOR_SLOPE * requested), plain?.value ?? Number.MIN_VALUE);
  return {
    get plainTime() {
      return plainCost();
    },
    roundTime,
    hasMeasured: (requested) => lengths.has(requested),
    addPlain(milliseconds) {
      if (plain) plain.add(Math.min(milliseconds, MAX_OUTLIER * plain.value));
      else plain = movingAverage(milliseconds, PLAIN_MEMORY);
    },
    add({ requested, drafted, milliseconds }) {
      const known = lengths.get(requested);
      const same = drafts.get(drafted);
      const isFirst = !plain && lengths.size === 0;
      const time = isFirst ? milliseconds : Math.min(milliseconds, MAX_OUTLIER * (same?.value ?? roundTime(requested)));
      if (same) same.add(time);
      else drafts.set(drafted, movingAverage(time, DRAFT_MEMORY));
      rounds++;
      isStale = true;
      if (known) {
        known.time.add(time);
        known.lastRound = rounds;
      } else lengths.set(requested, { time: movingAverage(time, LENGTH_MEMORY), lastRound: rounds });
    },
  };
}

interface Length {
  readonly time: MovingAverage;
  lastRound: number;
}

/** Fits a curve to `points`, sorted by length, not empty. It is shrunk a little towards their line, non-decreasing and interpolated. */
function curveThrough(points: readonly Point[]): Curve {
  const line = fitLine(points);
  const knots = isotonicRegression(
    points.map(({ length, time, weight }) => {
      const totalWeight = weight + LINE_WEIGHT;
      return { length, time: (weight * time + LINE_WEIGHT * line.at(length)) / totalWeight, weight: totalWeight };
    }),
  );
  const [first, last] = [knots[0]!, knots.at(-1)!];
  return {
    at(length) {
      if (length >= last.length) return last.time + line.at(length) - line.at(last.length);
      if (length < first.length) return Math.min(first.time, line.at(length));
      const end = knots.findIndex((knot) => knot.length > length);
      const [from, to] = [knots[end - 1]!, knots[end]!];
      return from.time + ((to.time - from.time) * (length - from.length)) / (to.length - from.length);
    },
  };
}

/** The non-decreasing times nearest to those of `points` by weighted least squares: the pool-adjacent-violators algorithm. */
function isotonicRegression(points: readonly Point[]): readonly Point[] {
  const pools: Point[][] = [];
  for (const point of points) {
    let pool = [point];
    for (let before = pools.at(-1); before && meanTime(before) > meanTime(pool); before = pools.at(-1)) pool = pools.pop()!.concat(pool);
    pools.push(pool);
  }
  return pools.flatMap((pool) => pool.map((point) => ({ ...point, time: meanTime(pool) })));
}

function meanTime(points: readonly Point[]): number {
  const weight = points.reduce((sum, point) => sum + point.weight, 0);
  return points.reduce((sum, point) => sum + point.weight * point.time, 0) / weight;
}

interface Curve {
  at(length: number): number;
}

interface Point {
  readonly length: number;
  readonly time: number;
  readonly weight: number;
}

/** The weighted least-squares line through `points`, not empty. Its slope is >= 0 and shrunk towards the prior. */
function fitLine(points: readonly Point[]): Curve {
  const total = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + point.weight * of(point), 0);
  const weight = total(() => 1);
  const [length, time] = [total((point) => point.length) / weight, total((point) => point.time) / weight];
  const spread = total((point) => (point.length - length) ** 2);
  const rise = total((point) => (point.length - length) * (point.time - time));
  const prior = (PRIOR_SLOPE * time) / (1 + PRIOR_SLOPE * length);
  const slope = Math.max(0, (rise + PRIOR_WEIGHT * prior) / (spread + PRIOR_WEIGHT));
  return { at: (drafted) => time + slope * (drafted - length) };
}
