import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { keepFrom, mostLikelyOf, narrowingProcessor } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
import { likeliestOf } from "./likeliest.ts";

export interface MinPOptions {
  /** The share of the largest probability that a token must have, in [0, 1]. */
  readonly minP: number;
  /** Fewest tokens to keep, an integer >= 1. @defaultValue 1 */
  readonly minKeep?: number | undefined;
}

export const MIN_P = {
  minP: { type: "number", help: "Share of the largest probability that a token must have", minimum: 0, maximum: 1, required: true },
  minKeep: MIN_KEEP,
} as const satisfies OptionDefinitions<MinPOptions>;

/**
 * Keeps the tokens whose probability is at least `share` times that of the most likely one (Nguyen et al. 2024, arXiv 2407.01082). The
 * comparison is made on logits: l >= max l + ln share, so no probability is computed.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function minP(share: number, options: Omit<MinPOptions, "minP"> = {}): LogitsProcessor {
  const { minKeep } = resolveOptions("minP", { ...options, minP: share }, MIN_P);
  return narrowingProcessor(
    `min-p(${share})`,
    (candidates) => {
      const largest = candidates.row[mostLikelyOf(candidates)]!;
      keepAtLeast(candidates, largest + Math.log(share), minKeep);
    },
    { argmaxInvariant: true },
  );
}

/** Keeps the tokens whose logits are at least `minimum`, or the `minKeep` most likely ones if they are fewer. */
export function keepAtLeast(candidates: Parameters<typeof keepFrom>[0], minimum: number, minKeep: number): void {
  const likeliest = minKeep === 1 ? [mostLikelyOf(candidates)] : likeliestOf(candidates, minKeep);
  if (candidates.row[likeliest.at(-1)!]! >= minimum) keepFrom(candidates, minimum);
  else candidates.keep(likeliest);
}
