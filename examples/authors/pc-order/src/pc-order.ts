import { resolveOptions } from "@decodekit/core";
import type { Selection } from "@decodekit/refinement";
import { allOptions, type PcOrderOptions } from "./options.ts";

/**
 * Creates a selection that commits, as many as scheduled, the positions of the highest calibrated confidence that are near the start of the
 * canvas. The score of position i, from 0, with the likeliest token x of probability p, is
 *
 *   exp(-decay · i) · min(cap, -p · ln f(x))
 *
 * where f(x) is the frequency of x in ordinary text: a token that is everywhere, such as a full stop, tells little and comes late. Without
 * `frequencies` every token counts the same, and the score is exp(-decay · i) · p. The first position comes first among equals.
 *
 * Huang et al. 2025, “PC-Sampler: Position-Aware Calibration of Decoding Bias in Masked Diffusion Models” (arXiv:2508.13021), whose
 * defaults are decay 0.25 and cap 10. It counts the positions of the whole answer; here they count from the start of the canvas, which is
 * the same where the answer is one block. A frequency of 0 is taken as one that reaches the cap.
 * @throws InvalidOptionError for an unknown option or a value out of range.
 */
export function pcOrder(given: PcOrderOptions = {}): Selection {
  const { decay, cap, frequencies } = resolveOptions("pcOrder", given, allOptions);
  return {
    name: "pc-order",
    // It looks at probabilities, not at the tokens that were drawn: so it is not biased at temperatures above 0.
    dependsOnSamples: false,
    start:
      () =>
      ({ open, predictions }, minCount) => {
        const scored = open.map((position) => {
          const probabilities = predictions.probabilities(position);
          const token = likeliest(probabilities);
          const probability = probabilities[token]!;
          const information = frequencies ? Math.min(cap, probability * -Math.log(frequencies[token] ?? 0)) : probability;
          return { position, score: Math.exp(-decay * position) * information };
        });
        return scored
          .toSorted((a, b) => b.score - a.score || a.position - b.position)
          .slice(0, minCount)
          .map(({ position }) => position);
      },
  };
}

/** The token of the largest probability; the lowest id wins a tie. */
function likeliest(probabilities: Float64Array): number {
  let best = 0;
  for (let token = 1; token < probabilities.length; token++) if (probabilities[token]! > probabilities[best]!) best = token;
  return best;
}
