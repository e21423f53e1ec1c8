import type { MeasuredRound } from "./policy.ts";

/** What a round costs, by the number of drafted tokens. */
export interface CostCurve {
  /** Milliseconds of a round that drafts `length` tokens; 0 is a plain pass. */
  of(length: number): number;
  add(round: Pick<MeasuredRound, "drafted" | "milliseconds">): void;
}

/** How many of the newest times the median is taken of. */
const WINDOW = 9;
/** What one more drafted token is taken to cost, as a share of a round: little, so that longer drafts are tried and measured. */
const PRIOR_SLOPE = 0.05;

/**
 * Running medians of the measured times of whole rounds, by the number of drafted tokens. Between lengths that were measured
 * straight lines are drawn, never falling. Plain passes are apart from them: a drafter that needs one pass for any draft costs a
 * step there, one that needs a pass per token a slope.
 */
export function measuredCosts(): CostCurve {
  const times = new Map<number, number[]>();
  // Kept up to date by `add`: `of` is asked for many lengths in every round.
  const points: Point[] = [];
  let plain: number | undefined;
  return {
    add({ drafted, milliseconds }) {
      const time = median(remember(times, drafted, milliseconds));
      if (drafted === 0) plain = time;
      else setPoint(points, { drafted, time });
    },
    of(length) {
      if (length === 0) return plain ?? (points[0] ? points[0].time / (1 + PRIOR_SLOPE * points[0].drafted) : 1);
      return points.length > 0 ? interpolate(points, length) : (plain ?? 1) * (1 + PRIOR_SLOPE * length);
    },
  };
}

interface Point {
  readonly drafted: number;
  readonly time: number;
}

/** The line through `points`, sorted, not empty; beyond them it goes on as between the outer two, or with the slope assumed at first. */
function interpolate(points: readonly Point[], length: number): number {
  const above = points.findIndex(({ drafted }) => drafted >= length);
  const end = above < 0 ? points.length - 1 : Math.max(above, 1);
  const left = points[end - 1];
  const right = points[end];
  const anchor = (above < 0 ? right : above === 0 ? points[0] : left)!;
  const slope =
    left && right
      ? Math.max(0, (right.time - left.time) / (right.drafted - left.drafted))
      : (PRIOR_SLOPE * anchor.time) / (1 + PRIOR_SLOPE * anchor.drafted);
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
