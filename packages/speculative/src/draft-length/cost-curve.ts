import type { MeasuredRound } from "./policy.ts";

/** What a round costs, by the number of drafted tokens. */
export interface CostCurve {
  /** Milliseconds of a round that drafts `length` tokens; 0 is a plain pass. */
  of(length: number): number;
  add(round: MeasuredRound): void;
}

/** How many of the newest times the median is taken of. */
const WINDOW = 9;
/** What one more row is taken to cost, as a share of a plain pass, until lengths have been measured. */
const PRIOR_SLOPE = 0.05;

/**
 * Running medians of measured times: of the target's pass by the number of drafted tokens, between which straight lines
 * are drawn, never falling; and of the draft model's time per drafted token.
 */
export function measuredCosts(): CostCurve {
  const target = new Map<number, number[]>();
  const drafting: number[] = [];
  // Kept up to date by `add`: `of` is asked for many lengths in every round.
  const points: Point[] = [];
  let perDrafted = 0;
  return {
    add({ drafted, draftMilliseconds, targetMilliseconds }) {
      setPoint(points, { drafted, time: median(remember(target, drafted, targetMilliseconds)) });
      if (drafted > 0) perDrafted = median(keepNewest(drafting, draftMilliseconds / drafted));
    },
    of: (length) => interpolate(points, length) + length * perDrafted,
  };
}

interface Point {
  readonly drafted: number;
  readonly time: number;
}

/** The line through `points`, sorted; beyond them it goes on as between the outer two, or with the slope assumed at first. */
function interpolate(points: readonly Point[], length: number): number {
  const first = points[0];
  if (!first) return 1 + PRIOR_SLOPE * length;
  const assumed = (first.time * PRIOR_SLOPE) / (1 + PRIOR_SLOPE * first.drafted);
  const above = points.findIndex(({ drafted }) => drafted >= length);
  const [left, right] =
    above < 0 ? [points.at(-2), points.at(-1)!] : above === 0 ? [first, points[1]] : [points[above - 1], points[above]!];
  const slope = left && right ? Math.max(0, (right.time - left.time) / (right.drafted - left.drafted)) : assumed;
  const anchor = above < 0 ? points.at(-1)! : above === 0 ? first : left!;
  return Math.max(anchor.time + slope * (length - anchor.drafted), Number.MIN_VALUE);
}

/** Puts `point` in its place in `points`, which are sorted, or in that of the one with the same number. */
function setPoint(points: Point[], point: Point): void {
  const place = points.findIndex(({ drafted }) => drafted >= point.drafted);
  if (place < 0) points.push(point);
  else points.splice(place, points[place]!.drafted === point.drafted ? 1 : 0, point);
}

function remember(times: Map<number, number[]>, key: number, time: number): readonly number[] {
  const known = times.get(key) ?? [];
  if (known.length === 0) times.set(key, known);
  return keepNewest(known, time);
}

/** Adds `time` and forgets the oldest one beyond the window; gives `times`. */
function keepNewest(times: number[], time: number): readonly number[] {
  times.push(time);
  if (times.length > WINDOW) times.shift();
  return times;
}

/** The middle value; the lower one of two. */
function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[(times.length - 1) >> 1]!;
}
