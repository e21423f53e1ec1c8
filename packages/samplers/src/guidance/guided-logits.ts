import { logSumExp } from "@decodekit/core";

/**
 * Returns u + scale (c - u) for the log-probabilities c of `conditional` and u of `unconditional`, all of shape (vocabSize,): classifier-free
 * guidance (Ho and Salimans 2022, arXiv 2207.12598; for text Sanchez et al. 2023, arXiv 2306.17806). A token that is forbidden in
 * `conditional` stays so, and one that is forbidden only in `unconditional` has the log-probability c.
 * @throws LogitsError if a row has no distribution.
 */
export function guidedLogits(conditional: Float32Array, unconditional: Float32Array, scale: number): Float32Array {
  const ofConditional = logSumExp(conditional);
  const ofUnconditional = logSumExp(unconditional);
  return conditional.map((logit, token) => {
    const c = logit - ofConditional;
    const u = unconditional[token]! - ofUnconditional;
    return u === -Infinity || c === -Infinity ? c : u + scale * (c - u);
  });
}
