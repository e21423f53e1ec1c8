import { type Decoder, defineDecoder } from "@decodekit/core";
import { type BeamSearchOptions, beamSettings } from "./beam-search-options.ts";
import { type OnHypotheses, runBeamSearch } from "./run-beam-search.ts";

/**
 * Creates a decoder that follows several beams, the likeliest beginnings of a text so far, and returns the text with the best score. It
 * draws nothing. Semantics are those of transformers 4.57 (`generate` with `num_beams`): at each position all continuations of all beams
 * compete; of the first `beams` those that end the text become finished hypotheses, and the best `beams` others are the next beams. With
 * `groups` it is diverse beam search with Hamming diversity (Vijayakumar et al. 2016, arXiv 1610.02424), as in transformers 4.46. Sums are
 * float64. Among equals the first beam comes first, then the lowest token id; the hypothesis that was found first; the first group.
 *
 * The rows are the model's own, processors included, normalised by a softmax. A token of probability 0 is never part of a beam, so that
 * there may be fewer beams. Tokens that all beams have in common are committed at once, the others are proposed until the search ends.
 *
 * n tokens take up to 1 + beams (n - 1) passes, and as many sessions as beams are open. The model must be able to fork its sessions; the
 * decode throws InvalidOptionError if it cannot.
 * @throws InvalidOptionError for an unknown or invalid option, beams that the groups do not divide, or a diversity penalty of one group.
 */
export function beamSearch(options: BeamSearchOptions = {}): Decoder<"causal"> {
  return beamDecoder("beamSearch", options, () => undefined);
}

/** Creates the decoder of `beamSearch` for one decode whose hypotheses `onHypotheses` receives. `where` is named in errors. */
export function beamDecoder(where: string, options: BeamSearchOptions, onHypotheses: OnHypotheses): Decoder<"causal"> {
  const settings = beamSettings(where, options);
  return defineDecoder({
    name: "beam",
    requires: ["causal"],
    capabilities: ["fork"],
    run: (context) => runBeamSearch(context, settings, onHypotheses),
  });
}
