/** Entropy -Σ p ln p of `probabilities`, shape (n,), in nats. */
export function entropyOf(probabilities: Float64Array): number {
  let entropy = 0;
  for (const probability of probabilities) if (probability > 0) entropy -= probability * Math.log(probability);
  return entropy;
}

/** Relative entropy KL(p ‖ q) = Σ p ln(p / q), shapes (n,), in nats; Infinity where q is 0 and p is not. */
export function relativeEntropy(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let token = 0; token < p.length; token++) if (p[token]! > 0) sum += p[token]! * Math.log(p[token]! / q[token]!);
  return sum;
}
