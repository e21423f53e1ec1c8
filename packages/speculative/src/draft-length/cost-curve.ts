import type { MeasuredRound } from "./policy.ts";

/** What a round costs, by the number of drafted tokens. */
export interface CostCurve {
  /** Milliseconds of a round that drafts `length` tokens; 0 is a plain pass. */
  of(length: number): number;
  /** Whether a round with so many drafted tokens was measured. */
  knows(length: number): boolean;
  add(round: Pick<MeasuredRound, "drafted" | "milliseconds">): void;
}

/** How many of the newest times count, for each number of drafted tokens. */
const WINDOW = 15;
/** Rounds with a draft after which a length that was not drafted is forgotten: it is tried anew, now that the device has warmed up to drafts. */
const MEMORY = 512;
/** What one more drafted token is taken to cost at first, as a share of a round: little, so that longer drafts are tried. */
const PRIOR_SLOPE = 0.05;
/** How much that counts: as much as the slope between two times that are 11 tokens apart, so that one slow round scares nobody off. */
const PRIOR_WEIGHT = 64;

/** A round counts as taking at most so many times what was expected: one that took longer was held up, more likely than not. */
const MOST_SURPRISE = 1.5;

/** How much the line counts against the times of a length, as if it were so many more of them. */
const LINE_WEIGHT = 1;

/**
 * The costs of whole rounds as measured: what three eighths of the last 15 times lie below; a lower rank would favour what is measured most.
 * Lengths that were not measured lie between those that were, and beyond the longest one a straight line goes on that fits all of them
 * and the slope assumed at first; the estimates never fall as drafts get longer, and a round with a draft is never taken to cost less than a plain pass. Plain passes are apart from all that: a drafter that needs one
 * pass for any draft costs a step there.
 */
export function measuredCosts(): CostCurve {
  const plain: number[] = [];
  const drafts = new Map<number, number[]>();
  const points = new Map<number, Point & { readonly round: number }>();
  let rounds = 0;
  // Kept up to date by `add`: `of` is asked for many lengths in every round.
  let plainCost: number | undefined;
  let curve: Curve | undefined;
  const of = (length: number): number => {
    if (length === 0) return plainCost ?? curve?.at(0) ?? 1;
    return Math.max(curve?.at(length) ?? (plainCost ?? 1) * (1 + PRIOR_SLOPE * length), plainCost ?? Number.MIN_VALUE);
  };
  return {
    of,
    knows: (length) => (length === 0 ? plain : (drafts.get(length) ?? [])).length > 0,
    add({ drafted, milliseconds }) {
      const isFirst = plainCost === undefined && curve === undefined;
      const time = isFirst ? milliseconds : Math.min(milliseconds, MOST_SURPRISE * of(drafted));
      if (drafted === 0) {
        keepNewest(plain, time);
        plainCost = typical(plain);
        return;
      }
      const times = drafts.get(drafted) ?? [];
      if (times.length === 0) drafts.set(drafted, times);
      keepNewest(times, time);
      points.set(drafted, { length: drafted, time: typical(times), weight: times.length, round: rounds++ });
      for (const { length, round } of points.values()) {
        if (rounds - round <= MEMORY) continue;
        points.delete(length);
        drafts.delete(length);
      }
      curve = curveThrough([...points.values()].toSorted((a, b) => a.length - b.length));
    },
  };
}

/** `points`, by length and not empty, pulled a little towards their line, made not to fall, and joined. */
function curveThrough(points: readonly Point[]): Curve {
  const line = fitLine(points);
  const joints = notFalling(
    points.map(({ length, time, weight }) => {
      const together = weight + LINE_WEIGHT;
      return { length, time: (weight * time + LINE_WEIGHT * line.at(length)) / together, weight: together };
    }),
  );
  const [first, last] = [joints[0]!, joints.at(-1)!];
  return {
    at(length) {
      if (length >= last.length) return last.time + line.at(length) - line.at(last.length);
      if (length < first.length) return Math.min(first.time, line.at(length));
      const end = joints.findIndex((joint) => joint.length > length);
      const [from, to] = [joints[end - 1]!, joints[end]!];
      return from.time + ((to.time - from.time) * (length - from.length)) / (to.length - from.length);
    },
  };
}

/** The nearest times, by weighted squares, that never fall: neighbours that do are given their mean. */
function notFalling(points: readonly Point[]): readonly Point[] {
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

/** The line of least squares through `points`, not empty, its slope >= 0 and drawn towards the one assumed at first. */
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

/** Adds `time` and forgets the oldest one beyond the window. */
function keepNewest(times: number[], time: number): void {
  times.push(time);
  if (times.length > WINDOW) times.shift();
}

/** The value that three eighths of `times` lie below: what else a machine does adds to them, and seldom to more than half. */
function typical(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[(3 * (times.length - 1)) >> 3]!;
}
