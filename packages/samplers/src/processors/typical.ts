import { type LogitsProcessor, type OptionDefinitions, resolveOptions } from "@decodekit/core";
import { countOf, keepPlaces, mostLikelyOf, narrowingProcessor, probabilitiesOf, reusedArray } from "@decodekit/core/toolkit";
import { MIN_KEEP } from "../options.ts";
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
  const reused = reusedArray();
  return narrowingProcessor(`typical(${p})`, (candidates) => {
    if (p === 1) {
      mostLikelyOf(candidates);
      return;
    }
    const probabilities = probabilitiesOf(candidates, reused(countOf(candidates)));
    const { entropy } = entropyOf(probabilities);
    const distance = (place: number): number => Math.abs(-Math.log(probabilities[place]!) - entropy);
    const places: number[] = [];
    for (let place = 0; place < probabilities.length; place++) if (probabilities[place]! > 0) places.push(place);
    const distances = Float64Array.from(places, distance);
    const order = [...places.keys()].toSorted((a, b) => distances[a]! - distances[b]!);
    let mass = 0;
    let count = 0;
    while (count < order.length && (mass < p || count < minKeep)) mass += probabilities[places[order[count++]!]!]!;
    const last = distances[order[count - 1]!]!;
    keepPlaces(
      candidates,
      places.filter((_, index) => distances[index]! <= last),
    );
  });
}
