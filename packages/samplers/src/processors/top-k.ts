import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { keepFrom, narrowingProcessor } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
import { likeliestOf } from "./likeliest.ts";

export interface TopKOptions {
  /** Number of tokens to keep, an integer >= 1. */
  readonly k: number;
  /** Fewest tokens to keep, an integer >= 1: what counts is the larger of both. @defaultValue 1 */
  readonly minKeep?: number | undefined;
  /**
   * Which tokens are kept of several that tie for the last place. "lowest": those with the lowest ids, k in all. "all": all of them, as in
   * transformers and vLLM. @defaultValue "lowest"
   */
  readonly ties?: "lowest" | "all" | undefined;
}

export const TOP_K = {
  k: { type: "integer", help: "Number of most likely tokens to keep", minimum: 1, required: true },
  minKeep: MIN_KEEP,
  ties: { type: "string", help: "Which tokens that tie for the last place are kept", default: "lowest", choices: ["lowest", "all"] },
} as const satisfies OptionDefinitions<TopKOptions>;

/**
 * Keeps the k tokens of the largest logits.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function topK(k: number, options: Omit<TopKOptions, "k"> = {}): LogitsProcessor {
  const { ties, ...settings } = resolveOptions("topK", { ...options, k }, TOP_K);
  const kept = Math.max(settings.k, settings.minKeep);
  return narrowingProcessor(
    `top-k(${kept})`,
    (candidates) => {
      const tokens = likeliestOf(candidates, kept);
      if (ties === "all" && tokens.length === kept) keepFrom(candidates, candidates.row[tokens.at(-1)!]!);
      else candidates.keep(tokens);
    },
    { argmaxInvariant: true },
  );
}
