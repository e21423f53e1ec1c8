import { type LogitsProcessor, logSumExp } from "@decodekit/core";
import { LARGEST_FLOAT } from "../options.ts";

/** Turns logits into log-probabilities, for processors after it that tell positive logits from negative ones. */
export function normalise(): LogitsProcessor {
  const process = (row: Float32Array): void => {
    const normaliser = logSumExp(row);
    for (let token = 0; token < row.length; token++) row[token]! -= normaliser;
  };
  return Object.assign(process, { label: "normalise", argmaxInvariant: true });
}

/**
 * Replaces what is not finite in a row: NaN by 0, Infinity and -Infinity by the largest float32 and its negative, as transformers'
 * `remove_invalid_values`. It hides a fault of a model, and allows tokens that were forbidden before it.
 */
export function removeNonFinite(): LogitsProcessor {
  const process = (row: Float32Array): void => {
    for (let token = 0; token < row.length; token++) {
      const logit = row[token]!;
      if (Number.isNaN(logit)) row[token] = 0;
      else if (!Number.isFinite(logit)) row[token] = Math.sign(logit) * LARGEST_FLOAT;
    }
  };
  return Object.assign(process, { label: "remove-non-finite" });
}
