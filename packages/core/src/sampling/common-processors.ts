import type { Candidates, LogitsProcessor } from "../contracts/sampler.ts";
import { countOf, keepPlaces, mostLikelyOf, narrowingProcessor, probabilitiesOf } from "./candidates.ts";
import { nucleusOf } from "./nucleus.ts";
import { reusedArray } from "./reused-array.ts";

/** A quotient by a smaller temperature may be too large for float32. */
const SMALL = 1e-3;

/** Subtracts the largest logit from all, which changes no probability. */
function subtractLargest(candidates: Candidates): void {
  const { row, tokens } = candidates;
  const largest = row[mostLikelyOf(candidates)]!;
  for (let place = 0; place < countOf(candidates); place++) row[tokens ? tokens[place]! : place]! -= largest;
}

/**
 * Returns the processor that divides every logit by `temperature`, >= 0, which is not checked; 0 keeps only the most likely token, the
 * lowest id in a tie. At 0 it throws LogitsError if the row defines no distribution.
 */
export function temperatureProcessor(temperature: number): LogitsProcessor {
  return narrowingProcessor(
    `temperature(${temperature})`,
    (candidates) => {
      if (temperature === 1) return;
      if (temperature === 0) {
        candidates.keep([mostLikelyOf(candidates)]);
        return;
      }
      const { row, tokens } = candidates;
      if (temperature < SMALL) subtractLargest(candidates);
      if (!tokens) for (let token = 0; token < row.length; token++) row[token]! /= temperature;
      else for (let place = 0; place < tokens.length; place++) row[tokens[place]!]! /= temperature;
    },
    { argmaxInvariant: true },
  );
}

/**
 * Returns the processor that forbids every token outside the nucleus of probability `p` in (0, 1], see `nucleusOf`; `p` is not checked. At
 * least `minKeep` tokens are kept if so many are left. It throws LogitsError if the row defines no distribution.
 */
export function nucleusProcessor(p: number, minKeep = 1): LogitsProcessor {
  const probabilities = reusedArray();
  return narrowingProcessor(
    `top-p(${p}${minKeep > 1 ? `, minKeep ${minKeep}` : ""})`,
    (candidates) => {
      if (p === 1) mostLikelyOf(candidates);
      else keepPlaces(candidates, nucleusOf(probabilitiesOf(candidates, probabilities(countOf(candidates))), p, minKeep).tokens);
    },
    { argmaxInvariant: true },
  );
}
