import type { MeasuredRound } from "./policy.ts";
import { recentMean, type RecentMean } from "./recent-mean.ts";

/** What rounds cost on this device. */
export interface CostCurve {
  /** Milliseconds of a plain pass among plain passes. */
  readonly plain: number;
  /** Milliseconds of a round in which `asked` tokens are asked for, at least 1, on average over drafts that are shorter, or empty. */
  of(asked: number): number;
  /** Whether such a round was measured. */
  knows(asked: number): boolean;
  addPlain(milliseconds: number): void;
  add(round: Pick<MeasuredRound, "asked" | "drafted" | "milliseconds">): void;
}

/** Rounds after which a length that was not asked for is forgotten: it is tried anew, now that the device has warmed up to drafts. */
const MEMORY = 512;
/** What one more drafted token is taken to cost at first, as a share of a round: little, so that longer drafts are tried. */
const PRIOR_SLOPE = 0.05;
/** How much that counts: as much as the slope between two times that are 11 tokens apart, so that one slow round scares nobody off. */
const PRIOR_WEIGHT = 64;

/** A round counts as taking at most so many times what others took with as many drafted tokens: one that took longer was held up, more likely than not. */
const MOST_SURPRISE = 1.5;

/** About how many of the newest times count: of a length, of plain passes, and of drafts to tell what is odd. */
const LENGTH_MEMORY = 96;
const PLAIN_MEMORY = 48;
const DRAFT_MEMORY = 48;
/** How much the line counts against the times of a length, as if it were so many more of them. */
const LINE_WEIGHT = 2;
/** As how many times those of a length count at most. */
const MOST_WEIGHT = 48;

/**
 * The costs of whole rounds as measured, by the tokens that were asked for: what a drafter gives decides the cost as much as what the
 * model makes of it. A plain pass counts among plain ones only: on a CPU
 * the first ones after a draft take up to half as long again, until the processor's caches hold what they need.
 * Lengths that were not measured lie between those that were, and beyond the longest one a straight line goes on that fits all of
 * them and the slope assumed at first; the estimates never fall as drafts get longer, and no round is taken to cost less than a plain pass.
 */
export function measuredCosts(): CostCurve {
  const lengths = new Map<number, Length>();
  // By the tokens that were drafted: of those that were asked for, some rounds are long by rights.
  const drafts = new Map<number, RecentMean>();
  let plain: RecentMean | undefined;
  let rounds = 0;
  let curve: Curve | undefined;
  // Put off until it is needed: most rounds only add a time.
  let isStale = false;
  const drawCurve = (): Curve | undefined => {
    if (!isStale) return curve;
    isStale = false;
    const points: Point[] = [];
    for (const [length, { time, lastRound }] of lengths) {
      if (rounds - lastRound > MEMORY) lengths.delete(length);
      else points.push({ length, time: time.value, weight: Math.min(time.count, MOST_WEIGHT) });
    }
    return (curve = points.length > 0 ? curveThrough(points.toSorted((a, b) => a.length - b.length)) : undefined);
  };
  const plainCost = (): number => plain?.value ?? drawCurve()?.at(0) ?? 1;
  const of = (asked: number): number =>
    Math.max(drawCurve()?.at(asked) ?? plainCost() * (1 + PRIOR_SLOPE * asked), plain?.value ?? Number.MIN_VALUE);
  return {
    get plain() {
      return plainCost();
    },
    of,
    knows: (asked) => lengths.has(asked),
    addPlain(milliseconds) {
      if (plain) plain.add(Math.min(milliseconds, MOST_SURPRISE * plain.value));
      else plain = recentMean(milliseconds, PLAIN_MEMORY);
    },
    add({ asked, drafted, milliseconds }) {
      const known = lengths.get(asked);
      const same = drafts.get(drafted);
      const isFirst = !plain && lengths.size === 0;
      const time = isFirst ? milliseconds : Math.min(milliseconds, MOST_SURPRISE * (same?.value ?? of(asked)));
      if (same) same.add(time);
      else drafts.set(drafted, recentMean(time, DRAFT_MEMORY));
      rounds++;
      isStale = true;
      if (known) {
        known.time.add(time);
        known.lastRound = rounds;
      } else lengths.set(asked, { time: recentMean(time, LENGTH_MEMORY), lastRound: rounds });
    },
  };
}

interface Length {
  readonly time: RecentMean;
  lastRound: number;
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
