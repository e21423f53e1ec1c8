import { resolveOptions } from "@decodekit/core";
import type { Selection } from "@decodekit/refinement";
import { type MyStrategyOptions, options } from "./options.ts";

/**
 * Creates a selection that commits every open position whose likeliest token has at least the probability `above`, and the likeliest ones
 * in any case, as many as the schedule asks for; the first position among equals. Replace this by what yours chooses, and name the source.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function myStrategy(given: MyStrategyOptions = {}): Selection {
  const { above } = resolveOptions("myStrategy", given, options);
  return {
    name: "my-strategy",
    // It looks at probabilities, not at the tokens that were drawn: so it is not biased at temperatures above 0.
    dependsOnSamples: false,
    start:
      () =>
      ({ open, predictions }, minCount) => {
        const scored = open.map((position) => ({ position, score: Math.max(...predictions.probabilities(position)) }));
        return scored
          .toSorted((a, b) => b.score - a.score || a.position - b.position)
          .filter(({ score }, rank) => rank < minCount || score >= above)
          .map(({ position }) => position);
      },
  };
}
