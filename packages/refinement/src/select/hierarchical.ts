import { InvalidOptionError, type PluginOption, resolveOptions } from "@decodekit/core";
import type { ScoredPosition } from "../step-context.ts";
import { confidenceScore, orderByOption, type OrderByOption } from "./confidence-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface HierarchicalOptions extends OrderByOption {
  /** Confidence at which a position is always committed, in [0, 1]. @defaultValue 0.9 */
  readonly threshold?: number | undefined;
  /** Confidence at which the best position of a run of open positions is committed, in [0, threshold]. @defaultValue 0.4 */
  readonly lowThreshold?: number | undefined;
}

export const hierarchicalOptions = {
  threshold: { type: "number", help: "Confidence at which a position is always committed", default: 0.9, minimum: 0, maximum: 1 },
  lowThreshold: {
    type: "number",
    help: "Confidence at which the best position of a run of open positions is committed, at most threshold",
    default: 0.4,
    minimum: 0,
    maximum: 1,
  },
  orderBy: orderByOption,
} as const satisfies Readonly<Record<keyof HierarchicalOptions, PluginOption>>;

/**
 * Selects every position whose confidence is at least `threshold`, the best of each run of neighbouring open positions if it is at
 * least `lowThreshold`, and at least the scheduled number of most confident positions: dInfer's hierarchy decoder. Separated positions
 * depend less on each other than neighbours, and each committed position splits its run.
 * @throws InvalidOptionError for an unknown or invalid option, or a `lowThreshold` above `threshold`.
 */
export function hierarchical(options: HierarchicalOptions = {}): Selection {
  const where = "hierarchical";
  const { threshold, lowThreshold, orderBy } = resolveOptions(where, options, hierarchicalOptions);
  if (lowThreshold > threshold) {
    throw new InvalidOptionError({ where, option: "lowThreshold", expected: `a number in [0, ${threshold}]`, actual: lowThreshold });
  }
  const score = confidenceScore(orderBy);
  return {
    name: where,
    dependsOnSamples: score.dependsOnSamples,
    start: () => (step, minCount) => selectByRuns(score.openPositions(step), { threshold, lowThreshold }, minCount),
  };
}

/** Applies the rule to scored positions in ascending order. Returns positions by descending score. */
export function selectByRuns(
  scored: readonly ScoredPosition[],
  { threshold, lowThreshold }: { readonly threshold: number; readonly lowThreshold: number },
  minCount: number,
): number[] {
  const best = new Set(
    runsOf(scored)
      .map((run) => byScore(run)[0]!)
      .filter(({ score }) => score >= lowThreshold),
  );
  return byScore(scored)
    .filter((each, rank) => each.score >= threshold || best.has(each) || rank < minCount)
    .map(({ position }) => position);
}

/** Splits ascending positions into runs without gaps. */
function runsOf(scored: readonly ScoredPosition[]): ScoredPosition[][] {
  const runs: ScoredPosition[][] = [];
  for (const each of scored) {
    const run = runs.at(-1);
    if (run?.at(-1)?.position === each.position - 1) run.push(each);
    else runs.push([each]);
  }
  return runs;
}
