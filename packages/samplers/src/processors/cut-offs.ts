import { type Candidates, type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, mostLikelyOf, narrowingProcessor, probabilitiesOf, reusedArray } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
import { entropyOf } from "./entropy.ts";
import { keepAtLeast } from "./min-p.ts";

export interface CutOffOptions {
  /** The probability below which tokens are dropped, in (0, 1). */
  readonly epsilon: number;
  /** Fewest tokens to keep, an integer >= 1. @defaultValue 1 */
  readonly minKeep?: number | undefined;
}

export const CUT_OFF = {
  epsilon: {
    type: "number",
    help: "Probability below which tokens are dropped",
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    exclusiveMaximum: true,
    required: true,
  },
  minKeep: MIN_KEEP,
} as const satisfies OptionDefinitions<CutOffOptions>;

/**
 * Keeps the tokens of probability `epsilon` or more (Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing", arXiv
 * 2210.15191), and at least the most likely one.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function epsilonCutoff(epsilon: number, options: Omit<CutOffOptions, "epsilon"> = {}): LogitsProcessor {
  const { minKeep } = resolveOptions("epsilonCutoff", { ...options, epsilon }, CUT_OFF);
  return cutOff(`epsilon-cutoff(${epsilon})`, minKeep, () => epsilon);
}

/**
 * Keeps the tokens of probability min(epsilon, √epsilon exp(-H)) or more, with the entropy H of the row in nats: eta sampling of the same
 * paper. At least the most likely one is kept.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function etaCutoff(epsilon: number, options: Omit<CutOffOptions, "epsilon"> = {}): LogitsProcessor {
  const { minKeep } = resolveOptions("etaCutoff", { ...options, epsilon }, CUT_OFF);
  return cutOff(`eta-cutoff(${epsilon})`, minKeep, (probabilities, candidates) => {
    return Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropyOf(candidates, probabilities).entropy));
  });
}

/**
 * Keeps the tokens whose probability is at least the sum of all squared probabilities, the chance that two draws agree: p-less sampling
 * (Tan et al. 2025, arXiv 2509.23234). It has no setting.
 */
export function pLess(): LogitsProcessor {
  return cutOff("p-less", 1, (probabilities) => {
    let sum = 0;
    for (let place = 0; place < probabilities.length; place++) sum += probabilities[place]! ** 2;
    return sum;
  });
}

/** Returns the processor that keeps the tokens of at least the probability that `leastOf` finds. */
function cutOff(label: string, minKeep: number, leastOf: (probabilities: Float64Array, candidates: Candidates) => number): LogitsProcessor {
  const reused = reusedArray();
  return narrowingProcessor(
    label,
    (candidates) => {
      const { row, tokens } = candidates;
      const best = mostLikelyOf(candidates);
      const probabilities = probabilitiesOf(candidates, reused(countOf(candidates)));
      const least = leastOf(probabilities, candidates);
      let minimum = row[best]!;
      for (let place = 0; place < probabilities.length; place++) {
        const logit = row[tokens ? tokens[place]! : place]!;
        if (probabilities[place]! >= least && logit < minimum) minimum = logit;
      }
      keepAtLeast(candidates, minimum, minKeep);
    },
    { argmaxInvariant: true },
  );
}
