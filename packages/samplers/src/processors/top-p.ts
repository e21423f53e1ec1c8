import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { nucleusProcessor } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";

export interface TopPOptions {
  /** Probability mass of the nucleus, in (0, 1]; 1 keeps every token. */
  readonly p: number;
  /** Fewest tokens to keep, an integer >= 1. @defaultValue 1 */
  readonly minKeep?: number | undefined;
}

const TOP_P = {
  p: {
    type: "number",
    help: "Probability mass of the most likely tokens to keep; 1 keeps every token",
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    required: true,
  },
  minKeep: MIN_KEEP,
} as const satisfies OptionDefinitions<TopPOptions>;

/**
 * Keeps the most likely tokens that together reach probability `p`, including the one that crosses p; among equals the lowest id comes
 * first. A step of a chain; the decoder of its own is `topP` of `@decodekit/top-p`.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function topP(p: number, options: Omit<TopPOptions, "p"> = {}): LogitsProcessor {
  const { minKeep } = resolveOptions("topP", { ...options, p }, TOP_P);
  return nucleusProcessor(p, minKeep);
}
