import type { Candidates } from "@decodekit/core";

/**
 * The entropy, in nats, of the distribution of the tokens that are left, and how many of them have a probability above 0.
 * `probabilities` are theirs, see `probabilitiesOf`. H = ln Z - Σ p l, with l - ln Z = ln p of the most likely token: one logarithm in all.
 */
export function entropyOf(
  { row, tokens }: Candidates,
  probabilities: Float64Array,
): { readonly entropy: number; readonly possible: number; readonly logNormaliser: number } {
  let mean = 0;
  let possible = 0;
  let best = 0;
  for (let place = 0; place < probabilities.length; place++) {
    const probability = probabilities[place]!;
    if (probability === 0) continue;
    possible++;
    mean += probability * row[tokens ? tokens[place]! : place]!;
    if (probability > probabilities[best]!) best = place;
  }
  const logNormaliser = row[tokens ? tokens[best]! : best]! - Math.log(probabilities[best]!);
  return { entropy: Math.max(0, logNormaliser - mean), possible, logNormaliser };
}
