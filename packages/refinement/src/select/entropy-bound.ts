import { type PluginOption, resolveOptions } from "@decodekit/core";
import type { ScoredPosition } from "../step-context.ts";
import { entropyOf } from "./entropy-of.ts";
import { byScore } from "./highest.ts";
import type { Selection } from "./selection.ts";

export interface EntropyBoundOptions {
  /** Maximum total entropy in nats of the committed positions, without the most uncertain one, >= 0. @defaultValue 0.1 */
  readonly bound?: number | undefined;
}

export const entropyBoundOptions = {
  bound: {
    type: "number",
    help: "Maximum total entropy in nats of the committed positions, without the most uncertain one",
    default: 0.1,
    minimum: 0,
  },
} as const satisfies Readonly<Record<keyof EntropyBoundOptions, PluginOption>>;

/**
 * Selects the positions of lowest entropy, as many as have a total of at most `bound` nats without the last one, and at least the
 * scheduled number: the EB-Sampler (Ben-Hamu et al. 2025, arXiv 2505.24857). The sum bounds how far the committed tokens can be from
 * independent; 0 commits the certain positions and one more.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function entropyBound(options: EntropyBoundOptions = {}): Selection {
  const { bound } = resolveOptions("entropyBound", options, entropyBoundOptions);
  return {
    name: "entropy-bound",
    dependsOnSamples: false,
    start: () => (step, minCount) => {
      const scored = step.open.map((position) => ({ position, score: -entropyOf(step.predictions.probabilities(position)) }));
      return selectByEntropyBound(scored, bound, minCount);
    },
  };
}

/** Positions by ascending entropy (the negated score) while the entropies before sum to at most `bound`, and at least `minCount`. */
export function selectByEntropyBound(scored: readonly ScoredPosition[], bound: number, minCount: number): number[] {
  let before = 0;
  return byScore(scored)
    .filter(({ score }, rank) => {
      const isIn = before <= bound || rank < minCount;
      before -= score;
      return isIn;
    })
    .map(({ position }) => position);
}
