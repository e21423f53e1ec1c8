/** The entropy of a distribution, in nats, and how many of its outcomes have a probability above 0. */
export function entropyOf(probabilities: Float64Array): { readonly entropy: number; readonly possible: number } {
  let entropy = 0;
  let possible = 0;
  for (let place = 0; place < probabilities.length; place++) {
    const probability = probabilities[place]!;
    if (probability === 0) continue;
    entropy -= probability * Math.log(probability);
    possible++;
  }
  return { entropy, possible };
}
