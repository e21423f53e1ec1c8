import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { narrowingProcessor, mostLikelyOf } from "@decodekit/core/toolkit";
import { likeliestOf } from "./likeliest.ts";

/** Tokens that are considered, as in transformers. */
const MOST_CONSIDERED = 100;

export const TOP_H = {
  h: {
    type: "number",
    help: "Share of the row's entropy that the kept tokens may have together",
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    required: true,
  },
} as const satisfies OptionDefinitions<{ readonly h: number }>;

/**
 * Keeps the most likely tokens whose parts of the entropy, -p ln p, add up to at most `h`, in (0, 1], times the whole: top-h decoding
 * (Baghaei Potraghloo et al. 2025, arXiv 2509.02510). Only the 100 most likely tokens are considered, as the whole distribution. At least
 * the most likely token is kept.
 * @throws InvalidOptionError if it is out of range.
 */
export function topH(h: number): LogitsProcessor {
  resolveOptions("topH", { h }, TOP_H);
  return narrowingProcessor(
    `top-h(${h})`,
    (candidates) => {
      const largest = candidates.row[mostLikelyOf(candidates)]!;
      const tokens = likeliestOf(candidates, MOST_CONSIDERED);
      const weights = tokens.map((token) => Math.exp(candidates.row[token]! - largest));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      const parts = weights.map((weight) => (weight === 0 ? 0 : -(weight / sum) * Math.log(weight / sum)));
      const most = h * parts.reduce((total, part) => total + part, 0);
      let count = 0;
      for (let entropy = 0; count < parts.length; count++) {
        entropy += parts[count]!;
        if (entropy > most && count > 0) break;
      }
      candidates.keep(tokens.slice(0, count));
    },
    { argmaxInvariant: true },
  );
}
