import type { MeasuredRound } from "./policy.ts";

/** What a round costs, by the number of drafted tokens. */
export interface CostCurve {
  /** Milliseconds of a round that drafts `length` tokens; 0 is a plain pass. */
  of(length: number): number;
  add(round: Pick<MeasuredRound, "drafted" | "milliseconds">): void;
}

/** How many of the newest times count, for each number of drafted tokens. */
const WINDOW = 15;
/** What one more drafted token is taken to cost at first, as a share of a round: little, so that longer drafts are tried. */
const PRIOR_SLOPE = 0.05;
/** How much that counts: as much as the slope between two times that are 11 tokens apart, so that one slow round scares nobody off. */
const PRIOR_WEIGHT = 64;

/** A round counts as taking at most so many times what was expected: one that took longer was held up, more likely than not. */
const MOST_SURPRISE = 1.5;

/**
 * The costs of whole rounds as measured: for plain passes the time that an eighth of the last 15 lie below, since whatever else the machine
 * does only adds to them; for drafts a straight line, never falling, that fits such times, each weighing as much as there
 * are of them, and the slope assumed at first. Plain passes are apart from the line: a drafter that needs one pass for any draft costs a step there, one that
 * needs a pass per token a slope. A round with a draft is never taken to cost less than a plain pass.
 */
export function measuredCosts(): CostCurve {
  const plain: number[] = [];
  const drafts = new Map<number, number[]>();
  // Kept up to date by `add`: `of` is asked for many lengths in every round.
  let plainCost: number | undefined;
  let line: Line | undefined;
  const of = (length: number): number => {
    if (length === 0) return plainCost ?? line?.at(0) ?? 1;
    return Math.max(line?.at(length) ?? (plainCost ?? 1) * (1 + PRIOR_SLOPE * length), plainCost ?? Number.MIN_VALUE);
  };
  return {
    of,
    add({ drafted, milliseconds }) {
      const isFirst = plainCost === undefined && line === undefined;
      const time = isFirst ? milliseconds : Math.min(milliseconds, MOST_SURPRISE * of(drafted));
      if (drafted === 0) {
        keepNewest(plain, time);
        plainCost = lowerEighth(plain);
        return;
      }
      const times = drafts.get(drafted) ?? [];
      if (times.length === 0) drafts.set(drafted, times);
      keepNewest(times, time);
      line = fitLine([...drafts].map(([length, each]) => ({ length, time: lowerEighth(each), weight: each.length })));
    },
  };
}

interface Line {
  at(length: number): number;
}

interface Point {
  readonly length: number;
  readonly time: number;
  readonly weight: number;
}

/** The line of least squares through `points`, not empty, its slope >= 0 and drawn towards the one assumed at first. */
function fitLine(points: readonly Point[]): Line {
  const total = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + point.weight * of(point), 0);
  const weight = total(() => 1);
  const [length, time] = [total((point) => point.length) / weight, total((point) => point.time) / weight];
  const spread = total((point) => (point.length - length) ** 2);
  const rise = total((point) => (point.length - length) * (point.time - time));
  const prior = (PRIOR_SLOPE * time) / (1 + PRIOR_SLOPE * length);
  const slope = Math.max(0, (rise + PRIOR_WEIGHT * prior) / (spread + PRIOR_WEIGHT));
  return { at: (drafted) => time + slope * (drafted - length) };
}

/** Adds `time` and forgets the oldest one beyond the window. */
function keepNewest(times: number[], time: number): void {
  times.push(time);
  if (times.length > WINDOW) times.shift();
}

/** The value that an eighth of `times` lie below. */
function lowerEighth(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[(times.length - 1) >> 3]!;
}
