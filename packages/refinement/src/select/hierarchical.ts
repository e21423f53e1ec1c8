import { checkOptions, InvalidOptionError, numberBetween } from "@decodekit/core";
import type { ScoredPosition } from "../step.ts";
import { openConfidences, type OrderByOption, orderByCheck } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface HierarchicalOptions extends OrderByOption {
  /** Confidence from which on a position is committed in any case, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Confidence from which on the best position of a run of open ones is committed, in [0, threshold]. @defaultValue 0.4 */
  readonly lowThreshold?: number | undefined;
}

/**
 * Every position whose confidence is at least `threshold`, the best of each run of neighbouring open positions where it is at
 * least `lowThreshold`, and the most confident ones up to what the schedule asks for: dInfer's hierarchy decoder. Positions
 * apart from each other depend less on each other than neighbours, and each one committed splits its run.
 * @throws InvalidOptionError for an unknown option, one out of range, or a `lowThreshold` above `threshold`.
 */
export function hierarchical(options: HierarchicalOptions = {}): Selection {
  const where = "hierarchical";
  checkOptions(where, options, { threshold: numberBetween(0, 1), lowThreshold: numberBetween(0, 1), orderBy: orderByCheck });
  const { threshold = 0.9, lowThreshold = 0.4, orderBy = "max-probability" } = options;
  if (lowThreshold > threshold) {
    throw new InvalidOptionError({ where, option: "lowThreshold", expected: `a number in [0, ${threshold}]`, actual: lowThreshold });
  }
  return {
    name: where,
    looksAtDraws: orderBy === "sampled-probability",
    start: () => (step, least) => selectByRuns(openConfidences(step, orderBy), { threshold, lowThreshold }, least),
  };
}

/** The rule on scored positions, which must ascend. Gives positions by descending score. */
export function selectByRuns(
  scored: readonly ScoredPosition[],
  { threshold, lowThreshold }: { readonly threshold: number; readonly lowThreshold: number },
  least: number,
): number[] {
  const best = new Set(
    runsOf(scored)
      .map((run) => byScore(run)[0]!)
      .filter(({ score }) => score >= lowThreshold),
  );
  return byScore(scored)
    .filter((each, rank) => each.score >= threshold || best.has(each) || rank < least)
    .map(({ position }) => position);
}

/** Cuts ascending positions into runs without a gap. */
function runsOf(scored: readonly ScoredPosition[]): ScoredPosition[][] {
  const runs: ScoredPosition[][] = [];
  for (const each of scored) {
    const run = runs.at(-1);
    if (run?.at(-1)?.position === each.position - 1) run.push(each);
    else runs.push([each]);
  }
  return runs;
}
