import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, keepPlaces, mostLikelyOf, narrowingProcessor, probabilitiesOf, reusedArray } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
import { distanceThatReaches } from "./distance-that-reaches.ts";
import { entropyOf } from "./entropy.ts";

export interface TypicalOptions {
  /** Probability mass to keep, in (0, 1]; 1 keeps every token. */
  readonly p: number;
  /** Fewest tokens to keep, an integer >= 1. @defaultValue 1 */
  readonly minKeep?: number | undefined;
}

export const TYPICAL = {
  p: {
    type: "number",
    help: "Probability mass of the most typical tokens; 1 keeps every token",
    minimum: 0,
    exclusiveMinimum: true,
    maximum: 1,
    required: true,
  },
  minKeep: MIN_KEEP,
} as const satisfies OptionDefinitions<TypicalOptions>;

/**
 * Keeps the tokens whose surprise, -ln p, is closest to the entropy of the row, up to the one that reaches mass `p` (Meister et al. 2023,
 * "Locally Typical Sampling", arXiv 2202.00666). Tokens that are as typical as the last one stay too. The most likely token may be dropped.
 * @throws InvalidOptionError for an unknown or invalid option.
 */
export function typical(p: number, options: Omit<TypicalOptions, "p"> = {}): LogitsProcessor {
  const { minKeep } = resolveOptions("typical", { ...options, p }, TYPICAL);
  const [reused, reusedDistances] = [reusedArray(), reusedArray()];
  return narrowingProcessor(`typical(${p})`, (candidates) => {
    if (p === 1) {
      mostLikelyOf(candidates);
      return;
    }
    const count = countOf(candidates);
    const probabilities = probabilitiesOf(candidates, reused(count));
    const { entropy, logNormaliser } = entropyOf(candidates, probabilities);
    const distances = reusedDistances(count);
    const { row, tokens } = candidates;
    for (let place = 0; place < count; place++) {
      const surprise = logNormaliser - row[tokens ? tokens[place]! : place]!;
      distances[place] = Math.abs(surprise - entropy);
    }
    const last = distanceThatReaches({ probabilities, distances, mass: p, minKeep });
    const places: number[] = [];
    for (let place = 0; place < count; place++) if (probabilities[place]! > 0 && distances[place]! <= last) places.push(place);
    keepPlaces(candidates, places);
  });
}
