import type { Drafter } from "@decodekit/core";
import { jacobiLine } from "./jacobi-line.ts";

/**
 * Makes the drafter that guesses nothing of its own: it proposes what the target said at these positions in the last pass,
 * given guesses that have been corrected since. A window of guesses that the target agrees with is the greedy output; each
 * pass brings it nearer. Santilli et al. 2023, "Accelerating transformer inference for translation via parallel decoding".
 * With `verify: "gumbel"` the same holds for the sampled output.
 */
export function jacobi(): Drafter<never> {
  return {
    name: "jacobi",
    requires: [],
    gives: "tokens",
    learnsFromTarget: true,
    start: async ({ prompt }) => {
      const line = jacobiLine(prompt);
      return {
        observe: (outcome) => line.observe(outcome),
        propose: async ({ max }) => ({ tokens: line.guess(max) }),
      };
    },
  };
}
