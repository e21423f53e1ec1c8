import type { Drafter } from "@decodekit/core";
import { jacobiWindow } from "./jacobi-window.ts";

/**
 * Creates a drafter that proposes the target's own predictions from the last pass. They were made after earlier guesses, some of which
 * have been corrected since. A window of guesses that the target confirms is the greedy output, and each pass gets closer to it.
 * Santilli et al. 2023, "Accelerating transformer inference for translation via parallel decoding". With `verify: "gumbel"` the same is
 * true of the sampled output.
 */
export function jacobi(): Drafter<never> {
  return {
    name: "jacobi",
    requires: [],
    draftKind: "tokens",
    usesTargetPredictions: true,
    start: async ({ prompt }) => {
      const window = jacobiWindow(prompt);
      return {
        observe: (outcome) => window.observe(outcome),
        propose: async ({ max }) => ({ tokens: window.guess(max) }),
      };
    },
  };
}
