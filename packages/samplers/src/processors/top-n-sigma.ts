import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, keepFrom, mostLikelyOf, narrowingProcessor } from "@decodekit/core/toolkit";

export const TOP_N_SIGMA = {
  n: {
    type: "number",
    help: "How many standard deviations below the largest logit a token may be",
    minimum: 0,
    exclusiveMinimum: true,
    required: true,
  },
} as const satisfies OptionDefinitions<{ readonly n: number }>;

/**
 * Keeps the tokens whose logits are at most `n` standard deviations below the largest one; the deviation is that of all logits above
 * -Infinity, divided by their number (Tang et al. 2024, "Top-nσ", arXiv 2411.07641). `n` is > 0.
 * @throws InvalidOptionError if it is out of range.
 */
export function topNSigma(n: number): LogitsProcessor {
  resolveOptions("topNSigma", { n }, TOP_N_SIGMA);
  return narrowingProcessor(
    `top-n-sigma(${n})`,
    (candidates) => {
      const { row, tokens } = candidates;
      const largest = row[mostLikelyOf(candidates)]!;
      const count = countOf(candidates);
      let possible = 0;
      let sum = 0;
      let squares = 0;
      for (let place = 0; place < count; place++) {
        // From the largest logit, so that the squares lose no digits.
        const below = row[tokens ? tokens[place]! : place]! - largest;
        if (below === -Infinity) continue;
        possible++;
        sum += below;
        squares += below * below;
      }
      const mean = sum / possible;
      const deviation = Math.sqrt(Math.max(0, squares / possible - mean * mean));
      keepFrom(candidates, largest - n * deviation);
    },
    { argmaxInvariant: true },
  );
}
