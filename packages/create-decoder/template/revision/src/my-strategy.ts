import { resolveOptions } from "@decodekit/core";
import type { Revision } from "@decodekit/refinement";
import { type MyStrategyOptions, options } from "./options.ts";

/**
 * Creates a revision that takes back, once per step, the token that the step's pass finds least likely, if its probability is below
 * `below`; the first position among equals. It does so only after a step that committed two or more, so that every step leaves fewer
 * positions open. Replace this by what yours takes back, and name the source of the method.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function myStrategy(given: MyStrategyOptions = {}): Revision {
  const { below } = resolveOptions("myStrategy", given, options);
  return {
    name: "my-strategy",
    needsPredictions: false,
    start:
      () =>
      ({ filled, committed, tokens, predictions }) => {
        if (committed.length < 2) return {};
        const scored = filled.map((position) => ({ position, probability: predictions.probabilities(position)[tokens[position]!]! }));
        const [worst] = scored.toSorted((a, b) => a.probability - b.probability || a.position - b.position);
        return worst && worst.probability < below ? { remask: [worst.position] } : {};
      },
    shouldContinue: () => false,
  };
}
